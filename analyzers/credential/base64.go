package credential

import "encoding/base64"

// decodeBase64 decodes either alphabet, padded or not, into dst, which must
// have room for len(src) bytes. Line breaks inside are skipped.
func decodeBase64(dst, src []byte) ([]byte, bool) {
	for pad := 0; pad < 2 && len(src) > 0 && src[len(src)-1] == '='; pad++ {
		src = src[:len(src)-1]
	}
	enc := base64.RawStdEncoding
	for _, c := range src {
		if c == '-' || c == '_' {
			enc = base64.RawURLEncoding
			break
		}
	}
	n, err := enc.Decode(dst, src)
	return dst[:n], err == nil
}

// isBase64URL reports whether b is one or more characters of the URL alphabet.
func isBase64URL(b []byte) bool {
	for _, c := range b {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_') {
			return false
		}
	}
	return len(b) > 0
}
