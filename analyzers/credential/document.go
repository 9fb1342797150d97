package credential

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// parseDocument returns the first credential of a JSON document or INI file.
func parseDocument(text []byte, ctx Context) (Credential, error) {
	// Most JSON contains no credential, and decoding it would allocate.
	if !bytes.Contains(text, []byte("ey")) && !bytes.Contains(text, []byte("efresh")) && !bytes.Contains(text, []byte("kty")) {
		return Credential{}, ErrContext
	}
	if isEnvelope(text) {
		if c, err := parseObject(text, text); err == nil {
			return c, nil
		}
	}
	if all := ParseAllIn(text, ctx); len(all) > 0 {
		return all[0], nil
	}
	return Credential{}, ErrContext
}

// isEnvelope reports whether a JSON object, which may be truncated, has the members of an envelope
// and no others.
func isEnvelope(object []byte) bool {
	m := objectMembers(object)
	for m.next() {
		if name := string(m.key()); name != "api_key" && name != "endpoint" {
			return false
		}
	}
	return !m.bad || m.cut()
}

// ParseAll returns the credentials of a document, each once: the document itself if Parse accepts
// it, else those in JSON (the console's download: the key, then its refresh token), in an INI file
// (the command line's credentials file), or among the words of any other text, in order of
// appearance. It is for input known to hold a credential; to search files, use the scanner.
func ParseAll(text []byte) []Credential { return ParseAllIn(text, Context{}) }

// ParseAllIn is like ParseAll for a document with known context.
func ParseAllIn(text []byte, ctx Context) []Credential {
	text = trim(text)
	if len(text) == 0 || len(text) > 16*MaxLength {
		return nil
	}
	if text[0] != '{' && text[0] != '[' {
		if c, err := ParseIn(text, ctx); err == nil {
			return []Credential{c}
		}
	}
	ctx.Momento = ctx.namesMomento() || bytes.Contains(bytes.ToLower(text), []byte(momentoFiles))
	f := finder{ctx: ctx, webhooks: ctx.Momento && MentionsWebhooks(text)}
	switch {
	case json.Valid(text):
		f.value(text, 0)
	default:
		f.lines(text)
	}
	return f.found
}

// finder collects credentials, each once.
type finder struct {
	ctx      Context
	webhooks bool
	found    []Credential
}

func (f *finder) add(c Credential, err error) {
	if err != nil {
		return
	}
	for _, other := range f.found {
		if other.Fingerprint() == c.Fingerprint() {
			return
		}
	}
	f.found = append(f.found, c)
}

// maxNesting bounds the nesting depth that is searched.
const maxNesting = 64

// value walks a JSON value.
func (f *finder) value(raw json.RawMessage, depth int) {
	if raw = trimJSONSpace(raw); len(raw) == 0 || depth > maxNesting {
		return
	}
	switch raw[0] {
	case '"':
		f.text(textOf(raw))
	case '[':
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) == nil {
			for _, e := range list {
				f.value(e, depth+1)
			}
		}
	case '{':
		var members map[string]json.RawMessage
		if json.Unmarshal(raw, &members) == nil {
			f.object(raw, members, depth)
		}
	}
}

// text examines a string value: a credential, or a plain object that is or contains one.
func (f *finder) text(s string) {
	switch {
	case s == "":
	case s[0] != '{':
		if s[0] != '[' {
			f.add(ParseIn([]byte(s), f.ctx))
		}
	case isEnvelope([]byte(s)):
		f.add(parseObject([]byte(s), []byte(s)))
	default:
		f.add(ParseSigningKey([]byte(s), f.ctx))
	}
}

// textOf returns the value of a JSON string, "" for other values.
func textOf(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

func (f *finder) object(raw json.RawMessage, o map[string]json.RawMessage, depth int) {
	if c, err := ParseSigningKey(raw, f.ctx); err == nil {
		f.add(c, nil)
		return
	}
	snake := stringField(o, "api_key")
	key := cmp.Or(stringField(o, "apiKey"), snake)
	endpoint := stringField(o, "endpoint")
	enclosed, err := ParseEnclosed([]byte(snake), endpoint)
	if err == nil && (endpoint != "" || isEnvelope(raw)) {
		f.add(enclosed, nil)
	} else if c, err := ParseIn([]byte(key), f.ctx); err == nil {
		if c.Endpoint == "" {
			c.at(endpoint)
		}
		f.add(c, nil)
	}
	if refresh := stringField(o, "refreshToken", "refresh_token"); refresh != "" {
		_, camel := o["validUntil"]
		_, snake := o["valid_until"]
		ctx := f.ctx
		ctx.APIKey, ctx.Endpoint, ctx.ValidUntil = []byte(key), endpoint, camel || snake
		// Other parts of the document prove nothing about this object.
		ctx.Momento = false
		f.add(ParseRefreshToken([]byte(refresh), ctx))
	}
	if secret := stringField(o, WebhookSecret.Descriptor().Names...); secret != "" {
		f.add(ParseWebhookSecret([]byte(secret), Context{Momento: f.webhooks}))
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		f.value(o[name], depth+1)
	}
}

func stringField(o map[string]json.RawMessage, names ...string) string {
	for _, n := range names {
		if s := textOf(o[n]); s != "" {
			return s
		}
	}
	return ""
}

// sessionSection is the section of the credentials file that holds a login.
const sessionSection = ".momento_session"

// lines walks the input line by line, tracking the sections of an INI file.
func (f *finder) lines(text []byte) {
	var section, token string
	var validUntil time.Time
	flush := func() {
		if section == sessionSection && token != "" {
			f.add(ParseSessionToken([]byte(token), Context{ExpiresAt: validUntil}))
		}
		token, validUntil = "", time.Time{}
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
				if at, err := strconv.ParseInt(value, 10, 64); err == nil && at > 0 {
					validUntil = time.Unix(min(at, maxEpoch), 0)
				}
			}
			continue
		}
		if first, last := strings.IndexByte(line, '{'), strings.LastIndexByte(line, '}'); first >= 0 && first < last {
			f.text(line[first : last+1])
		}
		if words := strings.Fields(name); f.webhooks && ok && len(words) > 0 && slices.Contains(WebhookSecret.Descriptor().Names, words[len(words)-1]) {
			f.add(ParseWebhookSecret([]byte(strings.TrimRight(value, ";,")), Context{Momento: true}))
		}
		f.words(line)
	}
	flush()
}

// webhookCalls are names in Momento's SDKs, without the first letter because its case varies, that
// mark code that uses its webhooks.
var webhookCalls = [...][]byte{[]byte("WebhookUtils"), []byte("etWebhookSecret"), []byte("otateWebhookSecret")}

// MentionsWebhooks reports whether text uses the webhooks of Momento's SDKs.
func MentionsWebhooks(text []byte) bool {
	return slices.ContainsFunc(webhookCalls[:], func(name []byte) bool { return bytes.Contains(text, name) })
}

// words tries every run of characters that a credential may consist of.
func (f *finder) words(line string) {
	for word := range strings.FieldsFuncSeq(line, func(r rune) bool { return !credentialRune(r) }) {
		// NAME=value: the alphabet has "=" for padding, at the end only.
		if _, value, ok := strings.Cut(word, "="); ok && strings.Trim(value, "=") != "" {
			word = value
		}
		f.add(ParseIn([]byte(strings.TrimRight(word, ".")), f.ctx))
	}
}

func credentialRune(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("+/=._-", r)
}
