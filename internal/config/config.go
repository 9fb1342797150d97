// Package config reads momentolint's one configuration file,
// .momentolint.yaml. It is found from the scanned directory upwards, so it may be
// part of what is scanned: nothing in it can run a program, name a host or
// loosen where a credential may be sent.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/momentolint/momentolint/internal/lazy"
	"github.com/momentolint/momentolint/internal/userfile"
)

// Names are the file names that Find looks for, in this order.
var names = []string{".momentolint.yaml", ".momentolint.yml"}

// Config is the content of the file. Flags on the command line go before it.
type Config struct {
	// Version is the version of the format, 1.
	Version int `yaml:"version"`
	// Exclude are paths that are not scanned: globs with ** relative to the
	// directory of the file, as in "vendor/**".
	Exclude []string `yaml:"exclude"`
	// Rules switch rules off.
	Rules Rules `yaml:"rules"`
	// Allow silences findings, each with a reason.
	Allow []Allow `yaml:"allow"`
	// Baseline is the baseline's file, relative to the directory of the file.
	Baseline string `yaml:"baseline"`
	// FailOn is any, live or none.
	FailOn string `yaml:"fail-on"`
	// Offline, if true, keeps every run off the network.
	Offline bool `yaml:"offline"`
	// Strict, if true, makes runs fail in which something is opaque.
	Strict bool `yaml:"strict"`
	// ExpiryWarning is how far ahead an expiry counts as soon, e.g. 30d.
	ExpiryWarning Duration `yaml:"expiry-warning"`
	// MaxLifetime is the longest lifetime of a new key that is not reported, e.g.
	// 365d, which is the default; 0 = no limit.
	MaxLifetime *Duration `yaml:"max-lifetime"`
	// MaxArchiveDepth and MaxDecodeDepth bound how deep is unpacked and decoded.
	MaxArchiveDepth *int `yaml:"max-archive-depth"`
	MaxDecodeDepth  *int `yaml:"max-decode-depth"`
	// MaxFileSize leaves out larger files, e.g. 100MB.
	MaxFileSize Size `yaml:"max-file-size"`

	// Dir is the directory of the file; "" if there is none.
	Dir string `yaml:"-"`
	// Path is the file; "" if there is none.
	Path string `yaml:"-"`

	// Text is the file's content in UTF-8.
	Text []byte `yaml:"-"`

	// tree is the tree that the file was found in, and top the directory that it
	// stands for; nil if the user named the file.
	tree fs.FS
	top  string
}

// defaultLifetime is MaxLifetime where the file does not set it, as in the
// analyzer momentoexpiry.
const defaultLifetime = 365 * 24 * time.Hour

// LongestLifetime returns MaxLifetime, or its default.
func (c *Config) LongestLifetime() time.Duration {
	if c.MaxLifetime == nil {
		return defaultLifetime
	}
	return time.Duration(*c.MaxLifetime)
}

// Rules switches rules off by id.
type Rules struct {
	Disable []string `yaml:"disable"`
}

// Allow silences the findings that fit all of its conditions; it needs at
// least one, and a reason.
type Allow struct {
	// Fingerprint is the content's fingerprint, 16 hex digits.
	Fingerprint string `yaml:"fingerprint"`
	// Rule is a rule's id.
	Rule string `yaml:"rule"`
	// Path is a glob like those of Exclude.
	Path string `yaml:"path"`
	// Reason says why, for the next reader.
	Reason string `yaml:"reason"`
}

// Error is a mistake in a configuration file.
type Error struct {
	// File is the file as it was found or named.
	File string
	// Line counts from 1; 0 if the mistake has no line.
	Line int
	// Problem says what is wrong and what was expected.
	Problem string

	err error // the cause, or nil
}

// Unwrap returns the cause, such as fs.ErrNotExist, or nil.
func (e *Error) Unwrap() error { return e.err }

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Problem
	}
	return e.File + ":" + strconv.Itoa(e.Line) + ": " + e.Problem
}

