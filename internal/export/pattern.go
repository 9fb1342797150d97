package export

import (
	"strings"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/rule"
)

// claim is something that the claims of a JWT hold: JSON text in one of
// several spellings, as the service writes it, without blanks.
type claim []string

// jwtRule is a rule for JWTs that hold two claims, in whatever order.
type jwtRule struct {
	rule.Rule

	first, second claim
	// without are the cores of the claims that no such JWT holds.
	without []string
}

// jwtRules are the rules for kinds that are told by their claims. Permission
// sets are base64 of a message whose first byte is 8 (super-user: "CAA=") or 18
// (explicit: "E…").
func jwtRules() []jwtRule {
	var list []jwtRule
	for _, d := range credential.Descriptors() {
		if len(d.Claims) < 2 {
			continue
		}
		r := jwtRule{Rule: ruleOf(d.Kind), first: d.Claims[0], second: d.Claims[1], without: coresOf(d.Without)}
		if d.Form&(credential.FormNamed|credential.FormSection) != 0 {
			// Others of the kind are found by what surrounds them.
			r.ID += "-jwt"
		}
		list = append(list, r)
	}
	return list
}

// ruleOf is the rule's entry in the one table of rules.
func ruleOf(k credential.Kind) rule.Rule {
	r, _ := rule.ByID(k.Rule())
	return r
}

// placeholderSignature matches a token whose signature is a row of one
// character, as in examples.
const placeholderSignature = `\.(?:x+|X+|a+|A+|0+|1+|-+|_+)$`

// The least lengths: of a header ({"alg":"HS512"} has 20 characters), of a
// signature (credential.Parse takes 20), and of the JWT inside an envelope,
// which is far longer; but Hyperscan writes every repetition out, and its
// patterns have a limit.
const (
	leastHeader    = "{8,}"
	leastSignature = "{20,}"
	leastInner     = "{20,}"
)

// jwt matches a JWT with both claims. The claims part begins with {" = "ey"
// and two bits more; the claim may follow at once.
func (s spelling) jwt(r jwtRule) string {
	a, b := s.oneOf(coresOf(r.first)), s.oneOf(coresOf(r.second))
	between := s.repeat(urlChars, "*")
	return s.join(
		s.literal("eyJ"), s.repeat(urlChars, leastHeader), s.literal("."),
		s.literal("ey"), between,
		piece{regex: "(?:" + s.join(a, between, b) + "|" + s.join(b, between, a) + ")"},
		between, s.literal("."), s.repeat(urlChars, leastSignature),
	)
}

// jwtAhead is the same with lookaheads, for the engines that have them: it also
// refuses what has claims of others, and signatures that are a row of one character.
//
// Runs are possessive, because nothing that can follow one belongs to it, and a
// token begins where a run does: without either, long base64 that only looks
// like the beginning of a JWT takes time in the square of its length.
func (s spelling) jwtAhead(r jwtRule) string {
	ahead := func(sign string, list []string) string {
		return "(?" + sign + s.run(urlChars, "*?") + s.lead() + s.oneOf(list).regex + ")"
	}
	claims := ahead("=", coresOf(r.first)) + ahead("=", coresOf(r.second))
	if len(r.without) > 0 {
		claims += ahead("!", r.without)
	}
	return `(?:(?<!` + anyChars + `)|(?<=%[0-9A-Fa-f]{2}))` + s.join(
		s.literal("eyJ"), s.repeat(urlChars, leastHeader+"+"), s.literal("."),
		piece{regex: claims, leads: true},
		s.literal("ey"), s.repeat(urlChars, "++"), s.literal("."),
		piece{regex: `(?!(.)\1{9})`, leads: true}, s.repeat(urlChars, leastSignature+"+"),
	)
}

// The beginnings of an envelope: base64 of {"endpoint": and {"api_key": , the
// latter without the last character, which depends on whether a blank follows.
const (
	endpointFirst = "eyJlbmRwb2ludCI6"
	keyFirst      = "eyJhcGlfa2V5Ijo"
)

