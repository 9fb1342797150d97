package action

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/momentolint/momentolint/internal/userfile"
)

// Runner is what GitHub's runner tells a step
// (https://docs.github.com/en/actions/reference/workflows-and-actions/variables).
type Runner struct {
	// Event is the name of the event, EventPath the file with its payload.
	Event, EventPath string
	// Workspace is the directory in which the checkout is, Temp one for the job's own files.
	Workspace, Temp string
	// Output and Summary are the files that take the step's outputs and its part
	// of the run's page; "" where the runner has none.
	Output, Summary string
}

// NewRunner reads the runner's variables. The error names the first of those
// that have to be there and are not.
func NewRunner(getenv func(string) string) (Runner, error) {
	r := Runner{
		Event: getenv("GITHUB_EVENT_NAME"), EventPath: getenv("GITHUB_EVENT_PATH"),
		Workspace: getenv("GITHUB_WORKSPACE"), Temp: getenv("RUNNER_TEMP"),
		Output: getenv("GITHUB_OUTPUT"), Summary: getenv("GITHUB_STEP_SUMMARY"),
	}
	for _, v := range []struct{ name, value string }{
		{"GITHUB_EVENT_NAME", r.Event}, {"GITHUB_EVENT_PATH", r.EventPath}, {"GITHUB_WORKSPACE", r.Workspace}, {"RUNNER_TEMP", r.Temp},
	} {
		if v.value == "" {
			return Runner{}, fmt.Errorf("this command is the inside of the GitHub action; the variable %s is not set", v.name)
		}
	}
	return r, nil
}

// maxEvent is more than GitHub's largest payloads (25 MB), in bytes.
const maxEvent = 64 << 20

// Plan reads the event.
func (r Runner) Plan() (Plan, error) {
	event, err := userfile.Read(r.EventPath, maxEvent)
	if err != nil {
		return Plan{}, fmt.Errorf("reading the event: %w", err)
	}
	return NewPlan(r.Event, event)
}

// Inputs are what the workflow asks for, checked as far as this package can.
type Inputs struct {
	// Directory is the directory of the checkout below the workspace, for those
	// that actions/checkout made in a path of their own.
	Directory string
	// Paths are scanned on events without commits, relative to the checkout.
	Paths []string
	// History: on such events, the whole history instead.
	History bool
	// Lint runs the Go analyzers; LintAuto only where there is a go.mod.
	Lint, LintAuto bool
	// FailOn is any, live or none; Live asks the service.
	FailOn string
	Live   bool
	// Baseline, Config and SARIF are files; "" = none.
	Baseline, Config, SARIF string
	// ConfigFrom is the revision whose configuration counts; "" = that of the
	// event's base.
	ConfigFrom string
	// Flags are further flags of "scan", each with its value.
	Flags []string
}

// NewInputs reads the action's inputs from the variables that action.yml sets.
func NewInputs(getenv func(string) string) (Inputs, error) {
	input := func(name string) string {
		return strings.TrimSpace(getenv("MOMENTOLINT_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))))
	}
	in := Inputs{
		Directory: filepath.FromSlash(input("working-directory")), Paths: Lines(input("paths")), FailOn: input("fail-on"),
		Baseline: input("baseline"), Config: input("config"), ConfigFrom: input("config-from"), SARIF: input("sarif-file"),
	}
	if len(in.Paths) == 0 {
		in.Paths = []string{"."}
	}
	if in.FailOn == "" {
		in.FailOn = "any"
	}
	var errs [5]error
	if in.Directory == "" {
		in.Directory = "."
	}
	if !filepath.IsLocal(in.Directory) {
		errs[4] = fmt.Errorf("the input working-directory is a directory below the workspace, not %q", in.Directory)
	}
	in.History, errs[0] = Bool("history", input("history"), false)
	in.Live, errs[1] = Bool("live", input("live"), true)
	if in.LintAuto = strings.EqualFold(input("lint"), "auto") || input("lint") == ""; !in.LintAuto {
		if in.Lint, errs[2] = Bool("lint", input("lint"), true); errs[2] != nil {
			errs[2] = fmt.Errorf("the input lint is true, false or auto, not %q", input("lint"))
		}
	}
	in.Flags, errs[3] = Flags(getenv("MOMENTOLINT_ARGS"))
	return in, errors.Join(errs[:]...)
}

// HasModule reports whether there is a go.mod in the directory or below it, where
// the go command would take it for a part of the code: not in testdata and
// vendor, nor in directories whose names begin with "." or "_".
func HasModule(dir string) (bool, error) {
	found := errors.New("found")
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err // d may be nil
		}
		switch name := d.Name(); {
		case d.IsDir() && path != dir && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") ||
			name == "testdata" || name == "vendor" || name == "node_modules"):
			return fs.SkipDir
		case name == "go.mod" && d.Type().IsRegular():
			return found
		}
		return nil
	})
	if errors.Is(err, found) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("looking for a go.mod: %w", err)
	}
	return false, nil
}
