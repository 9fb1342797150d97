package redact

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// redacted is a finding as detection shows it.
const redacted = "eyJhbG…(352 characters)"

// lines are lines of many languages: SECRET is another secret on the line, KEY
// the finding. want is what reports show that leave the machine.
var lines = []struct{ line, want string }{
	{`PASSWORD=SECRET MOMENTO_API_KEY=KEY`, "MOMENTO_API_KEY=KEY"},
	{`export PASSWORD="SECRET" MOMENTO_API_KEY='KEY'`, "MOMENTO_API_KEY=KEY"},
	{`MOMENTO_API_KEY=KEY PASSWORD=SECRET`, "MOMENTO_API_KEY=KEY"},
	{`MOMENTO_API_KEY=KEY:SECRET`, "MOMENTO_API_KEY=KEY"},
	{`MOMENTO_API_KEY=KEY # before: SECRET`, "MOMENTO_API_KEY=KEY"},
	{`postgres://app:SECRET@db.example/x?momento=KEY`, "momento=KEY"},
	{`DATABASE_URL="postgres://app:SECRET@db/x?momento=KEY&user=SECRET"`, "momento=KEY"},
	{`redis://:SECRET@cache:6379 KEY`, "KEY"},
	{`curl -u admin:SECRET -H "Authorization: Bearer KEY" https://api.example.com/SECRET`, "Authorization: KEY"},
	{`curl --user 'admin:SECRET' -H 'Authorization: KEY'`, "Authorization: KEY"},
	{`mysql -u root -pSECRET --momento-key KEY`, "momento-key KEY"},
	{`mysql --password SECRET --momento-key=KEY`, "momento-key=KEY"},
	{`{"password": "SECRET", "apiKey": "KEY"}`, "apiKey: KEY"},
	{`{"password":"SECRET","apiKey":"KEY","next":"SECRET"}`, "apiKey: KEY"},
	{`{"list":["SECRET","KEY","SECRET"]}`, "KEY"},
	{`'{\"password\":\"SECRET\",\"apiKey\":\"KEY\"}'`, "apiKey: KEY"},
	{`password: SECRET # apiKey: KEY`, "apiKey: KEY"},
	{`- {name: db, password: SECRET, apiKey: KEY}`, "apiKey: KEY"},
	{`environment: PASSWORD=SECRET API_KEY=KEY`, "API_KEY=KEY"},
	{`os.Setenv("MOMENTO_API_KEY", "KEY"); login("admin", "SECRET")`, "MOMENTO_API_KEY KEY"},
	{`login("SECRET", "KEY")`, "KEY"},
	{`client, err := momento.NewClient(auth.FromString("KEY"), "SECRET")`, "auth.FromString(KEY"},
	{`apiKey := "KEY" // SECRET`, "apiKey := KEY"},
	{`const apiKey: string = "KEY"; const pw = 'SECRET';`, "apiKey = KEY"},
	{"const apiKey = `KEY`, pw = `SECRET`", "apiKey = KEY"},
	{`String apiKey = "KEY", password = "SECRET";`, "apiKey = KEY"},
	{`char *pw = "SECRET", *key = "KEY";`, "key = KEY"},
	{`let key = Some("KEY".to_owned()); let pw = "SECRET";`, "Some(KEY"},
	{`$config['password'] = 'SECRET'; $config['momento'] = 'KEY';`, "momento = KEY"},
	{`config["password"] = "SECRET"; config[:momento] = "KEY"`, "KEY"},
	{`set -x PASSWORD SECRET; set -x MOMENTO_API_KEY KEY`, "MOMENTO_API_KEY KEY"},
	{`$env:PASSWORD = "SECRET"; $env:MOMENTO_API_KEY = "KEY"`, "KEY"},
	{`ENV PASSWORD=SECRET MOMENTO_API_KEY=KEY`, "MOMENTO_API_KEY=KEY"},
	{`<add password="SECRET" momentoKey="KEY"/>`, "momentoKey=KEY"},
	{`<password>SECRET</password><key>KEY</key>`, "key KEY"},
	{`password = SECRET ; momento = KEY`, "momento = KEY"},
	{`db.password=SECRET momento.api-key=KEY`, "momento.api-key=KEY"},
	{`INSERT INTO t (a, b) VALUES ('SECRET', 'KEY');`, "KEY"},
	{`AWS_ACCESS=SECRET KEY`, "KEY"},
	{`-----BEGIN RSA PRIVATE KEY-----SECRET-----END RSA PRIVATE KEY----- key=KEY`, "key=KEY"},
	{`machine api.example.com login me password SECRET account KEY`, "KEY"},
	{`https://SECRET@github.com/a/b KEY`, "KEY"},
	{`Cookie: session=SECRET; momento=KEY`, "momento=KEY"},
	{`2026-11-30T10:00:00Z INFO token SECRET used, key=KEY`, "key=KEY"},
	{`SECRET KEY`, "KEY"},
	{`"SECRET" "KEY"`, "KEY"},
	{`…SECRET", KEY`, "KEY"},
}