// Find looks for the file in dir and the directories above it, up to the root
// of the repository that dir is in, or of the file system. It returns an empty
// configuration if there is none.
func Find(dir string) (*Config, error) {
	top, err := userfile.Top(dir)
	if err != nil {
		return nil, fmt.Errorf("looking for the configuration: %w", err)
	}
	if _, err := os.Lstat(filepath.Join(top, ".git")); err == nil {
		return FindIn(userfile.Dir(top), top, dir)
	}
	// Outside of any repository each directory is a tree of its own.
	for dir := top; ; dir = filepath.Dir(dir) {
		c, err := FindIn(userfile.Dir(dir), dir, dir)
		if err != nil || c.Path != "" || dir == filepath.Dir(dir) {
			return c, err
		}
	}
}

// FindIn is Find in a tree, up to its top. top is the directory on disk that
// the tree stands for, and dir a directory in it.
func FindIn(tree fs.FS, top, dir string) (*Config, error) {
	name, err := userfile.Name(top, dir)
	if err != nil {
		return nil, fmt.Errorf("looking for the configuration: %w", err)
	}
	for {
		for _, file := range names {
			c, err := ReadIn(tree, top, path.Join(name, file))
			if !errors.Is(err, fs.ErrNotExist) {
				return c, err
			}
		}
		if name == "." {
			return &Config{}, nil
		}
		name = path.Dir(name)
	}
}

// maxSize is the largest file that is taken for a configuration.
const maxSize = 1 << 20

// Read reads a file that the user names. Mistakes in it are of type *Error.
func Read(path string) (*Config, error) {
	data, err := userfile.ReadText(path, maxSize)
	if err != nil {
		return nil, unusable(path, err)
	}
	c, err := Parse(path, data)
	if err != nil {
		return nil, err
	}
	c.Path, c.Dir, c.Text = path, filepath.Dir(path), data
	return c, nil
}

// ReadIn reads a file of a tree, by its name there. top is as for FindIn.
func ReadIn(tree fs.FS, top, name string) (*Config, error) {
	file := filepath.Join(top, filepath.FromSlash(name))
	data, err := userfile.ReadTextFS(tree, name, file, maxSize)
	if err != nil {
		return nil, unusable(file, err)
	}
	c, err := Parse(file, data)
	if err != nil {
		return nil, err
	}
	c.Path, c.Dir, c.Text, c.tree, c.top = file, filepath.Dir(file), data, tree, top
	return c, nil
}

// unusable is the error for a file that cannot be read.
func unusable(file string, err error) error {
	problem := err.Error()
	if e, ok := errors.AsType[*userfile.Error](err); ok {
		problem = e.Reason
	}
	if errors.Is(err, fs.ErrNotExist) {
		problem = "no such configuration file"
	}
	return &Error{File: file, Problem: problem, err: err}
}

// Tree returns the tree that the file is in, nil if the user named the file,
// and the name in it of another file that the configuration names. That is the
// path on disk if there is no tree.
func (c *Config) Tree(file string) (tree fs.FS, name string, err error) {
	full := filepath.Join(c.Dir, filepath.FromSlash(file))
	if c.tree == nil {
		return nil, full, nil
	}
	name, err = userfile.Name(c.top, full)
	if err != nil {
		return nil, "", &Error{File: c.Path, Problem: fmt.Sprintf("%q is outside of the tree", file), err: err}
	}
	return c.tree, name, nil
}

