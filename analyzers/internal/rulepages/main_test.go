package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/momentolint/momentolint/analyzers"
	"github.com/momentolint/momentolint/analyzers/internal/corpus"
)

func TestThePagesAreWhatTheAnalyzersSay(t *testing.T) {
	for _, a := range analyzers.New(analyzers.DefaultOptions()) {
		path := filepath.Join(corpus.Dir(), "..", "docs", "rules", a.Name+".md")
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, page(a)) {
			t.Errorf("%s is not up to date: go run ./analyzers/internal/rulepages docs/rules", path)
		}
	}
}
