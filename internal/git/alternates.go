package git

import (
	"fmt"
	"os"
	"strings"
)

// alternates reads GIT_ALTERNATE_OBJECT_DIRECTORIES, in which names that hold
// separators are quoted.
func (r *Repo) alternates() []string {
	var dirs []string
	list := r.git.Getenv("GIT_ALTERNATE_OBJECT_DIRECTORIES")
	for list != "" {
		var dir string
		if list[0] == '"' {
			if end := closingQuote(list); end > 0 {
				dir, list = unquoteC(list[1:end]), strings.TrimPrefix(list[end+1:], string(os.PathListSeparator))
				dirs = append(dirs, r.Abs(dir))
				continue
			}
		}
		dir, list, _ = strings.Cut(list, string(os.PathListSeparator))
		if dir != "" {
			dirs = append(dirs, r.Abs(dir))
		}
	}
	return dirs
}

func closingQuote(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

// unquoteC undoes git's quoting of file names.
func unquoteC(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		const letters, values = `abfnrtv"\`, "\a\b\f\n\r\t\v\"\\"
		if at := strings.IndexByte(letters, s[i]); at >= 0 {
			b.WriteByte(values[at])
			continue
		}
		if i+2 < len(s) {
			var v int
			if _, err := fmt.Sscanf(s[i:i+3], "%o", &v); err == nil {
				b.WriteByte(byte(v))
				i += 2
			}
		}
	}
	return b.String()
}
