package structure

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/momentolint/momentolint/"

// layers lists the packages that programs are built from, the lowest first. A
// package imports only packages of the layers below its own, and packages below
// its own directory. Packages of one layer do not know each other: what two of
// them need belongs below them.
var layers = [][]string{
	{
		"docs", "analyzers", "internal/coverage", "internal/git/inflate", "internal/guard", "internal/lazy", "internal/machine",
		"internal/run", "internal/userfile", "internal/words",
	},
	{"internal/redact", "internal/atomicfile", "internal/gitcmd", "internal/git/odb"},
	{"internal/finding", "internal/git/cache"},
	{"internal/git", "internal/rule"},
	{"internal/git/index", "internal/git/refs", "internal/git/treediff"},
	{"internal/git/changes", "internal/git/history"},
	{
		"internal/account", "internal/action", "internal/baseline", "internal/config", "internal/detect", "internal/export",
		"internal/golint", "internal/hook", "internal/importer", "internal/report", "internal/source", "internal/verify",
	},
	{"scanner", "momentotest"},
	{"internal/cli"},
	{"internal/inspect", "internal/lint"},
	{"cmd/momentolint", "fleet"},
	{"fleet/hosting"},
	{"fleet/cmd/momentolint-fleet"},
}

// within reports whether a package is root or lies below it.
func within(pkg, root string) bool { return pkg == root || strings.HasPrefix(pkg, root+"/") }

// layer returns the number of a package's layer, that of the longest name that
// fits, or -1.
func layer(pkg string) int {
	found, longest := -1, 0
	for n, names := range layers {
		for _, name := range names {
			if within(pkg, name) && len(name) > longest {
				found, longest = n, len(name)
			}
		}
	}
	return found
}

// isTestSupport reports whether only tests import a package.
func isTestSupport(pkg string) bool {
	return within(pkg, "internal/testing") || within(pkg, "test") || strings.HasSuffix(pkg, "test")
}

// imported returns the imports of a file: those of this module without its
// path, as own, and the others.
func (f file) imported(t *testing.T) (own, others []string) {
	t.Helper()
	for _, spec := range f.syntax.Imports {
		pkg, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		if name, ok := strings.CutPrefix(pkg, module); ok {
			own = append(own, name)
		} else {
			others = append(others, pkg)
		}
	}
	return own, others
}

func TestPackagesImportOnlyLowerLayers(t *testing.T) {
	for _, f := range sources(t) {
		if isTestSupport(f.dir) && f.dir != "momentotest" {
			continue
		}
		from := layer(f.dir)
		if from < 0 {
			t.Errorf("%s: the package is in no layer", f.name)
			continue
		}
		own, _ := f.imported(t)
		for _, pkg := range own {
			switch {
			case isTestSupport(pkg):
				t.Errorf("%s imports %s, which is for tests", f.name, pkg)
			case within(pkg, f.dir), within(f.dir, "analyzers") && within(pkg, "analyzers"):
			case layer(pkg) >= from:
				t.Errorf("%s imports %s of its own or a higher layer", f.name, pkg)
			}
		}
	}
}

// A user's golangci-lint is built with the analyzers, so that everything they
// require lifts a version in it.
func TestAnalyzersStandAlone(t *testing.T) {
	for _, f := range sources(t) {
		if !within(f.dir, "analyzers") {
			continue
		}
		own, others := f.imported(t)
		for _, pkg := range own {
			if !within(pkg, "analyzers") || within(f.dir, "analyzers/credential") && !within(pkg, "analyzers/credential") {
				t.Errorf("%s imports %s", f.name, pkg)
			}
		}
		for _, pkg := range others {
			isStandard := !strings.Contains(strings.Split(pkg, "/")[0], ".")
			allowed := within(pkg, "golang.org/x/tools") || pkg == "github.com/golangci/plugin-module-register/register"
			if !isStandard && (!allowed || within(f.dir, "analyzers/credential")) {
				t.Errorf("%s imports %s", f.name, pkg)
			}
		}
	}
}

// Some libraries are known to one place, so that they can be replaced there.
func TestLibrariesAreKnownToOnePlace(t *testing.T) {
	only := map[string][]string{
		"github.com/spf13/cobra":          {"cmd", "internal/cli", "fleet/cmd"},
		"github.com/spf13/viper":          {"internal/detect/gitleaks"},
		"github.com/rs/zerolog":           {"internal/detect/gitleaks"},
		"github.com/zricethezav/gitleaks": {"internal/detect/gitleaks"},
		"github.com/pelletier/go-toml":    {"internal/detect/gitleaks"},
		"github.com/nats-io":              {"fleet"},
	}
	used := map[string]bool{}
	for _, f := range sources(t) {
		_, others := f.imported(t)
		for _, pkg := range others {
			for library, places := range only {
				if !within(pkg, library) {
					continue
				}
				used[library] = true
				if !slices.ContainsFunc(places, func(place string) bool { return within(f.dir, place) }) && !isTestSupport(f.dir) {
					t.Errorf("%s imports %s, which belongs to %s", f.name, pkg, strings.Join(places, ", "))
				}
			}
		}
	}
	for library := range only {
		if !used[library] {
			t.Errorf("no package imports %s: take it from the table", library)
		}
	}
}
