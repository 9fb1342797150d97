package golint

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/internal/userfile"
)

// kept are the settings of the go command that the user's environment or
// "go env -w" decides. None of them names a program to run, and none changes
// what the files on disk say.
var kept = []string{
	"GOPROXY", "GOSUMDB", "GONOSUMDB", "GOPRIVATE", "GONOPROXY", "GOINSECURE",
	"GOCACHE", "GOMODCACHE", "GOPATH", "GOTMPDIR", "GO111MODULE",
	"GOOS", "GOARCH", "GO386", "GOAMD64", "GOARM", "GOARM64", "GOMIPS", "GOMIPS64", "GOPPC64", "GORISCV64", "GOWASM",
	"GOEXPERIMENT", "GOFIPS140",
}

// keptForCgo are further settings that count if cgo may run: they are the
// user's own choice of a C compiler.
var keptForCgo = []string{
	"CGO_ENABLED", "CGO_CFLAGS", "CGO_CPPFLAGS", "CGO_CXXFLAGS", "CGO_FFLAGS", "CGO_LDFLAGS",
	"CC", "CXX", "FC", "AR", "PKG_CONFIG",
}

// keptFlags are the flags of GOFLAGS that count: those that select files.
// Others, such as -toolexec, run programs, replace files, or change go.mod.
var keptFlags = []string{"tags", "modfile", "modcacherw", "p", "mod=vendor", "mod=readonly"}

// processVariables are the variables beginning with GO that the Go runtime
// reads, or that name the user's installation or workspace.
var processVariables = []string{
	"GOGC", "GOMEMLIMIT", "GOMAXPROCS", "GODEBUG", "GOTRACEBACK", "GOCOVERDIR", "GOROOT", "GOWORK", "GOLANG_VERSION",
}

// environment returns the variables that the go command runs with: those of
// base, and of the user's settings of the go command those that are safe.
func environment(base []string, settings map[string]string, o Options) []string {
	dropped := func(name string) bool {
		switch {
		case slices.Contains(processVariables, name):
			return false
		case o.Cgo && (strings.HasPrefix(name, "PKG_CONFIG") || strings.HasPrefix(name, "CGO_")):
			return false
		}
		return strings.HasPrefix(name, "GO") || strings.HasPrefix(name, "CGO_") || strings.HasPrefix(name, "PKG_CONFIG") ||
			slices.Contains(keptForCgo, name) || name == "PWD"
	}
	var env []string
	for _, variable := range base {
		if name, _, _ := strings.Cut(variable, "="); !dropped(variableName(name)) {
			env = append(env, variable)
		}
	}
	names := kept
	if o.Cgo {
		names = slices.Concat(kept, keptForCgo)
	}
	for _, name := range names {
		if value, ok := settings[name]; ok {
			env = append(env, name+"="+value)
		}
	}
	env = append(env,
		"GOENV=off",
		"GOFLAGS="+goflags(settings["GOFLAGS"]),
		"GOTOOLCHAIN="+toolchain(settings["GOTOOLCHAIN"]),
		"GOCACHEPROG=",
		"GOVCS=*:off", // git and others would run at the addresses that a go.mod names
	)
	if auth := strings.Fields(settings["GOAUTH"]); len(auth) > 0 && !slices.Equal(auth, []string{"netrc"}) {
		env = append(env, "GOAUTH=off") // it names a command
	}
	if o.Offline {
		env = append(env, "GOPROXY=off", "GOSUMDB=off")
	}
	if !o.Cgo {
		env = append(env, "CGO_ENABLED=0")
	}
	return env
}

// variableName returns the name of a variable as the table above has it.
func variableName(name string) string {
	if runtime.GOOS == "windows" {
		return strings.ToUpper(name)
	}
	return name
}

// toolchain returns a value for GOTOOLCHAIN that no go.mod or go.work can
// change: the user's own choice of a release, or the one that is installed.
func toolchain(setting string) string {
	release, _, _ := strings.Cut(setting, "+")
	if strings.HasPrefix(release, "go1") {
		return release
	}
	return "local"
}

// goflags returns GOFLAGS with only what is kept. Git is never asked for the
// state of the tree, which would read the tree's .git/config.
func goflags(setting string) string {
	flags := []string{"-buildvcs=false"}
	for _, field := range splitQuoted(setting) {
		flag := strings.TrimPrefix(strings.TrimPrefix(field, "-"), "-")
		name, _, _ := strings.Cut(flag, "=")
		if !slices.Contains(keptFlags, name) && !slices.Contains(keptFlags, flag) {
			continue
		}
		if strings.ContainsAny(field, " \t\n") {
			field = "'" + field + "'"
		}
		flags = append(flags, field)
	}
	return strings.Join(flags, " ")
}

// splitQuoted splits a list as the go command does: at white space, except in
// fields that begin with a quote.
func splitQuoted(s string) []string {
	var fields []string
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		if quote := s[0]; quote == '\'' || quote == '"' {
			field, rest, ok := strings.Cut(s[1:], string(quote))
			if !ok {
				return fields
			}
			fields, s = append(fields, field), rest
			continue
		}
		end := strings.IndexAny(s, " \t\r\n")
		if end < 0 {
			return append(fields, s)
		}
		fields, s = append(fields, s[:end]), s[end:]
	}
	return fields
}

// userSettings returns the settings of the go command that the user has made,
// in the environment or with "go env -w". The go command is not asked, since
// "go env" runs the C compiler and GOCACHEPROG.
func userSettings() (map[string]string, error) {
	settings := make(map[string]string)
	path := os.Getenv("GOENV")
	if path == "" {
		if dir, err := os.UserConfigDir(); err == nil {
			path = filepath.Join(dir, "go", "env")
		}
	}
	// A relative path would name a file of whatever directory is current.
	if filepath.IsAbs(path) {
		content, err := userfile.Read(path, maxSettings)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("reading the go command's settings: %w", err)
		}
		for line := range strings.Lines(string(content)) {
			if name, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), "="); ok && name != "" && name[0] >= 'A' && name[0] <= 'Z' {
				settings[name] = value
			}
		}
	}
	for _, name := range slices.Concat(kept, keptForCgo, []string{"GOFLAGS", "GOTOOLCHAIN", "GOAUTH"}) {
		if value := os.Getenv(name); value != "" {
			settings[name] = value
		}
	}
	return settings, nil
}

// maxSettings is the largest file of settings that is read, in bytes.
const maxSettings = 1 << 20
