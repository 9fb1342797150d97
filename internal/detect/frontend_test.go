package detect_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential"
	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/detect"
	"github.com/momentolint/momentolint/internal/finding"
)

// publicCases publish the key §. The text between the marks is the place of the
// finding.
var publicCases = []struct{ name, file, text string }{
	{"next", ".env.production", "«NEXT_PUBLIC_MOMENTO_API_KEY»=§\n"},
	{"vite, quoted", ".env", "A=1\n«VITE_MOMENTO_API_KEY»=\"§\"\n"},
	{"expo, exported", ".env.local", "export «EXPO_PUBLIC_MOMENTO_KEY»='§'\n"},
	{"create-react-app", ".env", "«REACT_APP_MOMENTO» = §\n"},
	{"nuxt", ".env", "«NUXT_PUBLIC_MOMENTO_KEY»=§\n"},
	{"astro and sveltekit", ".env", "«PUBLIC_MOMENTO_KEY»=§\n"},
	{"no name of a file", "", "«VITE_KEY»=§\n"},
	{"compose", "docker-compose.yml", "services:\n  web:\n    environment:\n      «VITE_KEY»: §\n"},
	{"compose list", "docker-compose.yml", "    environment:\n      - «VITE_KEY»=§\n"},
	{"kubernetes", "web.yaml", "env:\n  - name: «NEXT_PUBLIC_KEY»\n    value: \"§\"\n"},
	{"json list", "task.json", "{\"environment\": [{\"name\": \"«NEXT_PUBLIC_KEY»\", \"value\": \"§\"}]}\n"},
	{"json", "vercel.json", "{\"build\": {\"env\": {\"«NEXT_PUBLIC_KEY»\": \"§\"}}}\n"},
	{"build argument", "build.sh", "docker build --build-arg «VITE_KEY»=§ .\n"},
	{"argument of an image", "Dockerfile", "ARG «VITE_KEY»=§\n"},
	{"variable of an image", "Dockerfile", "ENV «VITE_KEY» §\n"},
	{"workflow", ".github/workflows/web.yml", "    env:\n      «REACT_APP_KEY»: '§'\n"},
	{"code", "src/key.ts", "export const «VITE_KEY»: string = '§';\n"},
	{"next.config env", "next.config.js", "module.exports = {\n  env: {\n    «momentoKey»: '§',\n  },\n};\n"},
	{"next.config runtime", "web/next.config.mjs", "export default {publicRuntimeConfig: {cache: {«key»: \"§\"}}};\n"},
	{"vite define", "vite.config.ts", "export default defineConfig({\n  define: {\n    'process.env.«MOMENTO_KEY»': JSON.stringify('§'),\n  },\n});\n"},
	{"expo extra", "app.json", "{\"expo\": {\"extra\": {\"«momentoApiKey»\": \"§\"}}}\n"},
	{"expo extra in code", "app.config.js", "export default {extra: {«momentoApiKey»: '§'}};\n"},
	{"nuxt public", "nuxt.config.ts", "export default defineNuxtConfig({runtimeConfig: {public: {«key»: '§'}}});\n"},
	{"bundle", "dist/assets/index-4f2a.js", "const a=1,«e»=\"§\";f(e)\n"},
	{"bundle of next", ".next/static/chunks/main.js", "x({«apiKey»:\"§\"})\n"},
	{"bundle with a document", "build/app.js", "document.title='a';var «k»='§';\n"},
	{"page", "out/index.html", "<script>window.«KEY» = \"§\"</script>\n"},
	{"source map", "dist/assets/index.js.map", "{\"sourcesContent\":[\"const «key» = \\\"§\\\";\"]}\n"},
	{"podman with a space", "build.sh", "podman build \\\n  --build-arg=«VITE_KEY»=§ \\\n  -t web .\n"},
	{"build argument in quotes", "build.sh", "docker build --build-arg \"«NEXT_PUBLIC_KEY»=§\" .\n"},
	{"argument of compose", "compose.yaml", "services:\n  web:\n    build:\n      args:\n        «VITE_KEY»: \"§\"\n"},
	{"build arguments of a workflow", ".github/workflows/web.yml", "        with:\n          build-args: |\n            «NEXT_PUBLIC_KEY»=§\n"},
	{"netlify", "netlify.toml", "[build.environment]\n  «VITE_KEY» = \"§\"\n"},
	{"wrangler", "wrangler.toml", "[vars]\n«PUBLIC_KEY» = \"§\"\n"},
	{"eas", "eas.json", "{\"build\": {\"production\": {\"env\": {\"«EXPO_PUBLIC_KEY»\": \"§\"}}}}\n"},
	{"terraform of a site", "site.tf", "environment_variables = {\n  «VITE_KEY» = \"§\"\n}\n"},
	{"windows", "build.cmd", "set «REACT_APP_KEY»=§\r\n"},
	{"powershell", "build.ps1", "$env:«VITE_KEY» = \"§\"\n"},
	{"command's variable", "package.json", "{\"scripts\": {\"build\": \"«VITE_KEY»=§ vite build\"}}\n"},
	{"next.config in TypeScript", "next.config.ts", "const config: NextConfig = {\n  env: {\n    «MOMENTO_KEY»: \"§\",\n  },\n};\n"},
	{"vite define in a member", "vite.config.js", "export default {define: {«__KEY__»: JSON.stringify(\"§\")}};\n"},
	{"vite define as text", "vite.config.js", "export default {define: {«__KEY__»: '\"§\"'}};\n"},
	{"expo extra in TypeScript", "app.config.ts", "export default ({config}) => ({...config, extra: {eas: {id: 'x'}, «key»: '§'}});\n"},
	{"expo extra, nested", "mobile/app.json", "{\"expo\": {\"extra\": {\"momento\": {\"«apiKey»\": \"§\"}}}}\n"},
	{"bundle of vite's client", "web/dist/client/assets/app.js", "var «r»=`§`\n"},
	{"bundle of create-react-app", "build/static/js/main.1a2b.js", "e.exports={«REACT_APP_KEY»:\"§\"}\n"},
	{"bundle of nuxt", ".output/public/_nuxt/entry.js", "const a={«key»:\"§\"};\n"},
	{"bundle of sveltekit", ".svelte-kit/output/client/_app/immutable/chunks/a.js", "const «k»=\"§\";\n"},
	{"bundle of angular", "dist/shop/browser/main-X.js", "environment={«momentoKey»:\"§\"};\n"},
	{"argument in a bundle", "dist/assets/a.js", "x.fromString(«\"»§\")\n"},
}

