package gitleaks

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
	"github.com/spf13/viper"
	"github.com/zricethezav/gitleaks/v8/config"
)

// maxConfigSize is the largest configuration that is read, in bytes; gitleaks'
// own has 100,000.
const maxConfigSize = 4 << 20

// maxExtends is how many configurations may extend each other; gitleaks allows
// two.
const maxExtends = 2

// loaded is a user's configuration, with what it extends.
type loaded struct {
	options *Options
	config  config.Config
	// disabled are the rules that it turns off.
	disabled []string
	source   string
	notes    []string
	// names are those of the files that were read, in their tree.
	names []string
}

// Names returns the names in its tree of a configuration and of those that it
// extends, as far as they can be read.
func (f *File) Names() []string {
	l := &loaded{options: &Options{}}
	// Whatever is wrong with one of them, the others are named.
	_, _ = l.load(f, 0)
	return l.names
}

// loadConfig reads a gitleaks configuration. It goes around three habits of
// the library: a global counter that breaks the third configuration of a
// process which extends another, a global viper, and a panic for every regular
// expression that does not compile.
func loadConfig(o *Options) (*loaded, error) {
	l := &loaded{options: o}
	cfg, err := l.load(&o.Config, 0)
	if err != nil {
		return nil, err
	}
	l.config = cfg
	// As its rules know it: they do not look into it.
	l.config.Path = filepath.Base(o.Config.Path)
	return l, nil
}

func (l *loaded) load(file *File, depth int) (config.Config, error) {
	l.names = append(l.names, file.Name)
	text, err := file.read(maxConfigSize)
	if err != nil {
		return config.Config{}, fmt.Errorf("reading the gitleaks configuration: %w", err)
	}
	l.source += file.Path + "\x00" + string(text) + "\x00"
	return l.parse(file, text, depth)
}

// parse turns the text of a configuration into rules and allowlists.
func (l *loaded) parse(file *File, text []byte, depth int) (config.Config, error) {
	path := file.Path
	fields, err := decodeTOML(path, text)
	if err != nil {
		return config.Config{}, err
	}
	if err := checkPatterns(path, text, fields); err != nil {
		return config.Config{}, err
	}
	v := viper.New()
	if err := v.MergeConfigMap(fields); err != nil {
		return config.Config{}, &ConfigError{Path: path, Problem: err.Error()}
	}
	var vc config.ViperConfig
	if err := v.Unmarshal(&vc); err != nil {
		return config.Config{}, &ConfigError{Path: path, Problem: oneLine(err)}
	}
	// Extending is done below: the library's way changes its globals.
	extend := vc.Extend
	vc.Extend = config.Extend{}
	ours := l.withOwnRules(&vc)
	partial := withoutPattern(&vc, ours)
	cfg, err := translate(&vc)
	if err != nil {
		return config.Config{}, &ConfigError{Path: path, Line: lineOf(text, err.Error()), Problem: oneLine(err)}
	}
	l.disabled = append(l.disabled, extend.DisabledRules...)

	var base config.Config
	switch {
	case extend.UseDefault && extend.Path != "":
		return config.Config{}, &ConfigError{Path: path, Problem: "extend.path and extend.useDefault exclude each other"}
	case depth >= maxExtends:
	case extend.UseDefault && l.options.Defaults:
		base, err = l.parse(&File{Path: "gitleaks' own configuration"}, []byte(config.DefaultConfig), maxExtends)
	case extend.UseDefault:
		l.notes = append(l.notes, path+" extends gitleaks' own rules; they find other people's credentials and are not run here")
	case extend.Path != "":
		var other *File
		if other, err = file.extended(extend.Path); err == nil {
			base, err = l.load(other, depth+1)
		}
	}
	if err != nil {
		return config.Config{}, err
	}
	merge(&cfg, base, extend.DisabledRules, partial)
	return cfg, nil
}

// decodeTOML reads the text itself.
func decodeTOML(path string, text []byte) (map[string]any, error) {
	fields := map[string]any{}
	if line := deepKey(text); line > 0 {
		return nil, &ConfigError{Path: path, Line: line, Problem: fmt.Sprintf("a key has more than %d parts", maxKeyParts)}
	}
	if err := toml.Unmarshal(text, &fields); err != nil {
		ce := &ConfigError{Path: path, Problem: oneLine(err)}
		if de, ok := errors.AsType[*toml.DecodeError](err); ok {
			ce.Line, ce.Column = de.Position()
		}
		return nil, ce
	}
	return fields, nil
}

// maxKeyParts is how many parts a key may have, as a.b.c has three. What reads
// the file takes quadratic time for them.
const maxKeyParts = 32

// deepKey returns the line of the first key with more than maxKeyParts parts, 0
// if there is none.
func deepKey(text []byte) int {
	var p unstable.Parser
	p.Reset(text)
	var deep func(n *unstable.Node) bool
	deep = func(n *unstable.Node) bool {
		switch n.Kind {
		case unstable.KeyValue, unstable.Table, unstable.ArrayTable:
			parts := 0
			for keys := n.Key(); keys.Next(); {
				parts++
			}
			if parts > maxKeyParts {
				return true
			}
			return n.Kind == unstable.KeyValue && deep(n.Value())
		case unstable.Array, unstable.InlineTable:
			for children := n.Children(); children.Next(); {
				if deep(children.Node()) {
					return true
				}
			}
		}
		return false
	}
	end := 0
	for p.NextExpression() {
		if deep(p.Expression()) {
			return 1 + bytes.Count(text[:end], []byte("\n"))
		}
		for keys := p.Expression().Key(); keys.Next(); {
			if key := keys.Node(); key.Raw.Length > 0 {
				end = int(key.Raw.Offset)
			}
		}
	}
	return 0
}

