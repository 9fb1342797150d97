package detect

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"sync"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/detect/literal"
	"github.com/momentolint/momentolint/internal/detect/neverexpire"
)

// sort says what a needle promises.
type sort uint8

const (
	// plainStart: a JSON object in base64 begins here: a JWT, its claims, or an
	// envelope.
	plainStart sort = iota
	// plainMiddle: a few characters further in, for tokens whose beginning a
	// line end cuts in two.
	plainMiddle
	// inBase64: base64 of one of the above, or of another encoding's needle.
	inBase64
	// inHex: two hexadecimal digits for each byte, with or without something
	// in between.
	inHex
	// inDecimal: a list of byte values, as JSON writes buffers.
	inDecimal
	// inUTF16: every second byte is zero.
	inUTF16
	// escaped: every character is an escape (percent, \u, \x, octal, HTML).
	escaped
	// named: the name of a field with an opaque text; phase is the index of its
	// kind.
	named
	// section: the name of a section of an INI file; phase is the index of its kind.
	section
	// jwk: a member of a key.
	jwk
	// envelopeMiddle: base64 of an envelope's member api_key.
	envelopeMiddle
	// creation: something that may make a key.
	creation
	// inGzip: base64 of a compressed text begins here.
	inGzip
)

// needle is one string of the literal search.
type needle struct {
	text string
	sort sort
	// phase is, for inBase64, which character of a group of four the needle's
	// first one is; for escaped, how far the first escape begins before it; for
	// inGzip, how often the compressed text is encoded; for creation, the anchor.
	phase int
}

// starts is what stands at the beginning of every JWT, every claims part and
// every envelope: base64 of {" and a letter.
const starts = "eyJ"

// middles follow shortly after: "alg": in a JWT's header where it begins a
// group of four, and the rest of the envelope's two possible first fields.
var middles = [...]string{"bGciOi", "lbmRwb2ludCI6", "hcGlfa2V5Ijo"}

// gzipStart is base64 of the three bytes that every compressed text of gzip
// begins with (RFC 1952, 2.3.1).
const gzipStart = "H4sI"

// longestNeedle is the length of the longest one.
const longestNeedle = 20

// needles lists everything that the literal search looks for. Measured on 1.9
// GB of sources, all of them together occur a few thousand times; each costs
// about 20 ns to reject.
func needles() []needle {
	list := []needle{{starts, plainStart, 0}}
	for _, m := range middles {
		list = append(list, needle{m, plainMiddle, 0})
	}
	// Base64 once more, of the beginning and of what stands further in.
	once := cores(starts)
	list = append(list, once...)
	for _, m := range middles {
		list = append(list, cores(m[:6])...)
	}
	// Twice more.
	for _, n := range once {
		list = append(list, cores(n.text)...)
	}
	// Three times more, of a value that nothing stands before in any layer. (Not
	// of one further in: the other 26 ways are so short that the search would
	// take four times as long.)
	list = append(list, cores(cores(once[0].text)[0].text)[0])
	// Base64 of UTF-16 (PowerShell's encoded commands) and of hex.
	list = append(list, cores("e\x00y\x00J\x00")...)
	list = append(list, cores("65794")...)
	// Hex, plain and of base64, and byte by byte. (Not 0x65, 0x79: tables of
	// such bytes are common and would slow the search by a fifth.)
	list = append(list, needle{"65794", inHex, 0})
	for _, n := range once {
		lower := hex.EncodeToString([]byte(n.text))
		list = append(list, needle{lower, inHex, 0})
		if upper := strings.ToUpper(lower); upper != lower {
			list = append(list, needle{upper, inHex, 0})
		}
	}
	for _, between := range []string{" ", ":", "-"} {
		list = append(list, needle{"65" + between + "79" + between + "4", inHex, 0})
	}
	list = append(list,
		needle{"101,121,74", inDecimal, 0},
		needle{"101, 121, 74", inDecimal, 0},
		// Little and big endian have this in common.
		needle{"e\x00y\x00J", inUTF16, 0},
	)
	for _, n := range once {
		list = append(list, needle{strings.Join(strings.Split(n.text, ""), "\x00"), inUTF16, 0})
	}
	for _, n := range neverexpire.Needles() {
		list = append(list, needle{n.Text, creation, int(n.Anchor)})
	}
	list = append(list,
		needle{"%65%79%4", escaped, 0},
		needle{"%2565%2579", escaped, 0},
		needle{"u0065", escaped, 1},
		needle{`x65\x79\x4`, escaped, 1},
		needle{`x65\\x79\\x4`, escaped, 1},
		needle{`145\171\112`, escaped, 1},
		needle{`145\\171\\112`, escaped, 1},
		needle{"u{65}", escaped, 1},
		needle{"u{0065}", escaped, 1},
		needle{"&#101;&#121;", escaped, 0},
		needle{"&#x65;", escaped, 0},
		needle{"&#X65;", escaped, 0},
		// How gzip begins, and that once more: Helm's releases, cloud-init's files.
		needle{gzipStart, inGzip, 1},
		needle{cores(gzipStart)[0].text, inGzip, 2},
	)
	list = append(list, spaced()...)
	list = append(list, keys()...)
	return append(list, names()...)
}

