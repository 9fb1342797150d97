package report

import (
	"fmt"
	"io"
)

// Safe makes text from strangers (a file name, an author) fit for a terminal:
// control characters, escape sequences and characters that change the
// direction of writing are spelled out.
func Safe(s string) string { return clean(s) }

// ReplaceFile writes data to a file in one step, as WriteFile does.
func ReplaceFile(path string, data []byte) error {
	err := replaceFile(path, reportMode, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}