// serverCases hold the key § where no browser sees it.
var serverCases = []struct{ name, file, text string }{
	{"server variable", ".env", "MOMENTO_API_KEY=§\n"},
	{"public in the middle", ".env", "REPUBLIC_KEY=§\nMY_NEXT_PUBLIC_KEY=§\nINVITE_KEY=§\nNOT_PUBLIC_KEY=§\n"},
	{"prefix alone", ".env", "VITE_=§\n"},
	{"lower case", ".env", "public_key=§\nvite_key=§\n"},
	{"another variable", ".env", "VITE_URL=https://example.com\nMOMENTO_API_KEY=§\n"},
	{"another variable before", "a.yaml", "- name: NEXT_PUBLIC_URL\n  value: x\n- name: MOMENTO_API_KEY\n  value: §\n"},
	{"next.config, for the server", "next.config.js", "module.exports = {serverRuntimeConfig: {key: '§'}, env: {url: 'x'}};\n"},
	{"vite.config, for the server", "vite.config.ts", "const key = '§';\nexport default defineConfig({define: {a: 1}});\n"},
	{"expo, for the build", "app.json", "{\"expo\": {\"hooks\": {\"key\": \"§\"}, \"extra\": {}}}\n"},
	{"nuxt, for the server", "nuxt.config.ts", "export default {runtimeConfig: {key: '§', public: {url: 'x'}}};\n"},
	{"define of another tool", "webpack.json", "{\"define\": {\"key\": \"§\"}}\n"},
	{"build of a library", "dist/index.js", "exports.key = '§';\n"},
	{"server's part", ".next/server/chunks/main.js", "document.a; key = '§';\n"},
	{"function's part", "dist/functions/static/a.js", "window.a; key = '§';\n"},
	{"source", "src/assets/a.js", "document.title = '§';\n"},
	{"argument of a server", "build.sh", "docker build --build-arg MOMENTO_API_KEY=§ .\n"},
	{"command of a server", "package.json", "{\"scripts\": {\"start\": \"VITE_PORT=1 MOMENTO_API_KEY=§ node server.js\"}}\n"},
	{"next to a public variable", "netlify.toml", "[build.environment]\n  VITE_URL = \"/\"\n  MOMENTO_API_KEY = \"§\"\n"},
	{"wrangler's secret", ".dev.vars", "MOMENTO_API_KEY=\"§\"\n"},
	{"compose of a server", "compose.yaml", "services:\n  web:\n    build:\n      args:\n        VITE_URL: /\n  api:\n    environment:\n      MOMENTO_API_KEY: §\n"},
	{"vite.config, for the development server", "vite.config.ts", "export default {define: {a: 1}, server: {proxy: {'/x': {headers: {Authorization: '§'}}}}};\n"},
	{"next.config, after the variables", "next.config.js", "module.exports = {env: {url: 'x'}, headers: () => [{key: '§'}]};\n"},
	{"app.json of another tool", "heroku/app.json", "{\"env\": {\"MOMENTO_API_KEY\": {\"value\": \"§\"}}}\n"},
	{"server of nuxt", ".output/server/chunks/a.mjs", "document.a; const k = '§';\n"},
	{"server of sveltekit", ".svelte-kit/output/server/chunks/a.js", "document.a; const k = '§';\n"},
	{"built server", "dist/server/index.js", "document.a; const k = '§';\n"},
	{"test of a bundle", "test/assets/app.js", "window.a; const k = '§';\n"},
	{"build's log", "build/output.txt", "window. key=§\n"},
}