// checkPatterns compiles every regular expression before the library does.
func checkPatterns(path string, text []byte, fields map[string]any) error {
	var walk func(name string, value any) error
	walk = func(name string, value any) error {
		switch value := value.(type) {
		case map[string]any:
			for key, v := range value {
				if err := walk(strings.ToLower(key), v); err != nil {
					return err
				}
			}
		case []any:
			for _, v := range value {
				if err := walk(name, v); err != nil {
					return err
				}
			}
		case string:
			if name != "regex" && name != "path" && name != "paths" && name != "regexes" {
				return nil
			}
			if _, err := regexp.Compile(value); err != nil {
				return &ConfigError{Path: path, Line: lineOf(text, value), Problem: oneLine(err)}
			}
			if n := instructions(value); n > maxInstructions {
				return &ConfigError{Path: path, Line: lineOf(text, value), Problem: fmt.Sprintf(
					"the regular expression is too large: it has %d instructions, and %d are allowed; repeat less", n, maxInstructions)}
			}
		}
		return nil
	}
	for key, value := range fields {
		if key = strings.ToLower(key); key == "extend" {
			continue
		}
		if err := walk(key, value); err != nil {
			return err
		}
	}
	return nil
}

// lineOf returns the line on which a part of the text stands, 0 if it does not.
func lineOf(text []byte, part string) int {
	part, _, _ = strings.Cut(part, ":")
	i := bytes.Index(text, []byte(part))
	if part == "" || i < 0 {
		return 0
	}
	return 1 + bytes.Count(text[:i], []byte("\n"))
}

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// withOwnRules adds our rules to those of the configuration, so that it can
// name them, and completes the ones that it changes. It gives their ids.
func (l *loaded) withOwnRules(vc *config.ViperConfig) []string {
	var ids []string
	for _, r := range l.options.Own {
		ids = append(ids, r.ID)
		at := -1
		for i := range vc.Rules {
			if vc.Rules[i].ID == r.ID {
				at = i
			}
		}
		if at < 0 {
			at = len(vc.Rules)
			vc.Rules = slices.Grow(vc.Rules, 1)[:at+1]
			clear(vc.Rules[at:])
		}
		t := &vc.Rules[at]
		t.ID = r.ID
		if t.Regex == "" {
			t.Regex = r.Pattern
		}
		if t.Description == "" {
			t.Description = r.Description
		}
		if t.Keywords == nil {
			t.Keywords = slices.Clone(r.Keywords)
		}
	}
	return ids
}

// withoutPattern completes rules that change another configuration's and have
// neither pattern nor path of their own. It gives their ids.
func withoutPattern(vc *config.ViperConfig, ours []string) []string {
	var ids []string
	for i := range vc.Rules {
		if t := &vc.Rules[i]; t.Regex == "" && t.Path == "" && !slices.Contains(ours, t.ID) {
			t.Regex = neverMatches
			ids = append(ids, t.ID)
		}
	}
	return ids
}

// neverMatches is a pattern that nothing matches.
const neverMatches = `[^\x00-\x{10FFFF}]`

// translate makes the library's configuration, and its panics errors.
func translate(vc *config.ViperConfig) (cfg config.Config, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	cfg, err = vc.Translate()
	if err != nil {
		return cfg, fmt.Errorf("%w", err)
	}
	for _, a := range cfg.Allowlists {
		if err := a.Validate(); err != nil {
			return cfg, fmt.Errorf("[[allowlists]]: %w", err)
		}
	}
	return cfg, nil
}

// merge puts the rules and allowlists of an extended configuration under those
// of the one that extends it, as gitleaks does: what the latter says counts,
// what it leaves out is inherited. Rules in partial exist only to change one
// that is inherited.
func merge(cfg *config.Config, base config.Config, disabled, partial []string) {
	for _, id := range partial {
		if _, ok := base.Rules[id]; !ok {
			delete(cfg.Rules, id)
		}
	}
	for id, b := range base.Rules {
		if slices.Contains(disabled, id) {
			continue
		}
		r, ok := cfg.Rules[id]
		if !ok {
			cfg.Rules[id] = b
			continue
		}
		if r.Description != "" {
			b.Description = r.Description
		}
		if r.Entropy != 0 {
			b.Entropy = r.Entropy
		}
		if r.SecretGroup != 0 {
			b.SecretGroup = r.SecretGroup
		}
		if r.Regex != nil && !slices.Contains(partial, id) {
			b.Regex = r.Regex
		}
		if r.Path != nil {
			b.Path = r.Path
		}
		b.Tags = append(slices.Clip(b.Tags), r.Tags...)
		b.Keywords = append(slices.Clip(b.Keywords), r.Keywords...)
		b.Allowlists = append(slices.Clip(b.Allowlists), r.Allowlists...)
		cfg.Rules[id] = b
	}
	cfg.Allowlists = append(slices.Clip(cfg.Allowlists), base.Allowlists...)
}
