//go:build unix

package golint

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// The go command is not started where it would wait for a pipe or a device.
func TestIrregularFiles(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		files map[string]string
		// bad is the file that is a pipe, or a link to link.
		bad, link string
		// dirLink is where a link in the module leads to.
		dirLink string
		fine    bool
	}{
		"nothing":             {fine: true},
		"a link to a file":    {bad: "x.go", link: "main.go", fine: true},
		"in .git":             {bad: ".git/x", fine: true},
		"Go file":             {bad: "x.go"},
		"test":                {bad: "p/x_test.go"},
		"assembler file":      {bad: "p/x.s", link: "/dev/zero"},
		"C file":              {bad: "x.c"},
		"included":            {bad: "p/any"},
		"go.mod":              {bad: "go.mod"},
		"go.sum":              {bad: "go.sum"},
		"go.work":             {bad: "go.work", link: "/dev/zero"},
		"go.work above":       {bad: "../go.work"},
		"go.work.sum above":   {bad: "../go.work.sum"},
		"linked directory":    {bad: "../away/x.go", files: map[string]string{"../away/y.go": "package y\n"}, dirLink: "../away"},
		"vendor":              {bad: "vendor/modules.txt"},
		"replaced module":     {bad: "../other/x.go", files: map[string]string{"go.mod": "module m\nreplace a => ../other\n", "../other/go.mod": "module a\n"}},
		"its replaced go.mod": {bad: "r/go.mod", files: map[string]string{"go.mod": "module m\nreplace a => ./r\n"}},
		"module of go.work":   {bad: "../other/x.go", files: map[string]string{"../go.work": "go 1.25\nuse (\n\t./m\n\t\"./other\"\n)\n", "../other/go.mod": "module a\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "m")
			write := func(name, text string) {
				path := filepath.Join(dir, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if test.bad != "go.mod" {
				write("go.mod", "module m\n")
			}
			write("main.go", "package main\n")
			for name, text := range test.files {
				write(name, text)
			}
			if test.bad != "" {
				path := filepath.Join(dir, test.bad)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				var err error
				if test.link != "" {
					err = os.Symlink(test.link, path)
				} else {
					err = syscall.Mkfifo(path, 0o600)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if test.dirLink != "" {
				if err := os.Symlink(test.dirLink, filepath.Join(dir, "away")); err != nil {
					t.Fatal(err)
				}
			}
			r := new(Runner)
			_, err := r.command(t.Context(), dir, nil, "version")
			if (err == nil) != test.fine {
				t.Fatalf("error %v, want none: %v", err, test.fine)
			}
			if err != nil && !strings.Contains(err.Error(), "named pipe or a device") {
				t.Errorf("error %v", err)
			}
		})
	}
}
