package detecttest

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// Decoy is a text that looks as if it held a credential of Momento's. Nothing
// must be found in it.
type Decoy struct {
	Name, File string
	Content    []byte
}

// rs256 makes a JWT with a signature of the length of RSA's.
func rs256(header, claims string) string {
	enc := base64.RawURLEncoding
	return enc.EncodeToString([]byte(header)) + "." + enc.EncodeToString([]byte(claims)) + "." + enc.EncodeToString(noise("rs256"+claims, 256))
}

// noise is text that nothing means anything in; the same seed gives the same.
func noise(seed string, n int) []byte {
	var key [32]byte
	copy(key[:], seed)
	src := rand.NewChaCha8(key)
	out := make([]byte, 0, n+8)
	for len(out) < n {
		out = binary.LittleEndian.AppendUint64(out, src.Uint64())
	}
	return out[:n]
}

// Decoys returns texts in which nothing must be found.
func Decoys() []Decoy {
	b64 := base64.StdEncoding.EncodeToString
	jwt := func(claims string) string { return credentialtest.JWT("HS256", claims, "decoy") }
	auth0 := jwt(`{"iss":"https://tenant.eu.auth0.com/","sub":"auth0|5f7c8ec7c33c6c004bbafe82","aud":"https://api.example.com","iat":1700000000,"exp":1700086400,"scope":"openid"}`)
	supabase := jwt(`{"iss":"supabase","ref":"abcdefghijklmnopqrst","role":"anon","iat":1700000000,"exp":2015576000}`)
	o := credentialtest.Options{Seed: "decoy"}
	v2, v1, inner := credentialtest.V2(o), credentialtest.V1(o), credentialtest.V1JWT(o)
	envelope := func(object string) string { return b64([]byte(object)) }
	parts := strings.Split(v2, ".")

	all := []Decoy{
		{"auth0", ".env", []byte("AUTH0_TOKEN=" + auth0 + "\n")},
		{"auth0-rs256", ".env", []byte("TOKEN=" + rs256(`{"alg":"RS256","typ":"JWT","kid":"NjVBRjY5MDlCMUIw"}`, `{"iss":"https://tenant.auth0.com/","sub":"a@clients","aud":"x","iat":1,"exp":2,"azp":"x","gty":"client-credentials"}`) + "\n")},
		{"firebase", "token.json", []byte(`{"idToken":"` + rs256(`{"alg":"RS256","kid":"1e9gdk7","typ":"JWT"}`, `{"iss":"https://securetoken.google.com/p","aud":"p","auth_time":1700000000,"user_id":"u","sub":"u","iat":1700000000,"exp":1700003600}`) + `","refreshToken":"AMf-vBwKqJ0n3Zr8sP4dTq1","expiresIn":"3600"}`)},
		{"supabase-anon", "supabase.ts", []byte("createClient(url, '" + supabase + "')\n")},
		{"supabase-service-role", ".env", []byte("SUPABASE_SERVICE_ROLE_KEY=" + jwt(`{"iss":"supabase","ref":"abcdefghijklmnopqrst","role":"service_role","iat":1700000000,"exp":2015576000}`) + "\n")},
		{"kubernetes-service-account", "secret.yaml", []byte("data:\n  token: " + b64([]byte(rs256(`{"alg":"RS256","kid":"KZ0wFqJ7"}`, `{"iss":"kubernetes/serviceaccount","kubernetes.io/serviceaccount/namespace":"default","sub":"system:serviceaccount:default:default"}`))) + "\n")},
		{"github-oidc", "run.log", []byte("token: " + rs256(`{"typ":"JWT","alg":"RS256","x5t":"ykNaY4qM_ta4k2TgZOCEYLkcYlA","kid":"CC413527"}`, `{"jti":"6f4762ed","sub":"repo:o/r:ref:refs/heads/main","aud":"https://github.com/o","iss":"https://token.actions.githubusercontent.com","iat":1,"exp":2}`) + "\n")},
		{"cognito", "tokens.json", []byte(`{"AccessToken":"` + rs256(`{"kid":"abc","alg":"RS256"}`, `{"sub":"a","iss":"https://cognito-idp.us-west-2.amazonaws.com/us-west-2_x","token_use":"access","jti":"b","exp":1,"iat":1}`) + `"}`)},
		{"jwt-io", "README.md", []byte("    " + jwt(`{"sub":"1234567890","name":"John Doe","iat":1516239022}`) + "\n")},
		{"other-group-claim", ".env", []byte("T=" + jwt(`{"t":"g","sub":"x"}`) + "\n")},
		{"other-issuer-with-our-claims", ".env", []byte("T=" + credentialtest.JWT("HS512", `{"iss":"https://other.example","t":"g","jti":"1"}`, "decoy") + "\n")},
		{"claim-p-that-is-none", ".env", []byte("T=" + jwt(`{"sub":"x","p":"premium-plan","exp":2000000000}`) + "\n")},
		{"unsigned", ".env", []byte("T=" + base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + ".\n")},
		{"without-signature", ".env", []byte("T=" + parts[0] + "." + parts[1] + "\n")},
		{"no-signature", ".env", []byte("T=" + parts[0] + "." + parts[1] + ".\n")},
		{"masked-signature", ".env", []byte("T=" + parts[0] + "." + parts[1] + "." + parts[2][:4] + "****\n")},
		{"masked", "app.log", []byte("key=" + parts[0] + "." + parts[1] + ".****************************\nkey=" + v2[:24] + "...\nkey=" + v1[:40] + "…\n")},
		{"encrypted-jwt", ".env", []byte("T=" + base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RSA-OAEP","enc":"A256GCM"}`)) + "." + strings.Repeat("OKOawDo13gRp2ojaHV7LFpZcgV7T6DVZKTyKOMTYUmKoTCVJRgckCL9kiMT03JGe", 3) + ".48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6ji.XFBoMYUZodetZdvTiFvSkQ\n")},
		{"half-envelope-endpoint", "token.json", []byte(`{"token":"` + envelope(`{"endpoint":"cell-4-us-west-2-1.prod.a.momentohq.com"}`) + `"}`)},
		{"half-envelope-key", "token.json", []byte(`{"token":"` + envelope(`{"api_key":"0123456789abcdef0123456789abcdef"}`) + `"}`)},
		{"envelope-of-nothing", ".env", []byte("T=" + envelope(`{"endpoint":"a.b.example","api_key":"test_api_key"}`) + "\n")},
		{"envelope-of-somebody-else", ".env", []byte("T=" + envelope(`{"endpoint":"api.other.example","api_key":"`+auth0+`"}`) + "\n")},
		{"cut-envelope", "docs.md", []byte("MOMENTO_API_KEY=" + v1[:90] + "\n")},
		{"placeholder", ".env.example", []byte("MOMENTO_API_KEY=<your key>\nMOMENTO_AUTH_TOKEN=eyJhbGciOi…\nMOMENTO_TOKEN=eyJhbGciOiJIUzI1NiJ9.eyJ...\nK=${MOMENTO_API_KEY}\n")},
		{"placeholder-long", ".env.example", []byte("MOMENTO_API_KEY=eyJhbGciOiJIUzUxMiJ9.eyJ0IjoiZyIsImp0aSI6InNvbWUtaWQifQ.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n")},
		{"parts-apart", "Test.java", []byte("String header = \"" + parts[0] + "\";\nString body = \"" + parts[1] + "\";\nString key = header + \".\" + body + \".\" + signature;\n")},
		{"source-map", "bundle.js", []byte("//# sourceMappingURL=data:application/json;base64," + b64([]byte(`{"version":3,"sources":["../src/index.ts"],"names":["handleUpdate"],"mappings":"`+strings.Repeat("AAAA,SAASA,OAAO,EYJhC;", 400)+`"}`)) + "\n")},
		{"font", "style.css", []byte("@font-face{src:url(data:font/woff2;base64," + b64(noise("font", 60000)) + ")}\n")},
		{"font-with-needles", "style.css", []byte("src:url(data:font/woff2;base64," + strings.ReplaceAll(b64(noise("needles", 60000)), "A", "eyJ") + ")\n")},
		{"noise-with-every-needle", "noise.b64", []byte(strings.NewReplacer("A", "ZXlK", "B", "V5S", "C", "leU", "D", "bGciOi").Replace(b64(noise("every", 60000))))},
		{"integrity", "package-lock.json", []byte("\"integrity\": \"sha512-" + "eyJ0" + b64(noise("integrity", 60))[4:] + "\"\n")},
		{"minified", "bundle.js", []byte(strings.Repeat("function handleUpdate(e){scaleUp(e);handleUpload(titleUpper)}", 500))},
		{"docker-config", "config.json", []byte(`{"auths":{"registry.example":{"auth":"` + b64([]byte("user:eyJub3QiOiJhIHRva2VuIn0")) + `"}}}`)},
		{"oauth", "token.json", []byte(`{"access_token":"ya29.a0AfH6SMBx","refresh_token":"1//0gKx9vQ7f3Zb4CgYIARAAGBASNwF-L9Ir","token_type":"Bearer","expires_in":3599}`)},
		{"oauth-camel", "session.json", []byte(`{"accessToken":"` + auth0 + `","refreshToken":"v1.MRrtPqk0b4fW3Q9zKx81","idToken":"` + supabase + `","validUntil":1900000000}`)},
		{"google-adc", "application_default_credentials.json", []byte(`{"client_id":"764086051850-6qr4p6gpi6hn506pt8ejuq83di341hur.apps.googleusercontent.com","refresh_token":"1//06kx9vQ7f3Zb4CgYIARAAGAYSNwF-L9Ir","type":"authorized_user"}`)},
		{"refresh-in-code", "auth.ts", []byte("const key = { apiKey: process.env.MOMENTO_API_KEY, refreshToken: response.refreshToken, endpoint: 'cell-4-us-west-2-1.prod.a.momentohq.com', validUntil: response.validUntil };\n")},
		{"refresh-far-away", "two.json", []byte(`{"momento":{"endpoint":"cell-4-us-west-2-1.prod.a.momentohq.com","validUntil":1},"google":{"refreshToken":"1//06kx9vQ7f3Zb4CgYIARAAGAYSNwF"}}`)},
		{"session-without-token", "credentials", []byte("[.momento_session]\ntoken=\nvalid_until=1900000000\n\n[other]\ntoken=" + auth0 + "\n")},
		{"base64-of-others", "secret.yaml", []byte("data:\n  a: " + b64([]byte(auth0)) + "\n  b: " + b64([]byte(b64([]byte(supabase)))) + "\n")},
		{"utf16-of-others", "a.reg", []byte("\xff\xfe" + strings.Join(strings.Split("key="+auth0+"\r\n", ""), "\x00") + "\x00")},
		{"hex-of-others", "dump.sql", []byte("'\\x" + hex.EncodeToString([]byte(supabase)) + "'\n")},
		{"numbers", "data.csv", bytes.Repeat([]byte("65794,101,121,74,0.65794\n"), 2000)},
		{"unicode-table", "table.c", []byte(strings.Repeat(`"\u0065\u0079\u004a", "\x65\x79\x4a", {101,121,74},`, 200))},
		{"claims-alone", "debug.txt", []byte("claims: " + strings.Split(inner, ".")[1] + "\n")},
		{"reversed", "odd.txt", []byte(reverse(v2) + "\n" + reverse(v1) + "\n")},
		{"lower-case", "odd.txt", []byte(strings.ToLower(v2) + "\n" + strings.ToLower(v1) + "\n")},
	}
	return slices.Concat(all, kindDecoys(), policyDecoys())
}

// kindDecoys have what the credentials of a kind have, but for the one thing that
// makes them Momento's: one or more for each row of the table of kinds.
func kindDecoys() []Decoy {
	o := credentialtest.Options{Seed: "decoy"}
	hs := func(claims string) string { return credentialtest.JWT("HS256", claims, "decoy") }
	env := func(name, token string) Decoy { return Decoy{name, ".env", []byte("TOKEN=" + token + "\n")} }
	b64 := func(object string) string { return base64.StdEncoding.EncodeToString([]byte(object)) }
	jwk := credentialtest.SigningKey(o)
	public := `{"kty":"EC","crv":"P-256","kid":"momento","x":"` + strings.Repeat("f83OJ3D2", 6) + `","y":"` + strings.Repeat("x_FEzRu9", 6) + `"}`
	return []Decoy{
		env("disposable-of-others", hs(`{"iss":"https://other.example","t":"disposable","ver":1,"p":"CAA="}`)),
		env("disposable-version-3", hs(`{"t":"disposable","ver":3,"a":"x","p":"CAA=","exp":2000000000}`)),
		env("disposable-without-version", hs(`{"t":"disposable","sub":"x","exp":2000000000}`)),
		env("global-without-id", hs(`{"t":"g","exp":2000000000}`)),
		env("global-refresh-without-id", hs(`{"t":"gr","exp":2000000000}`)),
		env("global-of-another-type", hs(`{"t":"gx","jti":"k","akid":"k"}`)),
		env("refresh-of-another-issuer", hs(`{"iss":"gomomento.com/refresh/not","jti":"k","exp":2000000000}`)),
		env("refresh-of-another-host", hs(`{"iss":"example.com/refresh","jti":"k"}`)),
		env("version-1-and-little-else", hs(`{"sub":"user-1","ver":1}`)),
		env("version-1-with-empty-p", hs(`{"sub":"user-1","ver":1,"p":"","exp":2000000000}`)),
		env("version-2-with-p", hs(`{"sub":"user-1","ver":2,"p":"CAA="}`)),
		env("no-version-with-p", hs(`{"sub":"user-1","p":"CAA=","exp":2000000000}`)),
		env("legacy-without-hosts", hs(`{"sub":"a","cp":"control","c":"cache"}`)),
		env("legacy-without-cache", hs(`{"sub":"a","cp":"control.example.com"}`)),
		env("login-of-others", rs256(`{"alg":"RS256","kid":"k"}`, `{"iss":"https://login.gomomento.com.example.org/","email":"a@example.com","azp":"x","aud":"y","exp":2000000000}`)),
		env("kid-of-others", rs256(`{"alg":"RS256","kid":"k"}`, `{"sub":"x","exp":2000000000,"scope":"read"}`)),
		env("kid-with-cache", rs256(`{"alg":"RS256","kid":"k"}`, `{"cache":"images","key":"logo.png","exp":2000000000}`)),
		env("kid-with-other-methods", rs256(`{"alg":"RS256","kid":"k"}`, `{"cache":"images","key":"logo.png","method":["delete"],"exp":2000000000}`)),
		env("item-without-kid", rs256(`{"alg":"RS256"}`, `{"cache":"images","key":"logo.png","method":["get"],"exp":2000000000}`)),
		env("item-by-hmac", credentialtest.JWT("HS256", `{"cache":"images","key":"logo.png","method":["get"],"exp":2000000000}`, "kid")),
		env("new-type-elsewhere", b64(`{"endpoint":"cache.example.com","api_key":"`+hs(`{"t":"workload","ver":7,"jti":"k"}`)+`"}`)),
		env("new-type-without-endpoint", b64(`{"api_key":"`+hs(`{"t":"workload","ver":7,"jti":"k"}`)+`"}`)),
		env("new-type-bare", hs(`{"t":"workload","ver":7,"jti":"k"}`)),
		{"clear-envelope-of-others", "c.json", []byte(`{"endpoint": "api.example.com", "api_key": "` + hs(`{"sub":"x","role":"y"}`) + `"}`)},
		{"jwk-alone", "key.json", []byte(jwk + "\n")},
		{"jwk-public", ".env", []byte("MOMENTO_PUBLIC_KEY=" + public + "\n")},
		{"jwk-symmetric", ".env", []byte(`MOMENTO_KEY={"kty":"oct","kid":"a","d":"` + strings.Repeat("f83OJ3D2", 6) + `"}` + "\n")},
		{"jwk-far-from-momento", "keys.txt", []byte("momento\n" + strings.Repeat("# other settings\n", 500) + jwk + "\n")},
		{"jwk-placeholder", ".env", []byte(`MOMENTO_SIGNING_KEY={"kty":"RSA","kid":"a","d":"` + strings.Repeat("x", 60) + `"}` + "\n")},
		{"slack-secret", "app.js", []byte("const app = new App({\n  token: process.env.SLACK_BOT_TOKEN,\n  signingSecret: '8f742231b10e8888abcd99bbbccc85a5'\n});\n")},
		{"slack-secret-beside-momento", "app.js", []byte("import {WebhookUtils} from '@gomomento/sdk';\nimport {App} from '@slack/bolt';\nconst app = new App({signingSecret: '8f742231b10e8888abcd99bbbccc85a5'});\n")},
		{"signing-secret-beside-cache", "app.js", []byte("import {CacheClient} from '@gomomento/sdk';\nconst signingSecret = '8f742231b10e8888abcd99bbbccc85a5';\n")},
		{"webhook-of-others", "hook.js", []byte("const secret = getWebhookSecret();\nconst signingSecret = '8f742231b10e8888abcd99bbbccc85a5';\n")},
		{"webhook-secret-in-code", "hook.js", []byte("import {WebhookUtils} from '@gomomento/sdk';\nconst signingSecret = process.env.MOMENTO_WEBHOOK_SECRET;\nconst secretString = response.secretString;\n")},
	}
}

func reverse(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

// policyDecoys say never without creating a key that lives for ever.
func policyDecoys() []Decoy {
	return []Decoy{
		{"never-in-comment", "keys.ts", []byte("import {ExpiresIn} from '@gomomento/sdk';\n// client.generateApiKey(AllDataReadWrite, ExpiresIn.never())\n/* generateApiKey(x,\n ExpiresIn.never()) */\nclient.generateApiKey(scope, ExpiresIn.days(30)); // not ExpiresIn.never()\n")},
		{"never-in-docstring", "keys.py", []byte("from momento.auth import ExpiresIn\n\n\ndef make():\n    \"\"\"Like generate_api_key(scope, ExpiresIn.never()),\n    but it ends.\"\"\"\n    return client.generate_api_key(scope, ExpiresIn.days(30))\n")},
		{"never-without-sdk", "cache.ts", []byte("import {ExpiresIn} from './clock';\ngenerateApiKey(scope, ExpiresIn.never());\n")},
		{"never-for-something-else", "cache.ts", []byte("import {ExpiresIn} from '@gomomento/sdk';\nconst limit = ExpiresIn.never();\nif (key.expiresIn === ExpiresIn.never()) { warn(); }\n")},
		{"never-defined", "expiration.ts", []byte("import {x} from '@gomomento/sdk-core';\nexport class ExpiresIn {\n  public static never(): ExpiresIn {\n    return new ExpiresIn(Infinity);\n  }\n}\n")},
		{"never-in-go", "main.go", []byte("package main\n\nimport \"github.com/momentohq/client-sdk-go/utils\"\n\nvar x = generateApiKey(utils.ExpiresIn.never())\n")},
		{"never-in-prose", "guide.md", []byte("import {ExpiresIn} from '@gomomento/sdk';\nclient.generateApiKey(scope, ExpiresIn.never())\n")},
		{"never-in-protobuf", "auth.pb.swift", []byte("import Momento\n      if case .never(let v)? = expiry {return v}\n      set {expiry = .never(newValue)}\n")},
		{"expiry-elsewhere", "cookie.json", []byte(`{"url":"https://example.com/v1/sessions","expiry":"never"}`)},
		{"expiry-with-date", "create.sh", []byte("curl https://mga.registry.prod.a.momentohq.com/api-keys -d '{\"role_id\":\"r\",\"expiry\":1719363600}' # never say \"never\"\n")},
	}
}
