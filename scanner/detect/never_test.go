package detect_test

import (
	"strings"
	"testing"

	"github.com/momentolint/momentolint/scanner/detect"
	"github.com/momentolint/momentolint/scanner/finding"
)

// neverCases create keys that never expire. The text between the marks is what
// must be reported.
var neverCases = []struct{ name, file, text string }{
	{"javascript", "keys.js", "const {AuthClient, ExpiresIn} = require('@gomomento/sdk');\nawait client.generateApiKey(AllDataReadWrite, «ExpiresIn.never()»);\n"},
	{"typescript import over lines", "keys.ts", "import {\n  AuthClient,\n  ExpiresIn,\n} from '@gomomento/sdk';\nconst r = await authClient.generateApiKey(\n  PermissionScopes.AllDataReadWrite,\n  «ExpiresIn.never()»\n);\n"},
	{"typescript variable", "keys.ts", "import {ExpiresIn} from \"@gomomento/sdk\";\nconst expiry: ExpiresIn = «ExpiresIn.never()»;\nconst r = await c.generateApiKey(scope, expiry);\n"},
	{"typescript object", "keys.ts", "import * as sdk from '@gomomento/sdk';\nc.generateApiKey({scope, expiresIn: «sdk.ExpiresIn.never()»});\n"},
	{"web sdk", "keys.tsx", "import {ExpiresIn} from '@gomomento/sdk-web';\nc.generateApiKey(scope, «ExpiresIn.never()»)\n"},
	{"java", "Keys.java", "package x;\n\nimport momento.sdk.auth.accessControl.ExpiresIn;\n\nclass K {\n  void k() {\n    authClient.generateApiKey(TokenScopes.superUser(), «ExpiresIn.never()»).join();\n  }\n}\n"},
	{"kotlin", "Keys.kt", "import software.momento.kotlin.sdk.auth.ExpiresIn\n\nval r = client.generateApiKey(scope, «ExpiresIn.never()»)\n"},
	{"python", "keys.py", "from momento.auth import ExpiresIn\n\nresponse = client.generate_api_key(\n    scope=ALL,\n    expires_in=«ExpiresIn.never()»,\n)\n"},
	{"python async", "keys.py", "import momento\nr = await client.generate_api_key(ALL, «momento.auth.ExpiresIn.never()»)\n"},
	{"python variable", "keys.py", "from momento.auth import ExpiresIn\nlong_lived = «ExpiresIn.never()»\nr = client.generate_api_key(ALL, long_lived)\n"},
	{"csharp", "Keys.cs", "using Momento.Sdk.Auth.AccessControl;\n\nvar r = await client.GenerateApiKeyAsync(scope, «ExpiresIn.Never()»);\n"},
	{"rust", "keys.rs", "use momento::auth::{ExpiresIn, PermissionScopes};\n\nlet r = client.generate_api_key(PermissionScopes::all(), «ExpiresIn::never()»).await?;\n"},
	{"rust path", "keys.rs", "let r = c.send(GenerateApiKeyRequest::new(scope, «momento::auth::ExpiresIn::never()»)).await?;\n"},
	{"php", "keys.php", "<?php\nuse Momento\\Auth\\ExpiresIn;\n\n$r = $client->generateApiKey($scope, «ExpiresIn::never()»);\n"},
	{"ruby", "keys.rb", "require 'momento'\n\nclient.generate_api_key(scope, expires_in: «Momento::ExpiresIn.never»)\n"},
	{"swift", "Keys.swift", "import Momento\n\nlet r = await client.generateApiKey(scope: .all, expiresIn: «ExpiresIn.never()»)\n"},
	{"dart", "keys.dart", "import 'package:momento/momento.dart';\n\nfinal r = await client.generateApiKey(scope, «ExpiresIn.never()»);\n"},
	{"elixir", "keys.exs", "alias Momento.Auth.ExpiresIn\n\nMomento.AuthClient.generate_api_key(client, scope, «ExpiresIn.never()»)\n"},
	{"old name of the call", "keys.ts", "import {ExpiresIn} from '@gomomento/sdk';\nawait c.generateApiToken(scope, «ExpiresIn.never()»);\n"},
	{"notebook", "keys.ipynb", "  \"source\": [\n    \"from momento.auth import ExpiresIn\\n\",\n    \"client.generate_api_key(ALL, «ExpiresIn.never()»)\\n\"\n  ]\n"},
	{"curl", "create.sh", "curl -X POST https://mga.registry.prod.a.momentohq.com/api-keys \\\n  -H \"Authorization: $KEY\" \\\n  -d '{\"role_id\": \"r\", «\"expiry\": \"never\"»}'\n"},
	{"curl in double quotes", "create.sh", "curl \"$BASE/api-keys\" -d \"{\\\"role_id\\\":\\\"r\\\",«\\\"expiry\\\":\\\"never\\\"»}\"\n"},
	{"fetch", "create.js", "await fetch(`${base}/api-keys`, {\n  method: 'POST',\n  body: JSON.stringify({role_id: role, «expiry: 'never'»}),\n});\n"},
	{"requests", "create.py", "requests.post(f\"{base}/api-keys\", json={\"role_id\": role, «\"expiry\": \"never\"»})\n"},
	{"ruby hash", "create.rb", "http.post('/api-keys', {'role_id' => role, «'expiry' => 'never'»}.to_json)\n"},
	{"java map", "Create.java", "body = Map.of(\"role_id\", role, «\"expiry\", \"never\"»);\nhttp.post(base + \"/api-keys\", body);\n"},
	{"kotlin map", "Create.kt", "post(\"$base/api-keys\", mapOf(\"role_id\" to role, «\"expiry\" to \"never\"»))\n"},
	{"workflow", "keys.yml", "      - run: curl https://mga.registry.prod.a.momentohq.com/api-keys -d '{«\"expiry\":\"never\"»}'\n"},
}