// Parse reads a configuration from memory; name is for messages.
func Parse(name string, data []byte) (*Config, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil {
		return nil, yamlError(name, err)
	}
	c := &Config{}
	if len(document.Content) == 0 {
		return c, nil
	}
	root := document.Content[0]
	if err := checkFields(name, root, fieldsOf(Config{})); err != nil {
		return nil, err
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(c); err != nil {
		return nil, yamlError(name, err)
	}
	var second yaml.Node
	switch err := dec.Decode(&second); {
	case err == nil:
		return nil, &Error{File: name, Line: second.Line, Problem: "unexpected second YAML document: only one is allowed"}
	case !errors.Is(err, io.EOF):
		return nil, yamlError(name, err)
	}
	return c, c.validate(name, root)
}

// mismatch is how the library says that a value is of the wrong kind.
var mismatch = lazy.Regexp("^cannot unmarshal !!(\\w+)(?: `(.*)`)? into (.+)$")

// found is what the library calls a value, in the words of the file's author.
var found = map[string]string{
	"str": "a text", "int": "a number", "float": "a number", "bool": "true or false", "seq": "a list", "map": "a mapping",
}

// wanted is the same for the Go types that it is read into.
var wanted = map[string]string{
	"int": "a whole number", "bool": "true or false", "string": "a text", "[]string": "a list of texts",
	"[]config.Allow": "a list of entries, each with a reason",
	"config.Allow":   `an entry, such as {path: "testdata/**", reason: made up}`,
	"config.Rules":   "a mapping with the field disable",
	"config.Config":  "a mapping with fields such as version and exclude",
}

// expected says in plain words what the library says in its own.
func expected(problem string) string {
	m := mismatch().FindStringSubmatch(problem)
	if m == nil {
		return problem
	}
	is, want := found[m[1]], wanted[m[3]]
	if is == "" || want == "" {
		return problem
	}
	if m[2] != "" {
		return fmt.Sprintf("%q is %s: want %s", m[2], is, want)
	}
	return fmt.Sprintf("this is %s: want %s", is, want)
}

// yamlError takes the first line number and problem out of the library's error.
func yamlError(name string, err error) error {
	text := err.Error()
	var typeError *yaml.TypeError
	if errors.As(err, &typeError) && len(typeError.Errors) > 0 {
		text = typeError.Errors[0]
	}
	text = strings.TrimPrefix(text, "yaml: ")
	e := &Error{File: name, Problem: text}
	if rest, ok := strings.CutPrefix(text, "line "); ok {
		number, problem, ok := strings.Cut(rest, ": ")
		if n, err := strconv.Atoi(number); ok && err == nil {
			e.Line, e.Problem = n, expected(problem)
		}
	}
	return e
}

// Duration is a time span, written with a unit: 30d, 2w, 12h, 90m.
type Duration time.Duration

// UnmarshalYAML reads the written form.
func (d *Duration) UnmarshalYAML(node *yaml.Node) error {
	v, err := ParseDuration(node.Value)
	if err != nil {
		return fmt.Errorf("line %d: %w", node.Line, err)
	}
	*d = Duration(v)
	return nil
}

// ParseDuration reads a span of whole days or weeks (30d, 2w), or one in Go's
// form (12h30m).
func ParseDuration(s string) (time.Duration, error) {
	const day = 24 * time.Hour
	for unit, length := range map[string]time.Duration{"d": day, "w": 7 * day} {
		if number, ok := strings.CutSuffix(s, unit); ok {
			n, err := strconv.ParseInt(number, 10, 32)
			if err == nil && n >= 0 && n <= int64(1<<63-1)/int64(length) {
				return time.Duration(n) * length, nil
			}
		}
	}
	v, err := time.ParseDuration(s)
	if err != nil || v < 0 {
		return 0, fmt.Errorf("%q is not a time span: want a number and a unit, as in 30d, 2w or 12h", s)
	}
	return v, nil
}

// Size is a number of bytes, written with a unit: 500KB, 100MB, 2GB.
type Size int64

// UnmarshalYAML reads the written form.
func (n *Size) UnmarshalYAML(node *yaml.Node) error {
	v, err := ParseSize(node.Value)
	if err != nil {
		return fmt.Errorf("line %d: %w", node.Line, err)
	}
	*n = Size(v)
	return nil
}

// units of sizes: decimal ones as on disks' labels, binary ones with an i.
var units = []struct {
	suffix string
	bytes  int64
}{
	{"kib", 1 << 10}, {"mib", 1 << 20}, {"gib", 1 << 30}, {"tib", 1 << 40},
	{"kb", 1e3}, {"mb", 1e6}, {"gb", 1e9}, {"tb", 1e12},
	{"k", 1 << 10}, {"m", 1 << 20}, {"g", 1 << 30}, {"t", 1 << 40}, {"b", 1}, {"", 1},
}

// ParseSize reads a number of bytes with a unit (KB, MB, GB, TB and KiB …); no
// unit means bytes, 0 means no limit.
func ParseSize(s string) (int64, error) {
	lower := strings.ToLower(strings.TrimSpace(s))
	for _, u := range units {
		number, ok := strings.CutSuffix(lower, u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		// The comparison is false for NaN as well.
		if bytes := n * float64(u.bytes); err == nil && bytes >= 0 && bytes < 1<<62 {
			return int64(bytes), nil
		}
		break
	}
	return 0, fmt.Errorf("%q is not a size: want a number and a unit, as in 500KB, 100MB or 2GiB", s)
}
