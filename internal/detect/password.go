package detect

import (
	"bytes"
	"slices"
)

// passwordAdvice is for a key in the URL of a database.
const passwordAdvice = "The key is the password of this database URL: after a rotation, change the URL everywhere it is used, or its clients lose their connection."

// schemes are those of URLs of databases that speak RESP. Their user is the name
// of the database or cache, their password the key.
var schemes = []string{"redis", "rediss", "valkey", "valkeys", "redis+tls", "redis-tls"}

// maxUser is how far the scheme of a URL is before its password.
const maxUser = 200

// isPassword reports whether a candidate is the password of a database URL.
func (s *Scanner) isPassword(c *candidate) bool {
	d := s.top.data
	if sign, _ := logical(d, c.hi); sign != '@' || s.wide != narrow {
		return false
	}
	before := d[max(0, c.lo-maxUser):c.lo]
	i := bytes.LastIndex(before, []byte("://"))
	if i < 0 || bytes.ContainsAny(before[i:], " \t\r\n\"'`@") || !bytes.HasSuffix(before, []byte(":")) {
		return false
	}
	lo := i
	for lo > 0 && (wordSet[before[lo-1]] || before[lo-1] == '+' || before[lo-1] == '-') {
		lo--
	}
	return slices.Contains(schemes, string(before[lo:i]))
}
