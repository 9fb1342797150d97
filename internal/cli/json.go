package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/momentolint/momentolint/internal/redact"
)

// WriteJSON writes v as indented JSON. Credentials in its strings, such as the
// names of caches and roles, are redacted.
func WriteJSON(w io.Writer, v any) error {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	if err == nil {
		_, err = w.Write(redact.JSON(text.Bytes()))
	}
	if err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	return nil
}
