// Package rule is the one table of what momentolint reports: each rule's id,
// what it means, how much it matters and how to get rid of the finding. All
// reports and "momentolint rules" print from it.
package rule

import (
	"slices"
	"strconv"
	"strings"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/docs"
	"github.com/momentolint/momentolint/internal/finding"
)

// Class says what sort of thing a rule looks for.
type Class string

// The classes of rules.
const (
	// Secret rules find credentials.
	Secret Class = "secret"
	// Policy rules find the creation of unsafe keys, in any language but Go.
	Policy Class = "policy"
	// Analyzer rules are the Go analyzers, which also run in go vet and
	// golangci-lint under the same name.
	Analyzer Class = "analyzer"
)

// Severity is how bad a finding of a rule is where nothing more is known of it.
type Severity = credential.Severity

// The severities, in the words of GitHub and GitLab.
const (
	Critical = credential.Critical
	High     = credential.High
	Medium   = credential.Medium
	Low      = credential.Low
)

// Rule is what there is to say about one rule, for people and for tools.
type Rule struct {
	// ID is the rule's stable name, e.g. momento-api-key-v1.
	ID string
	// Class is the sort of rule.
	Class Class
	// Kind is the kind of credential that a Secret rule finds; "" for others.
	Kind credential.Kind
	// Title names what was found in a few words, e.g. "Momento API key (v1)".
	Title string
	// Short says in one sentence what is wrong, at most 1,024 characters
	// (GitHub's limit for a SARIF rule's shortDescription).
	Short string
	// Full says what it is and why it matters, in plain text.
	Full string
	// Fix are the steps that get rid of the problem, in order, as sentences in
	// plain text. Revoking by key id is not among them: it depends on the key.
	Fix []string
	// Score is the severity from 0.1 to 10.0 as CVSS counts, which code
	// scanning shows as low (<4), medium (<7), high (<9) and critical (above 9).
	Score string
	// CWE are the numbers of the weaknesses in https://cwe.mitre.org.
	CWE []int
}

// PrintedTag marks the rules that "momentolint rules" prints for other
// scanners. Where momentolint meets them in a gitleaks configuration, it keeps
// its own way of finding the same and takes only the allowlists.
const PrintedTag = "momentolint"

// docsBase is where the pages of docs/rules are published.
const docsBase = "https://github.com/momentolint/momentolint/blob/main/docs/rules/"

// HelpURI is the address of the rule's page.
func (r Rule) HelpURI() string { return docsBase + r.ID + ".md" }

// Help is the rule's page in Markdown, the same text as at HelpURI.
func (r Rule) Help() string {
	page, err := docs.Rules.ReadFile("rules/" + r.ID + ".md")
	if err != nil {
		// Every rule has a page (a test sees to it); the table alone still helps.
		return r.outline()
	}
	return string(page)
}

// outline is the page in short, made from the table.
func (r Rule) outline() string {
	var b strings.Builder
	b.WriteString("# " + r.ID + "\n\n" + r.Short + "\n\n" + r.Full + "\n\n## How to fix it\n\n")
	for i, step := range r.Fix {
		b.WriteString(strconv.Itoa(i+1) + ". " + step + "\n")
	}
	b.WriteString("\n" + r.HelpURI() + "\n")
	return b.String()
}

// HelpText is the rule's help in plain text: what it is and how to fix it.
func (r Rule) HelpText() string {
	return r.Full + "\n\nHow to fix it:\n- " + strings.Join(r.Fix, "\n- ") + "\n\n" + r.HelpURI()
}

// Severity is the word for Score, by the thresholds of GitHub code scanning
// (https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning).
func (r Rule) Severity() Severity {
	switch {
	case r.Score == "10.0" || r.Score > "9.0":
		return Critical
	case r.Score >= "7.0":
		return High
	case r.Score >= "4.0":
		return Medium
	}
	return Low
}

// All lists every rule: secrets, policy, analyzers, each in the order of the
// documentation. The caller owns the slice.
func All() []Rule {
	all := secrets()
	all = append(all, policy(), frontend(), hardcoded(), plaintext(), expiry(), scope())
	return all
}

// ByID returns the rule with that id; false if momentolint has none such (it
// comes from the user's own gitleaks configuration).
func ByID(id string) (Rule, bool) {
	all := All()
	i := slices.IndexFunc(all, func(r Rule) bool { return r.ID == id })
	if i < 0 {
		return Rule{}, false
	}
	return all[i], true
}

