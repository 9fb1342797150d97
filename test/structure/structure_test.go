// Package structure holds the tests of promises that one package keeps for
// all: what it does, no other package may do.
package structure

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rule says what only some packages may use.
type rule struct {
	// promise is what breaks where another package does it.
	promise string
	// imports are the packages whose import is restricted, uses single names of
	// packages, as "import/path.Name".
	imports, uses []string
	// only are the packages that may, relative to the repository.
	only []string
}

var rules = []rule{
	{
		promise: "nothing scanned is executed: git is started by internal/gitcmd, the go command by internal/golint, what the user named by internal/run",
		imports: []string{"os/exec"},
		uses: []string{
			"os.StartProcess", "syscall.StartProcess", "syscall.ForkExec", "syscall.Exec", "syscall.CreateProcess", "syscall.CreateProcessAsUser",
			"golang.org/x/sys/unix.Exec", "golang.org/x/sys/windows.CreateProcess", "golang.org/x/sys/windows.ShellExecute",
		},
		only: []string{"internal/gitcmd", "internal/golint", "internal/run"},
	},
	{
		promise: "our own files cannot hang or mislead us: internal/userfile reads them",
		uses:    []string{"os.ReadFile", "io/ioutil.ReadFile"},
		// Copies the test data of analyzers, which cannot import userfile.
		only: []string{"analyzers/internal/corpus"},
	},
	{
		promise: "our own files cannot hang or mislead us: internal/userfile opens them; internal/source opens what is scanned, the others directories, locks and what they write",
		uses:    []string{"os.Open", "os.OpenFile", "os.OpenRoot", "os.OpenInRoot"},
		only: []string{
			"internal/userfile", "internal/source", "scanner", "internal/report", "fleet", "internal/action", "internal/atomicfile", "internal/golint",
		},
	},
	{
		promise: "a credential goes only where it may: internal/guard opens connections, internal/account and internal/verify speak over them, and the fleet connects to its own services",
		uses: []string{
			"net.Dial", "net.DialTimeout", "net.DialIP", "net.DialTCP", "net.DialUDP", "net.DialUnix", "net.Dialer",
			"crypto/tls.Client", "crypto/tls.Dial", "crypto/tls.DialWithDialer", "crypto/tls.Dialer",
			"net/http.Client", "net/http.Transport", "net/http.DefaultClient", "net/http.DefaultTransport",
			"net/http.Get", "net/http.Head", "net/http.Post", "net/http.PostForm",
			"google.golang.org/grpc.NewClient", "google.golang.org/grpc.Dial", "google.golang.org/grpc.DialContext",
		},
		only: []string{"internal/guard", "internal/account", "internal/verify", "fleet", "fleet/hosting"},
	},
}

// file is a source file that is no test.
type file struct {
	name, dir string
	syntax    *ast.File
}

// sources parses all files of all modules that are no tests.
func sources(t *testing.T) []file {
	t.Helper()
	root := filepath.Join("..", "..")
	var files []file
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() && name != root && (base == "testdata" || base[0] == '.' || base[0] == '_') {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(base, ".go") || strings.HasSuffix(base, "_test.go") {
			return nil
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		rel = filepath.ToSlash(rel)
		files = append(files, file{rel, path.Dir(rel), syntax})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// breaches returns what a file uses of what a rule restricts.
func (r *rule) breaches(f *ast.File) []string {
	var found []string
	names := map[string]string{} // of imports in the file
	for _, spec := range f.Imports {
		pkg, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		if slices.Contains(r.imports, pkg) {
			found = append(found, pkg)
		}
		name := path.Base(pkg)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = pkg
		if name == "." && slices.ContainsFunc(r.uses, func(use string) bool { return strings.HasPrefix(use, pkg+".") }) {
			found = append(found, "all of "+pkg)
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := selector.X.(*ast.Ident); ok {
				if use := names[x.Name] + "." + selector.Sel.Name; slices.Contains(r.uses, use) {
					found = append(found, use)
				}
			}
		}
		return true
	})
	return found
}

func TestPromisesAreKeptInOnePackage(t *testing.T) {
	files := sources(t)
	for _, r := range rules {
		used := map[string]bool{}
		for _, f := range files {
			breaches := r.breaches(f.syntax)
			if len(breaches) == 0 {
				continue
			}
			used[f.dir] = true
			if !slices.Contains(r.only, f.dir) && !isTestSupport(f.dir) {
				t.Errorf("%s uses %s (%s)", f.name, strings.Join(breaches, ", "), r.promise)
			}
		}
		if len(used) == 0 {
			t.Errorf("nothing uses %v, so the rule is about nothing", slices.Concat(r.imports, r.uses))
		}
	}
}

func TestBreachesAreFound(t *testing.T) {
	for source, want := range map[string]int{
		`import "os/exec"`:                     1,
		`import x "os/exec"`:                   1,
		`import . "os/exec"`:                   1,
		`import _ "os/exec"`:                   1,
		`import "os"; var f = os.StartProcess`: 1,
		`import y "syscall"; func f() { _ = y.Exec("", nil, nil) }`: 1,
		`import . "syscall"`:                         1,
		`import "os"; var s = "os/exec"`:             0,
		`import "syscall"; var n = syscall.O_RDONLY`: 0,
	} {
		f, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\n"+source+"\n", 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := rules[0].breaches(f); len(got) != want {
			t.Errorf("%s: %q", source, got)
		}
	}
}
