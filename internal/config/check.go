package config

import (
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"go.yaml.in/yaml/v3"

	"github.com/momentolint/momentolint/internal/rule"
	"github.com/momentolint/momentolint/internal/words"
)

// fields are the known fields of a mapping, each with those of its value.
type fields map[string]fields

// Differences returns the names of the top-level fields in which two
// configurations differ, in the order of the documentation.
func (c *Config) Differences(other *Config) []string {
	var list []string
	a, b := reflect.ValueOf(c).Elem(), reflect.ValueOf(other).Elem()
	for i := range a.NumField() {
		name := a.Type().Field(i).Tag.Get("yaml")
		if name != "" && name != "-" && !reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) {
			list = append(list, name)
		}
	}
	return list
}

// fieldsOf reads the fields off a struct's tags, so that there is one list.
func fieldsOf(v any) fields { return typeFields(reflect.TypeOf(v)) }

func typeFields(t reflect.Type) fields {
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	f := fields{}
	for field := range t.Fields() {
		if name := field.Tag.Get("yaml"); name != "" && name != "-" {
			f[name] = typeFields(field.Type)
		}
	}
	return f
}

// checkFields refuses fields that do not exist, with a suggestion.
func checkFields(file string, node *yaml.Node, known fields) error {
	if known == nil {
		return nil
	}
	switch node.Kind {
	case yaml.SequenceNode:
		for _, element := range node.Content {
			if err := checkFields(file, element, known); err != nil {
				return err
			}
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			key, value := node.Content[i], node.Content[i+1]
			inner, ok := known[key.Value]
			if !ok {
				return &Error{File: file, Line: key.Line, Problem: unknownField(key.Value, known)}
			}
			if err := checkFields(file, value, inner); err != nil {
				return err
			}
		}
	}
	return nil
}

func unknownField(name string, known fields) string {
	names := make([]string, 0, len(known))
	for k := range known {
		names = append(names, k)
	}
	slices.Sort(names)
	if near := words.Nearest(name, names); near != "" {
		return fmt.Sprintf("unknown field %q: did you mean %q?", name, near)
	}
	return fmt.Sprintf("unknown field %q: want one of %s", name, strings.Join(names, ", "))
}

// validate checks what the types cannot express.
func (c *Config) validate(file string, root *yaml.Node) error {
	problem := func(field, format string, args ...any) error {
		return &Error{File: file, Line: lineOf(root, field), Problem: fmt.Sprintf(format, args...)}
	}
	switch {
	case c.Version > 1 || c.Version < 0:
		return problem("version", "version %d of the format: this momentolint knows version 1", c.Version)
	case !slices.Contains([]string{"", "any", "live", "none"}, c.FailOn):
		return problem("fail-on", "fail-on is %q: want any, live or none", c.FailOn)
	case c.MaxArchiveDepth != nil && *c.MaxArchiveDepth < 0:
		return problem("max-archive-depth", "max-archive-depth is negative")
	case c.MaxDecodeDepth != nil && *c.MaxDecodeDepth < 0:
		return problem("max-decode-depth", "max-decode-depth is negative")
	}
	entry := func(field string, i int, format string, args ...any) error {
		return &Error{File: file, Line: lineOfEntry(root, field, i), Problem: fmt.Sprintf(format, args...)}
	}
	for i, glob := range c.Exclude {
		if !doublestar.ValidatePattern(glob) {
			return entry("exclude", i, "exclude: %q is not a glob", glob)
		}
	}
	for _, id := range c.Rules.Disable {
		if near := nearRule(id); near != "" {
			return problem("rules", "rules: unknown rule %q: did you mean %q?", id, near)
		}
	}
	for i, a := range c.Allow {
		switch {
		case a.Fingerprint == "" && a.Rule == "" && a.Path == "":
			return entry("allow", i, "allow, entry %d: needs a fingerprint, a rule or a path", i+1)
		case strings.TrimSpace(a.Reason) == "":
			return entry("allow", i, "allow, entry %d: needs a reason", i+1)
		case a.Path != "" && !doublestar.ValidatePattern(a.Path):
			return entry("allow", i, "allow, entry %d: %q is not a glob", i+1, a.Path)
		case a.Fingerprint != "" && !isFingerprint(a.Fingerprint):
			return entry("allow", i, "allow, entry %d: a fingerprint has 16 hexadecimal digits", i+1)
		}
		if near := nearRule(a.Rule); near != "" {
			return entry("allow", i, "allow, entry %d: unknown rule %q: did you mean %q?", i+1, a.Rule, near)
		}
	}
	return nil
}

