// Package neverexpire finds code that creates Momento API keys without an end,
// or with one that is too far away.
//
// Only JavaScript and TypeScript, Go, HTTP, the command line and Terraform can
// make a key; requests built from the generated protocol files can in any
// language. A search starts at an anchor, a
// piece of text without which no key is made, so files that make none cost
// nothing. Of Go the part in memory is parsed; other files are never parsed:
// everything is looked for in bounded windows around the anchor.
package neverexpire

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"time"
)

// Anchor is what a piece of text may be the beginning of.
type Anchor uint8

// The anchors.
const (
	// Call is the name of an SDK's call or of a protocol message.
	Call Anchor = iota
	// Request is the path of the HTTP API.
	Request
	// Command is the command line's subcommand.
	Command
	// Resource is the Terraform resource.
	Resource
)

// Needle is a piece of text to look for.
type Needle struct {
	Text   string
	Anchor Anchor
}

// Needles returns the pieces of text at which Find is to be called.
func Needles() []Needle {
	return []Needle{
		{"enerateApi", Call},
		{"/api-keys", Request},
		// "api-key" alone is in every other file about web services.
		{"key create", Command},
		{`key", "create`, Command},
		{`key","create`, Command},
		{"key', 'create", Command},
		{"key','create", Command},
		// The subcommand on the next line, of a shell or of a list.
		{"api-key \\\n", Command},
		{"api-key \\\r\n", Command},
		{"api-key `\n", Command},
		{"api-key `\r\n", Command},
		{"api-key ^\r\n", Command},
		{"api-key\",\n", Command},
		{"api-key',\n", Command},
		{"- api-key\n", Command},
		{"- api-key\r\n", Command},
		{`- "api-key"`, Command},
		{"- 'api-key'", Command},
		{"momento_api_key", Resource},
	}
}

// Long is the lifetime from which a key is worth a remark. It is what Momento's
// documentation and the fixes of this program suggest.
const Long = 90 * day

const day = 24 * time.Hour

// The bounds of a search, in bytes.
const (
	maxCall       = 4 << 10  // the arguments of a call, the flags of a command
	maxDefinition = 16 << 10 // the distance to the definition of a variable
	maxResolve    = 3        // how many variables are followed in a row
)

// Text is a file, or the part of one that is in memory.
type Text struct {
	// Path is the file's name, "" if it is not known.
	Path string
	// Data is the part in memory, Beginning the first bytes of the file.
	Data, Beginning []byte
	// Now is the time that fixed dates are compared with.
	Now time.Time
	// MaxLifetime is the longest lifetime that is accepted, 0 for no limit.
	MaxLifetime time.Duration
	// Read is how much of the file had been read when Data was filled.
	Read int64
	// Work counts the bytes that were looked at.
	Work int64

	sdk, sdkKnown bool
	golang        *goFile
}

// Level is how bad a problem is.
type Level uint8

// The levels.
const (
	// Never: the key has no end, or none that matters.
	Never Level = iota
	// Omitted: the expiry was left out, which means never.
	Omitted
	// TooLong: the key lives longer than MaxLifetime.
	TooLong
	// LongLived: the key lives longer than Long, and not longer than MaxLifetime.
	LongLived
)

// Problem is one place that makes a key without a proper end.
type Problem struct {
	// Lo and Hi are the place in Data.
	Lo, Hi int
	Level  Level
	// Life is the lifetime in days for TooLong and LongLived.
	Days float64
}

// prose are the endings of files that describe code.
var prose = []string{".md", ".mdx", ".markdown", ".rst", ".adoc", ".txt", ".html", ".htm", ".map", ".proto", ".tfstate"}

// scripts are the endings of JavaScript and TypeScript, and of files that embed
// it.
var scripts = []string{"", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".vue", ".svelte", ".astro", ".ipynb"}

