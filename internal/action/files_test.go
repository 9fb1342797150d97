package action_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const root = "../.."

// step is what a composite action and a job have in common.
type step struct {
	Name, ID, Run, Uses, Shell string
	Env, With                  map[string]string
	WorkingDirectory           string `yaml:"working-directory"`
}

// actionFile is action.yml.
type actionFile struct {
	Name, Description, Author string
	Branding                  struct{ Icon, Color string }
	Inputs                    map[string]struct {
		Description string
		Default     *string
		Required    bool
	}
	Outputs map[string]struct{ Description, Value string }
	Runs    struct {
		Using string
		Steps []step
	}
}

func readYAML(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func readAction(t *testing.T) actionFile {
	t.Helper()
	var a actionFile
	readYAML(t, "action.yml", &a)
	return a
}

func TestTheActionsScriptsHoldNoExpressions(t *testing.T) {
	a := readAction(t)
	if a.Runs.Using != "composite" || len(a.Runs.Steps) == 0 {
		t.Fatalf("the action is no composite one: %+v", a.Runs)
	}
	for i, s := range a.Runs.Steps {
		// A caller's text in a script is a script of the caller's.
		if strings.Contains(s.Run, "${{") {
			t.Errorf("step %d: its script holds an expression", i+1)
		}
		if s.Run != "" && s.Shell == "" {
			t.Errorf("step %d has no shell", i+1)
		}
		if s.Run != "" && !strings.HasPrefix(s.Run, "set -euo pipefail\n") {
			t.Errorf("step %d goes on after errors", i+1)
		}
	}
}

func TestEveryInputReachesTheProgram(t *testing.T) {
	a := readAction(t)
	for name, input := range a.Inputs {
		if input.Description == "" || input.Default == nil || input.Required {
			t.Errorf("the input %s needs a description and a default", name)
		}
		used := false
		for _, s := range a.Runs.Steps {
			variable := "MOMENTOLINT_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
			used = used || s.Env[variable] == "${{ inputs."+name+" }}"
		}
		if !used {
			t.Errorf("the input %s goes nowhere", name)
		}
	}
	for name, output := range a.Outputs {
		if output.Description == "" || output.Value != "${{ steps.momentolint.outputs."+name+" }}" {
			t.Errorf("the output %s is %+v", name, output)
		}
	}
}

var pinned = regexp.MustCompile(`^[A-Za-z0-9._/-]+@[0-9a-f]{40}$`)

func TestTheWorkflowsPinWhatTheyUseAndKeepNoRights(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, ".github", "workflows", "*.yml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no workflows: %v", err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		var w struct {
			Permissions *map[string]string
			Jobs        map[string]struct {
				Permissions    *map[string]string
				TimeoutMinutes int `yaml:"timeout-minutes"`
				Steps          []step
			}
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(text, &w); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if w.Permissions == nil || len(*w.Permissions) > 0 {
			t.Errorf("%s: its jobs start with rights that they do not name", name)
		}
		for id, job := range w.Jobs {
			if job.Permissions == nil || job.TimeoutMinutes == 0 {
				t.Errorf("%s: the job %s names no permissions or no time limit", name, id)
			}
			for _, s := range job.Steps {
				if s.Uses != "" && !strings.HasPrefix(s.Uses, "./") && !pinned.MatchString(s.Uses) {
					t.Errorf("%s: %s is not pinned by its commit", name, s.Uses)
				}
				if strings.HasPrefix(s.Uses, "actions/checkout@") && s.With["persist-credentials"] != "false" {
					t.Errorf("%s: the checkout of %s leaves the token behind", name, id)
				}
				if strings.Contains(s.Run, "${{") {
					t.Errorf("%s: a script of %s holds an expression", name, id)
				}
			}
		}
	}
}

// The rules of https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-githubs-form-schema:
// GitHub ignores a form that breaks one.
func TestTheIssueFormsAreForms(t *testing.T) {
	forms := 0
	err := filepath.WalkDir(filepath.Join(root, ".github", "ISSUE_TEMPLATE"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "config.yml" {
			return err
		}
		forms++
		var form struct {
			Name, Description, Title string
			Labels                   []string
			Body                     []struct {
				Type, ID   string
				Attributes struct {
					Label, Description, Placeholder, Value, Render string
					Options                                        []string
				}
				Validations struct{ Required bool }
			}
		}
		name := filepath.Join(".github", "ISSUE_TEMPLATE", d.Name())
		readYAML(t, name, &form)
		if form.Name == "" || form.Description == "" || len(form.Body) == 0 {
			t.Errorf("%s needs a name, a description and a body", name)
		}
		ids, questions := map[string]bool{}, 0
		for _, element := range form.Body {
			switch element.Type {
			case "markdown":
				if element.Attributes.Value == "" {
					t.Errorf("%s: a markdown element says nothing", name)
				}
				continue
			case "dropdown":
				if len(element.Attributes.Options) == 0 {
					t.Errorf("%s: %s has no options", name, element.ID)
				}
			case "input", "textarea":
			default:
				t.Errorf("%s: there is no element %q", name, element.Type)
			}
			questions++
			if element.ID == "" || ids[element.ID] || element.Attributes.Label == "" {
				t.Errorf("%s: %q needs a label and an id of its own", name, element.ID)
			}
			ids[element.ID] = true
		}
		if questions == 0 {
			t.Errorf("%s asks nothing", name)
		}
		return nil
	})
	if err != nil || forms < 4 {
		t.Errorf("%d forms: %v", forms, err)
	}
}