// spaced are the needles of envelopes with white space after the brace, which
// pretty-printing leaves: how they begin and, since any white space may be there,
// the member that all of them have.
func spaced() []needle {
	var list []needle
	for _, start := range []string{"eyAi", "eyAg", "eyAJ", "eyAK", "eyAN", "ewoi", "ewog", "ewoJ", "ewoK", "ew0K", "ewki", "ewkJ"} {
		list = append(list, needle{start, plainStart, 0})
	}
	for _, n := range cores(`"api_key"`) {
		list = append(list, needle{n.text, envelopeMiddle, n.phase})
		// Base64 once more, and twice.
		for _, once := range cores(n.text[:6]) {
			list = append(list, once, needle{strings.Join(strings.Split(once.text, ""), "\x00"), inUTF16, 0})
			list = append(list, cores(once.text)...)
		}
		middle := n.text[:6]
		list = append(list,
			needle{strings.Join(strings.Split(middle, ""), "\x00"), inUTF16, 0},
			needle{hex.EncodeToString([]byte(middle)), inHex, 0},
		)
	}
	for _, start := range []string{"ewog", "ew0K"} {
		list = append(list, needle{hex.EncodeToString([]byte(start)), inHex, 0})
	}
	// How those begin whose brace a line end or a tab follows, in other encodings.
	list = append(list, cores("65776")...)
	list = append(list, cores("e\x00w\x00")...)
	for _, between := range []string{" ", ":", "-"} {
		list = append(list, needle{"65" + between + "77" + between + "6", inHex, 0}, needle{"65" + between + "77" + between + "3", inHex, 0})
	}
	list = append(list,
		needle{"101,119,", inDecimal, 0}, needle{"101, 119, ", inDecimal, 0},
		needle{"101,121,65", inDecimal, 0}, needle{"101, 121, 65", inDecimal, 0},
	)
	// Every character an escape.
	return append(list,
		needle{"%65%77%", escaped, 0},
		needle{"%2565%2577", escaped, 0},
		needle{`x65\x77\x`, escaped, 1},
		needle{`x65\\x77\\x`, escaped, 1},
		needle{`145\167\`, escaped, 1},
		needle{`145\\167\\`, escaped, 1},
		needle{`145\171\101`, escaped, 1},
		needle{`145\\171\\101`, escaped, 1},
		needle{"&#101;&#119;", escaped, 0},
	)
}

// keys are the needles of private keys: their member kty, plain and encoded.
func keys() []needle {
	const member = `"kty`
	list := []needle{{member, jwk, 0}, {"u0022kty", jwk, 0}, {"%22kty", jwk, 0}}
	once := cores(member)
	list = append(list, once...)
	for _, n := range once {
		list = append(list, cores(n.text)...)
	}
	return append(list,
		needle{hex.EncodeToString([]byte(member)), inHex, 0},
		needle{"34,107,116,121", inDecimal, 0},
		needle{"34, 107, 116, 121", inDecimal, 0},
		needle{"\"\x00k\x00t\x00y", inUTF16, 0},
	)
}

// names are the needles of opaque texts, without the first letter of the name,
// whose case may be either.
func names() []needle {
	var list []needle
	for i, d := range credential.Descriptors() {
		if d.Section != "" {
			list = append(list, needle{d.Section, section, i})
			list = append(list, cores(d.Section)...)
			list = append(list,
				needle{hex.EncodeToString([]byte(d.Section[:8])), inHex, 0},
				needle{strings.Join(strings.Split(d.Section[:6], ""), "\x00"), inUTF16, 0},
			)
		}
		for _, n := range d.Names {
			list = append(list, needle{n[1:], named, i})
			if upper := strings.ToUpper(n); strings.Contains(n, "_") {
				list = append(list, needle{upper[1:], named, i})
			}
			if d.Form&credential.FormJWT != 0 {
				// The token itself, or the key that comes with it, is found in encodings.
				continue
			}
			for _, once := range cores(n[1:]) {
				list = append(list, once)
				list = append(list, cores(once.text[:6])...)
			}
			list = append(list,
				needle{hex.EncodeToString([]byte(n[1:7])), inHex, 0},
				needle{strings.Join(strings.Split(n[1:6], ""), "\x00"), inUTF16, 0},
			)
		}
	}
	return list
}

// cores gives, for each of the three ways that text can lie in a longer one,
// the base64 characters that depend on text alone.
func cores(text string) []needle {
	list := make([]needle, 0, 3)
	for before := range 3 {
		padded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\x00", before) + text + "\x00\x00"))
		first := (8*before + 5) / 6
		last := 8 * (before + len(text)) / 6
		list = append(list, needle{padded[first:last], inBase64, first % 4})
	}
	return list
}

// searcher is the literal search. It knows nothing but the needles, and
// planning it takes milliseconds: a fleet's worker, which makes a detector for
// each of thousands of repositories, does it once.
var searcher = sync.OnceValues(func() (*literal.Searcher, error) {
	list := needles()
	texts := make([]string, len(list))
	for i, n := range list {
		texts[i] = n.text
	}
	return literal.New(texts)
})
