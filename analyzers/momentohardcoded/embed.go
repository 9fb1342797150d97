package momentohardcoded

import (
	"bytes"
	"errors"
	"go/ast"
	"go/token"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/internal/find"
	"github.com/momentolint/momentolint/analyzers/internal/report"
)

// Bounds of what is read for one //go:embed directive. An analyzer runs at
// every keystroke; what is larger is for the scanner.
const (
	maxEmbedFile  = 4 << 20
	maxEmbedFiles = 1000
	maxEmbedTotal = 64 << 20
)

const embedDirective = "//go:embed"

// embedded looks into the files that the //go:embed directives of a file take in.
func (c *checker) embedded(file *ast.File) {
	for _, group := range file.Comments {
		for _, comment := range group.List {
			rest, ok := strings.CutPrefix(comment.Text, embedDirective)
			if !ok || rest == "" || rest[0] != ' ' && rest[0] != '\t' {
				continue
			}
			// The file itself, whatever //line comments say.
			dir := filepath.Dir(c.Fset.File(comment.Pos()).Name())
			budget := embedBudget{files: maxEmbedFiles, bytes: maxEmbedTotal}
			for _, p := range embedPatterns(rest) {
				pos := comment.Pos() + token.Pos(len(embedDirective)+p.offset)
				budget.read(os.DirFS(dir), p.text, func(name string, content []byte) {
					c.embeddedFile(group, pos, pos+token.Pos(p.length), name, content)
				})
			}
		}
	}
}

func (c *checker) embeddedFile(group *ast.CommentGroup, pos, end token.Pos, name string, content []byte) {
	for _, found := range find.Text(content) {
		if allowedIn(content, found) || c.inTest(pos) && found.ExpiredAt(c.now) {
			continue
		}
		c.Report(report.Diagnostic{
			Diagnostic: analysis.Diagnostic{
				Pos: pos, End: end, Category: found.Kind.Rule(),
				Message: "embedded file " + strconv.Quote(name) + " holds a Momento " + Describe(found, c.now) +
					"; it becomes part of the program: load it from the environment or a secret manager",
			},
			Aliases: []string{found.Kind.Rule()},
			// The directive's line takes no comment; the lines around it do.
			Comments: group,
		})
	}
}

// allowedIn reports whether the credential's line in the embedded file has a
// comment that silences it.
func allowedIn(content []byte, found credential.Credential) bool {
	i := bytes.Index(content, []byte(found.RevealWritten()))
	if i < 0 {
		return false
	}
	start := bytes.LastIndexByte(content[:i], '\n') + 1
	line, _, _ := bytes.Cut(content[start:], []byte{'\n'})
	return report.Allowed(string(line), []string{Name, found.Kind.Rule()}) == report.Silence
}

// pattern is one pattern of a directive, and where it stands behind it.
type pattern struct {
	text           string
	offset, length int
}

// embedPatterns splits a directive's patterns: words, "quoted" or `quoted`.
func embedPatterns(args string) []pattern {
	var found []pattern
	for i := 0; i < len(args); {
		rest := args[i:]
		if rest[0] == ' ' || rest[0] == '\t' {
			i++
			continue
		}
		quoted, err := strconv.QuotedPrefix(rest)
		if err == nil && (rest[0] == '"' || rest[0] == '`') {
			text, err := strconv.Unquote(quoted)
			if err != nil {
				return found
			}
			found = append(found, pattern{text, i, len(quoted)})
			i += len(quoted)
			continue
		}
		word := rest
		if end := strings.IndexAny(rest, " \t"); end >= 0 {
			word = rest[:end]
		}
		found = append(found, pattern{word, i, len(word)})
		i += len(word)
	}
	return found
}

// embedBudget is what may still be read.
type embedBudget struct{ files, bytes int }

var errEnough = errors.New("enough files read")

// read returns the files that a pattern takes in to f, as the go command does:
// directories wholly, but without names that begin with . or _ unless the pattern
// begins with all:, and not beyond another module.
func (b *embedBudget) read(dir fs.FS, text string, f func(name string, content []byte)) {
	text, all := strings.CutPrefix(text, "all:")
	matches, err := fs.Glob(dir, text)
	if err != nil {
		return // the compiler reports it
	}
	for _, match := range matches {
		err := fs.WalkDir(dir, match, func(name string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return nil //nolint:nilerr // unreadable: the compiler reports it
			case b.files <= 0 || b.bytes <= 0:
				return errEnough
			case name != match && !all && strings.IndexByte("._", path.Base(name)[0]) >= 0:
				if entry.IsDir() {
					return fs.SkipDir
				}
				return nil
			case entry.IsDir():
				if _, err := fs.Stat(dir, path.Join(name, "go.mod")); err == nil && name != match {
					return fs.SkipDir
				}
				return nil
			case !entry.Type().IsRegular():
				return nil
			}
			if content, ok := b.content(dir, name); ok {
				f(name, content)
			}
			return nil
		})
		if err != nil {
			return
		}
	}
}

func (b *embedBudget) content(dir fs.FS, name string) ([]byte, bool) {
	file, err := dir.Open(name)
	if err != nil {
		return nil, false
	}
	defer func() { _ = file.Close() }()
	content, err := io.ReadAll(io.LimitReader(file, maxEmbedFile+1))
	b.files--
	b.bytes -= len(content)
	return content, err == nil && len(content) <= maxEmbedFile
}