func publicKeys() map[credential.Kind]string {
	o := ct.Options{Seed: "public"}
	return map[credential.Kind]string{credential.APIKeyV2: ct.V2(o), credential.APIKeyV1: ct.V1(o), credential.V1JWT: ct.V1JWT(o), credential.Legacy: ct.Legacy(o)}
}

func TestLongLivedKeysInAFrontEndAreASecondFinding(t *testing.T) {
	s := newDetector(t, detect.Options{}).NewScanner()
	for kind, key := range publicKeys() {
		for _, c := range publicCases {
			before, rest, _ := strings.Cut(c.text, "«")
			name, after, _ := strings.Cut(rest, "»")
			text := strings.ReplaceAll(before+name+after, "§", key)
			got := scan(t, s, c.file, []byte(text), nil)
			if len(got) != 2 {
				t.Errorf("%s, %s: %d found, want 2", kind, c.name, len(got))
				continue
			}
			m, secret := got[0], got[1]
			line, column := 1+strings.Count(before, "\n"), len(before)-strings.LastIndex(before, "\n")
			if m.Rule != finding.FrontendRule || m.StartLine != line || m.StartColumn != column || m.EndLine != line || m.EndColumn != column+len(name) {
				t.Errorf("%s, %s: %s, want %d:%d-%d", kind, c.name, describe(&m), line, column, column+len(name))
			}
			if secret.Credential.Kind != kind {
				t.Errorf("%s, %s: the second is %s", kind, c.name, describe(&secret))
			}
			if !m.Credential.IsZero() || !strings.Contains(m.Message, "disposable token") || len(m.Fingerprint) != 16 || m.Fingerprint == secret.Fingerprint {
				t.Errorf("%s, %s: %+v", kind, c.name, m)
			}
			if shown := m.Line[m.LineColumn : m.LineColumn+m.LineWidth]; shown != name || strings.Contains(m.Line, key[len(key)-20:]) {
				t.Errorf("%s, %s: the line is %q", kind, c.name, m.Line)
			}
		}
	}
}

func TestKeysOfServersAreOneFinding(t *testing.T) {
	s := newDetector(t, detect.Options{}).NewScanner()
	for kind, key := range publicKeys() {
		for _, c := range serverCases {
			for _, m := range scan(t, s, c.file, []byte(strings.ReplaceAll(c.text, "§", key)), nil) {
				if m.Credential.Kind != kind {
					t.Errorf("%s, %s: %s: %s", kind, c.name, describe(&m), m.Line)
				}
			}
		}
	}
}

func TestOtherValuesOfPublicVariablesAreNotReported(t *testing.T) {
	s := newDetector(t, detect.Options{}).NewScanner()
	disposable := ct.Disposable(ct.Options{})
	other := ct.JWT("HS256", `{"iss":"supabase","role":"anon","iat":1700000000,"exp":2015576000}`, "other")
	for _, value := range []string{"process.env.MOMENTO_API_KEY", "<your key>", "eyJhbGciOi…", "${MOMENTO_API_KEY}", disposable, other} {
		for _, c := range publicCases {
			text := strings.NewReplacer("«", "", "»", "", "§", value).Replace(c.text)
			for _, m := range scan(t, s, c.file, []byte(text), nil) {
				if m.Rule == finding.FrontendRule {
					t.Errorf("%s: %s", c.name, describe(&m))
				}
			}
		}
	}
}

// A base64 value under data: of a Kubernetes Secret is published as well.
func TestEncodedKeysInAFrontEnd(t *testing.T) {
	s := newDetector(t, detect.Options{}).NewScanner()
	text := "data:\n  NEXT_PUBLIC_KEY: " + base64.StdEncoding.EncodeToString([]byte(ct.V2(ct.Options{}))) + "\n"
	got := scan(t, s, "secret.yaml", []byte(text), nil)
	if len(got) != 2 || got[0].Rule != finding.FrontendRule || got[0].StartColumn != 3 {
		t.Errorf("%d found, want the key and its variable", len(got))
	}
}

func TestAllowCommentsHoldForTheFrontEndRuleAlone(t *testing.T) {
	s := newDetector(t, detect.Options{}).NewScanner()
	text := "VITE_KEY=" + ct.V2(ct.Options{}) + " # momentolint:allow momento-key-in-frontend -- the demo\n"
	got := scan(t, s, ".env", []byte(text), nil)
	if len(got) != 2 || !got[0].Allowed() || got[1].Allowed() {
		t.Errorf("%+v", got)
	}
}
