//go:build integration

package importer_test

import (
	"io"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/importer"
)

// repeated is a long text that is never in memory as a whole.
type repeated struct {
	before, unit, between, after string
	count                        int
	rest                         string
	state                        int
}

func (r *repeated) Read(p []byte) (int, error) {
	for r.rest == "" {
		switch {
		case r.state == 0:
			r.rest = r.before + r.unit
		case r.state < r.count:
			r.rest = r.between + r.unit
		case r.state == r.count:
			r.rest = r.after
		default:
			return 0, io.EOF
		}
		r.state++
		if r.rest == "" && r.state > r.count {
			return 0, io.EOF
		}
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// A report of any length is read in bounded memory, and one value that is too
// long is refused instead of being read.
func TestLongReports(t *testing.T) {
	const count = 20_000
	n := 0
	r, err := importer.Read(&repeated{before: "[", unit: `{"RuleID":"r","Secret":"` + strings.Repeat("x", 5000) + `"}`, between: ",", after: "]", count: count}, func(*importer.Entry) error { n++; return nil })
	if err != nil || n != count || r.Entries != count {
		t.Errorf("%d of %d: %v", n, count, err)
	}
	_, err = importer.Read(&repeated{before: `[{"RuleID":"`, unit: strings.Repeat("x", 1<<20), count: 1 << 12}, func(*importer.Entry) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "more than 16 MiB") {
		t.Errorf("a value without an end: %v", err)
	}
	// What is passed over may be long.
	_, err = importer.Read(&repeated{before: `{"properties":[`, unit: `"` + strings.Repeat("x", 1<<20) + `"`, between: ",", after: `],"runs":[]}`, count: 40}, func(*importer.Entry) error { return nil })
	if err != nil {
		t.Errorf("long properties: %v", err)
	}
}
