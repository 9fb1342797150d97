package ai

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// A document is a JSON text that a person maintains: it may have comments and
// commas after last elements, and everything that is not changed stays as it is.
type document struct{ text []byte }

// node is a value of a document, with its place in the text.
type node struct {
	kind     byte // '{', '[' or 0
	from, to int
	members  []member
	elements []*node
}

type member struct {
	key  string
	from int
	*node
}

func (n *node) member(key string) *node {
	for _, m := range n.members {
		if m.key == key {
			return m.node
		}
	}
	return nil
}

// maxDepth bounds how deep values may be nested.
const maxDepth = 200

type parser struct {
	text []byte
	at   int
}

// parse parses a document, whose root is an object.
func parse(text []byte) (*node, error) {
	p := &parser{text: text}
	root, err := p.value(0)
	if err == nil {
		p.space()
		switch {
		case p.at < len(text):
			err = p.wrong("unexpected data after the end")
		case root.kind != '{':
			err = p.wrong("want an object")
		}
	}
	return root, err
}

func (p *parser) wrong(reason string) error {
	return fmt.Errorf("line %d: %s", 1+bytes.Count(p.text[:min(p.at, len(p.text))], []byte("\n")), reason)
}

// space skips blanks and comments.
func (p *parser) space() {
	for p.at < len(p.text) {
		rest := p.text[p.at:]
		switch {
		case strings.IndexByte(" \t\r\n", rest[0]) >= 0:
			p.at++
		case bytes.HasPrefix(rest, []byte("//")):
			if end := bytes.IndexByte(rest, '\n'); end >= 0 {
				p.at += end
			} else {
				p.at = len(p.text)
			}
		case bytes.HasPrefix(rest, []byte("/*")):
			end := bytes.Index(rest[2:], []byte("*/"))
			if end < 0 {
				return
			}
			p.at += end + 4
		default:
			return
		}
	}
}

// next skips blanks and returns the next byte, 0 at the end.
func (p *parser) next() byte {
	if p.space(); p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *parser) value(depth int) (*node, error) {
	if depth > maxDepth {
		return nil, p.wrong("nested too deep")
	}
	c := p.next()
	n := &node{from: p.at}
	switch c {
	case '{', '[':
		n.kind = c
		if err := p.inside(n, depth); err != nil {
			return nil, err
		}
	case '"':
		if _, err := p.string(); err != nil {
			return nil, err
		}
	default:
		for p.at < len(p.text) && strings.IndexByte("+-.0123456789abcdefghijklmnopqrstuvwxyzE", p.text[p.at]) >= 0 {
			p.at++
		}
		if !json.Valid(p.text[n.from:p.at]) {
			return nil, p.wrong("invalid value")
		}
	}
	n.to = p.at
	return n, nil
}

// inside parses the members or elements of a value.
func (p *parser) inside(n *node, depth int) error {
	closing := byte('}')
	if n.kind == '[' {
		closing = ']'
	}
	p.at++
	for first := true; ; first = false {
		if !first {
			switch p.next() {
			case ',':
				p.at++
			case closing:
			default:
				return p.wrong("want a comma")
			}
		}
		if p.next() == closing {
			p.at++
			return nil
		}
		m := member{from: p.at}
		var err error
		if n.kind == '{' {
			if m.key, err = p.string(); err != nil {
				return err
			}
			if p.next() != ':' {
				return p.wrong("want a colon")
			}
			p.at++
		}
		if m.node, err = p.value(depth + 1); err != nil {
			return err
		}
		if n.kind == '{' {
			n.members = append(n.members, m)
		} else {
			n.elements = append(n.elements, m.node)
		}
	}
}

func (p *parser) string() (string, error) {
	from := p.at
	if from >= len(p.text) || p.text[from] != '"' {
		return "", p.wrong("want a string")
	}
	for p.at++; p.at < len(p.text) && p.text[p.at] != '"'; p.at++ {
		if p.text[p.at] == '\\' {
			p.at++
		}
	}
	p.at = min(p.at+1, len(p.text))
	var s string
	if json.Unmarshal(p.text[from:p.at], &s) != nil {
		return "", p.wrong("invalid string")
	}
	return s, nil
}

// decode decodes a value of the document into v. Comments inside of it are no
// part of it.
func (d *document) decode(n *node, v any) error {
	return json.Unmarshal(plain(d.text, n), v)
}

// plain returns a value as strict JSON.
func plain(text []byte, n *node) []byte {
	if n.kind == 0 {
		return text[n.from:n.to]
	}
	var parts [][]byte
	for _, m := range n.members {
		key, err := json.Marshal(m.key)
		if err != nil {
			return nil
		}
		parts = append(parts, slices.Concat(key, []byte(":"), plain(text, m.node)))
	}
	for _, e := range n.elements {
		parts = append(parts, plain(text, e))
	}
	closing := byte('}')
	if n.kind == '[' {
		closing = ']'
	}
	return slices.Concat([]byte{n.kind}, bytes.Join(parts, []byte(",")), []byte{closing})
}

