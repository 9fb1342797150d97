package detect

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/finding"
)

// publicPrefixes begin the names of variables that a bundler copies into what
// every visitor loads: Next.js, Vite, Expo, Create React App, Nuxt, and Astro
// and SvelteKit.
var publicPrefixes = []string{"NEXT_PUBLIC_", "VITE_", "EXPO_PUBLIC_", "REACT_APP_", "NUXT_PUBLIC_", "PUBLIC_"}

// publicBlocks are the blocks of configuration files whose values end up in the
// bundle whatever their names, by the beginning of the file's name.
var publicBlocks = []struct {
	file   string
	blocks []string
}{
	{"next.config.", []string{"env", "publicRuntimeConfig"}},
	{"vite.config.", []string{"define"}},
	{"app.json", []string{"extra"}},
	{"app.config.", []string{"extra"}},
	{"nuxt.config.", []string{"public"}},
}

// longLived reports whether credentials of a kind have no place in a front end.
// Disposable tokens are made for it.
func longLived(k credential.Kind) bool {
	d := k.Descriptor()
	return d.Key || d.Mints
}

// The bounds of a search for the name before a credential, in bytes.
const (
	maxName   = 128
	maxBefore = 256     // between the name and the value
	maxBlocks = 8 << 10 // back to the block around it
)

// published looks for the reason why a credential ends up in a browser, and
// adds a finding at the name of the variable that holds it.
func (s *Scanner) published(c *candidate) {
	if s.wide != narrow || !longLived(c.match.Credential.Kind) {
		return
	}
	d := s.top.data
	lo, hi := nameBefore(d, c.lo)
	name := string(d[lo:hi])
	var why string
	switch {
	case isPublicName(name):
		why = "The variable " + policyText(name) + " is copied into the front end's bundle"
	case s.inPublicBlock(c.lo):
		why = "The value of " + policyText(name) + " is copied into the front end's bundle"
		if name == "" {
			why = "This value is copied into the front end's bundle"
		}
	case s.inBundle():
		why = "This file is a front end's bundle"
	default:
		return
	}
	if lo == hi {
		// Nothing names it: the character before it.
		lo, hi = max(0, c.lo-1), c.lo
	}
	if lo == hi {
		return
	}
	m := Match{
		Rule:    finding.FrontendRule,
		Message: why + ", so every visitor can read and use this long-lived credential; clients should get disposable tokens.",
		// Another key at the same place is another finding.
		Fingerprint: fingerprint(finding.FrontendRule, name+"\x00"+c.match.Fingerprint),
		Redacted:    policyText(string(d[lo:hi])),
	}
	i, _ := slices.BinarySearchFunc(s.others, lo, func(p *candidate, lo int) int { return p.lo - lo })
	s.others = slices.Insert(s.others, i, &candidate{lo: lo, hi: hi, match: m, text: string(d[lo:hi]), policy: true})
}

func isPublicName(name string) bool {
	return slices.ContainsFunc(publicPrefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) && len(name) > len(prefix) })
}

// nameBefore returns the name of the variable or the field whose value begins at
// d[at]. Where there are lists of names and values, it is the value of the name.
func nameBefore(d []byte, at int) (lo, hi int) {
	i := skipBack(d, at)
	if call := []byte("JSON.stringify("); bytes.HasSuffix(d[:i], call) {
		i = skipBack(d, i-len(call))
	}
	switch {
	case bytes.HasSuffix(d[:i], []byte("=>")):
		i -= 2
	case i > 0 && (d[i-1] == '=' || d[i-1] == ':'):
		i--
	case i > 0 && i < at && wordSet[d[i-1]]:
		// ENV NAME value of a Dockerfile.
	default:
		return at, at
	}
	hi = skipBack(d, i)
	lo = hi
	for lo > 0 && hi-lo < maxName && (wordSet[d[lo-1]] || d[lo-1] == '$') {
		lo--
	}
	if k := skipBack(d, lo); k > 1 && d[k-1] == ':' && i < len(d) && d[i] == '=' && k < hi &&
		!bytes.ContainsAny(d[k:lo], "\"'`") && !bytes.HasSuffix(bytes.ToLower(d[max(0, k-5):k]), []byte("$env:")) {
		// const name: string = "…"
		hi = skipBack(d, k-1)
		for lo = hi; lo > 0 && hi-lo < maxName && wordSet[d[lo-1]]; {
			lo--
		}
	}
	if strings.EqualFold(string(d[lo:hi]), "value") {
		if l, h, ok := listedName(d, lo); ok {
			return l, h
		}
	}
	return lo, hi
}

// skipBack goes back past blanks, line ends, quotation marks and their escapes.
func skipBack(d []byte, i int) int {
	for first := i; i > 0 && first-i < maxBefore; i-- {
		switch d[i-1] {
		case ' ', '\t', '\n', '\r', '"', '\'', '`', '\\':
		default:
			return i
		}
	}
	return i
}

// listedName returns the value of the field "name" that is near a field "value",
// as in Kubernetes and ECS lists.
func listedName(d []byte, at int) (lo, hi int, ok bool) {
	from := max(0, at-maxBefore)
	i := bytes.LastIndex(bytes.ToLower(d[from:at]), []byte("name"))
	if i < 0 {
		return 0, 0, false
	}
	value, lo, ok := valueAfter(d, from+i+len("name"))
	if !ok || lo+len(value) > at {
		return 0, 0, false
	}
	return lo, lo + len(value), true
}

// inPublicBlock reports whether the place is in a block of a configuration file
// that a bundler publishes.
func (s *Scanner) inPublicBlock(at int) bool {
	base := path.Base(s.path)
	i := slices.IndexFunc(publicBlocks, func(b struct {
		file   string
		blocks []string
	},
	) bool {
		return strings.HasPrefix(base, b.file)
	})
	if s.path == "" || i < 0 {
		return false
	}
	d := s.top.data
	from := max(0, at-maxBlocks)
	s.work += int64(at - from)
	depth := 0
	for k := at - 1; k >= from; k-- {
		switch d[k] {
		case '}':
			depth++
		case '{':
			if depth--; depth < 0 {
				lo, hi := nameBefore(d, k)
				if slices.Contains(publicBlocks[i].blocks, string(d[lo:hi])) {
					return true
				}
				depth = 0
			}
		}
	}
	return false
}

// bundleEndings are the files of a built front end.
var bundleEndings = []string{".js", ".mjs", ".css", ".html", ".htm", ".map", ".json"}

// inBundle reports whether the file is part of a built front end: in a
// directory that builds write to, not the server's part of it, and for a
// browser.
func (s *Scanner) inBundle() bool {
	ext := strings.ToLower(path.Ext(s.path))
	if s.path == "" || !slices.Contains(bundleEndings, ext) {
		return false
	}
	dirs := strings.Split(path.Dir(strings.ReplaceAll(s.path, "!", "/")), "/")
	built := false
	browser := ext == ".html" || ext == ".htm" || ext == ".css"
	for _, dir := range dirs {
		switch dir {
		case "dist", "build", ".next", "out", "_next", ".output", ".svelte-kit":
			built = true
		case "server", "functions", "lambda", "node_modules", "cache", "standalone":
			return false
		case "static", "assets", "chunks", "_nuxt", "immutable", "public", "client", "browser", "www":
			browser = true
		}
	}
	if !built || ext == ".json" {
		return false
	}
	if !browser {
		s.work += int64(len(s.beginning)) / 8
		browser = bytes.Contains(s.beginning, []byte("document.")) || bytes.Contains(s.beginning, []byte("window."))
	}
	return browser
}
