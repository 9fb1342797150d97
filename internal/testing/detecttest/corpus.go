package detecttest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// Case is one text and what must be found in it.
type Case struct {
	// Name is shape/kind, unique in the corpus.
	Name string
	// Shape is how the credential stands in the text, Kind what it is.
	Shape string
	Kind  credential.Kind
	// File is a name that fits the content.
	File    string
	Content []byte
	// Want is everything that must be found, in order, and nothing else.
	Want []Want
}

// Want is one credential that must be found.
type Want struct {
	// Kind and Secret: what the service takes.
	Kind   credential.Kind
	Secret string
	// Lines and columns count from 1, columns in bytes; the end is exclusive.
	StartLine, StartColumn, EndLine, EndColumn int
	// Encoding lists the layers around it, outermost first.
	Encoding []string
}

// Rule is the id of the rule that must find it.
func (w Want) Rule() string { return w.Kind.Rule() }

// token is one credential to be hidden somewhere.
type token struct {
	kind    credential.Kind
	variant string
	written string
	// service is what the service takes of it.
	service string
}

func (t token) name() string { return string(t.kind) + t.variant }

// in returns the token as a text of its own.
func (t token) in() text {
	return text{data: []byte(t.written), spans: []span{{0, len(t.written), t, nil}}}
}

// tokens are the kinds, and for v1 keys the variants, that can stand anywhere.
func tokens(seed string) []token {
	o := credentialtest.Options{Seed: seed}
	v1 := func(variant string, o credentialtest.Options) token {
		return token{credential.APIKeyV1, variant, credentialtest.V1(o), credentialtest.V1JWT(o)}
	}
	keyFirst, blanks, rights := o, o, o
	keyFirst.KeyFirst = true
	blanks.KeyFirst, blanks.Blanks = true, true
	rights.Permissions = manyRights()
	rights.ExpiresAt = time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)
	disposable := credentialtest.Disposable(o)
	inner, _ := credential.Parse([]byte(disposable))
	unknown := credentialtest.Unknown(o)
	bare := func(kind credential.Kind, variant, text string) token { return token{kind, variant, text, text} }
	return []token{
		{credential.APIKeyV2, "", credentialtest.V2(o), credentialtest.V2(o)},
		v1("", o), v1("-key-first", keyFirst), v1("-blanks", blanks), v1("-many-rights", rights),
		{credential.V1JWT, "", credentialtest.V1JWT(o), credentialtest.V1JWT(o)},
		{credential.Legacy, "", credentialtest.Legacy(o), credentialtest.Legacy(o)},
		{credential.DisposableToken, "", disposable, inner.Reveal()},
		bare(credential.DisposableToken, "-v1", credentialtest.DisposableV1(o)),
		bare(credential.DisposableToken, "-v2", credentialtest.DisposableV2(o)),
		bare(credential.RefreshToken, "-v2", credentialtest.RefreshV2(o)),
		bare(credential.RefreshToken, "-v1", credentialtest.RefreshV1(o)),
		bare(credential.SessionToken, "-console", credentialtest.Login(o)),
		bare(credential.SignedToken, "", credentialtest.Signed(o)),
		{credential.UnknownCredential, "", unknown, envelopeToken(unknown)},
	}
}

// envelopeToken is the token inside of an envelope.
func envelopeToken(envelope string) string {
	var object struct {
		APIKey string `json:"api_key"`
	}
	if text, err := base64.StdEncoding.DecodeString(envelope); err != nil || json.Unmarshal(text, &object) != nil {
		return ""
	}
	return object.APIKey
}

// manyRights is a permission set that makes a key of some 2,000 characters.
func manyRights() []byte {
	var list [][]byte
	for _, name := range []string{"orders", "baskets", "sessions", "prices", "rates", "users", "devices", "flags", "queues", "jobs"} {
		list = append(list, credentialtest.Cache(1, name, "*"), credentialtest.Topic(2, name, "news*"))
	}
	return credentialtest.Explicit(list...)
}