// secrets are the rules for the kinds of credentials.
func secrets() []Rule {
	kinds := credential.Descriptors()
	list := make([]Rule, len(kinds))
	for i, d := range kinds {
		list[i] = Rule{
			ID: d.Rule, Class: Secret, Kind: d.Kind, Title: "Momento " + d.Title,
			Short: d.Short, Full: d.Full, Fix: d.Fix, Score: d.Score, CWE: d.CWE,
		}
	}
	return list
}

func policy() Rule {
	return Rule{
		ID: finding.NeverExpiringRule, Class: Policy,
		Title: "Momento API key created without an expiry",
		Short: "This code creates a Momento API key that never expires.",
		Full: "A key that never expires works until it is revoked; one that leaks unnoticed works for ever. " +
			"Momento does not recommend creating keys that never expire. The command line and Terraform create such keys if the expiry is left out.",
		Fix: []string{
			"Give the key an expiry, such as 90 days.",
			"Renew it before it expires, with a scheduled job and an alarm for when the job fails.",
		},
		Score: "6.5", CWE: []int{613, 798},
	}
}

func frontend() Rule {
	return Rule{
		ID: finding.FrontendRule, Class: Policy,
		Title: "Long-lived Momento credential in a front end",
		Short: "A long-lived Momento credential is published in a front end, where every visitor can read it.",
		Full: "Bundlers copy variables with a public prefix (NEXT_PUBLIC_, VITE_, EXPO_PUBLIC_, REACT_APP_, NUXT_PUBLIC_, PUBLIC_) into the files that every " +
			"visitor loads. An API key there is public, works from anywhere and lives for long. Momento's disposable tokens are made for clients: " +
			"they live for hours and may do only what one visitor needs.",
		Fix: []string{
			"Revoke the key: everyone who has loaded the site has it.",
			"Keep the new key on a server, in a variable without the public prefix.",
			"Have the server make a disposable token for each client (generateDisposableToken), short-lived and for one cache or topic.",
			"Build and publish the front end again, and delete the old files from the content delivery network.",
		},
		Score: "9.1", CWE: []int{522, 200, 798},
	}
}

func hardcoded() Rule {
	return Rule{
		ID: "momentohardcoded", Class: Analyzer,
		Title: "Momento credential in Go source",
		Short: "A Momento credential is a constant of this Go program.",
		Full: "A credential that is compiled in is in the repository, in its history and in every binary, " +
			"and cannot be changed without a release.",
		Fix: []string{
			"Revoke the credential: it has been in the source.",
			"Read it at start-up: auth.FromEnvironmentVariablesV2 for a v2 key, auth.FromEnvironmentVariable for others, or a secret manager.",
		},
		Score: "9.8", CWE: []int{798, 547},
	}
}

func plaintext() Rule {
	return Rule{
		ID: "momentoplaintext", Class: Analyzer,
		Title: "Momento credential written in plain text",
		Short: "A Momento credential reaches a log, a file, an error, a URL or an unencrypted connection.",
		Full: "What is logged or written out is read by more people, and kept for longer, than the credential's owner knows. " +
			"The same goes for a connection without TLS.",
		Fix: []string{
			"Do not print it: log the key's id or that there is one.",
			"Store new credentials in a secret manager, straight from the response.",
			"Use TLS for every host that is not this machine.",
		},
		Score: "7.5", CWE: []int{532, 312, 319},
	}
}

func expiry() Rule {
	return Rule{
		ID: "momentoexpiry", Class: Analyzer,
		Title: "Momento API key that never expires, or too late",
		Short: "This Go code creates a Momento API key that never expires, lives too long, or has its lifetime cut silently.",
		Full: "A key that never expires works until it is revoked; one that leaks unnoticed works for ever. " +
			"The SDK sends lifetimes as 32 bits of seconds and cuts larger ones without a word.",
		Fix: []string{
			"Give the key an expiry, such as utils.ExpiresInDays(90).",
			"Renew it before its end, from a scheduled job and with an alarm when that fails.",
		},
		Score: "6.5", CWE: []int{613, 798},
	}
}

func scope() Rule {
	return Rule{
		ID: "momentoscope", Class: Analyzer,
		Title: "Momento credential with more rights than needed",
		Short: "This Go code creates a Momento key or token for every cache or topic of the account.",
		Full: "A credential that may do everything turns every small leak into a big one. " +
			"Most programs use one cache or publish to one topic, and their keys need no more.",
		Fix: []string{
			"Name the caches and topics: momento.CacheReadOnly(momento.CacheName{Name: …}), momento.TopicPublishOnly(…) and their kin.",
		},
		Score: "5.0", CWE: []int{250, 269},
	}
}
