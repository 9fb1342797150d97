package scanner_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/momentotest"
)

// A key that names no endpoint belongs to the one that its file or a settings
// file next to it names.
func TestAnEndpointIsFoundInTheFileAndTheFolder(t *testing.T) {
	const cell = "cell-us-west-2-1.prod.a.momentohq.com"
	key := func(seed string) string {
		return "KEY=" + credentialtest.V1JWT(credentialtest.Options{Seed: seed}) + "\n"
	}
	far := strings.Repeat("# a line of something else\n", 400)
	files := map[string]string{
		"near/a.env":           "MOMENTO_ENDPOINT=" + cell + "\n" + key("near"),
		"far/a.env":            "MOMENTO_ENDPOINT=" + cell + "\n" + far + key("far"),
		"folder/key.txt":       key("folder"),
		"folder/settings.yaml": "cache:\n  endpoint: " + cell + "\n",
		"prose/key.txt":        key("prose"),
		"prose/readme.md":      "It is at " + cell + ".\n",
		"below/key.txt":        key("below"),
		"below/deep/a.env":     "MOMENTO_ENDPOINT=" + cell + "\n",
	}
	want := map[string]string{
		"near/a.env": cell, "far/a.env": cell, "folder/key.txt": cell, "prose/key.txt": "", "below/key.txt": "",
	}
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := momentotest.Start(momentotest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r := scan(t, dir, s)
	if len(r.Findings) != len(want) {
		t.Errorf("%d found, want %d", len(r.Findings), len(want))
	}
	for _, f := range r.Findings {
		if got := f.NearbyEndpoint; got != want[f.Location.File] {
			t.Errorf("%s: %q, want %q", f.Location.File, got, want[f.Location.File])
		}
	}
	// A single file has its directory, too.
	r = scan(t, filepath.Join(dir, "folder", "key.txt"), s)
	if len(r.Findings) != 1 || r.Findings[0].NearbyEndpoint != cell {
		t.Errorf("a file alone: %+v", r.Findings)
	}
}