// add puts a value into the array at a path of keys, and the objects and the
// array where they are missing.
func (d *document) add(path []string, value any) error {
	n, err := parse(d.text)
	if err != nil {
		return err
	}
	depth := 0
	for ; depth < len(path); depth++ {
		next := n.member(path[depth])
		if next == nil {
			break
		}
		n = next
		if want := byte('{'); depth+1 == len(path) {
			if want = '['; n.kind != want {
				return fmt.Errorf("%s is not a list", strings.Join(path, "."))
			}
		} else if n.kind != want {
			return fmt.Errorf("%s is not an object", strings.Join(path[:depth+1], "."))
		}
	}
	// What is missing of the path, with the value in it.
	for i := len(path) - 1; i >= depth; i-- {
		if i == len(path)-1 {
			value = []any{value}
		}
		if i > depth {
			value = map[string]any{path[i]: value}
		}
	}
	key := ""
	if depth < len(path) {
		key = path[depth]
	}
	return d.insert(n, depth, key, value)
}

// insert puts a value last into an object or array that is nested depth deep.
func (d *document) insert(n *node, depth int, key string, value any) error {
	unit := d.indent()
	prefix := strings.Repeat(unit, depth+1)
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent(prefix, unit)
	if err := e.Encode(value); err != nil {
		return err
	}
	text := prefix + strings.TrimSpace(out.String())
	if n.kind == '{' {
		name, err := json.Marshal(key)
		if err != nil {
			return err
		}
		text = prefix + string(name) + ": " + strings.TrimSpace(out.String())
	}
	last := n.last()
	if last == nil {
		inside := d.text[n.from+1 : n.to-1]
		if len(bytes.TrimSpace(inside)) == 0 {
			inside = nil
		}
		d.text = slices.Concat(d.text[:n.from+1], bytes.TrimRight(inside, " \t\r\n"), []byte("\n"+text+"\n"+strings.Repeat(unit, depth)), d.text[n.to-1:])
		return nil
	}
	// A comment after the last one stays there.
	rest := d.text[last.to:]
	line := rest[:max(bytes.IndexByte(rest, '\n'), 0)]
	comma := ","
	if bytes.HasPrefix(bytes.TrimLeft(line, " \t"), []byte(",")) {
		comma = ""
	}
	if tail := bytes.TrimLeft(line, " \t,\r"); len(tail) > 0 && !bytes.HasPrefix(tail, []byte("//")) {
		line, comma = nil, ","
	}
	line = bytes.TrimRight(line, "\r")
	d.text = slices.Concat(d.text[:last.to], []byte(comma), line, []byte("\n"+text), rest[len(line):])
	return nil
}

func (n *node) last() *node {
	switch {
	case len(n.members) > 0:
		return n.members[len(n.members)-1].node
	case len(n.elements) > 0:
		return n.elements[len(n.elements)-1]
	}
	return nil
}

// indent returns the blanks by which the document indents, those of its first
// indented line.
func (d *document) indent() string {
	for line := range bytes.Lines(d.text) {
		if rest := bytes.TrimLeft(line, " \t"); len(rest) < len(line) && len(bytes.TrimSpace(rest)) > 0 && rest[0] == '"' {
			return string(line[:len(line)-len(rest)])
		}
	}
	return "  "
}

// remove takes a member or element of n out, with a comma.
func (d *document) remove(n *node, i int) {
	var places [][2]int
	for _, m := range n.members {
		places = append(places, [2]int{m.from, m.to})
	}
	for _, e := range n.elements {
		places = append(places, [2]int{e.from, e.to})
	}
	from, to := places[i][0], places[i][1]
	// The comma is the one before it, or that after the first.
	p := &parser{text: d.text, at: to}
	if i > 0 {
		p.at = places[i-1][1]
	}
	comma := -1
	if p.next() == ',' {
		comma = p.at
	}
	blanks := " \t"
	if rest := bytes.TrimLeft(d.text[to:], " \t\r,"); len(rest) == 0 || rest[0] == '\n' {
		blanks = " \t\r\n"
	}
	start := len(bytes.TrimRight(d.text[:from], blanks))
	switch {
	case comma < 0:
		d.text = slices.Concat(d.text[:start], d.text[to:])
	case comma < from:
		start = max(start, comma+1)
		d.text = slices.Concat(d.text[:comma], d.text[comma+1:start], d.text[to:])
	default:
		d.text = slices.Concat(d.text[:start], d.text[to:comma], d.text[comma+1:])
	}
}
