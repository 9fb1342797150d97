package sample_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/testing/sample"
)

var update = flag.Bool("update", false, "write testdata/leaky-service anew")

const (
	dir      = "../../../testdata/leaky-service"
	expected = "../../../testdata/leaky-service.expected.json"
)

func build(t *testing.T) ([]sample.File, []sample.Expected) {
	t.Helper()
	files, found, err := sample.Build()
	if err != nil {
		t.Fatal(err)
	}
	return files, found
}

func TestTheTreeIsWhatTheGeneratorMakes(t *testing.T) {
	files, found := build(t)
	list, err := json.MarshalIndent(found, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	list = append(list, '\n')
	if *update {
		write(t, files, list)
	}

	var want []string
	for _, f := range files {
		want = append(want, f.Name)
		got, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(f.Name)))
		if err != nil {
			t.Errorf("%v; go test ./internal/testing/sample -update", err)
			continue
		}
		if !same(t, f.Name, got, f.Content) {
			t.Errorf("%s is not what the generator makes; go test ./internal/testing/sample -update", f.Name)
		}
	}
	if got := names(t); !slices.Equal(got, want) {
		t.Errorf("the dir holds %q, the generator makes %q", got, want)
	}
	if got, err := os.ReadFile(expected); err != nil || !bytes.Equal(got, list) {
		t.Errorf("%s is not what the generator makes (%v); go test ./internal/testing/sample -update", expected, err)
	}
}

func TestTwoBuildsAreEqualByteForByte(t *testing.T) {
	first, _ := build(t)
	second, _ := build(t)
	for i, f := range first {
		if !bytes.Equal(f.Content, second[i].Content) {
			t.Errorf("%s differs from one build to the next", f.Name)
		}
	}
}

func TestTheSampleHoldsEveryKind(t *testing.T) {
	_, found := build(t)
	for _, kind := range credential.Kinds() {
		at := slices.IndexFunc(found, func(e sample.Expected) bool { return e.Kind == string(kind) })
		if at < 0 {
			t.Errorf("no %s in the sample", kind)
		} else if found[at].Rule != kind.Rule() {
			t.Errorf("%s: rule %s, want %s", kind, found[at].Rule, kind.Rule())
		}
	}
}

// What is said to stand unencoded at a place in a plain file is read from that
// place with the credential model alone.
func TestTheExpectedPlacesHoldTheCredentials(t *testing.T) {
	files, found := build(t)
	checked := 0
	for _, e := range found {
		at := slices.IndexFunc(files, func(f sample.File) bool { return f.Name == e.File })
		if at < 0 || len(e.Encoding) > 0 || e.Column == 0 || e.Kind == "" || e.Kind == string(credential.RefreshToken) {
			continue
		}
		if form := credential.Kind(e.Kind).Descriptor().Form; form&(credential.FormJWT|credential.FormEnvelope) == 0 {
			continue // only its surroundings tell
		}
		line := strings.Split(string(files[at].Content), "\n")[e.Line-1]
		text := []byte(line[e.Column-1 : e.EndColumn-1])
		c, err := credential.Parse(text)
		if e.Kind == string(credential.APIKeyV1) && bytes.IndexByte(text, '.') >= 0 {
			// In an envelope in the clear.
			c, err = credential.ParseEnclosed(text, "")
		}
		if err != nil || string(c.Kind) != e.Kind || string(c.Scope.Level) != e.Level {
			t.Errorf("%s:%d: %v (%v, %s), want %s, %s", e.File, e.Line, c.Kind, err, c.Scope.Level, e.Kind, e.Level)
		}
		checked++
	}
	if checked < 8 {
		t.Errorf("only %d places checked", checked)
	}
}

// same compares a file with what the generator makes. Archives are compared by
// their members: how tightly a release of Go deflates is its own affair.
func same(t *testing.T, name string, got, want []byte) bool {
	t.Helper()
	switch {
	case strings.HasSuffix(name, ".zip"):
		return slices.EqualFunc(unzip(t, got), unzip(t, want), sameMember)
	case strings.HasSuffix(name, ".tar.gz"):
		return slices.EqualFunc(untar(t, got), untar(t, want), sameMember)
	}
	return bytes.Equal(got, want)
}

// member is an archive's member with what is to be the same on every machine.
type member struct{ header, content string }

func sameMember(a, b member) bool { return a == b }

func unzip(t *testing.T, content []byte) (members []member) {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.File {
		body, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		members = append(members, member{f.Name + " " + f.Modified.UTC().String(), string(text)})
	}
	return members
}

func untar(t *testing.T, content []byte) (members []member) {
	t.Helper()
	stream, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	r := tar.NewReader(stream)
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return members
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		members = append(members, member{h.Name + " " + h.ModTime.UTC().String() + " " + h.FileInfo().Mode().String(), string(text)})
	}
}

// names lists the files of the sample's directory.
func names(t *testing.T) (list []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			list = append(list, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(list)
	return list
}

// write replaces the sample's directory.
func write(t *testing.T, files []sample.File, list []byte) {
	t.Helper()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(expected, list, 0o644); err != nil {
		t.Fatal(err)
	}
}
