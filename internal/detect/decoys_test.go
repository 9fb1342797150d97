package detect_test

import (
	"testing"

	"github.com/momentolint/momentolint/internal/detect"
	"github.com/momentolint/momentolint/internal/testing/detecttest"
)

func TestReportsNoDecoy(t *testing.T) {
	s := newDetector(t, detect.Options{}).NewScanner()
	decoys := detecttest.Decoys()
	if len(decoys) < 20 {
		t.Errorf("%d decoys only", len(decoys))
	}
	for _, d := range decoys {
		for _, path := range []string{d.File, ""} {
			for _, m := range scan(t, s, path, d.Content, nil) {
				if path == "" && (d.Name == "never-in-go" || d.Name == "never-in-prose") {
					// Without a path nobody can know.
					continue
				}
				t.Errorf("%s (as %q): %s", d.Name, path, describe(&m))
			}
		}
	}
}
