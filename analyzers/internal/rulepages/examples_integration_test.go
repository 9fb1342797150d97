//go:build integration

package main

import (
	"fmt"
	"go/doc/comment"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/momentolint/momentolint/analyzers"
	"github.com/momentolint/momentolint/analyzers/internal/corpus"
)

// header is what the examples of the documentation leave out.
const header = `package example

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/momentohq/client-sdk-go/auth"
	"github.com/momentohq/client-sdk-go/momento"
	responses "github.com/momentohq/client-sdk-go/responses/auth"
	"github.com/momentohq/client-sdk-go/utils"
)

var (
	_ = context.Background
	_ = fmt.Sprint
	_ = log.Print
	_ = os.Getenv
	_ auth.Endpoint
	_ momento.AllCaches
	_ responses.GenerateApiKeyResponse
	_ utils.ExpiresIn
)

`

// example makes a program of a piece of code. What it declares but does not
// use is used at the end.
func example(code string) string {
	use := ""
	for name := range strings.FieldsSeq("provider response request endpoint scope") {
		if strings.Contains(code, name+", err := ") {
			use += "\t_, _ = " + name + ", err\n"
		} else if strings.Contains(code, name+" := ") {
			use += "\t_ = " + name + "\n"
		}
	}
	params := "ctx context.Context, client momento.AuthClient"
	if !strings.Contains(code, "response, err :=") {
		params += ", response any"
	}
	if !strings.Contains(code, "provider, err :=") {
		params += ", provider auth.CredentialProvider"
	}
	if !strings.Contains(code, ", err := ") {
		params += ", err error"
	}
	result := ""
	if strings.Contains(code, "return ") {
		result, use = " error", ""
	}
	return header + "func run(" + params + ")" + result + " {\n" + code + use + "}\n"
}

func TestTheExamplesCompileAndTheWrongOnesAreReported(t *testing.T) {
	src := filepath.Join(corpus.Fixed(t), "src")
	root := filepath.Dir(src)
	type sample struct {
		analyzer *analysis.Analyzer
		wrong    bool
		code     string
	}
	samples := make(map[string]sample)
	for _, a := range analyzers.New(analyzers.DefaultOptions()) {
		label, wrong := "", 0
		for _, block := range new(comment.Parser).Parse(a.Doc).Content {
			switch block := block.(type) {
			case *comment.Paragraph:
				label = strings.TrimSpace(string((&comment.Printer{}).Text(&comment.Doc{Content: []comment.Block{block}})))
			case *comment.Code:
				if label != "WRONG:" && label != "RIGHT:" {
					t.Errorf("%s: code that is neither WRONG nor RIGHT:\n%s", a.Name, block.Text)
				}
				path := fmt.Sprintf("example.com/docs/%s%d", a.Name, len(samples))
				samples[path] = sample{a, label == "WRONG:", block.Text}
				if label == "WRONG:" {
					wrong++
				}
			}
		}
		if wrong == 0 {
			t.Errorf("%s: no example", a.Name)
		}
	}
	for path, s := range samples {
		dir := filepath.Join(src, filepath.FromSlash(path))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "example.go"), []byte(example(s.code)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, a := range analyzers.New(analyzers.DefaultOptions()) {
		var paths []string
		for path, s := range samples {
			if s.analyzer.Name == a.Name {
				paths = append(paths, path)
			}
		}
		for _, result := range analysistest.Run(quiet{t}, root, a, paths...) {
			s := samples[result.Pass.Pkg.Path()]
			if found := len(result.Diagnostics) > 0; found != s.wrong {
				t.Errorf("%s: found = %v, want %v, in\n%s", a.Name, found, s.wrong, s.code)
			}
		}
	}
}

// quiet drops complaints about findings without expectations, but none about
// code that does not compile.
type quiet struct{ *testing.T }

func (q quiet) Errorf(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !strings.Contains(text, ": unexpected ") {
		q.Error(text)
	}
}
