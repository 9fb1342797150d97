package report

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"unicode"

	"github.com/momentolint/momentolint/analyzers/credential"
)

// The markers of comments that silence a finding on their line.
const (
	markerAllow    = "momentolint:allow"
	markerGitleaks = "gitleaks:allow"
	markerNolint   = "nolint"
)

// linter is the name of the golangci-lint linter that holds the suite.
const linter = "momentolint"

// comments answers which findings are silenced. It looks at a file's comments
// when the first finding in that file is asked about.
type comments struct {
	pass  *Pass
	files map[*ast.File][]directive
}

// directive is one silencing comment: the lines it covers and what it says
// about a finding with those names.
type directive struct {
	first, last int
	says        func(names []string) Verdict
}

// Verdict is what a comment says about a finding.
type Verdict uint8

const (
	// Nothing means that it is not about that finding.
	Nothing Verdict = iota
	// Mute means that it wants to silence the finding, but gives no reason.
	Mute
	// Unknown means that it names an unknown rule, and so silences nothing.
	Unknown
	// Silence means that it silences the finding.
	Silence
)

func newComments(p *Pass) *comments {
	return &comments{pass: p, files: make(map[*ast.File][]directive)}
}

// verdict tells what the comments on a finding's lines, or in its further
// region, say about it.
func (c *comments) verdict(d Diagnostic) Verdict {
	file := c.pass.File(d.Pos)
	if file == nil {
		return Nothing
	}
	directives, ok := c.files[file]
	if !ok {
		directives = c.read(file)
		c.files[file] = directives
	}
	if len(directives) == 0 {
		return Nothing
	}
	end := d.End
	if !end.IsValid() {
		end = d.Pos
	}
	names := append([]string{c.pass.Analyzer.Name, linter}, d.Aliases...)
	first, last := c.line(d.Pos), c.line(end)
	said := Nothing
	for _, dir := range directives {
		if dir.covers(first, last) || d.Comments != nil && dir.covers(c.line(d.Comments.Pos()), c.line(d.Comments.End())) {
			said = max(said, dir.says(names))
		}
	}
	return said
}

func (d directive) covers(first, last int) bool { return d.first <= last && first <= d.last }

// line is the line in the file itself, whatever //line comments say.
func (c *comments) line(pos token.Pos) int {
	return c.pass.Fset.PositionFor(pos, false).Line
}

func (c *comments) read(file *ast.File) []directive {
	var found []directive
	for _, group := range file.Comments {
		for _, comment := range group.List {
			first, last := c.line(comment.Pos()), c.line(comment.End())
			if strings.Contains(comment.Text, markerAllow) || strings.Contains(comment.Text, markerGitleaks) {
				found = append(found, directive{first, last, func(names []string) Verdict { return Allowed(comment.Text, names) }})
			}
			if rules, ok := silencedBy(comment.Text); ok && c.pass.settings.Nolint {
				from, to := c.reach(file, comment)
				found = append(found, directive{from, to, func(names []string) Verdict {
					if rules == nil || slices.ContainsFunc(rules, func(rule string) bool { return slices.Contains(names, rule) }) {
						return Silence
					}
					return Nothing
				}})
			}
		}
	}
	return found
}

// Allowed returns what the allow comments in a text say about a finding with
// those names: "momentolint:allow [rule] -- reason", which needs its reason, or
// "gitleaks:allow". A comment that names an unknown rule silences nothing. The
// scanner reads comments in the same way.
func Allowed(text string, names []string) Verdict {
	said := Nothing
	if strings.Contains(text, markerGitleaks) {
		said = Silence
	}
	for {
		_, after, ok := strings.Cut(text, markerAllow)
		if !ok {
			return said
		}
		text = after
		line, _, _ := strings.Cut(after, "\n")
		// The end of the comment is no part of the reason, nor is what follows it.
		line, _, _ = strings.Cut(line, "*/")
		rules, reason, _ := strings.Cut(line, "--")
		named := ruleNames(rules)
		// A line of dashes is not a reason.
		reasoned := strings.ContainsFunc(reason, isWordRune)
		switch {
		case slices.ContainsFunc(named, func(name string) bool { return !slices.Contains(names, name) && !known(name) }):
			if reasoned {
				said = max(said, Unknown)
			} else {
				said = max(said, Mute)
			}
		case len(named) > 0 && !slices.ContainsFunc(named, func(name string) bool { return slices.Contains(names, name) }):
			// It is about other rules.
		case reasoned:
			return Silence
		default:
			said = max(said, Mute)
		}
	}
}

