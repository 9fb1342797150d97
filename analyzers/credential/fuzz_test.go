package credential_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential"
	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// FuzzParse checks that accepted input is valid by an independent reading, that it parses to itself
// again, and that it is never printed.
func FuzzParse(f *testing.F) {
	for _, o := range []ct.Options{{}, {KeyFirst: true, Blanks: true}, {IssuedAt: issued, ExpiresAt: expires}} {
		for _, text := range []string{ct.V1(o), ct.V2(o), ct.V1JWT(o), ct.Legacy(o), ct.Disposable(o), ct.ConsoleJSON(o), ct.CredentialsFile(o)} {
			f.Add([]byte(text))
		}
	}
	f.Add([]byte("[.momento_session]\ntoken=0000000001278ey9"))
	f.Add([]byte(`{"apiKey":"{\"apiKey\":\"x\",\"refreshToken\":\"y\"}"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		before := bytes.Clone(text)
		c, err := credential.Parse(text)
		if !bytes.Equal(before, text) {
			t.Fatal("the text was changed")
		}
		if err != nil {
			var reason credential.Reason
			if !errors.As(err, &reason) || !c.IsZero() {
				t.Fatalf("refused with %v, %T", c, err)
			}
			return
		}
		if leaks(fmt.Sprintf("%v %#v", c, c), c) {
			t.Fatal("shows itself")
		}
		if c.Kind == credential.RefreshToken || c.Incomplete {
			return
		}
		if c.Kind == credential.SessionToken {
			if alone, err := credential.Parse([]byte(c.Reveal())); err != nil || alone.Kind != c.Kind {
				return // an opaque one, recognized by its surroundings alone
			}
		}
		parts := strings.Split(c.Reveal(), ".")
		if len(parts) != 3 {
			t.Fatalf("%d parts", len(parts))
		}
		for _, part := range parts[:2] {
			b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(part, "="))
			// A number may be larger than any float.
			var object map[string]json.RawMessage
			if err != nil || json.Unmarshal(b, &object) != nil {
				t.Fatal("accepted a part that is no JSON object")
			}
		}
		if c.Kind == credential.SessionToken {
			return
		}
		again, err := credential.Parse([]byte(c.RevealWritten()))
		if err != nil || again.Fingerprint() != c.Fingerprint() {
			t.Fatalf("written form parses to %v, %v", again, err)
		}
	})
}

// FuzzPermissions checks that any bytes in claim p yield a scope without a panic, and that a
// super-user is never reported as less.
func FuzzPermissions(f *testing.F) {
	f.Add(ct.SuperUser())
	f.Add(ct.CacheReadOnly("orders"))
	f.Add(ct.Explicit(ct.Topic(1, "*", "a*"), ct.Function(1, "c", "f"), ct.Message(9, []byte("x"))))
	f.Fuzz(func(t *testing.T, wire []byte) {
		c, err := credential.Parse([]byte(ct.V1(ct.Options{Permissions: append(ct.SuperUser(), wire...)})))
		if err != nil {
			t.Fatal(err)
		}
		switch c.Scope.Level {
		case credential.ScopeSuperUser:
		default:
			unknown := false
			for _, p := range c.Scope.Permissions {
				unknown = unknown || p.Resource == credential.Unknown
			}
			if !unknown {
				t.Fatalf("a super-user told as %+v", c.Scope)
			}
		}
	})
}

// FuzzPermissionSet checks that any bytes in a second-generation claim p yield a scope without a
// panic, and that permission to create keys is never reported as less.
func FuzzPermissionSet(f *testing.F) {
	f.Add(ct.PermissionSet(ct.CacheRule([]int{0, 1, 2}, "*", "*"), ct.TopicRule([]int{1}, "c", "t*")))
	f.Add(append(ct.PermissionSet(ct.ManagementRule(1, 0)), ct.IPCondition("10.0.0.0/8")...))
	f.Fuzz(func(t *testing.T, wire []byte) {
		c, err := credential.Parse([]byte(ct.DisposableV2(ct.Options{Permissions: append(ct.PermissionSet(ct.ManagementRule(2, 1)), wire...)})))
		if err != nil {
			t.Fatal(err)
		}
		if !c.Scope.Full() {
			t.Fatalf("the right to make keys is told as %+v", c.Scope)
		}
	})
}

// FuzzSigningKey checks that accepted input is JSON and is never printed.
func FuzzSigningKey(f *testing.F) {
	f.Add([]byte(ct.SigningKey(ct.Options{})))
	f.Add([]byte(ct.SigningKeyEC(ct.Options{})))
	f.Add([]byte(ct.SigningKeyJSON(ct.Options{})))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := credential.ParseSigningKey(text, credential.Context{Momento: true})
		if err != nil {
			return
		}
		if !json.Valid([]byte(c.Reveal())) || c.Kind != credential.SigningKey || strings.Contains(c.String(), `"d"`) {
			t.Fatalf("accepted %v", c)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for name, text := range map[string]string{
		"v1":          ct.V1(ct.Options{}),
		"v2":          ct.V2(ct.Options{}),
		"foreign JWT": ct.JWT("HS256", `{"iss":"supabase","role":"anon","exp":1998000000}`, ""),
		"source map":  base64.StdEncoding.EncodeToString([]byte(`{"version":3,"file":"x.js","sources":["../src/x.ts"],"names":[]}`)),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = credential.Parse([]byte(text))
			}
		})
	}
}
