package export

import (
	"fmt"
	"io"
	"strings"

	"github.com/momentolint/momentolint/analyzers/credential"
)

// specificity ranks our rules above betterleaks' own (100), so that its rule
// for any JWT does not report the same text again.
const specificity = 200

// validateGlobal asks the management API, which knows the global keys of every
// region, for a list of one key: 403 means a live key without the right to list
// keys.
const validateGlobal = `finding.secret matches "^[A-Za-z0-9._-]+$" ? (
  let r = http.get("https://mga.registry.prod.a.momentohq.com/api-keys?limit=1", {"Authorization": finding.secret, "Accept": "application/json"});
  r.status in [200, 403] ? {"result": "valid", "metadata": {"may_list_keys": r.status == 200}}
  : r.status == 401 ? {"result": "invalid", "reason": "Unauthorized"}
  : {"result": "unknown", "reason": "HTTP " + string(r.status)}
) : {"result": "unknown", "reason": "in pieces, or in UTF-16"}
`

// validateEnvelope asks the host that the key names, if it is one of Momento's, for
// an item of a cache that need not exist: 404 means a live key.
const validateEnvelope = `finding.secret matches "^[A-Za-z0-9+/=]+$" ? (
  let key = fromJSON(fromBase64(finding.secret));
  let host = key?.endpoint ?? "";
  host matches "^[a-z0-9-]+([.][a-z0-9-]+)*[.]momentohq[.]com$" ? (
    let r = http.get("https://api.cache." + host + "/cache/momentolint?key=momentolint", {"Authorization": key?.api_key ?? ""});
    r.status in [200, 403, 404] ? {"result": "valid", "metadata": {"endpoint": host}}
    : r.status == 401 ? {"result": "invalid", "reason": "Unauthorized"}
    : {"result": "unknown", "reason": "HTTP " + string(r.status)}
  ) : {"result": "unknown", "reason": "the endpoint is not one of Momento's hosts"}
) : {"result": "unknown", "reason": "in pieces, or in UTF-16"}
`

// filter is an expression that drops a match if it is true.
func filter(b *strings.Builder, r tomlRule) {
	if len(r.notSecret)+len(r.stopWords) == 0 {
		return
	}
	b.WriteString("filter = '''\n")
	var terms []string
	if len(r.notSecret) > 0 {
		terms = append(terms, "matchesAny(finding.secret, [`"+strings.Join(r.notSecret, "`, `")+"`])")
	}
	if len(r.stopWords) > 0 {
		// It compares in lower case.
		terms = append(terms, `containsAny(finding.secret, [`+`"`+strings.Join(r.stopWords, `", "`)+`"])`)
	}
	b.WriteString(strings.Join(terms, " ||\n") + "\n'''\n")
}

func writeBetterleaks(w io.Writer) error {
	var b strings.Builder
	b.WriteString(header(
		"",
		"  betterleaks fs . --config momento.toml",
		"",
		"or, from a configuration of your own: [extend] path = \"momento.toml\".",
		"Betterleaks 2 or newer. Unless --offline is given, it sends keys to Momento's own hosts to see whether they work.",
	))
	b.WriteString("\ntitle = \"Momento credentials\"\nminVersion = \"2.0.0-rc.1\"\n")
	b.WriteString("\n# In addition to betterleaks' own rules; without these two lines, instead of them.\n[extend]\nuseDefault = true\n")
	for _, r := range tomlRules() {
		// A required rule's own finding would be swallowed by this one.
		r.requires = ""
		switch d := r.kind.Descriptor(); {
		case d.Key && d.Global:
			r.more = validateBlock(validateGlobal)
		case d.Key && d.Form == credential.FormEnvelope:
			r.more = validateBlock(validateEnvelope)
		}
		var more strings.Builder
		fmt.Fprintf(&more, "specificity = %d\n", specificity)
		filter(&more, r)
		r.more = more.String() + r.more
		r.write(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func validateBlock(expression string) string { return "validate = '''\n" + expression + "'''\n" }
