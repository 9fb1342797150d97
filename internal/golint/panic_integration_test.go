//go:build integration

package golint_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/golint"
)

// The real go command and a real vet tool: an analyzer that panics in one
// package neither crashes the tool nor keeps it from the other packages.
func TestAPanicInAnAnalyzerIsAProblemOfItsPackageAlone(t *testing.T) {
	dir := t.TempDir()
	tool := filepath.Join(dir, "tool.exe")
	build := exec.Command("go", "build", "-o", tool, "./internal/report/testdata/panicking/vettool")
	build.Dir = filepath.Join("..", "..", "analyzers")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	src := filepath.Join(dir, "src")
	for name, content := range map[string]string{
		"go.mod": "module example.com/app\n\ngo 1.25.0\n", "bad/bad.go": "package bad\n", "good/good.go": "package good\n",
	} {
		path := filepath.Join(src, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}

	t.Setenv("GOWORK", "off")
	runner, err := golint.New(golint.Options{Tool: tool})
	if err != nil {
		t.Fatal(err)
	}
	got, err := runner.Run(t.Context(), golint.Target{Dir: src, Patterns: []string{"./..."}})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Diagnostics) != 1 || got.Diagnostics[0].Package != "example.com/app/good" {
		t.Errorf("found %+v, want what is in the other package", got.Diagnostics)
	}
	if len(got.Problems) != 1 || got.Problems[0].Package != "example.com/app/bad" ||
		!strings.Contains(got.Problems[0].Text, "momentotest: internal error in package example.com/app/bad: panic of type string at ") {
		t.Errorf("problems %+v, want one that names the package", got.Problems)
	}

	vet := exec.Command("go", "vet", "-vettool="+tool, "./...")
	vet.Dir, vet.Env = src, append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	out, err := vet.CombinedOutput()
	text := string(out)
	if err == nil || !strings.Contains(text, "internal error in package example.com/app/bad") || !strings.Contains(text, "looked at") {
		t.Errorf("go vet: %v\n%s", err, text)
	}
	if strings.Contains(text, "goroutine ") || strings.Contains(text, "secret text") {
		t.Errorf("go vet shows a crash or what was panicked with:\n%s", text)
	}
}