// Find returns the problems at an anchor, which begins at Data[at].
func (t *Text) Find(anchor Anchor, at int) []Problem {
	ext := t.extension()
	if slices.Contains(prose, ext) {
		return nil
	}
	if t.isGo() && anchor == Call {
		return t.goCall(at)
	}
	if ext == ".go" && !t.sends(anchor, at) {
		return nil
	}
	var list []Problem
	switch anchor {
	case Call:
		list = t.call(at)
	case Request:
		list = t.request(at)
	case Command:
		list = t.command(at)
	case Resource:
		list = t.resource(at)
	}
	return slices.DeleteFunc(list, func(p Problem) bool { return t.inComment(p.Lo) })
}

// sends reports whether a path or a command in Go makes a key: one in the body of
// a request or in the arguments of a program, each a string of its own. Others
// are in usage texts, and those of tests go to no account.
func (t *Text) sends(anchor Anchor, at int) bool {
	switch {
	case strings.HasSuffix(t.Path, "_test.go"):
		return false
	case anchor == Command:
		return bytes.HasPrefix(t.Data[at:], []byte(`key", "create`)) || bytes.HasPrefix(t.Data[at:], []byte(`api-key",`+"\n"))
	}
	return anchor == Request && !t.inComment(at)
}

func (t *Text) extension() string {
	if t.Path == "" {
		return ""
	}
	// A file without an ending must not pass for one whose name is not known.
	if ext := strings.ToLower(path.Ext(t.Path)); ext != "" {
		return ext
	}
	return "."
}

func (t *Text) script() bool { return slices.Contains(scripts, t.extension()) }

// life judges a lifetime; ok is false if there is nothing wrong with it.
func (t *Text) life(seconds float64) (p Problem, ok bool) {
	// Momento's protocol counts seconds in 32 bits; a key that outlives that is
	// one without an end.
	const forever = 1 << 32
	p.Days = seconds / day.Seconds()
	switch {
	case seconds >= forever:
		p.Level = Never
	case t.MaxLifetime > 0 && seconds > t.MaxLifetime.Seconds():
		p.Level = TooLong
	case seconds > Long.Seconds():
		p.Level = LongLived
	default:
		return p, false
	}
	return p, true
}

// until judges a fixed end in seconds since 1970.
func (t *Text) until(epoch float64) (p Problem, ok bool) {
	return t.life(epoch - float64(t.Now.Unix()))
}

// usesSDK reports whether the file imports Momento's JavaScript SDK. It looks
// once per file, and only where a call has been found.
func (t *Text) usesSDK() bool {
	if !t.sdkKnown {
		t.sdkKnown = true
		for _, quote := range []string{`"`, `'`, "`"} {
			t.sdk = t.sdk || bytes.Contains(t.Beginning, []byte(quote+"@gomomento/"))
		}
		t.Work += int64(len(t.Beginning)) / 16
	}
	return t.sdk
}

// generated reports whether a program wrote the file, as protoc does.
func (t *Text) generated() bool {
	head := bytes.ToUpper(t.Beginning[:min(len(t.Beginning), 1<<10)])
	return bytes.Contains(head, []byte("DO NOT EDIT")) || bytes.Contains(head, []byte("GENERATED BY THE PROTOC"))
}

// near returns the text around a place, and where it begins.
func (t *Text) near(lo, hi, distance int) (text []byte, first int) {
	first = max(0, lo-distance)
	text = t.Data[first:min(len(t.Data), hi+distance)]
	t.Work += int64(len(text)) / 4
	return text, first
}

// mentions reports whether text contains a word that is written in lower case,
// in any case.
func mentions(text []byte, word string) bool {
	for i := 0; i+len(word) <= len(text); i++ {
		k := bytes.IndexByte(text[i:], word[0])
		if u := bytes.IndexByte(text[i:], word[0]-'a'+'A'); k < 0 || u >= 0 && u < k {
			k = u
		}
		if k < 0 || i+k+len(word) > len(text) {
			return false
		}
		if i += k; strings.EqualFold(string(text[i:i+len(word)]), word) {
			return true
		}
	}
	return false
}
