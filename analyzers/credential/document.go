package credential

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// parseDocument gives the first credential of a JSON document or INI file.
func parseDocument(text []byte) (Credential, error) {
	// Most JSON has nothing to do with it; decoding it would allocate.
	if !bytes.Contains(text, []byte("ey")) && !bytes.Contains(text, []byte("efresh")) {
		return Credential{}, ErrContext
	}
	if all := ParseAll(text); len(all) > 0 {
		return all[0], nil
	}
	return Credential{}, ErrContext
}

// ParseAll finds the credentials of a document: the text itself if Parse takes
// it, else those in a JSON document (the console's download: the key first,
// then its refresh token), in an INI file (the command line's credentials
// file) or standing as words in any other text, in the order they stand there,
// each once. It is for a text that somebody hands over as being about a
// credential; to search files, use the scanner.
func ParseAll(text []byte) []Credential {
	text = trim(text)
	if len(text) == 0 || len(text) > 16*MaxLength {
		return nil
	}
	if text[0] != '{' && text[0] != '[' {
		if c, err := Parse(text); err == nil {
			return []Credential{c}
		}
	}
	var f finder
	var document any
	if json.Unmarshal(text, &document) == nil {
		f.value(document)
	} else {
		f.lines(text)
	}
	return f.found
}

// finder gathers credentials, each once.
type finder struct {
	found []Credential
}

func (f *finder) add(c Credential, err error) {
	if err != nil {
		return
	}
	for _, other := range f.found {
		if other.RevealWritten() == c.RevealWritten() {
			return
		}
	}
	f.found = append(f.found, c)
}

// value walks a JSON value.
func (f *finder) value(v any) {
	switch v := v.(type) {
	case string:
		if len(v) > 0 && v[0] != '{' && v[0] != '[' {
			f.add(Parse([]byte(v)))
		}
	case []any:
		for _, e := range v {
			f.value(e)
		}
	case map[string]any:
		f.object(v)
	}
}

func (f *finder) object(o map[string]any) {
	key := stringField(o, "apiKey", "api_key")
	endpoint := stringField(o, "endpoint")
	if c, err := Parse([]byte(key)); err == nil {
		if c.Endpoint == "" && endpoint != "" && c.Kind != Legacy {
			c.Endpoint = endpoint
			c.ControlHost, c.CacheHost = "control."+endpoint, "cache."+endpoint
		}
		f.add(c, nil)
	}
	if refresh := stringField(o, "refreshToken", "refresh_token"); refresh != "" {
		_, camel := o["validUntil"]
		_, snake := o["valid_until"]
		f.add(ParseRefreshToken([]byte(refresh), Neighbours{APIKey: []byte(key), Endpoint: endpoint, ValidUntil: camel || snake}))
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		f.value(o[name])
	}
}

func stringField(o map[string]any, names ...string) string {
	for _, n := range names {
		if s, ok := o[n].(string); ok {
			return s
		}
	}
	return ""
}

// sessionSection is the section of the credentials file that holds a login.
const sessionSection = ".momento_session"

// lines walks a text line by line, with the sections of an INI file.
func (f *finder) lines(text []byte) {
	var section, token string
	var validUntil int64
	flush := func() {
		if section == sessionSection && token != "" {
			f.add(ParseSessionToken([]byte(token), validUntil))
		}
		token, validUntil = "", 0
	}
	for line := range bytes.Lines(text) {
		line := strings.TrimSpace(string(line))
		if strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]") {
			flush()
			section = strings.TrimSpace(line[1 : len(line)-1])
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if section == sessionSection && ok {
			switch name {
			case "token":
				token = value
			case "valid_until":
				validUntil, _ = strconv.ParseInt(value, 10, 64)
			}
			continue
		}
		f.words(line)
	}
	flush()
}

// words tries every run of characters that a credential may consist of.
func (f *finder) words(line string) {
	for word := range strings.FieldsFuncSeq(line, func(r rune) bool { return !credentialRune(r) }) {
		// NAME=value: the alphabet has "=" for padding, at the end only.
		if _, value, ok := strings.Cut(word, "="); ok && strings.Trim(value, "=") != "" {
			word = value
		}
		f.add(Parse([]byte(strings.TrimRight(word, "."))))
	}
}

func credentialRune(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("+/=._-", r)
}