func TestFindsKeysThatAreMadeToNeverExpire(t *testing.T) {
	s := newDetector(t, detect.Options{}).NewScanner()
	for _, c := range neverCases {
		before, rest, _ := strings.Cut(c.text, "«")
		want, after, _ := strings.Cut(rest, "»")
		for _, path := range []string{"src/" + c.file, ""} {
			got := scan(t, s, path, []byte(before+want+after), nil)
			if len(got) != 1 {
				t.Errorf("%s: %d found in %q, want 1", c.name, len(got), path)
				continue
			}
			m := got[0]
			line := 1 + strings.Count(before, "\n")
			column := len(before) - strings.LastIndex(before, "\n")
			if m.Rule != finding.NeverExpiringRule || m.StartLine != line || m.StartColumn != column || m.EndLine != line || m.EndColumn != column+len(want) {
				t.Errorf("%s: %s, want %d:%d-%d", c.name, describe(&m), line, column, column+len(want))
			}
			if shown := m.Line[m.LineColumn : m.LineColumn+m.LineWidth]; shown != want || m.Redacted != want {
				t.Errorf("%s: the line marks %q, want %q", c.name, shown, want)
			}
			if !m.Credential.IsZero() || m.Message == "" || len(m.Fingerprint) != 16 {
				t.Errorf("%s: not a finding of a policy: %+v", c.name, m)
			}
		}
	}
}

func TestGoIsLeftToTheAnalyzers(t *testing.T) {
	s := newDetector(t, detect.Options{}).NewScanner()
	text := "package k\nimport \"github.com/momentohq/client-sdk-go/utils\"\n// POST /api-keys\nvar body = `{\"expiry\":\"never\"}`\n"
	if got := scan(t, s, "pkg/k.go", []byte(text), nil); len(got) != 0 {
		t.Errorf("%s", describe(&got[0]))
	}
}