// envelope matches the v1 envelope: base64 of a JSON object that begins with
// one of the two fields and holds the other.
func (s spelling) envelope() string {
	key, endpoint := s.oneOf(cores(`"api_key"`)), s.oneOf(cores(`"endpoint"`))
	return s.join(piece{regex: "(?:" +
		s.join(s.literal(endpointFirst), s.repeat(anyChars, "*"), key, s.repeat(anyChars, leastInner)) + "|" +
		s.join(s.literal(keyFirst), s.repeat(anyChars, leastInner), endpoint, s.repeat(anyChars, "{4,}")) + ")"},
		s.repeat("=", "{0,2}"))
}

// doubled are the cores of the cores: base64 once more.
func doubled(parts []string) []string { return coresOf(coresOf(parts)) }

// encodedEnvelope matches an envelope in base64 once more, at any alignment.
func encodedEnvelope() string {
	both := func(start string, other string) string {
		return plain.oneOf(cores(start)).regex + anyChars + "*" + plain.oneOf(doubled([]string{other})).regex
	}
	return "(?:" + both(endpointFirst, `"api_key"`) + "|" + both(keyFirst, `"endpoint"`) + ")" + anyChars + "+={0,2}"
}

// jwtHeads are the beginnings of a JWT's header, {"alg":" and {"typ":", the
// last characters left out that depend on what follows.
func jwtHeads() []string { return []string{"eyJhbGciOi", "eyJ0eXAiOi"} }

// encoded reports whether the rule also looks into base64. An envelope contains a
// JWT in base64. If that makes it another kind, the rule of the bare JWT would
// match every envelope.
func (r jwtRule) encoded() bool {
	d := r.Kind.Descriptor()
	return !d.Enclosed || d.Form&credential.FormEnvelope != 0
}

// encodedJWT matches a text in base64 that begins as a JWT does.
func encodedJWT() string {
	return plain.oneOf(coresOf(jwtHeads())).regex + anyChars + leastInner + "={0,2}"
}

// encodedJWTAhead matches a JWT in base64 once more, with lookaheads.
func encodedJWTAhead(r jwtRule) string {
	ahead := func(parts []string) string {
		return "(?=" + anyChars + "*?" + plain.oneOf(doubled(parts)).regex + ")"
	}
	return plain.oneOf(coresOf(jwtHeads())).regex + ahead(r.first) + ahead(r.second) + anyChars + leastInner + "+={0,2}"
}

// keywords are texts of which one is in every JWT of the rule, in lower
// case.
func (r jwtRule) keywords() []string { return lower(coresOf(r.first)) }

func envelopeKeywords() []string { return lower([]string{endpointFirst, keyFirst}) }

// wide spells keywords in UTF-16.
func wide(keywords []string) []string {
	list := make([]string, len(keywords))
	for i, k := range keywords {
		list[i] = strings.Join(strings.Split(k, ""), "\x00")
	}
	return list
}

// placeholders are words of examples; credential.Parse refuses them too.
func placeholders() []string {
	return []string{"your_", "your-", "refresh_token", "refreshtoken", "refresh-token", "example", "placeholder", "redacted", "xxxx", "..."}
}

// bareJWT matches any JWT.
const bareJWT = `eyJ` + urlChars + leastHeader + `\.ey` + urlChars + `+\.` + urlChars + leastSignature

// contextRule is a rule for credentials that only their surroundings identify:
// before matches these, secret what follows.
type contextRule struct {
	rule.Rule

	*credential.Pattern

	secret string
	// notSecret and stopWords drop a match.
	notSecret, stopWords []string
}

func contextRules() []contextRule {
	var list []contextRule
	for _, d := range credential.Descriptors() {
		if d.Pattern == nil {
			continue
		}
		r := contextRule{Rule: ruleOf(d.Kind), Pattern: d.Pattern, secret: d.Pattern.Secret}
		if r.secret == "" {
			r.secret, r.notSecret = bareJWT, []string{placeholderSignature}
		}
		if d.Form&credential.FormNamed != 0 {
			r.stopWords = append(placeholders(), d.Pattern.StopWords...)
		}
		list = append(list, r)
	}
	return list
}
