package detect

// set is a set of bytes.
type set [256]bool

func setOf(chars string) set {
	var s set
	for i := range len(chars) {
		s[chars[i]] = true
	}
	return s
}

const (
	letters   = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	digits    = "0123456789"
	hexDigits = "0123456789abcdefABCDEF"
)

// The alphabets. These tables never change.
var (
	// base64Set holds both alphabets of base64, without padding.
	base64Set = setOf(letters + digits + "+/-_")
	// urlSet is the alphabet of a JWT's parts.
	urlSet = setOf(letters + digits + "-_")
	// tokenSet is what a JWT or an envelope consists of, without padding.
	tokenSet = setOf(letters + digits + "+/-_.")
	hexSet   = setOf(hexDigits)
	wordSet  = setOf(letters + digits + "_")
)

// sextet returns the six bits of a character of base64, either alphabet; 255 for
// others.
var sextets = func() (t [256]uint8) {
	for i := range t {
		t[i] = 255
	}
	for i := range len(letters + digits) {
		t[(letters + digits)[i]] = uint8(i)
	}
	t['+'], t['-'], t['/'], t['_'] = 62, 62, 63, 63
	return t
}()

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// unhex returns the value of a hexadecimal digit, 255 for others.
func unhex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}

// hexPair returns the byte that two hexadecimal digits at d[i] spell.
func hexPair(d []byte, i int) (c byte, ok bool) {
	if i+1 >= len(d) {
		return 0, false
	}
	a, b := unhex(d[i]), unhex(d[i+1])
	return a<<4 | b, a|b < 16
}
