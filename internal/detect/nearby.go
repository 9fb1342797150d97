package detect

import (
	"bytes"
	"math"
	"strings"

	"github.com/momentolint/momentolint/analyzers/credential"
)

// maxNearby is how far around a credential its neighbours are looked for, in
// bytes of the view.
const maxNearby = 4 << 10

// around returns the text near v[lo:hi], and where it begins.
func around(d []byte, lo, hi int) (text []byte, first int) {
	first = max(0, lo-maxNearby)
	return d[first:min(len(d), hi+maxNearby)], first
}

// momentoDomain is below which Momento's hosts are.
const momentoDomain = "momentohq.com"

// planes are what the hosts of the single services have before the endpoint.
var planes = [...]string{"api.cache.", "cache.", "control.", "token.", "api."}

// nearbyEndpoint looks for the endpoint that belongs to a credential which
// names none: the nearest of Momento's hosts, or the value of a name such as
// MOMENTO_ENDPOINT.
func nearbyEndpoint(d []byte, lo, hi int) string {
	text, first := around(d, lo, hi)
	return nearestEndpoint(text, first, lo, hi)
}

// Endpoint returns the first of Momento's endpoints that a text names, "" if
// there is none: a settings file next to a credential may say where it is for.
func Endpoint(text []byte) string { return nearestEndpoint(text, 0, 0, 0) }

// nearestEndpoint looks in a text, which begins at first, for the endpoint that
// is nearest to lo and hi.
func nearestEndpoint(text []byte, first, lo, hi int) string {
	best, found := math.MaxInt, ""
	consider := func(host string, at int) {
		distance := at - hi
		if at < lo {
			distance = lo - at
		}
		if host = endpointOf(host); host != "" && distance < best && !(lo <= at && at < hi) {
			best, found = distance, host
		}
	}
	for i := 0; ; {
		k := bytes.Index(text[i:], []byte(momentoDomain))
		if k < 0 {
			break
		}
		i += k
		start, end := i, i+len(momentoDomain)
		for start > 0 && hostByte(text[start-1]) {
			start--
		}
		if end == len(text) || !hostByte(text[end]) || text[end] == '.' {
			consider(string(text[start:end]), first+start)
		}
		i = end
	}
	for i := 0; ; {
		k := indexFold(text[i:], "endpoint")
		if k < 0 {
			break
		}
		i += k + len("endpoint")
		if value, _, ok := valueAfter(text, i); ok {
			consider(string(value), first+i)
		}
	}
	return found
}

func hostByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || isDigit(c) || c == '-' || c == '.'
}

// endpointOf returns the endpoint that a value names, "" if it is no host name.
func endpointOf(value string) string {
	if _, after, ok := strings.Cut(value, "://"); ok {
		value = after
	}
	value, _, _ = strings.Cut(value, "/")
	value, _, _ = strings.Cut(value, ":")
	// Hosts are written in lower case; the parts of a token are not.
	value = strings.Trim(value, ".")
	if value != strings.ToLower(value) {
		return ""
	}
	for _, p := range planes {
		if after, ok := strings.CutPrefix(value, p); ok && strings.Count(after, ".") >= 1 {
			value = after
			break
		}
	}
	if len(value) > 128 || !strings.Contains(value, ".") || value == momentoDomain {
		return ""
	}
	for label := range strings.SplitSeq(value, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' {
			return ""
		}
		for i := range len(label) {
			if !hostByte(label[i]) || label[i] == '.' {
				return ""
			}
		}
	}
	// Websites and mail are no endpoints.
	for _, other := range [...]string{"www.", "docs.", "console.", "learn."} {
		if strings.HasPrefix(value, other) {
			return ""
		}
	}
	return value
}

// indexFold is bytes.Index without regard to case; text is lower case.
func indexFold(d []byte, text string) int {
	for i := 0; i+len(text) <= len(d); i++ {
		if d[i]|0x20 == text[0] && strings.EqualFold(string(d[i:i+len(text)]), text) {
			return i
		}
	}
	return -1
}

// valueAfter reads the value that belongs to a name which ends at d[i]: after a
// colon, an equals sign or an arrow, in quotes or not, escapes resolved. at is
// where the value begins, behind its quotation mark.
func valueAfter(d []byte, i int) (value []byte, at int, ok bool) {
	i = skipQuotes(d, i)
	c, n := logical(d, i)
	switch {
	case c == ':' || c == '=':
		i += n
		if c, n = logical(d, i); c == '>' || c == '=' {
			i += n
		}
	case c == ',':
		// As in the call put of a map, with a name and a value.
		i += n
	default:
		return nil, 0, false
	}
	i = skipQuotes(d, i)
	at = i
	for i < len(d) && len(value) < credential.MaxLength {
		c, n := logical(d, i)
		if c <= ' ' || c > '~' || c == '"' || c == '\'' || c == '`' || c == ',' || c == '}' || c == ';' || c == '\\' || c == '<' {
			break
		}
		value = append(value, c)
		i += n
	}
	return value, at, len(value) > 0
}

// skipQuotes goes past blanks and quotation marks.
func skipQuotes(d []byte, i int) int {
	for i < len(d) {
		n := quoteAt(d, i)
		switch {
		case n > 0:
			i += n
		case isBlank(d[i]), d[i] == '+' && (quoteAt(d, i+1) > 0 || i+1 < len(d) && d[i+1] == '%'):
			// Forms write a blank as a plus sign.
			i++
		default:
			c, n := logical(d, i)
			if c != ' ' {
				return i
			}
			i += n
		}
	}
	return i
}

// logical returns the character at d[i] with its escape resolved, and its
// length; a NUL at the end.
func logical(d []byte, i int) (c byte, n int) {
	if i >= len(d) {
		return 0, 0
	}
	if c, n, l := unescape(d, i); n > 0 && l != layerQuotedPrintable {
		return c, n
	}
	return d[i], 1
}
