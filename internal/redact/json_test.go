package redact_test

import (
	"bytes"
	"encoding/json"
	"testing"
)

// jsonOf returns a value as an encoder writes it that does not escape HTML.
func jsonOf(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func stringOf(t *testing.T, document string) string {
	t.Helper()
	var s string
	if err := json.Unmarshal([]byte(document), &s); err != nil {
		t.Fatalf("%q: %v", document, err)
	}
	return s
}
