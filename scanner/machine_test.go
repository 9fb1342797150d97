package scanner_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/machine"
	"github.com/momentolint/momentolint/internal/verify"
	"github.com/momentolint/momentolint/scanner"
)

// alternatives lists the paths that a pattern of the table stands for, with x
// for whatever * stands for.
func alternatives(pattern string) []string {
	before, rest, ok := strings.Cut(pattern, "{")
	if !ok {
		if dir, ok := strings.CutSuffix(pattern, "/**"); ok {
			pattern = dir + "/deep/er/x.txt"
		}
		return []string{strings.ReplaceAll(pattern, "*", "x")}
	}
	choices, after, _ := strings.Cut(rest, "}")
	var list []string
	for c := range strings.SplitSeq(choices, ",") {
		list = append(list, alternatives(before+c+after)...)
	}
	return list
}

// Every place of the table is made in a home directory with a key of its own,
// as it is on Linux, macOS and Windows.
func TestKeysAreFoundInEveryPlaceOfTheTable(t *testing.T) {
	home := t.TempDir()
	roaming, local := filepath.Join(home, "AppData", "Roaming"), filepath.Join(home, "AppData", "Local")
	dirs := map[machine.Base][]string{
		machine.Home: {""}, machine.Config: {".config"}, machine.Data: {".local/share"}, machine.State: {".local/state"}, machine.Cache: {".cache"},
		machine.Support: {"Library/Application Support"}, machine.Roaming: {"AppData/Roaming"}, machine.Local: {"AppData/Local"},
		machine.App: {".config", "Library/Application Support", "AppData/Roaming"},
	}
	advice := map[string]string{}
	for _, e := range machine.Table() {
		if e.Advice == "" || len(dirs[e.Base]) == 0 {
			t.Errorf("%+v is not complete", e)
		}
		for _, dir := range dirs[e.Base] {
			for _, name := range alternatives(e.Pattern) {
				file := filepath.Join(home, filepath.FromSlash(dir), filepath.FromSlash(name))
				if advice[file] != "" {
					continue
				}
				advice[file] = e.Advice
				key := ct.V2(ct.Options{Seed: file})
				writeFile(t, file, []byte("something before\n"+key+"\n"))
			}
		}
	}
	run, err := scanner.New(scanner.Options{Live: scanner.Live{Options: verify.Options{Offline: true}}, Limits: scanner.Limits{ArchiveDepth: 2, DecodeDepth: 4}})
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Scan(t.Context(), scanner.Machine{System: machine.System{Home: home, AppData: roaming, LocalAppData: local}}); err != nil {
		t.Fatal(err)
	}
	report := run.Report(t.Context())
	found := map[string]finding.Finding{}
	for _, f := range report.Findings {
		if _, twice := found[f.Location.File]; twice {
			t.Errorf("%s is reported twice", f.Location.File)
		}
		found[f.Location.File] = f
	}
	for file, want := range advice {
		f, ok := found[filepath.ToSlash(file)]
		if !ok {
			t.Errorf("nothing found in %s", file)
		} else if f.Advice != want {
			t.Errorf("%s: advice %q, want %q", file, f.Advice, want)
		}
	}
	if len(found) != len(advice) {
		t.Errorf("%d places with findings, want %d", len(found), len(advice))
	}
	if len(advice) < 250 {
		t.Errorf("only %d places", len(advice))
	}
}

// A transcript may have a line of many megabytes, and a key anywhere in it.
func TestKeysAreFoundInLongTranscripts(t *testing.T) {
	home := t.TempDir()
	var text bytes.Buffer
	want := 0
	for range 4 {
		fmt.Fprintf(&text, `{"type":"user","message":{"content":%q,"result":"MOMENTO_API_KEY=%s\n"}}`, strings.Repeat("words and words ", 1<<17), ct.V2(ct.Options{Seed: fmt.Sprint(want)}))
		want++
	}
	writeFile(t, filepath.Join(home, ".claude", "projects", "-src-shop", "a.jsonl"), text.Bytes())
	run, err := scanner.New(scanner.Options{Live: scanner.Live{Options: verify.Options{Offline: true}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Scan(t.Context(), scanner.Machine{System: machine.System{Home: home}}); err != nil {
		t.Fatal(err)
	}
	report := run.Report(t.Context())
	if len(report.Findings) != want || report.Summary.Incomplete() {
		t.Errorf("%d findings, want %d; incomplete: %t", len(report.Findings), want, report.Summary.Incomplete())
	}
}

func writeFile(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