// secret returns another secret in one of the forms that secrets have.
func secret(r *rand.Rand) string {
	const (
		hex     = "0123456789abcdef"
		base64  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
		letters = "bcdfghjklmnpqrstvwxzaeiou"
		rich    = base64 + "!#$%^*-_.~@?"
	)
	pick := func(alphabet string, n int) string {
		var b strings.Builder
		for range n {
			b.WriteByte(alphabet[r.IntN(len(alphabet))])
		}
		return b.String()
	}
	switch r.IntN(7) {
	case 0:
		return pick(hex, 32)
	case 1:
		return pick(base64, 38) + "=="
	case 2:
		return pick(letters, 8+r.IntN(16))
	case 3:
		return pick(letters, 6) + "-" + pick(letters, 7) + "_" + pick(letters, 6)
	case 4:
		return "AKIA" + strings.ToUpper(pick(hex+letters, 16))
	case 5:
		return strings.ToUpper(pick(letters, 1)) + pick(letters, 6) + pick("0123456789", 4) + "!"
	}
	return pick(rich, 12+r.IntN(20))
}

// pieces are the parts of a secret that must not be shown.
func pieces(secret string) []string {
	const length = 6
	var list []string
	for i := 0; i+length <= len(secret); i++ {
		list = append(list, secret[i:i+length])
	}
	return list
}

func TestNoOtherSecretOfALineIsShown(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 2))
	for _, test := range lines {
		for range 200 {
			other := secret(r)
			line := strings.ReplaceAll(test.line, "SECRET", other)
			// The first KEY that is a word of its own is the finding; names contain it, too.
			at := findingIn(test.line, other)
			line = line[:at] + redacted + line[at+len("KEY"):]
			shown := SourceLine(line, at, len(redacted))
			for name, text := range map[string]string{"the line": shown.Text().s, "the name": shown.Assigned().Text().s} {
				for _, piece := range pieces(other) {
					if strings.Contains(text, piece) {
						t.Fatalf("%s: %s shows %q of %q: %s", test.line, name, piece, other, text)
					}
				}
			}
			if shown.Mark().s != redacted {
				t.Fatalf("%s: the finding is shown as %q in %q", test.line, shown.Mark().s, shown.Text().s)
			}
			if again := SourceLine(shown.Text().s, shown.Column(), shown.Width()); again != shown {
				t.Fatalf("%s: once more it is %q, was %q", test.line, again.Text().s, shown.Text().s)
			}
			if got, want := shown.Assigned().Text().s, strings.Replace(test.want, "KEY", "\x00", strings.Count(test.want, "KEY")); got != lastKey(test.want) {
				t.Fatalf("%s: %q is shown to others, want %q", test.line, got, want)
			}
		}
	}
}

// lastKey puts the finding in the place of the last KEY.
func lastKey(s string) string {
	at := strings.LastIndex(s, "KEY")
	return s[:at] + redacted + s[at+len("KEY"):]
}

// findingIn returns where the finding is in the line with the secret in it.
func findingIn(line, other string) int {
	for at := range line {
		if !strings.HasPrefix(line[at:], "KEY") || at > 0 && isWordByte(line[at-1]) || at+3 < len(line) && (isWordByte(line[at+3]) || strings.HasPrefix(line[at+3:], "-----")) {
			continue
		}
		return len(strings.ReplaceAll(line[:at], "SECRET", other))
	}
	return -1
}

