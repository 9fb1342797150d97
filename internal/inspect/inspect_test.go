package inspect

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

func TestInspectFitsTheTerminal(t *testing.T) {
	t.Parallel()
	in, err := New([]byte(credentialtest.V1(credentialtest.Options{
		ExpiresAt:   testNow.Add(days(5)),
		Permissions: credentialtest.Explicit(credentialtest.CacheReadOnly("orders"), credentialtest.CacheReadOnly("sessions")),
	})), testNow, days(30))
	if err != nil {
		t.Fatal(err)
	}
	in.verdict.Reason = strings.Repeat("a reason of some length ", 10)
	for _, columns := range []int{60, 80, 200} {
		var out strings.Builder
		if err := in.Text(&out, Look{Width: columns}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(out.String(), "\n") {
			longestWord := 0
			for w := range strings.FieldsSeq(line) {
				longestWord = max(longestWord, len([]rune(w)))
			}
			if n := len([]rune(line)); n > columns && longestWord < columns-labels-5 {
				t.Errorf("%d columns: a line of %d: %q", columns, n, line)
			}
		}
	}
}

// wrap breaks s into lines of width bytes.
func wrap(s string, width int, end string) string {
	var b strings.Builder
	for line := range slices.Chunk([]byte(s), width) {
		b.Write(line)
		b.WriteString(end)
	}
	return b.String()
}

// Keys are pasted from a Kubernetes Secret as they are there.
func TestInspectReadsBase64(t *testing.T) {
	t.Parallel()
	jwt, v1 := credentialtest.V2(credentialtest.Options{}), credentialtest.V1(credentialtest.Options{})
	encode := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for _, tt := range []struct {
		name, text string
		kind       credential.Kind
		others     int
	}{
		{"v2", encode(jwt), credential.APIKeyV2, 0},
		{"v2 with newlines", encode(jwt+"\n") + "\n", credential.APIKeyV2, 0},
		{"v1", encode(v1), credential.APIKeyV1, 0},
		{"v2 as base64(1) wraps it", wrap(encode(jwt), 76, "\n"), credential.APIKeyV2, 0},
		{"v1 as openssl wraps it, on Windows", wrap(encode(v1), 64, "\r\n"), credential.APIKeyV1, 0},
		{"Secret", "kind: Secret\ndata:\n  tls: " + encode(strings.Repeat("x", 60)) + "\n  key: " + encode(v1) + "\n", credential.APIKeyV1, 0},
		{"Secret of two", "data:\n  a: " + encode(jwt) + "\n  b: " + encode(v1) + "\n", credential.APIKeyV2, 1},
		{"plain before encoded", v1 + "\n" + encode(jwt), credential.APIKeyV1, 0},
	} {
		in, err := New([]byte(tt.text), testNow, days(30))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if in.credential.Kind != tt.kind || len(in.others) != tt.others {
			t.Errorf("%s: %s and %d others, want %s and %d", tt.name, in.credential.Kind, len(in.others), tt.kind, tt.others)
		}
	}
	if _, err := New([]byte(encode(strings.Repeat("eyJ", 40))), testNow, days(30)); err == nil {
		t.Error("base64 of something else is taken for a credential")
	}
}