// ruleNames returns the rules that a comment names before its reason.
func ruleNames(text string) []string {
	words := strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == ':' })
	return slices.DeleteFunc(words, func(word string) bool { return !strings.ContainsFunc(word, isWordRune) })
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// known reports whether a rule exists, among the analyzers and the scanner's
// own rules. Those of a user's gitleaks configuration are unknown here: they do
// not apply to what analyzers report.
func known(rule string) bool {
	switch rule {
	case "momentohardcoded", "momentoplaintext", "momentoexpiry", "momentoscope", "momento-never-expiring-key", "momento-key-in-frontend":
		return true
	}
	return slices.ContainsFunc(credential.Kinds(), func(k credential.Kind) bool { return k.Rule() == rule })
}

// silencedBy reads golangci-lint's "//nolint" and "//nolint:a,b // reason". No
// rules means all linters.
func silencedBy(text string) (rules []string, ok bool) {
	rest, ok := strings.CutPrefix(text, "//")
	if !ok {
		return nil, false
	}
	rest, ok = strings.CutPrefix(strings.TrimLeft(rest, " "), markerNolint)
	switch {
	case !ok:
		return nil, false
	case rest == "" || rest[0] == ' ' || rest[0] == '/':
		return nil, true
	case rest[0] != ':':
		return nil, false
	}
	list, _, _ := strings.Cut(rest[1:], "//")
	list, _, _ = strings.Cut(strings.TrimSpace(list), " ")
	for name := range strings.SplitSeq(list, ",") {
		switch name = strings.ToLower(strings.TrimSpace(name)); name {
		case "all":
			return nil, true
		case "":
		default:
			rules = append(rules, name)
		}
	}
	// "//nolint:" without a name silences nothing.
	return rules, len(rules) > 0
}

// reach is the lines that golangci-lint lets a nolint comment cover: its own,
// and all of a node that begins on that line; for a comment alone on its line
// the node that begins on the next one.
func (c *comments) reach(file *ast.File, comment *ast.Comment) (first, last int) {
	own := c.line(comment.Pos())
	start, column := own, 0
	if !c.codeBefore(file, comment) {
		start, column = own+1, c.pass.Fset.PositionFor(comment.Pos(), false).Column
	}
	last = own
	ast.Inspect(file, func(n ast.Node) bool {
		if n == nil {
			return false
		}
		switch n.(type) {
		case *ast.Comment, *ast.CommentGroup:
			return false
		}
		// A comment above the package clause covers the file, which begins there.
		at := c.pass.Fset.PositionFor(n.Pos(), false)
		if at.Line == start && (column == 0 || at.Column == column) {
			last = max(last, c.line(n.End()))
		}
		// A node that ends before the line cannot hold one that begins there.
		_, whole := n.(*ast.File)
		return whole || c.line(n.End()) >= start && at.Line <= start
	})
	return own, last
}

// codeBefore reports whether something else than white space precedes the
// comment on its line.
func (c *comments) codeBefore(file *ast.File, comment *ast.Comment) bool {
	line := c.line(comment.Pos())
	found := false
	ast.Inspect(file, func(n ast.Node) bool {
		if n == nil || found {
			return false
		}
		switch n.(type) {
		case *ast.File:
			return true
		case *ast.Comment, *ast.CommentGroup:
			return false
		}
		if n.Pos() < comment.Pos() && c.line(n.Pos()) == line || n.End() <= comment.Pos() && c.line(n.End()) == line {
			found = true
		}
		return !found && c.line(n.Pos()) <= line && c.line(n.End()) >= line
	})
	return found
}
