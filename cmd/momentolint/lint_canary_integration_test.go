//go:build integration

package main

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// Everything that the go command can be made to run by what it works on, or by
// settings that need not be meant for a tree of a stranger. The plain go
// command runs each, which proves that the canary sings; lint runs none, and
// finds the key all the same.
func TestLintRunsNothingOfWhatItLints(t *testing.T) {
	const (
		cgoFile = "package m\n\n/*\nint f(void) { return 1; }\n*/\nimport \"C\"\n\nfunc F() int { return int(C.f()) }\n"
		gitDir  = ".git/"
	)
	for _, tt := range []struct {
		name  string
		files map[string]string
		// env are variables; CANARY in them and in files is the canary's path,
		// DIR the tree's.
		env []string
		// program is the name under which the canary is found in PATH, if any.
		program string
		// control are the arguments of the go command that runs the canary.
		control []string
		// code is lint's exit code, if it cannot be 1, and says what it says then.
		code int
		says string
	}{
		{name: "cgo", files: map[string]string{"c.go": cgoFile}, program: "gcc", control: []string{"vet", "./..."}},
		{name: "the flags of cgo", files: map[string]string{"c.go": strings.Replace(cgoFile, "int f", "#cgo CFLAGS: -Devil\nint f", 1)}, program: "gcc", control: []string{"vet", "./..."}},
		{name: "pkg-config", files: map[string]string{"c.go": strings.Replace(cgoFile, "int f", "#cgo pkg-config: evil\nint f", 1)}, program: "pkg-config", control: []string{"vet", "./..."}},
		{name: "C++", files: map[string]string{"c.go": cgoFile, "x.cc": "int x;\n"}, program: "gcc", control: []string{"vet", "./..."}},
		{name: "SWIG", files: map[string]string{"x.swig": "%module x\n"}, program: "swig", control: []string{"vet", "./..."}},
		{name: "a package that imports one with cgo", files: map[string]string{
			"c/c.go": strings.Replace(cgoFile, "package m", "package c", 1), "m.go": "package m\n\nimport \"example.com/m/c\"\n\nvar X = c.F()\n",
		}, program: "gcc", control: []string{"vet", "."}},
		{name: "a vendored module with cgo", files: map[string]string{
			"go.mod":                      goMod + "\nrequire example.com/dep v1.0.0\n",
			"m.go":                        "package m\n\nimport \"example.com/dep\"\n\nvar X = dep.F()\n",
			"vendor/modules.txt":          "# example.com/dep v1.0.0\n## explicit; go 1.25.0\nexample.com/dep\n",
			"vendor/example.com/dep/d.go": strings.Replace(cgoFile, "package m", "package dep", 1),
		}, program: "gcc", control: []string{"vet", "./..."}},
		{name: "CC", files: map[string]string{"c.go": cgoFile}, env: []string{"CC=CANARY"}, control: []string{"vet", "./..."}},
		{name: "CC by go env -w", files: map[string]string{"c.go": cgoFile, "env": "CC=CANARY\n"}, env: []string{"GOENV=DIR/env"}, control: []string{"vet", "./..."}},
		{name: "-toolexec in GOFLAGS", env: []string{"GOFLAGS=-toolexec=CANARY"}, control: []string{"vet", "./..."}},
		{name: "-toolexec by go env -w", files: map[string]string{"env": "GOFLAGS=-toolexec=CANARY\n"}, env: []string{"GOENV=DIR/env"}, control: []string{"vet", "./..."}},
		{name: "-toolexec by a relative GOENV", files: map[string]string{"go.env": "GOFLAGS=-toolexec=CANARY\n"}, env: []string{"GOENV=go.env"}, control: []string{"vet", "./..."}},
		{name: "-exec in GOFLAGS", files: map[string]string{"m_test.go": "package m\n"}, env: []string{"GOFLAGS=-exec=CANARY"}, control: []string{"test", "./..."}},
		{name: "GOCACHEPROG", env: []string{"GOCACHEPROG=CANARY"}, control: []string{"vet", "./..."}},
		{name: "GOCACHEPROG by go env -w", files: map[string]string{"env": "GOCACHEPROG=CANARY\n"}, env: []string{"GOENV=DIR/env"}, control: []string{"vet", "./..."}},
		{name: "the toolchain line of go.mod", files: map[string]string{"go.mod": goMod + "\ntoolchain go1.99.1\n"}, env: []string{"GOTOOLCHAIN=path"}, program: "go1.99.1", control: []string{"vet", "./..."}},
		{name: "the go line of go.mod", files: map[string]string{"go.mod": "module example.com/m\n\ngo 1.99.1\n"}, env: []string{"GOTOOLCHAIN=path"}, program: "go1.99.1", control: []string{"vet", "./..."}, code: exitFailed, says: "needs Go 1.99.1"},
		{name: "the toolchain line of go.work", files: map[string]string{"go.work": "go 1.25.0\n\ntoolchain go1.99.1\n\nuse .\n"}, env: []string{"GOTOOLCHAIN=path"}, program: "go1.99.1", control: []string{"vet", "./..."}},
		{name: "the tool line of go.mod", files: map[string]string{
			"go.mod": goMod + "\ntool example.com/m/evil\n", "evil/evil.go": "package main\n\nimport \"os\"\n\nfunc main() { os.WriteFile(`CANARY.sang`, nil, 0o600) }\n",
		}, control: []string{"tool", "evil"}},
		{name: "go:generate", files: map[string]string{"g.go": "package m\n\n//go:generate CANARY\n"}, control: []string{"generate", "./..."}},
		{name: "a test", files: map[string]string{"m_test.go": "package m\n\nimport \"os\"\n\nfunc init() { os.WriteFile(`CANARY.sang`, nil, 0o600) }\n"}, control: []string{"test", "./..."}},
		{name: "git's configuration, for the version in a binary", files: map[string]string{
			"cmd/main.go": "package main\n\nfunc main() {}\n", gitDir + "HEAD": "ref: refs/heads/main\n", gitDir + "objects/keep": "", gitDir + "refs/keep": "",
			gitDir + "config": "[core]\n\trepositoryformatversion = 0\n\tfsmonitor = CANARY\n\tbare = false\n",
		}, control: []string{"build", "-buildvcs=true", "-o", os.DevNull, "./cmd"}},
		{name: "git, to download a module", files: map[string]string{
			"go.mod": goMod + "\nrequire vcs.invalid/evil.git v1.0.0\n", "d/d.go": "package d\n\nimport _ \"vcs.invalid/evil.git\"\n",
		}, env: []string{"GOPROXY=direct", "GONOSUMDB=*", "GOFLAGS=-mod=mod", "GOMODCACHE=DIR/../cache"}, program: "git", control: []string{"mod", "download"}, code: exitFailed},
		{name: "GOAUTH", files: map[string]string{
			"go.mod": goMod + "\nrequire proxy.invalid/evil v1.0.0\n", "d/d.go": "package d\n\nimport _ \"proxy.invalid/evil\"\n",
		}, env: []string{"GOPROXY=https://127.0.0.1:1", "GONOSUMDB=*", "GOFLAGS=-mod=mod", "GOAUTH=CANARY", "GOMODCACHE=DIR/../cache"}, control: []string{"mod", "download"}, code: exitFailed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bin := t.TempDir()
			canary := filepath.Join(bin, "canary")
			name := canary
			if tt.program != "" {
				name = filepath.Join(bin, tt.program)
			}
			// momentolint itself runs git, but knows no other host.
			script := "#!/bin/sh\ncase '" + tt.program + "'$* in git*vcs.invalid*|[!g]*|g[!i]*|'') : >'" + canary + ".sang' ;; esac\nexit 1\n"
			if err := os.WriteFile(name, []byte(script), 0o700); err != nil {
				t.Fatal(err)
			}
			files := map[string]string{"go.mod": goMod, "key.go": keyFile("m", ct.V2(ct.Options{}))}
			maps.Copy(files, tt.files)
			dir := tree(t, files)
			replacer := strings.NewReplacer("CANARY", canary, "DIR", dir)
			for name := range tt.files {
				path := filepath.Join(dir, filepath.FromSlash(name))
				text, err := os.ReadFile(path)
				if err == nil {
					err = os.WriteFile(path, []byte(replacer.Replace(string(text))), 0o600)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			t.Chdir(dir)
			t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
			for _, name := range []string{"GOFLAGS", "GOENV", "GOTOOLCHAIN", "GOPROXY", "CC", "GOPRIVATE"} {
				t.Setenv(name, "")
			}
			t.Setenv("GOTOOLCHAIN", "local")
			t.Setenv("GOPROXY", "off")
			t.Setenv("CGO_ENABLED", "1")
			for _, variable := range tt.env {
				name, value, _ := strings.Cut(replacer.Replace(variable), "=")
				t.Setenv(name, value)
			}
			sang := func() bool {
				_, err := os.Stat(canary + ".sang")
				return err == nil
			}

			r := call(t, "", nil, "lint", "--format", "json")
			if sang() {
				t.Errorf("lint ran it\n%s%s", r.out, r.stderr)
			}
			want := tt.code
			if want == 0 {
				want = exitFound
				if !strings.Contains(r.out, `"key.go"`) {
					t.Errorf("the key is not found")
				}
			}
			if r.code != want || !strings.Contains(r.out, tt.says) {
				t.Errorf("exit %d, want %d and %q\n%s%s", r.code, want, tt.says, r.out, r.stderr)
			}
			out, err := exec.Command("go", tt.control...).CombinedOutput()
			if !sang() {
				t.Errorf("go %s does not run it either: %v\n%s", strings.Join(tt.control, " "), err, out)
			}
		})
	}
}

// What the linted code includes, embeds, links to or claims to come from is
// not quoted, and neither are constants that do not compile.
func TestLintQuotesNoOtherFile(t *testing.T) {
	const secret = "Tr0ub4dor"
	key := ct.V1(ct.Options{})
	cgoFile := "package m\n\n/*\n#include \"OUTSIDE\"\n*/\nimport \"C\"\n\nfunc F() { C.f() }\n"
	asm := map[string]string{"d/d.go": "package d\n\nfunc F()\n\nvar Key = \"" + key + "\"\n", "key.go": keyFile("m", key), "d/d.s": "#include \"OUTSIDE\"\n", "m.go": "package m\n\nimport \"example.com/m/d\"\n\nvar F = d.F\n"}
	for _, tt := range []struct {
		name  string
		files map[string]string
		link  string // a symbolic link to the other file
		args  []string
		code  int
	}{
		{name: "a line comment and a finding", files: map[string]string{"a.go": "package m\n\n//line OUTSIDE:1\nvar Key = \"" + key + "\"\n"}, code: exitFound},
		{name: "a line comment and a finding in a package with cgo", files: map[string]string{"a.go": "package m\n\nimport \"C\"\n\n//line OUTSIDE:1\nvar Key = \"" + key + "\"\n"}, code: exitFound},
		{name: "a line comment and an error", files: map[string]string{"a.go": "package m\n\n//line OUTSIDE:1\nvar n int = \"" + key + "\"\n"}, code: exitFailed},
		{name: "an include", files: map[string]string{"c.go": cgoFile}},
		{name: "an include, with cgo", files: map[string]string{"c.go": cgoFile}, args: []string{"--cgo"}, code: exitFailed},
		{name: "an include of the assembler", files: asm, code: exitFailed},
		{name: "an embedded file", files: map[string]string{"a.go": "package m\n\nimport _ \"embed\"\n\n//go:embed OUTSIDE\nvar s string\n"}, code: exitFailed},
		{name: "an embedded link", files: map[string]string{"a.go": "package m\n\nimport _ \"embed\"\n\n//go:embed x.txt\nvar s string\n"}, link: "x.txt", code: exitFailed},
		{name: "a Go file that is a link", files: map[string]string{"a.go": "package m\n"}, link: "x.go", code: exitFailed},
		{name: "a go.mod that is a link", files: map[string]string{"sub/a.go": "package m\n"}, link: "sub/go.mod", args: []string{"./sub"}, code: exitFailed},
		{name: "a go.work that is a link", files: map[string]string{"a.go": "package m\n"}, link: "go.work", code: exitFailed},
		{name: "constants that do not compile", files: map[string]string{"a.go": "package m\n\nvar a int = \"" + secret + "\"\n"}, code: exitFailed},
		{name: "split constants", files: map[string]string{"a.go": "package m\n\nvar a = \"" + key[:100] + "\" + \"" + key[100:] + "\" + 5\n"}, code: exitFailed},
		{name: "names", files: map[string]string{"a.go": "package m\n\nvar a = x_" + strings.Trim(key, "=") + "\n"}, code: exitFailed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			outside := filepath.Join(t.TempDir(), "outside")
			if err := os.WriteFile(outside, []byte(secret+" = "+secret+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			files := map[string]string{"go.mod": goMod}
			for name, text := range tt.files {
				files[name] = strings.ReplaceAll(text, "OUTSIDE", outside)
			}
			dir := tree(t, files)
			if tt.link != "" {
				if err := os.Symlink(outside, filepath.Join(dir, filepath.FromSlash(tt.link))); err != nil {
					t.Fatal(err)
				}
			}
			t.Chdir(dir)
			t.Setenv("CGO_ENABLED", "1")
			for _, format := range []string{"text", "json"} {
				r := call(t, "", nil, append([]string{"lint", "--offline", "--verbose", "--format", format}, tt.args...)...)
				if r.code != tt.code {
					t.Errorf("exit %d, want %d", r.code, tt.code)
				}
				for _, text := range []string{secret, key[:100], key[100:], key[20:60]} {
					if strings.Contains(r.out+r.stderr, text) {
						t.Errorf("it shows %q", text)
					}
				}
				if t.Failed() || testing.Verbose() {
					t.Logf("%s%s", r.out, r.stderr)
				}
			}
		})
	}
}

// Names that import "C" declares are unknown, and everything else is analyzed:
// in the package, in what imports it, with facts from one to the other.
func TestLintFollowsValuesAroundCgo(t *testing.T) {
	dir := withSDK(t, map[string]string{
		"c/c.go": "package c\n\n/*\nstruct s { int n; };\nint f(void) { return 1; }\n*/\nimport \"C\"\n\n" +
			"import \"github.com/momentohq/client-sdk-go/utils\"\n\nvar n, s = C.f(), C.struct_s{}\n\nfunc F() (int, error) {\n\tx, err := C.f()\n\treturn int(x), err\n}\n\n" +
			"func Never() utils.ExpiresIn { return utils.ExpiresInNever() }\n\nvar Key = \"" + ct.V2(ct.Options{}) + "\"\n",
		"c/c_test.go": "package c\n\nvar testKey = \"" + ct.V2(ct.Options{}) + "\"\n",
		"a.go": "package m\n\nimport (\n\t\"example.com/m/c\"\n\t\"github.com/momentohq/client-sdk-go/momento\"\n)\n\n" +
			"var Request = momento.GenerateApiKeyRequest{ExpiresIn: c.Never()}\n\nvar X, _ = c.F()\n",
		"plain/p.go":  keyFile("plain", ct.V2(ct.Options{})),
		"tagged/t.go": "//go:build cgo\n\npackage tagged\n\nvar Key = \"" + ct.V2(ct.Options{}) + "\"\n",
		"tagged/u.go": "//go:build !cgo\n\npackage tagged\n",
		"bad/b.go":    "package bad\n\nimport \"C\"\n\nvar n [C.N]int\n\nvar m int = \"s\"\n",
	})
	t.Setenv("CGO_ENABLED", "1")
	o := lintJSON(t, dir, exitFailed)
	expectPlaces(t, o, "a.go:8", "c/c.go:20", "c/c_test.go:3", "plain/p.go:3", "tagged/t.go:5")
	said := ""
	for _, s := range o.Summary.Skipped {
		said += s.Path + ": " + s.Reason + "\n"
	}
	for _, want := range []string{"example.com/m/bad: " + "it cannot be analyzed without running cgo, which --cgo allows", "bad/b.go:7", "example.com/m/c: values that pass through C were not followed, which --cgo allows"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is missing in\n%s", want, said)
		}
	}
	t.Run("without cgo", func(t *testing.T) {
		t.Setenv("CGO_ENABLED", "0")
		expectPlaces(t, lintJSON(t, dir, exitFound, "./plain", "./tagged"), "plain/p.go:3")
	})
	t.Run("with cgo", func(t *testing.T) {
		expectPlaces(t, lintJSON(t, dir, exitFound, "--cgo", "./c", "."), "a.go:8", "c/c.go:20", "c/c_test.go:3")
	})
}
