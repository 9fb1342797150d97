// Package doctest keeps the documents true: it finds the fenced blocks of a
// Markdown file, runs those that are shell commands and compares what they
// print with what the document says.
//
// A block is run if its language is sh, bash or console. In a console block
// the lines that start with "$ " are commands, and what follows is their
// output (standard output and error together); a line "..." there stands for
// any number of lines, and "[..]" in a line for any text. A comment on the line
// before the fence says more:
//
//	<!-- doctest: exit 1 -->                 its last command exits with 1
//	<!-- doctest: in scripts/test -->        run by that file, which holds the same commands
//	<!-- doctest: skip, it needs GitHub -->  not run, for the reason given
//
// Blocks of JSON, YAML and Go are parsed.
package doctest

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/format"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Block is a fenced block of a document.
type Block struct {
	// Line is that of the opening fence, from 1.
	Line int
	// Language is the first word after the fence, "" if there is none.
	Language string
	// Text is what stands between the fences, without their indentation.
	Text string
	// Exit is the exit code that the last command is expected to have.
	Exit int
	// In names the file that runs the block's commands, "" if the block is run.
	In string
	// Skip is the reason why the block is not run, "" if it is.
	Skip string
}

// Blocks finds the fenced blocks of a Markdown document.
func Blocks(document string) ([]Block, error) {
	var blocks []Block
	var open *Block
	var fence, indent, previous string
	var text []string
	for i, line := range strings.Split(document, "\n") {
		trimmed := strings.TrimLeft(line, " ")
		switch {
		case open != nil && strings.HasPrefix(trimmed, fence) && strings.Trim(trimmed, fence[:1]+" ") == "":
			open.Text = strings.Join(append(text, ""), "\n")
			blocks = append(blocks, *open)
			open, text = nil, nil
		case open != nil:
			text = append(text, strings.TrimPrefix(line, indent))
		case strings.HasPrefix(trimmed, "```") || strings.HasPrefix(trimmed, "~~~"):
			fence = trimmed[:len(trimmed)-len(strings.TrimLeft(trimmed, trimmed[:1]))]
			indent = line[:len(line)-len(trimmed)]
			language, _, _ := strings.Cut(strings.TrimSpace(trimmed[len(fence):]), " ")
			open = &Block{Line: i + 1, Language: language}
			if err := open.direct(previous); err != nil {
				return nil, fmt.Errorf("line %d: %w", i, err)
			}
		}
		previous = strings.TrimSpace(line)
	}
	if open != nil {
		return nil, fmt.Errorf("line %d: the fence is not closed", open.Line)
	}
	return blocks, nil
}

// direct takes the directive of the line before the fence, if it is one.
func (b *Block) direct(line string) error {
	text, ok := strings.CutPrefix(line, "<!-- doctest:")
	if !ok {
		return nil
	}
	text, ok = strings.CutSuffix(text, "-->")
	if !ok {
		return errors.New("the directive does not end on its line")
	}
	verb, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	rest = strings.TrimSpace(rest)
	var err error
	switch verb {
	case "exit":
		if b.Exit, err = strconv.Atoi(rest); err != nil {
			return fmt.Errorf("the directive's exit code: %w", err)
		}
	case "in":
		b.In = rest
	case "skip,":
		b.Skip = rest
	default:
		return fmt.Errorf("the directive %q is none of exit, in and skip", verb)
	}
	if rest == "" {
		return fmt.Errorf("the directive %q says no more", verb)
	}
	return nil
}

// Runs reports whether the block is to be run.
func (b Block) Runs() bool { return b.shell() && b.In == "" && b.Skip == "" }

func (b Block) shell() bool {
	return b.Language == "sh" || b.Language == "bash" || b.Language == "console"
}

// Check parses a block of data or code; other languages are fine as they are.
func (b Block) Check() error {
	switch b.Language {
	case "json":
		decoder := json.NewDecoder(strings.NewReader(b.Text))
		for {
			var v any
			if err := decoder.Decode(&v); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return fmt.Errorf("reading the JSON: %w", err)
			}
		}
	case "yaml":
		var v any
		if err := yaml.Unmarshal([]byte(b.Text), &v); err != nil {
			return fmt.Errorf("reading the YAML: %w", err)
		}
	case "go":
		if _, err := format.Source([]byte(b.Text)); err != nil {
			return fmt.Errorf("reading the Go code: %w", err)
		}
	}
	return nil
}

// Step is one command of a block with the output that it should have.
type Step struct {
	Command string
	// Output is what it should print; only compared if Compare is true.
	Output  string
	Compare bool
}

// Steps are the commands of a shell block: each of a console block by itself,
// any other block as one script.
func (b Block) Steps() ([]Step, error) {
	if b.Language != "console" {
		return []Step{{Command: b.Text}}, nil
	}
	var steps []Step
	for line := range strings.Lines(b.Text) {
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			steps = append(steps, Step{Command: command, Compare: true})
			continue
		}
		if len(steps) == 0 {
			return nil, errors.New(`a console block starts with a command: "$ …"`)
		}
		last := &steps[len(steps)-1]
		// A command goes on where its line ends in a backslash.
		if last.Output == "" && strings.HasSuffix(last.Command, "\\\n") {
			last.Command += strings.TrimPrefix(line, "> ")
			continue
		}
		last.Output += line
	}
	return steps, nil
}

// Match compares output with what a document says. It gives "" if they agree
// and else what the first difference is.
func Match(want, got string) string {
	wantLines, gotLines := lines(want), lines(got)
	if matches(wantLines, gotLines) {
		return ""
	}
	for i, w := range wantLines {
		if w == "..." {
			break
		}
		if i >= len(gotLines) {
			return fmt.Sprintf("it ends before the line %q", w)
		}
		if !lineMatches(w, gotLines[i]) {
			return fmt.Sprintf("line %d is %q and should be %q", i+1, gotLines[i], w)
		}
	}
	return fmt.Sprintf("it does not fit %q", want)
}

// lines splits a text, without blanks at the ends of lines and of the text.
func lines(text string) []string {
	list := strings.Split(strings.TrimRight(text, " \t\r\n"), "\n")
	for i := range list {
		list[i] = strings.TrimRight(list[i], " \t\r")
	}
	return list
}

func matches(want, got []string) bool {
	for i, w := range want {
		if w == "..." {
			for skip := 0; skip <= len(got)-i; skip++ {
				if matches(want[i+1:], got[i+skip:]) {
					return true
				}
			}
			return false
		}
		if i >= len(got) || !lineMatches(w, got[i]) {
			return false
		}
	}
	return len(want) == len(got)
}

func lineMatches(want, got string) bool {
	if !strings.Contains(want, "[..]") {
		return want == got
	}
	pieces := strings.Split(want, "[..]")
	for i, p := range pieces {
		pieces[i] = regexp.QuoteMeta(p)
	}
	ok, err := regexp.MatchString("^"+strings.Join(pieces, ".*")+"$", got)
	return err == nil && ok
}
