package credential_test

import (
	"bytes"
	"encoding/base64"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"text/template"

	"github.com/momentolint/momentolint/analyzers/credential"
	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// holder is what a careless user does: a credential in an unexported field,
// where fmt cannot call its methods.
type holder struct {
	name string
	c    credential.Credential
	p    *credential.Credential
	list []credential.Credential
	m    map[string]credential.Credential
}

func everyKind(t *testing.T) []credential.Credential {
	t.Helper()
	var all []credential.Credential
	for _, text := range []string{
		ct.CredentialsFile(ct.Options{}), ct.ConsoleJSON(ct.Options{}), ct.V1JWT(ct.Options{}), ct.Legacy(ct.Options{}), ct.Disposable(ct.Options{}),
		ct.SigningKeyJSON(ct.Options{}), ct.SignedURL(ct.Options{}), ct.WebhookCode(ct.Options{}), ct.Unknown(ct.Options{}),
	} {
		all = append(all, credential.ParseAll([]byte(text))...)
	}
	seen := map[credential.Kind]bool{}
	for _, c := range all {
		seen[c.Kind] = true
	}
	if len(seen) != len(credential.Kinds()) {
		t.Fatalf("only %d kinds", len(seen))
	}
	return all
}

// telling returns texts of which none may be in an output: pieces of the secret,
// beyond the part that every credential of the kind begins with, as they are
// and in the spellings of fmt's verbs. Every output that holds 23 characters
// of the secret in a row holds one of them.
func telling(c credential.Credential) []string {
	var list []string
	for _, secret := range []string{c.Reveal(), c.RevealWritten()} {
		for i := 6; i+16 <= len(secret); i += 8 {
			piece := []byte(secret[i : i+16])
			if strings.Contains(fmt.Sprintf("%q", c.KeyID), string(piece)) {
				continue // a signing key holds its id in the clear
			}
			list = append(list, string(piece), fmt.Sprintf("%x", piece), fmt.Sprintf("%X", piece),
				strings.Trim(fmt.Sprint(piece), "[]"), base64.StdEncoding.EncodeToString(piece[:15]))
		}
	}
	return list
}

func leaks(out string, c credential.Credential) bool { return containsAny(out, telling(c)) }

func containsAny(out string, texts []string) bool {
	return slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(out, s) })
}

func TestNoVerbShowsTheSecret(t *testing.T) {
	kinds := map[credential.Kind]credential.Credential{}
	for _, c := range everyKind(t) {
		kinds[c.Kind] = c
	}
	for _, c := range kinds {
		h := holder{"x", c, &c, []credential.Credential{c}, map[string]credential.Credential{"k": c}}
		pieces := telling(c)
		for verb := 'A'; verb <= 'z'; verb++ {
			for _, flags := range []string{"", "+", "#", "#+", "0100", "-300.200", " "} {
				for _, v := range []any{c, &c, h, &h, []any{c}, []credential.Credential{c}, map[string]any{"c": c}, struct{ error }{fmt.Errorf("x %w", fmt.Errorf("%v", c))}} {
					if out := fmt.Sprintf("%"+flags+string(verb), v); containsAny(out, pieces) {
						t.Fatalf("%%%s%c of %T shows a %s", flags, verb, v, c.Kind)
					}
				}
			}
		}
	}
}

func TestNoEncoderOrLoggerShowsTheSecret(t *testing.T) {
	for _, c := range everyKind(t) {
		var out bytes.Buffer
		h := holder{"x", c, &c, []credential.Credential{c}, nil}
		exported := struct {
			C credential.Credential
			P *credential.Credential
			M map[string]credential.Credential
		}{c, &c, map[string]credential.Credential{"k": c}}
		for _, encode := range []func() error{
			func() error { return json.NewEncoder(&out).Encode(exported) },
			func() error { return xml.NewEncoder(&out).Encode(c) },
			func() error { return gob.NewEncoder(&out).Encode(c) },
			func() error {
				return template.Must(template.New("").Parse("{{.}} {{printf `%#v` .}}")).Execute(&out, c)
			},
		} {
			if err := encode(); err != nil {
				t.Fatal(err)
			}
		}
		log.New(&out, "", 0).Print(c, &c, h)
		slog.New(slog.NewTextHandler(&out, nil)).Info("m", "c", c, "p", &c, "h", h, "any", []any{c})
		slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "c", c, "p", &c, "any", []any{c})
		if leaks(out.String(), c) {
			t.Errorf("an encoder or a logger shows a %s", c.Kind)
		}
		if !strings.Contains(out.String(), c.Redacted()) {
			t.Errorf("the redacted form of a %s is not shown", c.Kind)
		}
	}
}

func TestRedactedForm(t *testing.T) {
	text := ct.V1(ct.Options{})
	c := mustParse(t, text)
	if want := fmt.Sprintf("eyJlbm…(%d characters)", len(text)); c.Redacted() != want || credential.Redact(text) != want {
		t.Errorf("%q, %q, want %q", c.Redacted(), credential.Redact(text), want)
	}
	refresh := ct.Refresh("a")
	r, err := credential.ParseRefreshToken([]byte(refresh), credential.Context{APIKey: []byte(text)})
	if err != nil || r.Redacted() != "…(64 characters)" {
		t.Errorf("refresh token: %q %v", r.Redacted(), err)
	}
}

func TestReasonsHoldNoText(t *testing.T) {
	_, err := credential.Parse([]byte("hunter2hunter2"))
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("%v", err)
	}
}
