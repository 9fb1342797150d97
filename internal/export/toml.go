package export

import (
	"fmt"
	"strings"

	"github.com/momentolint/momentolint/analyzers/credential"
)

// tomlRule is a rule in the format that gitleaks and betterleaks share.
type tomlRule struct {
	kind                   credential.Kind
	id, description, regex string
	secretGroup            int
	keywords, tags         []string
	// requires is the id of a rule that must match within so many lines, for the
	// expression requiring instead of regex.
	requires, requiring string
	withinLines         int
	// notSecret and stopWords drop a match: regular expressions and, in lower
	// case, words for the secret. gitleaks takes them as an allowlist.
	notSecret, stopWords []string
	// more are further lines of the rule, for betterleaks.
	more string
}

func (r tomlRule) write(b *strings.Builder) {
	b.WriteString("\n[[rules]]\n")
	fmt.Fprintf(b, "id = %s\ndescription = %s\n", tomlString(r.id), tomlString(r.description))
	fmt.Fprintf(b, "regex = '''%s'''\n", r.regex)
	if r.secretGroup > 0 {
		fmt.Fprintf(b, "secretGroup = %d\n", r.secretGroup)
	}
	fmt.Fprintf(b, "keywords = %s\n", tomlList(r.keywords))
	fmt.Fprintf(b, "tags = %s\n", tomlList(r.tags))
	b.WriteString(r.more)
	if r.requires != "" {
		fmt.Fprintf(b, "[[rules.required]]\nid = %s\nwithinLines = %d\n", tomlString(r.requires), r.withinLines)
	}
}

func (r tomlRule) writeAllowlist(b *strings.Builder) {
	if len(r.notSecret)+len(r.stopWords) == 0 {
		return
	}
	b.WriteString("[[rules.allowlists]]\ndescription = \"Placeholders, and tokens of others\"\n")
	if len(r.notSecret) > 0 {
		b.WriteString("regexes = [\n")
		for _, n := range r.notSecret {
			fmt.Fprintf(b, "  '''%s''',\n", n)
		}
		b.WriteString("]\n")
	}
	if len(r.stopWords) > 0 {
		fmt.Fprintf(b, "stopwords = %s\n", tomlList(r.stopWords))
	}
}

// tomlString is a TOML basic string.
func tomlString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func tomlList(list []string) string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = tomlString(s)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
