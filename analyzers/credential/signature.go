package credential

import (
	"bytes"
	"slices"
)

// minVariety is how many different characters a token needs that is not a
// row of x or a word: 20 random characters of base64 have 14 at the least,
// but for one case in a million.
const minVariety = 8

// minVaried is the length from which a signature must have minVariety.
const minVaried = 20

// algorithms lists how many base64url characters a signature has (RFC 7518,
// RFC 8037). RSA's depends on the key: 2048, 4096 or 1024 bits.
var algorithms = [...]struct {
	name    string
	lengths [3]int
}{
	{"HS256", [3]int{43}},
	{"HS384", [3]int{64}},
	{"HS512", [3]int{86}},
	{"ES256", [3]int{86}},
	{"ES384", [3]int{128}},
	{"ES512", [3]int{176}},
	{"EdDSA", [3]int{86}},
	{"RS256", rsaLengths},
	{"RS384", rsaLengths},
	{"RS512", rsaLengths},
	{"PS256", rsaLengths},
	{"PS384", rsaLengths},
	{"PS512", rsaLengths},
}

var rsaLengths = [3]int{342, 683, 512}

// SignatureLengths returns how many base64url characters a whole signature of
// the algorithm may have, the most common length first and zeros at the end;
// all zeros if the algorithm is not known.
func SignatureLengths(algorithm []byte) [3]int {
	for i := range algorithms {
		if string(algorithm) == algorithms[i].name {
			return algorithms[i].lengths
		}
	}
	return [3]int{}
}

// wholeSignature reports whether a signature of n characters can be all of one
// by the algorithm. If that is not known, anything of a plausible length can.
func wholeSignature(algorithm []byte, n int) bool {
	lengths := SignatureLengths(algorithm)
	if lengths[0] == 0 {
		return n >= minVaried
	}
	return n > 0 && slices.Contains(lengths[:], n)
}

// checkSignature refuses signatures that are placeholders or masks.
func checkSignature(signature []byte) error {
	switch n := len(signature); {
	case n >= minVaried && !varied(signature), n > 2 && bytes.Count(signature, signature[:1]) == n:
		return ErrSignature
	case n < minVaried && (bytes.EqualFold(signature, signatureWord) || bytes.EqualFold(signature, redactedWord)):
		return ErrSignature
	}
	return nil
}

var signatureWord, redactedWord = []byte("signature"), []byte("redacted")

// varied reports whether the text has enough different characters to be a token.
func varied(b []byte) bool {
	var seen [256]bool
	n := 0
	for _, c := range b {
		if !seen[c] {
			seen[c] = true
			if n++; n >= minVariety {
				return true
			}
		}
	}
	return false
}