// nearRule returns the rule that a misspelled one must have meant. "" for one
// that exists, and for one that is like none of ours: it may be the user's own,
// in a .gitleaks.toml.
func nearRule(id string) string {
	if id == "" {
		return ""
	}
	all := rule.All()
	ids := make([]string, len(all))
	for i, r := range all {
		ids[i] = r.ID
	}
	if slices.Contains(ids, id) {
		return ""
	}
	return words.Nearest(id, ids)
}

func isFingerprint(s string) bool {
	return len(s) == 16 && strings.Trim(s, "0123456789abcdef") == ""
}

// lineOf is the line of a top-level field.
func lineOf(root *yaml.Node, field string) int {
	for i := 0; i+1 < len(root.Content); i += 2 {
		if root.Content[i].Value == field {
			return root.Content[i].Line
		}
	}
	return root.Line
}

// lineOfEntry is the line of an entry of a top-level list.
func lineOfEntry(root *yaml.Node, field string, entry int) int {
	for i := 0; i+1 < len(root.Content); i += 2 {
		if list := root.Content[i+1]; root.Content[i].Value == field && entry < len(list.Content) {
			return list.Content[entry].Line
		}
	}
	return lineOf(root, field)
}

// Excluded reports whether a path, slash-separated and relative to the directory of
// the file, is left out. A directory is left out if everything below it is.
func (c *Config) Excluded(name string, dir bool) bool {
	for _, glob := range c.Exclude {
		if matches(glob, name) {
			return true
		}
		if dir {
			pattern, _ := translate(glob)
			if base, ok := strings.CutSuffix(pattern, "/**"); ok && match(base, name) {
				return true
			}
		}
	}
	return false
}

// matches is the glob rule of the file: without a slash a pattern is about
// names at any depth, as in .gitignore.
func matches(glob, name string) bool {
	pattern, base := translate(glob)
	if base {
		name = path.Base(name)
	}
	return match(pattern, name)
}

// translate returns what a glob of the file means to doublestar, and whether it is
// about base names. People write what .gitignore takes: "vendor/" is everything
// below a directory of that name at any depth, "/vendor" and "./vendor" begin at
// the directory of the file.
func translate(glob string) (pattern string, base bool) {
	glob, below := strings.CutSuffix(glob, "/")
	base = !strings.Contains(glob, "/")
	glob = strings.TrimPrefix(strings.TrimPrefix(glob, "./"), "/")
	switch {
	case !below:
		return glob, base
	case base:
		return "**/" + glob + "/**", false
	}
	return glob + "/**", false
}

func match(pattern, name string) bool {
	ok, err := doublestar.Match(pattern, name)
	return ok && err == nil
}

// Allows returns the reason for which a finding is silenced, "" if it is not.
// name is as for Excluded.
func (c *Config) Allows(fingerprint, rule, name string) string {
	for _, a := range c.Allow {
		if (a.Fingerprint == "" || a.Fingerprint == fingerprint) &&
			(a.Rule == "" || a.Rule == rule) &&
			(a.Path == "" || matches(a.Path, name)) {
			return a.Reason
		}
	}
	return ""
}

// Disabled reports whether a rule is switched off.
func (c *Config) Disabled(rule string) bool { return slices.Contains(c.Rules.Disable, rule) }