// document is a file that holds credentials whose kind their neighbours tell,
// beside others.
type document struct {
	name, file string
	kind       credential.Kind
	text       text
}

// documents are the console's download and the command line's credentials file.
func documents(seed string) []document {
	o := credentialtest.Options{Seed: seed}
	key := token{credential.APIKeyV1, "", credentialtest.V1(o), credentialtest.V1JWT(o)}
	refresh := token{credential.RefreshToken, "", credentialtest.Refresh(seed), credentialtest.Refresh(seed)}
	session := token{credential.SessionToken, "", credentialtest.Session(o), credentialtest.Session(o)}
	v2 := token{credential.APIKeyV2, "", credentialtest.V2(o), credentialtest.V2(o)}
	signing := token{credential.SigningKey, "", credentialtest.SigningKey(o), credentialtest.SigningKey(o)}
	webhook := token{credential.WebhookSecret, "", credentialtest.WebhookSecret(seed), credentialtest.WebhookSecret(seed)}
	return []document{
		{"console", "momento_token.info.json", credential.RefreshToken, mark(credentialtest.ConsoleJSON(o), key, refresh)},
		{"cli", "credentials", credential.SessionToken, mark(credentialtest.CredentialsFile(o), session, key, v2)},
		{"signing-key", ".env", credential.SigningKey, mark("PORT=80\nMOMENTO_SIGNING_KEY="+signing.written+"\nTTL=60\n", signing)},
		{"webhook", "webhook.mjs", credential.WebhookSecret, mark(credentialtest.WebhookCode(o), webhook)},
	}
}

// mark finds tokens in a text that was made with them, in that order.
func mark(data string, list ...token) text {
	t := text{data: []byte(data)}
	at := 0
	for _, k := range list {
		at += strings.Index(data[at:], k.written)
		t.spans = append(t.spans, span{at, at + len(k.written), k, nil})
		at += len(k.written)
	}
	return t
}

// Corpus returns every kind in every shape that it can have.
func Corpus() []Case {
	var all []Case
	for _, s := range valueShapes() {
		for i, t := range tokens("corpus " + s.name) {
			if s.few && i > 1 && t.kind != credential.V1JWT {
				continue
			}
			all = append(all, newCase(s.name+"/"+t.name(), s.name, t.kind, s.file, s.make(t)))
		}
	}
	for _, s := range documentShapes() {
		for _, d := range documents("corpus " + s.name) {
			all = append(all, newCase(s.name+"/"+d.name, s.name, d.kind, s.fileFor(d), s.make(d.text)))
		}
	}
	return all
}

// newCase computes where the credentials of a text stand.
func newCase(name, shape string, kind credential.Kind, file string, t text) Case {
	c := Case{Name: name, Shape: shape, Kind: kind, File: file, Content: t.data}
	for _, s := range t.spans {
		w := Want{Kind: s.token.kind, Secret: s.token.service, Encoding: s.encoding}
		if i := slices.Index(w.Encoding, "escape"); i >= 0 {
			// Backslashes before backslashes are taken off at once.
			w.Encoding = slices.Compact(slices.Clone(w.Encoding))
		}
		w.StartLine, w.StartColumn = place(t.data, s.lo, s.encoding)
		w.EndLine, w.EndColumn = place(t.data, s.hi, s.encoding)
		c.Want = append(c.Want, w)
	}
	return c
}

// place returns line and column of a byte, in UTF-16 counted by its line ends.
func place(data []byte, at int, encoding []string) (line, column int) {
	lineEnd := "\n"
	if len(encoding) > 0 {
		switch encoding[0] {
		case "utf-16le":
			lineEnd = "\n\x00"
		case "utf-16be":
			lineEnd = "\x00\n"
		}
	}
	before := data[:at]
	line = 1 + bytes.Count(before, []byte(lineEnd))
	if i := bytes.LastIndex(before, []byte(lineEnd)); i >= 0 {
		return line, at - (i + len(lineEnd)) + 1
	}
	return line, at + 1
}