// A person must still recognise the place.
func TestNamesAndStructureAreShown(t *testing.T) {
	for line, want := range map[string]string{
		`MOMENTO_API_KEY=KEY`:                                 `MOMENTO_API_KEY=KEY`,
		`TWILIO_AUTH_TOKEN=3f1c9a0b MOMENTO_API_KEY=KEY`:      `TWILIO_AUTH_TOKEN=… MOMENTO_API_KEY=KEY`,
		`{"password": "x1", "momento": {"apiKey":"KEY"}}`:     `{"password": "…", "momento": {"apiKey":"KEY"}}`,
		`os.Setenv("MOMENTO_API_KEY", "KEY")`:                 `os.Setenv("MOMENTO_API_KEY", "KEY")`,
		`client := momento.NewClient(auth.FromString("KEY"))`: `client := momento.NewClient(auth.FromString("KEY"))`,
		`const apiKey = process.env.MOMENTO_API_KEY || "KEY"`: `const apiKey = process.env.MOMENTO_API_KEY || "KEY"`,
		`export MOMENTO_API_KEY="KEY" # rotate me`:            `export MOMENTO_API_KEY="KEY" # … …`,
		`curl -H "Authorization: Bearer KEY" https://x.y/z`:   `curl -H "Authorization: Bearer KEY" https://…`,
		`  - name: MOMENTO_API_KEY`:                           `  - name: MOMENTO_API_KEY`,
		`    value: KEY`:                                      `    value: KEY`,
	} {
		at := strings.LastIndex(line, "KEY")
		if at < 1 || isWordByte(line[at-1]) {
			at = strings.Index(line, `"KEY"`) + 1
		}
		if at < 1 {
			if got := SourceLine(line, 0, 0).Text().s; got != want {
				t.Errorf("%s: %s", line, got)
			}
			continue
		}
		got := SourceLine(line[:at]+redacted+line[at+3:], at, len(redacted))
		if text := strings.Replace(got.Text().s, redacted, "KEY", 1); text != want {
			t.Errorf("%s: %s", line, text)
		}
	}
}

func TestALineIsOneLineWithoutControlCharacters(t *testing.T) {
	for _, line := range []string{"a\x1b[2Jb=KEY\n\r", "\u202e\u2066=KEY\u0000", "\xff\xfe=KEY\u009b31m", "\t\tK=KEY\v"} {
		at := strings.Index(line, "KEY")
		got := SourceLine(line, at, 3).Text().s
		if strings.ContainsAny(got, "\x00\x1b\n\r\v\u009b\u202e\u2066") || !utf8.ValidString(got) || !strings.Contains(got, "KEY") {
			t.Errorf("%q: %q", line, got)
		}
	}
}

func FuzzSourceLine(f *testing.F) {
	for _, test := range lines {
		at := findingIn(test.line, "SECRET")
		f.Add(test.line[:at], test.line[at+3:])
	}
	f.Add("\x1b[0m=\"", "\\\"\n…(12 characters)")
	f.Fuzz(func(t *testing.T, before, after string) {
		if len(before)+len(after) > 1<<12 {
			return
		}
		const planted = "Sw0rdf1sh/Qx7+planted9Z"
		line := before + redacted + " password=" + planted + after
		shown := SourceLine(line, len(before), len(redacted))
		text := shown.Text().s
		if shown.Mark().s != redacted || !strings.Contains(text, redacted) {
			t.Errorf("%q: the finding is not shown: %q", line, text)
		}
		for _, r := range text {
			if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == '\u202e' {
				t.Errorf("%q: %q", line, text)
			}
		}
		for _, piece := range pieces(planted) {
			if strings.Contains(text, piece) && !strings.Contains(before+after, piece) {
				t.Errorf("%q: %q is shown: %q", line, piece, text)
			}
		}
		again := SourceLine(text, shown.Column(), shown.Width())
		if len(again.Text().s) > len(text)+len(mask) || again.Mark() != shown.Mark() {
			t.Errorf("%q: once more it is %q, was %q", line, again.Text().s, text)
		}
		if name := shown.Assigned(); len(name.Text().s) > maxNameLength+len(" := ")+len(redacted) {
			t.Errorf("%q: %q is shown to others", line, name.Text().s)
		}
	})
}
