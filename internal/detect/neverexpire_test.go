package detect_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/detect"
	"github.com/momentolint/momentolint/internal/finding"
)

const sdk = "import {AuthClient, ExpiresIn} from '@gomomento/sdk';\n"

const (
	goHead = "package k\n\nimport (\n\t\"context\"\n\t\"math\"\n\t\"time\"\n\n\t\"github.com/momentohq/client-sdk-go/momento\"\n\t\"github.com/momentohq/client-sdk-go/utils\"\n)\n\n"
	goMake = goHead + "func make(c momento.AuthClient, scope momento.PermissionScope, prod bool) {\n"
)

// goNever creates keys without an end in Go.
var goNever = []struct{ name, file, text string }{
	{"literal", "keys.go", goMake + "\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{\n\t\tExpiresIn: «utils.ExpiresInNever()»,\n\t\tScope: scope,\n\t})\n}\n"},
	{"test", "keys_test.go", goMake + "\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: «utils.ExpiresInNever()», Scope: scope})\n}\n"},
	{"fields without names", "keys.go", goMake + "\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{«utils.ExpiresInNever()», scope})\n}\n"},
	{"renamed packages", "keys.go", "package k\nimport (\n\tm \"github.com/momentohq/client-sdk-go/momento\"\n\tu \"github.com/momentohq/client-sdk-go/utils\"\n)\nvar r = m.GenerateApiKeyRequest{ExpiresIn: «u.ExpiresInNever()»}\n"},
	{"packages without a name", "keys.go", "package k\nimport (\n\t. \"github.com/momentohq/client-sdk-go/momento\"\n\t. \"github.com/momentohq/client-sdk-go/utils\"\n)\nvar r = &GenerateApiKeyRequest{ExpiresIn: «ExpiresInNever()»}\n"},
	{"variable", "keys.go", goMake + "\te := utils.ExpiresInNever()\n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: «e»})\n}\n"},
	{"variable of the package", "keys.go", goHead + "var forever = utils.ExpiresInNever()\nvar r = momento.GenerateApiKeyRequest{ExpiresIn: «forever»}\n"},
	{"variable set in a branch", "keys.go", goMake + "\te := utils.ExpiresInDays(30)\n\tif prod {\n\t\te = utils.ExpiresInNever()\n\t}\n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: «e»})\n}\n"},
	{"variable that a branch replaces", "keys.go", goMake + "\te := utils.ExpiresInNever()\n\tif prod {\n\t\te = utils.ExpiresInDays(30)\n\t}\n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: «e»})\n}\n"},
	{"field of a variable", "keys.go", goMake + "\tr := &momento.GenerateApiKeyRequest{Scope: scope}\n\tr.ExpiresIn = «utils.ExpiresInNever()»\n\tc.GenerateApiKey(ctx, r)\n}\n"},
	{"field of a new request", "keys.go", goMake + "\tr := new(momento.GenerateApiKeyRequest)\n\tr.ExpiresIn = «utils.ExpiresInNever()»\n}\n"},
	{"field of a declared request", "keys.go", goMake + "\tvar r momento.GenerateApiKeyRequest\n\tr.ExpiresIn = «utils.ExpiresInNever()»\n}\n"},
	{"field of a parameter", "keys.go", goHead + "func forever(r *momento.GenerateApiKeyRequest) {\n\tr.ExpiresIn = «utils.ExpiresInNever()»\n}\n"},
	{"list of requests", "keys.go", goHead + "var list = []momento.GenerateApiKeyRequest{{ExpiresIn: «utils.ExpiresInNever()»}}\n"},
	{"map of requests", "keys.go", goHead + "var list = map[string]*momento.GenerateApiKeyRequest{\"a\": {ExpiresIn: «utils.ExpiresInNever()»}}\n"},
	{"function", "keys.go", goMake + "\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: «life(prod)»})\n}\n\nfunc life(prod bool) utils.ExpiresIn {\n\tif prod {\n\t\treturn utils.ExpiresInDays(30)\n\t}\n\treturn utils.ExpiresInNever()\n}\n"},
	{"function with several results", "keys.go", goMake + "\te, err := life()\n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: «e»})\n}\n\nfunc life() (utils.ExpiresIn, error) { return utils.ExpiresInNever(), nil }\n"},
	{"function in a variable", "keys.go", goMake + "\tlife := utils.ExpiresInNever\n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: «life()»})\n}\n"},
	{"closure", "keys.go", goMake + "\tlife := func() utils.ExpiresIn { return utils.ExpiresInNever() }\n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: «life()»})\n}\n"},
	{"method", "keys.go", goHead + "func (k *K) life() utils.ExpiresIn { return utils.ExpiresInNever() }\nfunc (k *K) make() { k.c.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: «k.life()»}) }\n"},
	{"parameter", "keys.go", goHead + "func make(e utils.ExpiresIn) { c.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: e}) }\nfunc main() {\n\tmake(«utils.ExpiresInNever()»)\n\tmake(utils.ExpiresInDays(30))\n}\n"},
	{"options", "keys.go", goMake + "\to := options{life: utils.ExpiresInNever()}\n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: «o.life»})\n}\n"},
	{"field of an option", "keys.go", goMake + "\tvar o options\n\to.life = utils.ExpiresInNever()\n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: «o.life»})\n}\n"},
	{"field of the receiver", "keys.go", goHead + "func NewK() *K { return &K{life: utils.ExpiresInNever()} }\nfunc (k *K) make() { k.c.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: «k.life»}) }\n"},
	{"file that does not compile", "keys.go", goMake + "\tx := \n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: «utils.ExpiresInNever()»})\n}\n"},
	{"largest number", "keys.go", goMake + "\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: «utils.ExpiresInSeconds(math.MaxInt64)»})\n}\n"},
	{"seconds beyond 32 bits", "keys.go", goHead + "const era = 140 * 365 * 24 * time.Hour\nvar r = momento.GenerateApiKeyRequest{ExpiresIn: «utils.ExpiresInSeconds(int64(era.Seconds()))»}\n"},
	{"tested and only logged", "keys.go", goMake + "\te := utils.ExpiresInNever()\n\tif e.DoesExpire() {\n\t\tlog.Print(1)\n\t}\n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: «e»})\n}\n"},
	{"tested without an end and only logged", "keys.go", goMake + "\te := utils.ExpiresInNever()\n\tif !e.DoesExpire() {\n\t\tlog.Print(1)\n\t}\n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: «e»})\n}\n"},
	{"tested for nil", "keys.go", goMake + "\te := utils.ExpiresInNever()\n\tif e != nil {\n\t\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: «e»})\n\t}\n}\n"},
	{"returned for nil", "keys.go", goMake + "\te := utils.ExpiresInNever()\n\tif e == nil {\n\t\treturn\n\t}\n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: «e»})\n}\n"},
	{"left if it ends", "keys.go", goMake + "\te := utils.ExpiresInNever()\n\tif e.DoesExpire() {\n\t\treturn\n\t}\n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: «e»})\n}\n"},
	{"used if it does not end", "keys.go", goMake + "\te := utils.ExpiresInNever()\n\tif e.DoesExpire() {\n\t\tlog.Print(1)\n\t} else {\n\t\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: «e»})\n\t}\n}\n"},
	{"logged in a switch", "keys.go", goMake + "\te := utils.ExpiresInNever()\n\tswitch {\n\tcase e.DoesExpire():\n\t\tlog.Print(1)\n\t}\n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: «e»})\n}\n"},
	{"logged by its value in a switch", "keys.go", goMake + "\tdays := int64(99999999)\n\tswitch days {\n\tcase 1:\n\t\tlog.Print(1)\n\t}\n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: «utils.ExpiresInDays(days)»})\n}\n"},
	{"parameter that is only logged", "keys.go", goHead + "func make(e utils.ExpiresIn) {\n\tif e.DoesExpire() {\n\t\tlog.Print(1)\n\t}\n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: e})\n}\nfunc main() { make(«utils.ExpiresInNever()») }\n"},
	{"field that is only logged", "keys.go", goMake + "\tr := momento.GenerateApiKeyRequest{ExpiresIn: «utils.ExpiresInNever()»}\n\tif r.ExpiresIn.DoesExpire() {\n\t\tlog.Print(1)\n\t}\n}\n"},
	{"program", "keys.go", "package k\nvar cmd = exec.Command(\"«momento\", \"api-key\", \"create»\", \"--name\", \"a\")\n"},
	{"program over lines", "keys.go", "package k\nvar cmd = exec.Command(\n\t\"«momento\",\n\t\"api-key\",\n\t\"create»\",\n)\n"},
	{"body in a raw string", "keys.go", "package k\nvar body = `{\"role_id\": \"r\", «\"expiry\": \"never\"»}`\nvar resp, err = http.Post(\"https://api.momentohq.com/v2/api-keys\", \"application/json\", strings.NewReader(body))\n"},
	{"body in a string", "keys.go", "package k\nvar resp, err = http.Post(base+\"/v2/api-keys\", \"application/json\", strings.NewReader(\"{\\\"role_id\\\": \\\"r\\\", «\\\"expiry\\\": \\\"never\\\"»}\"))\n"},
	{"body as a map", "keys.go", "package k\nvar body, _ = json.Marshal(map[string]any{\"role_id\": \"r\", «\"expiry\": \"never\"»})\nvar resp, err = http.Post(base+\"/v2/api-keys\", \"application/json\", bytes.NewReader(body))\n"},
	{"stub", "keys.go", "package k\nimport (\n\t\"github.com/momentohq/client-sdk-go/utils\"\n\tpb \"example.com/protos\"\n)\nvar r = &pb.XGenerateApiTokenRequest{Expiry: &«pb.XGenerateApiTokenRequest_Never_»{Never: &pb.XGenerateApiTokenRequest_Never{}}}\n"},
}

// goFine looks like the cases above and creates no key without an end.
var goFine = []struct{ name, file, text string }{
	{"usage text", "keys.go", "package k\nconst usage = `Make a key:\n  momento api-key create --name a\n`\n"},
	{"program with a good end", "keys.go", "package k\nvar cmd = exec.Command(\"momento\", \"api-key\", \"create\", \"--expires-in\", \"30d\")\n"},
	{"program with flags of its own", "keys.go", "package k\nvar cmd = exec.Command(\"momento\", append([]string{\"api-key\", \"create\"}, flags...)...)\n"},
	{"program in a test", "keys_test.go", "package k\nvar cmd = exec.Command(\"momento\", \"api-key\", \"create\")\n"},
	{"body in a test", "keys_test.go", "package k\nvar body = `{\"role_id\": \"r\", \"expiry\": \"never\"}`\nvar resp, err = http.Post(\"https://api.momentohq.com/v2/api-keys\", \"application/json\", strings.NewReader(body))\n"},
	{"body with an end", "keys.go", "package k\nvar body, _ = json.Marshal(map[string]any{\"role_id\": \"r\", \"expiry\": time.Now().Add(day).Unix()})\nvar resp, err = http.Post(base+\"/v2/api-keys\", \"application/json\", bytes.NewReader(body))\n"},
	{"answer of the API", "keys.go", "package k\n// GET /v2/api-keys\ntype key struct {\n\tRoleID string `json:\"role_id\"`\n\tExpiry string `json:\"expiry\"`\n}\n"},
	{"variable of a request that each branch replaces", "create.js", "// momento\nlet expiry = 'never';\nif (prod) {\n  expiry = 1798761600;\n} else {\n  expiry = 1798761601;\n}\nfetch(`${base}/api-keys`, {method: 'POST', body: JSON.stringify({role_id, expiry})});\n"},
	{"no expiry", "keys.go", goMake + "\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{Scope: scope})\n}\n"},
	{"days", "keys.go", goMake + "\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInDays(90)})\n}\n"},
	{"hours", "keys.go", goMake + "\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInHours(24 * 90)})\n}\n"},
	{"near date", "keys.go", goMake + "\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresAtEpoch(time.Date(2026, time.December, 24, 0, 0, 0, 0, time.UTC).Unix())})\n}\n"},
	{"comment", "keys.go", goMake + "\t// c.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInNever()})\n\t/* &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInNever()} */\n}\n"},
	{"comment in a request", "keys.go", goMake + "\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: /* utils.ExpiresInNever() */ utils.ExpiresInDays(1)}) // not utils.ExpiresInNever()\n}\n"},
	{"string", "keys.go", goHead + "var code = `&momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInNever()}`\nvar more = \"momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInNever()}\"\n"},
	{"documentation of a package", "doc.go", "// Package k makes keys.\n//\n//\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInNever()})\npackage k\n"},
	{"documentation", "keys.md", goMake + "\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInNever()})\n}\n"},
	{"replaced", "keys.go", goMake + "\te := utils.ExpiresInNever()\n\te = utils.ExpiresInDays(30)\n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: e})\n}\n"},
	{"replaced under a test", "keys.go", goMake + "\te := utils.ExpiresInNever()\n\tif !e.DoesExpire() {\n\t\te = utils.ExpiresInDays(30)\n\t}\n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: e})\n}\n"},
	{"replaced under a comparison", "keys.go", goMake + "\te := utils.ExpiresInNever()\n\tif e == utils.ExpiresInNever() {\n\t\te = utils.ExpiresInDays(30)\n\t}\n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: e})\n}\n"},
	{"refused", "keys.go", goMake + "\te := utils.ExpiresInNever()\n\tif !e.DoesExpire() {\n\t\treturn\n\t}\n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: e})\n}\n"},
	{"under a test", "keys.go", goMake + "\te := utils.ExpiresInNever()\n\tif e.DoesExpire() {\n\t\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: e})\n\t}\n}\n"},
	{"field replaced under a test", "keys.go", goMake + "\tr := momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInNever()}\n\tif !r.ExpiresIn.DoesExpire() {\n\t\tr.ExpiresIn = utils.ExpiresInDays(30)\n\t}\n}\n"},
	{"field replaced", "keys.go", goMake + "\tif prod {\n\t\tr := momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInNever()}\n\t\tr.ExpiresIn = utils.ExpiresInDays(30)\n\t}\n}\n"},
	{"parameter under a test", "keys.go", goHead + "func make(e utils.ExpiresIn) {\n\tif !e.DoesExpire() {\n\t\te = utils.ExpiresInDays(30)\n\t}\n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: e})\n}\nfunc main() { make(utils.ExpiresInNever()) }\n"},
	{"number under a test", "keys.go", goMake + "\tdays := int64(36500)\n\tif days > 90 {\n\t\tdays = 90\n\t}\n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInDays(days)})\n}\n"},
	{"panics", "keys.go", goMake + "\te := utils.ExpiresInNever()\n\tif !e.DoesExpire() {\n\t\tpanic(1)\n\t}\n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: e})\n}\n"},
	{"fatal", "keys.go", goMake + "\te := utils.ExpiresInNever()\n\tif !e.DoesExpire() {\n\t\tlog.Fatal(1)\n\t}\n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: e})\n}\n"},
	{"left in a loop", "keys.go", goMake + "\te := utils.ExpiresInNever()\n\tfor range 3 {\n\t\tif !e.DoesExpire() {\n\t\t\tcontinue\n\t\t}\n\t\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: e})\n\t}\n}\n"},
	{"refused after else", "keys.go", goMake + "\te := utils.ExpiresInNever()\n\tif e.DoesExpire() {\n\t\tlog.Print(1)\n\t} else {\n\t\treturn\n\t}\n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: e})\n}\n"},
	{"replaced after else", "keys.go", goMake + "\te := utils.ExpiresInNever()\n\tif e.DoesExpire() {\n\t\tlog.Print(1)\n\t} else {\n\t\te = utils.ExpiresInDays(1)\n\t}\n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: e})\n}\n"},
	{"replaced in a switch", "keys.go", goMake + "\te := utils.ExpiresInNever()\n\tswitch {\n\tcase !e.DoesExpire():\n\t\te = utils.ExpiresInDays(1)\n\t}\n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: e})\n}\n"},
	{"refused in a switch", "keys.go", goMake + "\te := utils.ExpiresInNever()\n\tswitch {\n\tcase !e.DoesExpire():\n\t\treturn\n\t}\n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: e})\n}\n"},
	{"under a case", "keys.go", goMake + "\tdays := int64(99999999)\n\tswitch days {\n\tcase 1:\n\t\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInDays(days)})\n\t}\n}\n"},
	{"under both tests", "keys.go", goMake + "\te := utils.ExpiresInNever()\n\tif e.DoesExpire() {\n\t\tlog.Print(1)\n\t}\n\tif !e.DoesExpire() {\n\t\treturn\n\t}\n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: e})\n}\n"},
	{"placeholder", "keys.go", goMake + "\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInDays(YOUR_DAYS)})\n}\n"},
	{"unknown number", "keys.go", goMake + "\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInDays(cfg.Days)})\n}\n"},
	{"unknown parameter", "keys.go", goHead + "func Make(e utils.ExpiresIn) { c.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: e}) }\n"},
	{"another function's variable", "keys.go", goHead + "func a() { e := utils.ExpiresInNever(); use(e) }\nfunc b(e utils.ExpiresIn) { c.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: e}) }\n"},
	{"function with an end", "keys.go", goHead + "func life() utils.ExpiresIn {\n\tf := func() utils.ExpiresIn { return utils.ExpiresInNever() }\n\tuse(f)\n\treturn utils.ExpiresInDays(30)\n}\nvar r = momento.GenerateApiKeyRequest{ExpiresIn: life()}\n"},
	{"function that calls itself", "keys.go", goHead + "func life() utils.ExpiresIn { return life() }\nvar r = momento.GenerateApiKeyRequest{ExpiresIn: life()}\n"},
	{"another library's never", "keys.go", "package k\nimport (\n\t\"example.com/other/utils\"\n\t\"github.com/momentohq/client-sdk-go/momento\"\n)\nvar r = momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInNever()}\n"},
	{"another library's request", "keys.go", "package k\nimport (\n\t\"github.com/momentohq/client-sdk-go/utils\"\n\tmomento \"example.com/momento\"\n)\nvar r = momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInNever()}\n"},
	{"package's own request", "keys.go", goHead + "type GenerateApiKeyRequest struct{ ExpiresIn utils.ExpiresIn }\nvar r = GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInNever()}\n"},
	{"variable that hides the package", "keys.go", goMake + "\tutils := clock{}\n\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInNever()})\n}\n"},
	{"disposable token", "keys.go", goMake + "\tc.GenerateDisposableToken(ctx, &momento.GenerateDisposableTokenRequest{ExpiresIn: utils.ExpiresInNever()})\n}\n"},
	{"never for something else", "keys.go", goMake + "\tif limit == utils.ExpiresInNever() {\n\t\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInDays(1)})\n\t}\n}\n"},
	{"stub with an end", "keys.go", goHead + "var r = &pb.XGenerateApiTokenRequest{Expiry: &pb.XGenerateApiTokenRequest_Expires_{Expires: &pb.XGenerateApiTokenRequest_Expires{ValidForSeconds: 3600}}}\n"},
	{"stub in a branch", "client.go", goMake + "\tif !prod {\n\t\tr.Expiry = &pb.XGenerateApiTokenRequest_Never_{}\n\t}\n}\n"},
	{"generated stub", "auth.pb.go", "// Code generated by protoc-gen-go. DO NOT EDIT.\n" + goHead + "var r = &XGenerateApiTokenRequest_Never_{}\n"},
	{"type of a stub", "keys.go", goHead + "func never(e any) bool {\n\t_, ok := e.(*pb.XGenerateApiTokenRequest_Never_)\n\treturn ok\n}\n"},
}

// neverCases create keys without an end. The text between the marks is what
// must be reported.
var neverCases = []struct{ name, file, text string }{
	{"javascript", "keys.js", "const {AuthClient, ExpiresIn} = require('@gomomento/sdk');\nawait client.generateApiKey(AllDataReadWrite, «ExpiresIn.never()»);\n"},
	{"typescript import over lines", "keys.ts", "import {\n  AuthClient,\n  ExpiresIn,\n} from '@gomomento/sdk';\nconst r = await authClient.generateApiKey(\n  PermissionScopes.AllDataReadWrite,\n  «ExpiresIn.never()»\n);\n"},
	{"object", "keys.ts", "import * as sdk from '@gomomento/sdk';\nc.generateApiKey({scope, expiresIn: «sdk.ExpiresIn.never()»});\n"},
	{"web sdk", "keys.tsx", "import {ExpiresIn} from '@gomomento/sdk-web';\nc.generateApiKey(scope, «ExpiresIn.never()»)\n"},
	{"type arguments", "keys.ts", sdk + "c.generateApiKey<Key>(scope, «ExpiresIn.never()»)\n"},
	{"optional call", "keys.ts", sdk + "c.generateApiKey?.(scope, «ExpiresIn.never()»)\n"},
	{"condition", "keys.ts", sdk + "c.generateApiKey(scope, ci ? «ExpiresIn.never()» : ExpiresIn.days(30))\n"},
	{"old name of the call", "keys.ts", sdk + "await c.generateApiToken(scope, «ExpiresIn.never()»);\n"},
	{"vue", "Keys.vue", "<script setup>\n" + sdk + "c.generateApiKey(scope, «ExpiresIn.never()»)\n</script>\n"},
	{"momento in the name alone", "keys.js", "momentoAuth.generateApiKey(scope, «ExpiresIn.never()»)\n"},
	{"variable", "keys.ts", sdk + "const expiry: ExpiresIn = «ExpiresIn.never()»;\nconst r = await c.generateApiKey(scope, expiry);\n"},
	{"variable of a variable", "keys.ts", sdk + "const forever = «ExpiresIn.never()»\nconst expiry = forever\nc.generateApiKey(scope, expiry)\n"},
	{"variable outside of the function", "keys.ts", sdk + "const expiry = «ExpiresIn.never()»;\nasync function make(scope) {\n  if (scope) {\n    return c.generateApiKey(scope, expiry);\n  }\n}\n"},
	{"variable below", "keys.ts", sdk + "export const make = () => c.generateApiKey(scope, expiry);\nconst expiry = «ExpiresIn.never()»;\n"},
	{"option", "keys.ts", sdk + "const options = {\n  scope: all,\n  expiresIn: «ExpiresIn.never()»,\n};\nc.generateApiKey(options.scope, options.expiresIn);\n"},
	{"options", "keys.ts", sdk + "const options = {scope: all, expiresIn: «ExpiresIn.never()»};\nc.generateApiKey({...options});\n"},
	{"field", "keys.ts", sdk + "class K {\n  private readonly expiresIn = «ExpiresIn.never()»;\n  make() { return this.c.generateApiKey(this.scope, this.expiresIn); }\n}\n"},
	{"field of the constructor", "keys.ts", sdk + "class K {\n  constructor() { this.expiresIn = «ExpiresIn.never()»; }\n  make() { return this.c.generateApiKey(this.scope, this.expiresIn); }\n}\n"},
	{"default of a parameter", "keys.ts", sdk + "function make(scope: Scope, expiresIn: ExpiresIn = «ExpiresIn.never()») {\n  return c.generateApiKey(scope, expiresIn);\n}\n"},

	{"spaces around dots", "keys.ts", sdk + "c . generateApiKey (scope, «ExpiresIn . never ()»)\n"},
	{"lines before dots", "keys.ts", sdk + "momento\n  .auth\n  .generateApiKey(all, «ExpiresIn /* for ever */ . never()»)\n"},
	{"receiver with spaces", "keys.js", "momentoAuth . client . generateApiKey(scope, «ExpiresIn.never()»)\n"},
	{"member in brackets", "keys.ts", sdk + "c.generateApiKey(scope, «ExpiresIn['never']()»)\n"},
	{"renamed import", "keys.ts", "import {AuthClient, ExpiresIn as Life} from '@gomomento/sdk';\nc.generateApiKey(scope, «Life.never()»)\n"},
	{"renamed require", "keys.js", "const {AuthClient, ExpiresIn: Life} = require('@gomomento/sdk');\nc.generateApiKey(scope, «Life.never()»)\n"},
	{"class in a variable", "keys.ts", sdk + "const Life = ExpiresIn;\nc.generateApiKey(scope, «Life.never()»)\n"},
	{"destructured", "keys.ts", sdk + "const {never} = ExpiresIn;\nc.generateApiKey(scope, «never()»)\n"},
	{"destructured and renamed", "keys.ts", sdk + "const {never: n} = ExpiresIn;\nc.generateApiKey(scope, «n()»)\n"},
	{"destructured among others", "keys.ts", sdk + "const {\n  days,\n  never: forever,\n} = sdk.ExpiresIn;\nc.generateApiKey(scope, «forever()»)\n"},
	{"destructured option", "keys.ts", sdk + "const options = {scope: all, expiresIn: «ExpiresIn.never()»};\nconst {expiresIn: e} = options;\nc.generateApiKey(scope, e)\n"},
	{"function in a variable", "keys.ts", sdk + "const forever = ExpiresIn.never;\nc.generateApiKey(scope, «forever()»)\n"},
	{"function's value", "keys.ts", sdk + "function life(prod: boolean): ExpiresIn {\n  if (prod) {\n    return ExpiresIn.days(30);\n  }\n  return «ExpiresIn.never()»;\n}\nc.generateApiKey(scope, life(true))\n"},
	{"arrow function's value", "keys.ts", sdk + "const life = () => «ExpiresIn.never()»;\nc.generateApiKey(scope, life())\n"},
	{"arrow function's block", "keys.ts", sdk + "const life = async (prod: boolean): Promise<ExpiresIn> => {\n  const e = «ExpiresIn.never()»;\n  return e;\n};\nc.generateApiKey(scope, await life(true))\n"},
	{"function expression's value", "keys.ts", sdk + "const life = function () { return «ExpiresIn.never()» }\nc.generateApiKey(scope, life())\n"},
	{"method's value", "keys.ts", sdk + "class K {\n  private life(): ExpiresIn {\n    return «ExpiresIn.never()»;\n  }\n  make() { return this.c.generateApiKey(this.scope, this.life()); }\n}\n"},
	{"value of an object's method", "keys.ts", sdk + "const policy = {\n  scope: all,\n  life() { return «ExpiresIn.never()»; },\n};\nc.generateApiKey(policy.scope, policy.life())\n"},
	{"value of an object's function", "keys.ts", sdk + "const policy = {life: () => «ExpiresIn.never()»};\nc.generateApiKey(scope, policy.life())\n"},
	{"variable of a function's value", "keys.ts", sdk + "const life = () => «ExpiresIn.never()»;\nconst e = life();\nc.generateApiKey(scope, e)\n"},
	{"a string names the variable", "keys.ts", sdk + "const e = «ExpiresIn.never()»;\nlog('e = ExpiresIn.days(1)'); // e = ExpiresIn.days(1)\nc.generateApiKey(scope, e)\n"},
	{"static field", "keys.ts", sdk + "class Keys {\n  static readonly TTL = «ExpiresIn.never()»;\n  make() { return this.c.generateApiKey(this.scope, Keys.TTL); }\n}\n"},
	{"member of a typed object", "keys.ts", sdk + "const lives: Record<string, ExpiresIn> = {prod: «ExpiresIn.never()», dev: ExpiresIn.hours(1)};\nc.generateApiKey(scope, lives['prod'])\n"},
	{"code in a template", "keys.ts", sdk + "log(`key: ${await c.generateApiKey(scope, «ExpiresIn.never()»)}`)\n"},
	{"code after templates", "keys.ts", sdk + "log(`it's ${a ? `{${b}` : '`'} here`)\nc.generateApiKey(scope, «ExpiresIn.never()»)\n"},
	{"code after text with an apostrophe", "keys.tsx", sdk + "const a = <p>Don't</p>; c.generateApiKey(scope, «ExpiresIn.never()»)\n"},
	{"attribute", "Keys.vue", "<script setup>\n" + sdk + "</script>\n<template><b @click=\"c.generateApiKey(scope, «ExpiresIn.never()»)\"/></template>\n"},

	{"days", "keys.ts", sdk + "c.generateApiKey(scope, «ExpiresIn.days(73000)»)\n"},
	{"largest number", "keys.ts", sdk + "c.generateApiKey(scope, «ExpiresIn.seconds(Number.MAX_SAFE_INTEGER)»)\n"},
	{"infinity", "keys.ts", sdk + "c.generateApiKey(scope, «ExpiresIn.minutes(Infinity)»)\n"},

	{"assigned in a branch", "keys.ts", sdk + "let e;\nif (prod) e = «ExpiresIn.never()»;\nelse e = ExpiresIn.days(30);\nc.generateApiKey(scope, e);\n"},
	{"assigned in the other branch", "keys.ts", sdk + "let e: ExpiresIn\nif (prod) e = ExpiresIn.days(30)\nelse e = «ExpiresIn.never()»\nc.generateApiKey(scope, e)\n"},
	{"assigned in a branch in braces", "keys.ts", sdk + "let e;\nif (prod) {\n  e = «ExpiresIn.never()»;\n} else {\n  e = ExpiresIn.days(30);\n}\nc.generateApiKey(scope, e);\n"},
	{"assigned in a chain of branches", "keys.js", sdk + "let e;\nif (a) { e = ExpiresIn.days(1); } else if (b) { e = «ExpiresIn.never()»; } else { e = ExpiresIn.days(30); }\nc.generateApiKey(scope, e);\n"},
	{"assigned in nested branches", "keys.ts", sdk + "let e = ExpiresIn.days(1);\nif (a) {\n  if (b) {\n    e = «ExpiresIn.never()»;\n  }\n  log();\n}\nc.generateApiKey(scope, e);\n"},
	{"kept by a branch", "keys.ts", sdk + "let e = «ExpiresIn.never()»;\nif (prod) {\n  e = ExpiresIn.days(30);\n}\nc.generateApiKey(scope, e);\n"},
	{"assigned in a ternary", "keys.ts", sdk + "let e;\ne = prod ? «ExpiresIn.never()» : ExpiresIn.days(30);\nc.generateApiKey(scope, e);\n"},
	{"variable of a ternary", "keys.ts", sdk + "const forever = «ExpiresIn.never()»;\nconst month = ExpiresIn.days(30);\nc.generateApiKey(scope, prod ? forever : month);\n"},
	{"assigned in a switch", "keys.ts", sdk + "let e;\nswitch (stage) {\n  case 'prod':\n    e = «ExpiresIn.never()»;\n    break;\n  default:\n    e = ExpiresIn.days(30);\n}\nc.generateApiKey(scope, e);\n"},
	{"kept by a switch", "keys.ts", sdk + "let e = «ExpiresIn.never()»;\nswitch (stage) {\n  case 'dev': {\n    e = ExpiresIn.days(30);\n    break;\n  }\n}\nc.generateApiKey(scope, e);\n"},
	{"falls through a switch", "keys.ts", sdk + "let e;\nswitch (stage) {\n  case 'prod':\n    e = «ExpiresIn.never()»;\n  case 'test':\n    log();\n    break;\n  default:\n    e = ExpiresIn.days(30);\n}\nc.generateApiKey(scope, e);\n"},
	{"assigned in a loop", "keys.ts", sdk + "let e = ExpiresIn.days(1);\nfor (const o of options) {\n  if (o.root) e = «ExpiresIn.never()»;\n}\nc.generateApiKey(scope, e);\n"},
	{"assigned in a try", "keys.ts", sdk + "let e;\ntry {\n  e = load();\n} catch (error) {\n  e = «ExpiresIn.never()»;\n}\nc.generateApiKey(scope, e);\n"},
	{"assigned if there is none", "keys.ts", sdk + "let e = load();\ne ??= «ExpiresIn.never()»;\nc.generateApiKey(scope, e);\n"},
	{"used in a function after branches", "keys.ts", sdk + "let e;\nif (prod) e = «ExpiresIn.never()»;\nelse e = ExpiresIn.days(1);\nrun(async () => {\n  if (ok) {\n    await c.generateApiKey(scope, e);\n  }\n});\n"},
	{"tested and only logged", "keys.ts", sdk + "const e = «ExpiresIn.never()»;\nif (e.doesExpire()) {\n  log('it ends');\n}\nc.generateApiKey(scope, e);\n"},
	{"expiry of a request in a branch", "create.js", "// momento\nlet expiry;\nif (prod) {\n  expiry = «'never'»;\n} else {\n  expiry = 1798761600;\n}\nfetch(`${base}/api-keys`, {method: 'POST', body: JSON.stringify({role_id, expiry})});\n"},
	{"named expiry of a request in a branch", "create.js", "// momento\nlet end;\nif (prod) {\n  end = «'never'»;\n} else {\n  end = 1798761600;\n}\nfetch(`${base}/api-keys`, {method: 'POST', body: JSON.stringify({role_id, expiry: end})});\n"},
	{"route with a body", "create.js", "const jobs = [{path: '/api-keys', body: {role_id: 'r', «expiry: 'never'»}}];\nfor (const j of jobs) momento.post(j.path, j.body);\n"},
	{"body after an example", "create.js", "const doc = {example: {a: 1}};\nawait momento.post('/api-keys', {role_id, «expiry: 'never'»});\n"},

	{"curl", "create.sh", "curl -X POST https://mga.registry.prod.a.momentohq.com/api-keys \\\n  -H \"Authorization: $KEY\" \\\n  -d '{\"role_id\": \"r\", «\"expiry\": \"never\"»}'\n"},
	{"curl in double quotes", "create.sh", "curl \"$BASE/api-keys\" -d \"{\\\"role_id\\\":\\\"r\\\",«\\\"expiry\\\":\\\"never\\\"»}\"\n"},
	{"fetch", "create.js", "await fetch(`${base}/api-keys`, {\n  method: 'POST',\n  body: JSON.stringify({role_id: role, «expiry: 'never'»}),\n});\n"},
	{"requests", "create.py", "requests.post(f\"{base}/api-keys\", json={\"role_id\": role, «\"expiry\": \"never\"»})\n"},
	{"ruby hash", "create.rb", "http.post('/api-keys', {'role_id' => role, «'expiry' => 'never'»}.to_json)\n"},
	{"java map", "Create.java", "body = Map.of(\"role_id\", role, «\"expiry\", \"never\"»);\nhttp.post(base + \"/api-keys\", body);\n"},
	{"kotlin map", "Create.kt", "post(\"$base/api-keys\", mapOf(\"role_id\" to role, «\"expiry\" to \"never\"»))\n"},
	{"workflow", "keys.yml", "      - run: curl https://mga.registry.prod.a.momentohq.com/api-keys -d '{«\"expiry\":\"never\"»}'\n"},
	{"http client", "keys.http", "POST https://mga.registry.prod.a.momentohq.com/api-keys\nAuthorization: {{key}}\n\n{\"role_id\": \"r\", «\"expiry\": \"never\"»}\n"},
	{"shell variable", "create.sh", "EXPIRY=«never»\ncurl $BASE/api-keys -d \"{\\\"role_id\\\":\\\"r\\\",\\\"expiry\\\":\\\"$EXPIRY\\\"}\"\n"},
	{"workflow variable", "keys.yml", "env:\n  EXPIRY: «never»\nsteps:\n  - run: curl $BASE/api-keys -d '{\"role_id\":\"r\",\"expiry\":\"${{ env.EXPIRY }}\"}'\n"},
	{"variable of a request", "create.js", "const expiry = «'never'»;\nfetch(`${base}/api-keys`, {method: 'POST', body: JSON.stringify({role_id, expiry})});\n"},
	{"named variable of a request", "create.py", "END = «\"never\"»\nrequests.post(f\"{base}/api-keys\", json={\"role_id\": role, \"expiry\": END})\n"},

	{"httpie", "create.sh", "http POST $MOMENTO/api-keys role_id=r «expiry=never»\n"},
	{"request after one that reads", "keys.http", "GET {{base}}/api-keys\n\n###\nPOST {{base}}/api-keys\n\n{\"role_id\": \"r\", «\"expiry\": \"never\"»}\n"},
	{"call after one that reads", "create.js", "const old = await api.get('/api-keys');\nawait api.post('/api-keys', {role_id, «expiry: 'never'»});\n"},
	{"body before the call", "create.js", "const body = {role_id, «expiry: 'never'»};\nawait fetch(`${base}/api-keys`, {method: 'POST', body: JSON.stringify(body)});\n"},
	{"body after the call", "create.py", "r = requests.Request(\"POST\", f\"{base}/api-keys\")\nr.json = {\"role_id\": role, «\"expiry\": \"never\"»}\n"},
	{"body over lines", "create.sh", "curl $BASE/api-keys --json '{\n  \"role_id\": \"r\",\n  «\"expiry\": \"never\"»\n}'\n"},

	{"command", "make.sh", "set -e\n«momento api-key create» --role-id r --description d\n"},
	{"command in a pipe", "make.sh", "KEY=$(«momento api-key create» --role-id r | jq -r .api_key)\n"},
	{"command over lines", "make.sh", "«momento api-key create» \\\n  --role-id r \\\n  --description \"no end\"\n"},
	{"subcommand over lines", "make.sh", "«momento api-key \\\n  create» \\\n  --role-id r\n"},
	{"program on its own line", "make.sh", "«momento \\\n  --profile prod \\\n  api-key \\\n  create» --role-id r\n"},
	{"subcommand over lines of PowerShell", "make.ps1", "«momento api-key `\r\n  create» --role-id r\r\n"},
	{"subcommand over lines of a list", "make.py", "subprocess.run(\n    [\n        \"«momento\",\n        \"api-key\",\n        \"create»\",\n        \"--role-id\",\n        role,\n    ]\n)\n"},
	{"subcommand of a list of YAML", "job.yaml", "command:\n  - «momento\n  - api-key\n  - create»\n  - --role-id\n  - r\n"},
	{"command of PowerShell", "make.ps1", "«momento api-key create» `\n  --role-id r `\n  --description d\n"},
	{"flags before the subcommand", "make.sh", "sudo «momento --profile prod --verbose api-key create» --role-id r\n"},
	{"command of a workflow", "keys.yml", "      - run: «momento api-key create» --role-id r >> key.json\n"},
	{"subcommand of a list of strings", "job.yaml", "args:\r\n  - \"«momento\"\r\n  - \"api-key\"\r\n  - \"create»\"\r\n"},
	{"command in backquotes", "make.sh", "KEY=`«momento api-key create» --role-id r`\necho done\n"},
	{"command of GitLab's script", ".gitlab-ci.yml", "key:\n  script:\n    - «momento api-key create» --role-id r\n"},
	{"command of a makefile", "Makefile", "key:\n\t@«momento api-key create» --role-id $(ROLE)\n"},
	{"command of an image", "Dockerfile", "RUN «momento api-key create» --role-id r\n"},
	{"command of a package", "package.json", "{\"scripts\": {\"key\": \"«momento api-key create» --role-id r\"}}\n"},
	{"command in a string", "make.js", "execSync('«momento api-key create» --role-id r', {stdio: 'inherit'});\n"},
	{"command as a list", "make.py", "subprocess.run([\"«momento\", \"api-key\", \"create»\", \"--role-id\", role], check=True)\n"},
	{"command with its arguments", "make.js", "spawn('«momento', ['api-key', 'create»', '--role-id', role]);\n"},
	{"command on another host", "make.sh", "ssh build <<EOF\n«momento api-key create» --role-id r\nEOF\n"},
	{"command behind another", "make.sh", "echo start && «momento api-key create» --role-id r\n"},
	{"variable as a value", "make.sh", "«momento api-key create» --role-id $ROLE --description \"$DESCRIPTION\"\n"},

	{"terraform", "keys.tf", "«resource \"momento_api_key\" \"orders\"» {\n  role_id     = \"r\"\n  description = \"orders\"\n}\n"},
	{"terraform without quotation marks", "keys.tf", "«resource momento_api_key orders» {\n  role_id = \"r\"\n}\n"},
	{"terraform with a quoted name", "keys.tf", "«resource momento_api_key \"orders\"» {\n  role_id = \"r\"\n}\n"},
	{"terraform with a quoted type", "keys.tf", "«resource \"momento_api_key\" orders-2» {\n  role_id = \"r\"\n}\n"},
	{"terraform variable without quotation marks", "keys.tf", "variable end {\n  default = null\n}\nresource \"momento_api_key\" \"orders\" {\n  «expiry = var.end»\n}\n"},
	{"terraform in a text", "keys.tf", "«resource \"momento_api_key\" \"orders\"» {\n  description = <<-EOT\n    expiry = \"2026-12-31T00:00:00Z\"\n  EOT\n  # expiry = \"2026-12-31T00:00:00Z\"\n}\n"},
	{"terraform in a nested block", "keys.tf", "«resource \"momento_api_key\" \"orders\"» {\n  lifecycle {\n    expiry = 1\n  }\n}\n"},
	{"terraform null", "keys.tf", "resource \"momento_api_key\" \"orders\" {\n  role_id = \"r\"\n  «expiry = null»\n}\n"},
	{"terraform variable", "keys.tf", "variable \"end\" {\n  default = null\n}\nresource \"momento_api_key\" \"orders\" {\n  «expiry = var.end»\n}\n"},
	{"terraform json", "keys.tf.json", "{\"resource\": {\"momento_api_key\": {«\"orders\"»: {\"role_id\": \"r\"}}}}\n"},

	{"stub of javascript", "keys.js", "const request = new _GenerateApiTokenRequest({\n  «never»: new _GenerateApiTokenRequest.Never(),\n  permissions,\n});\n"},
	{"stub with setters", "keys.ts", "const request = new auth.GenerateApiTokenRequest();\nrequest.setPermissions(all);\n«request.setNever»(new auth.GenerateApiTokenRequest.Never());\n"},
	{"stub with fields", "keys.ts", "const request = new auth._GenerateApiTokenRequest();\n«request.never» = new auth._GenerateApiTokenRequest.Never();\n"},
	{"stub of python", "keys.py", "r = auth_pb2._GenerateApiTokenRequest(\n    «never»=auth_pb2._GenerateApiTokenRequest.Never(),\n)\n"},
	{"stub of java", "Keys.java", "r = _GenerateApiTokenRequest.newBuilder()\n    .«setNever»(Never.getDefaultInstance())\n    .build();\n"},
	{"stub of csharp", "Keys.cs", "var r = new _GenerateApiTokenRequest { «Never» = new Never(), Permissions = p };\n"},
	{"stub of ruby", "keys.rb", "r = Auth::PB__GenerateApiTokenRequest.new(«never»: Never.new)\n"},
	{"stub of rust", "keys.rs", "let r = GenerateApiTokenRequest {\n    expiry: Some(Expiry::«Never»(Never {})),\n};\n"},
	{"stub with seconds", "keys.py", "r = auth_pb2._GenerateApiTokenRequest(expires=auth_pb2._GenerateApiTokenRequest.Expires(«valid_for_seconds=4294967296»))\n"},
}

// longCases create keys that live for a while. What they say is in the message;
// minor ones are within the limit of 365 days.
var longCases = []struct {
	name, file, text, says string
	minor                  bool
}{
	{"days", "keys.ts", sdk + "c.generateApiKey(scope, «ExpiresIn.days(36500)»)\n", "36500 days", false},
	{"days in words", "keys.ts", sdk + "c.generateApiKey(scope, «ExpiresIn.days(100 * 365)»)\n", "36500 days", false},
	{"hours", "keys.ts", sdk + "c.generateApiKey(scope, «ExpiresIn.hours(24 * 366)»)\n", "366 days", false},
	{"constant", "keys.ts", sdk + "const DAYS = 36_500;\nc.generateApiKey(scope, «ExpiresIn.days(DAYS)»)\n", "36500 days", false},
	{"epoch", "keys.ts", sdk + "c.generateApiKey(scope, «ExpiresIn.epoch(4102444800)»)\n", "26695 days", false},
	{"epoch of a date", "keys.ts", sdk + "c.generateApiKey(scope, «ExpiresIn.epoch(new Date('2029-11-30').getTime() / 1000)»)\n", "1096 days", false},
	{"epoch from now", "keys.ts", sdk + "c.generateApiKey(scope, «ExpiresIn.epoch(Math.floor(Date.now() / 1000) + 400 * 86400)»)\n", "400 days", false},
	{"within the limit", "keys.ts", sdk + "c.generateApiKey(scope, «ExpiresIn.days(365)»)\n", "365 days", true},
	{"request", "create.sh", "curl $BASE/api-keys -d '{\"role_id\":\"r\",«\"expiry\":4102444800»}'\n", "26695 days", false},
	{"request from now", "create.sh", "curl $BASE/api-keys -d \"{\\\"role_id\\\":\\\"r\\\",«\\\"expiry\\\":$(date -d '+10 years' +%s)»}\"\n", "3650 days", false},
	{"request of code", "create.js", "fetch(base + '/api-keys', {body: JSON.stringify({role_id, «expiry: Math.floor(Date.now() / 1000) + 180 * 86400»})})\n", "180 days", true},
	{"command", "make.sh", "momento api-key create --role-id r «--expires-in 3650d»\n", "3650 days", false},
	{"command joined", "make.sh", "momento api-key create «--expires-in=8760h» --role-id r\n", "365 days", true},
	{"command with a date", "make.sh", "momento api-key create --role-id r «--expires-on 2099-01-01»\n", "26330 days", false},
	{"command with seconds", "make.sh", "momento api-key create --role-id r «--expires-at-epoch-seconds 4102444800»\n", "26695 days", false},
	{"terraform", "keys.tf", "resource \"momento_api_key\" \"orders\" {\n  «expiry = \"2099-12-31T00:00:00Z\"»\n}\n", "26694 days", false},
	{"terraform sum", "keys.tf", "resource \"momento_api_key\" \"orders\" {\n  «expiry = timeadd(timestamp(), \"876000h\")»\n}\n", "36500 days", false},
	{"terraform local", "keys.tf", "locals {\n  end = \"2027-06-01T00:00:00Z\"\n}\nresource \"momento_api_key\" \"orders\" {\n  «expiry = local.end»\n}\n", "183 days", true},
	{"terraform json", "keys.tf.json", "{\"resource\": {\"momento_api_key\": {\"orders\": {«\"expiry\": \"2099-12-31T00:00:00Z\"»}}}}\n", "26694 days", false},
	{"go program", "keys.go", "package k\nvar cmd = exec.CommandContext(ctx, \"momento\", \"api-key\", \"create\", «\"--expires-in\", \"3650d»\")\n", "3650 days", false},
	{"go days", "keys.go", goMake + "\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: «utils.ExpiresInDays(36500)»})\n}\n", "36500 days", false},
	{"go hours", "keys.go", goHead + "const century = 100 * 365 * 24\nvar r = momento.GenerateApiKeyRequest{ExpiresIn: «utils.ExpiresInHours(century)»}\n", "36500 days", false},
	{"go epoch", "keys.go", goHead + "var r = momento.GenerateApiKeyRequest{ExpiresIn: «utils.ExpiresAtEpoch(4102444800)»}\n", "26695 days", false},
	{"go date", "keys.go", goHead + "var end = time.Date(2099, time.December, 31, 0, 0, 0, 0, time.UTC)\nvar r = momento.GenerateApiKeyRequest{ExpiresIn: «utils.ExpiresAtEpoch(end.Unix())»}\n", "26694 days", false},
	{"go date from now", "keys.go", goMake + "\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: «utils.ExpiresAtEpoch(time.Now().Add(400 * 24 * time.Hour).Unix())»})\n}\n", "400 days", false},
	{"go within the limit", "keys.go", goMake + "\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: «utils.ExpiresInDays(180)»})\n}\n", "180 days", true},
	{"go number of a parameter", "keys.go", goHead + "func life(days int64) utils.ExpiresIn { return utils.ExpiresInDays(days) }\nvar r = momento.GenerateApiKeyRequest{ExpiresIn: «life(3650)»}\n", "3650 days", false},
	{"go stub", "keys.go", goHead + "var r = &pb.XGenerateApiTokenRequest_Expires{ValidForSeconds: «100 * 365 * 86400»}\n", "36500 days", false},
	{"stub", "keys.ts", "new _GenerateApiTokenRequest({expires: new _GenerateApiTokenRequest.Expires({«valid_for_seconds: 100 * 365 * 86400»})})\n", "36500 days", false},
}

// policyNow is the day of the tests above.
var policyNow = time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)

func policyScanner(t *testing.T) *detect.Scanner {
	t.Helper()
	return newDetector(t, detect.Options{MaxLifetime: 365 * 24 * time.Hour, Now: policyNow}).NewScanner()
}

// checkMarked compares the one finding in a text with its marks.
func checkMarked(t *testing.T, s *detect.Scanner, rule, path, text string) (m detect.Match, ok bool) {
	t.Helper()
	before, rest, _ := strings.Cut(text, "«")
	want, after, _ := strings.Cut(rest, "»")
	got := scan(t, s, path, []byte(before+want+after), nil)
	if len(got) != 1 {
		t.Errorf("%q: %d found, want 1", text, len(got))
		for i := range got {
			t.Log(describe(&got[i]))
		}
		return m, false
	}
	m = got[0]
	line, column := 1+strings.Count(before, "\n"), len(before)-strings.LastIndex(before, "\n")
	endLine, endColumn := line+strings.Count(want, "\n"), column+len(want)
	if endLine > line {
		endColumn = len(want) - strings.LastIndex(want, "\n")
	}
	if m.Rule != rule || m.StartLine != line || m.StartColumn != column || m.EndLine != endLine || m.EndColumn != endColumn {
		t.Errorf("%q: %s, want %d:%d-%d:%d", text, describe(&m), line, column, endLine, endColumn)
	}
	if shown := m.Line[m.LineColumn : m.LineColumn+m.LineWidth]; !isMasked(want, shown) || m.Redacted != shown {
		t.Errorf("%q: the line marks %q", text, shown)
	}
	if !m.Credential.IsZero() || m.Message == "" || len(m.Fingerprint) != 16 {
		t.Errorf("%q: not a finding of a policy: %+v", text, m)
	}
	return m, true
}

// isMasked reports whether shown is text with some of it replaced with "…".
func isMasked(text, shown string) bool {
	first, rest, _ := strings.Cut(shown, "…")
	text = strings.ReplaceAll(text, "\t", " ")
	text, ok := strings.CutPrefix(text, first)
	for ok && rest != "" {
		var part string
		part, rest, _ = strings.Cut(rest, "…")
		_, text, ok = strings.Cut(text, part)
	}
	return ok
}

// No other secret in the code that a rule is about is shown, in the line or in
// what the reports call redacted.
func TestTheCodeOfAPolicyFindingIsMasked(t *testing.T) {
	s := policyScanner(t)
	const password, github = "hunter2Pw", "ghp_0123456789abcdefghijABCDEFGHIJ012345"
	for _, c := range []struct{ file, text string }{
		{"make.sh", "momento --token " + password + " api-key create --role-id r\n"},
		{"keys.tf", "resource \"momento_api_key\" \"" + password + "\" {\n}\n"},
		{"next.config.js", "module.exports = {env: {" + github + ": '" + ct.V2(ct.Options{}) + "'}};\n"},
	} {
		found := 0
		for _, m := range scan(t, s, c.file, []byte(c.text), nil) {
			if !m.Credential.IsZero() {
				continue
			}
			found++
			for _, shown := range []string{m.Line, m.Redacted, m.Message} {
				for _, secret := range []string{password, github} {
					if strings.Contains(shown, secret) {
						t.Errorf("%q: shows %q", c.text, shown)
					}
				}
			}
		}
		if found == 0 {
			t.Errorf("%q: nothing found", c.text)
		}
	}
}

func TestFindsKeysThatAreMadeToNeverExpire(t *testing.T) {
	s := policyScanner(t)
	for _, c := range slices.Concat(neverCases, goNever) {
		t.Run(c.name, func(t *testing.T) {
			for _, path := range []string{"src/" + c.file, ""} {
				if m, ok := checkMarked(t, s, finding.NeverExpiringRule, path, c.text); ok && (m.Minor || !strings.Contains(m.Message, "never expires")) {
					t.Errorf("minor: %t, message %q", m.Minor, m.Message)
				}
			}
		})
	}
}

func TestFindsKeysThatLiveForLong(t *testing.T) {
	s := policyScanner(t)
	for _, c := range longCases {
		t.Run(c.name, func(t *testing.T) {
			m, ok := checkMarked(t, s, finding.NeverExpiringRule, c.file, c.text)
			if ok && (m.Minor != c.minor || !strings.Contains(m.Message, "lives for "+c.says+";")) {
				t.Errorf("minor: %t, message %q, want %t and %q", m.Minor, m.Message, c.minor, c.says)
			}
		})
	}
}

func TestTheLimitOfALifetimeIsTheUsers(t *testing.T) {
	text := []byte(sdk + "c.generateApiKey(scope, ExpiresIn.days(400))\n")
	for limit, minor := range map[int]bool{0: true, 399: false, 400: true} {
		s := newDetector(t, detect.Options{MaxLifetime: time.Duration(limit) * 24 * time.Hour, Now: policyNow}).NewScanner()
		if got := scan(t, s, "a.ts", text, nil); len(got) != 1 || got[0].Minor != minor {
			t.Errorf("limit of %d days: %+v, want one that is minor: %t", limit, got, minor)
		}
	}
}

// fineCases look like the cases above and create no key without an end.
var fineCases = []struct{ name, file, text string }{
	// The SDKs of these languages make disposable tokens only.
	{"java", "Keys.java", "import momento.sdk.auth.accessControl.ExpiresIn;\nauthClient.generateApiKey(TokenScopes.superUser(), ExpiresIn.never()).join();\n"},
	{"kotlin", "Keys.kt", "import software.momento.kotlin.sdk.auth.ExpiresIn\nval r = client.generateApiKey(scope, ExpiresIn.never())\n"},
	{"python", "keys.py", "from momento.auth import ExpiresIn\nr = client.generate_api_key(ALL, ExpiresIn.never())\n"},
	{"csharp", "Keys.cs", "using Momento.Sdk.Auth.AccessControl;\nvar r = await client.GenerateApiKeyAsync(scope, ExpiresIn.Never());\n"},
	{"rust", "keys.rs", "use momento::auth::ExpiresIn;\nlet r = client.generate_api_key(scope, ExpiresIn::never()).await?;\n"},
	{"php", "keys.php", "<?php\nuse Momento\\Auth\\ExpiresIn;\n$r = $client->generateApiKey($scope, ExpiresIn::never());\n"},
	{"swift", "Keys.swift", "import Momento\nlet r = await client.generateApiKey(scope: .all, expiresIn: ExpiresIn.never())\n"},
	{"dart", "keys.dart", "import 'package:momento/momento.dart';\nfinal r = await client.generateApiKey(scope, ExpiresIn.never());\n"},
	{"elixir", "keys.exs", "alias Momento.Auth.ExpiresIn\nMomento.AuthClient.generate_api_key(client, scope, ExpiresIn.never())\n"},
	{"go", "k.go", "package k\nimport \"github.com/momentohq/client-sdk-go/utils\"\n// POST /api-keys\nvar body = `{\"role_id\":\"r\",\"expiry\":\"never\"}`\nvar cmd = `momento api-key create --role-id r`\n"},

	{"short", "keys.ts", sdk + "c.generateApiKey(scope, ExpiresIn.days(90))\n"},
	{"short in hours", "keys.ts", sdk + "const H = 24\nc.generateApiKey(scope, ExpiresIn.hours(H * 30))\n"},
	{"disposable", "keys.ts", sdk + "c.generateDisposableToken(scope, ExpiresIn.never())\n"},
	{"comment", "keys.ts", sdk + "// c.generateApiKey(scope, ExpiresIn.never())\n/* c.generateApiKey(\n  scope, ExpiresIn.never()) */\nc.generateApiKey(scope, /* ExpiresIn.never() */ ExpiresIn.days(1)) // ExpiresIn.never()\n"},
	{"string", "keys.ts", sdk + "c.generateApiKey(scope, ExpiresIn.days(1), 'ExpiresIn.never()')\n"},
	{"call in a string", "keys.ts", sdk + "log(\"c.generateApiKey(scope, ExpiresIn.never())\");\nconst help = 'c.generateApiKey(scope, ExpiresIn.never())';\n"},
	{"call in a template", "keys.ts", sdk + "log(`${name}: use\n  c.generateApiKey(scope, ExpiresIn.never())\n  with care`);\n"},
	{"call in an escaped string", "keys.ts", sdk + "log('it\\'s c.generateApiKey(scope, ExpiresIn.never())');\n"},
	{"request in a string", "keys.js", "log('_GenerateApiTokenRequest({never: new Never()})');\n"},
	{"variable in a string", "keys.ts", sdk + "log('e = ExpiresIn.never()');\nc.generateApiKey(scope, e);\n"},
	{"variable in a comment", "keys.ts", sdk + "// const e = ExpiresIn.never();\nc.generateApiKey(scope, e);\n"},
	{"destructured with an end", "keys.ts", sdk + "const {days: n, never} = ExpiresIn;\nc.generateApiKey(scope, n(30));\n"},
	{"destructured of another class", "keys.ts", sdk + "const {never: n} = Clock;\nc.generateApiKey(scope, n());\n"},
	{"destructured and not called", "keys.ts", sdk + "const {never: n} = ExpiresIn;\nc.generateApiKey(scope, soon());\n"},
	{"destructured other option", "keys.ts", sdk + "const options = {short: ExpiresIn.days(1), root: ExpiresIn.never()};\nconst {short: e} = options;\nc.generateApiKey(scope, e);\n"},
	{"function in a variable with an end", "keys.ts", sdk + "const life = ExpiresIn.days;\nc.generateApiKey(scope, life(30));\n"},
	{"renamed import with an end", "keys.ts", "import {ExpiresIn as Life} from '@gomomento/sdk';\nc.generateApiKey(scope, Life.days(30));\n"},
	{"class of another library in a variable", "keys.ts", sdk + "const Life = Clock;\nc.generateApiKey(scope, Life.never());\n"},
	{"member in brackets with an end", "keys.ts", sdk + "c.generateApiKey(scope, ExpiresIn['days'](30));\nc.generateApiKey(scope, lives['never']);\n"},
	{"spaces around dots with an end", "keys.ts", sdk + "c . generateApiKey (scope, ExpiresIn\n  . days (30));\n"},
	{"function's value with an end", "keys.ts", sdk + "function life() {\n  return ExpiresIn.days(30);\n}\nfunction other() {\n  return ExpiresIn.never();\n}\nc.generateApiKey(scope, life());\n"},
	{"value of a function in a function", "keys.ts", sdk + "function life() {\n  const root = () => {\n    return ExpiresIn.never();\n  };\n  return ExpiresIn.days(30);\n}\nc.generateApiKey(scope, life());\n"},
	{"function of an object of this name", "keys.ts", sdk + "const life = () => ExpiresIn.never();\nc.generateApiKey(scope, clock.life());\n"},
	{"function that calls itself", "keys.ts", sdk + "const life = () => life();\nfunction e() { return e(); }\nc.generateApiKey(scope, life(), e());\n"},
	{"method's value with an end", "keys.ts", sdk + "class K {\n  life() { return ExpiresIn.days(30); }\n  make() { return this.c.generateApiKey(this.scope, this.life()); }\n}\n"},
	{"another library", "keys.ts", "import {ExpiresIn} from './clock';\nclient.generateApiKey(scope, ExpiresIn.never());\n"},
	{"another library beside ours", "keys.ts", "// Unlike @gomomento/sdk\nimport {ExpiresIn} from 'other';\nclient.generateApiKey(scope, ExpiresIn.never());\n"},
	{"another class", "keys.ts", sdk + "c.generateApiKey(scope, TokenExpiresIn.never())\n"},
	{"another call", "keys.ts", sdk + "const limit = ExpiresIn.never();\ncache.set(k, v, limit);\nc.generateApiKey(scope, ExpiresIn.days(1));\n"},
	{"another function's variable", "keys.ts", sdk + "function a() {\n  const e = ExpiresIn.never();\n  if (x === e) warn();\n}\nfunction b(e) {\n  c.generateApiKey(scope, e);\n}\n"},
	{"variable that is set again", "keys.ts", sdk + "let e = ExpiresIn.never();\ne = ExpiresIn.days(1);\nc.generateApiKey(scope, e);\n"},
	{"another member", "keys.ts", sdk + "const lives = {short: ExpiresIn.days(1), root: ExpiresIn.never()};\nc.generateApiKey(scope, lives.short);\n"},
	{"declaration", "keys.ts", sdk + "const expiresIn = ExpiresIn.never();\ninterface A {\n  generateApiKey(scope: Scope, expiresIn: ExpiresIn): Promise<Key>;\n}\n"},
	{"definition of never", "expiration.ts", "import {x} from '@gomomento/sdk-core';\nexport class ExpiresIn {\n  public static never(): ExpiresIn {\n    return new ExpiresIn(Infinity);\n  }\n}\n"},
	{"unknown number", "keys.ts", sdk + "c.generateApiKey(scope, ExpiresIn.days(config.days))\n"},
	{"prose", "guide.md", sdk + "c.generateApiKey(scope, ExpiresIn.never())\nmomento api-key create --role-id r\n"},

	{"assigned in both branches", "keys.ts", sdk + "let e = ExpiresIn.never();\nif (prod) e = ExpiresIn.days(1);\nelse e = ExpiresIn.days(30);\nc.generateApiKey(scope, e);\n"},
	{"assigned in all branches in braces", "keys.ts", sdk + "let e = ExpiresIn.never();\nif (a) {\n  e = ExpiresIn.days(1);\n} else if (b) {\n  e = ExpiresIn.days(2);\n} else {\n  e = ExpiresIn.days(3);\n}\nc.generateApiKey(scope, e);\n"},
	{"assigned in a branch and replaced", "keys.ts", sdk + "let e;\nif (prod) e = ExpiresIn.never();\ne = ExpiresIn.days(30);\nc.generateApiKey(scope, e);\n"},
	{"assigned in a branch that throws", "keys.ts", sdk + "let e = ExpiresIn.days(1);\nif (prod) {\n  e = ExpiresIn.never();\n  throw new Error(String(e));\n}\nc.generateApiKey(scope, e);\n"},
	{"assigned in the branch that is not taken", "keys.ts", sdk + "let e;\nif (prod) {\n  e = ExpiresIn.never();\n} else {\n  e = ExpiresIn.days(30);\n  c.generateApiKey(scope, e);\n}\n"},
	{"assigned in another case", "keys.ts", sdk + "let e;\nswitch (stage) {\n  case 'cache':\n    e = ExpiresIn.never();\n    break;\n  default:\n    e = ExpiresIn.days(30);\n    c.generateApiKey(scope, e);\n}\n"},
	{"assigned in every case", "keys.ts", sdk + "let e = ExpiresIn.never();\nswitch (stage) {\n  case 'prod':\n    e = ExpiresIn.days(1);\n    break;\n  default:\n    e = ExpiresIn.days(30);\n}\nc.generateApiKey(scope, e);\n"},
	{"another variable of a block", "keys.ts", sdk + "let e = ExpiresIn.days(1);\nif (prod) {\n  const e = ExpiresIn.never();\n  log(e);\n}\nc.generateApiKey(scope, e);\n"},
	{"another variable in a branch", "keys.ts", sdk + "let e = ExpiresIn.days(1), f;\nif (prod) f = ExpiresIn.never();\no.e = ExpiresIn.never();\nc.generateApiKey(scope, e);\n"},
	{"variables of a ternary with an end", "keys.ts", sdk + "const day = ExpiresIn.days(1);\nconst month = ExpiresIn.days(30);\nconst never = ExpiresIn.never();\nc.generateApiKey({scope, never: day}, prod ? day : month);\n"},
	{"replaced under a test", "keys.ts", sdk + "let e = ExpiresIn.never();\nif (!e.doesExpire()) {\n  e = ExpiresIn.days(30);\n}\nc.generateApiKey(scope, e);\n"},
	{"refused", "keys.ts", sdk + "let e = ExpiresIn.never();\nif (!e.doesExpire()) throw new Error('no end');\nc.generateApiKey(scope, e);\n"},
	{"under a test", "keys.ts", sdk + "let e = ExpiresIn.never();\nif (e.doesExpire()) {\n  c.generateApiKey(scope, e);\n}\n"},
	{"expiry of a request that branches replace", "create.js", "// momento\nlet end = 'never';\nif (prod) end = 1798761600;\nelse end = 1798761000;\nfetch(`${base}/api-keys`, {method: 'POST', body: JSON.stringify({role_id, expiry: end})});\n"},

	{"expiry of something else", "cookie.json", `{"url":"https://example.com/v1/sessions","expiry":"never","role_id":"r"}`},
	{"api of another service", "create.sh", "curl https://api.example.com/v1/api-keys -d '{\"name\":\"ci\",\"expiry\":\"never\"}'\n"},
	{"one key", "get.sh", "curl https://mga.registry.prod.a.momentohq.com/api-keys/$ID -d '{\"expiry\":\"never\"}'\n"},
	{"request that reads", "keys.http", "GET https://mga.registry.prod.a.momentohq.com/api-keys?limit=10\nAuthorization: {{key}}\n\n{\"view\": {\"expiry\": \"never\"}}\n"},
	{"other request of the file", "keys.http", "POST {{momento}}/api-keys\n\n{\"role_id\": \"r\", \"expiry\": 1798761600}\n\n###\nPOST {{base}}/sessions\n\n{\"expiry\": \"never\"}\n"},
	{"curl that reads", "get.sh", "curl -s $MOMENTO/api-keys | jq '.key_info[] | {id: .key_id, \"expiry\": \"never\"}'\ncurl -X GET \\\n  $MOMENTO/api-keys -d '{\"expiry\":\"never\"}'\ncurl -G $MOMENTO/api-keys -d expiry=never\n"},
	{"curl of something else", "get.sh", "curl $MOMENTO/api-keys -d '{\"role_id\":\"r\",\"expiry\":1798761600}'\ncurl https://api.example.com/links -d '{\"expiry\":\"never\"}'\n"},
	{"fetch that reads", "get.js", "const keys = await fetch(`${momento}/api-keys`);\nshow({role_id, expiry: 'never'});\n"},
	{"fetch with a method that reads", "get.js", "await fetch(`${momento}/api-keys`, {method: 'GET', cache: {expiry: 'never'}});\n"},
	{"call that reads", "get.js", "await momento.get('/api-keys', {cache: {expiry: 'never'}});\nawait momento.post('/api-keys', {role_id, expiry: soon});\n"},
	{"requests that read", "get.py", "requests.get(f\"{momento}/api-keys\", params={\"expiry\": \"never\"})\nrequests.request(\"GET\", f\"{momento}/api-keys\", json={\"expiry\": \"never\"})\n"},
	{"call of something else", "post.js", "await momento.post('/api-keys', {role_id, expiry: soon});\nawait links.post('/links', {expiry: 'never'});\n"},
	{"near date", "create.sh", "curl $BASE/api-keys -d '{\"role_id\":\"r\",\"expiry\":1798761600}' # not \"never\"\n"},
	{"near date from now", "create.sh", "curl $BASE/api-keys -d \"{\\\"role_id\\\":\\\"r\\\",\\\"expiry\\\":$(date -d '+90 days' +%s)}\"\n"},
	{"request in a comment", "create.js", "// fetch('/api-keys', {body: {role_id, expiry: 'never'}})\nfetch('/api-keys', {body: {role_id, expiry: soon}})\n"},
	{"description of the interface", "openapi.yaml", "openapi: 3.1.0\npaths:\n  /api-keys:\n    post:\n      example: {role_id: r, expiry: \"never\"}\n"},
	{"description of the interface in an object", "api.js", "const name = 'momento';\n" + strings.Repeat("// ----------------\n", 80) + "module.exports = {\n  openapi: '3.1.0',\n  paths: {\n    '/api-keys': {\n      post: {\n        requestBody: {content: {'application/json': {example: {role_id: 'r', expiry: 'never'}}}},\n      },\n    },\n  },\n};\n"},
	{"description of one path", "api.ts", "// momento\nexport const paths = {\n  \"/api-keys\": {\n    \"get\": {},\n    \"post\": {\"x-body\": {role_id: 'r', \"expiry\": \"never\"}},\n  },\n};\n"},
	{"examples of a route", "server.js", "momento.post('/api-keys', {schema: {body: {examples: [{role_id: 'r', expiry: 'never'}]}}}, handler);\n"},
	{"example beside the paths", "api.js", "const momento = {components: {examples: {\n  forever: {value: {role_id: 'r', expiry: 'never'}},\n}}, server: base + '/api-keys'};\n"},
	{"description in Python", "api.py", "MOMENTO = {\"/api-keys\": {\"post\": {\"example\": {\"role_id\": \"r\", \"expiry\": \"never\"}}}}\n"},
	{"unknown variable", "create.sh", "curl $BASE/api-keys -d \"{\\\"role_id\\\":\\\"r\\\",\\\"expiry\\\":$EXPIRY}\"\n"},
	{"variable with a date", "create.sh", "EXPIRY=1798761600\ncurl $BASE/api-keys -d \"{\\\"role_id\\\":\\\"r\\\",\\\"expiry\\\":$EXPIRY}\"\n"},
	{"similar field", "create.js", "fetch('/api-keys', {body: {role_id, cache_expiry: 'never'}})\n"},

	{"command with an end", "make.sh", "momento api-key create --role-id r --expires-in 90d\n"},
	{"command with an end over lines", "make.sh", "momento api-key create \\\n  --role-id r \\\n  --expires-on 2026-12-31\n"},
	{"subcommand over lines with an end", "make.sh", "momento api-key \\\n  create \\\n  --expires-in 30d\n"},
	{"other subcommand over lines", "make.sh", "momento api-key \\\n  list\ngrafana api-key \\\n  create\n"},
	{"list over lines with an end", "make.py", "subprocess.run([\n  \"momento\",\n  \"api-key\",\n  \"create\",\n  \"--expires-in\",\n  \"30d\",\n])\n"},
	{"list of YAML with an end", "job.yaml", "command:\n  - momento\n  - api-key\n  - create\n  - --expires-in\n  - 30d\nargs:\n  - api-key\n  - create\n"},
	{"command with seconds", "make.sh", "momento api-key create --expires-at-epoch-seconds=1798761600 --role-id r\n"},
	{"command with an unknown end", "make.sh", "momento api-key create --role-id r --expires-in \"$LIFE\"\n"},
	{"command with unknown flags", "make.sh", "momento api-key create --role-id r $FLAGS\nmomento api-key create \"$@\"\nmomento api-key create \"${ARGS[@]}\"\n"},
	{"command of a folded text", "keys.yml", "    run: >\n      momento api-key create\n      --role-id r\n      --expires-in 30d\n"},
	{"command as a list with an end", "make.py", "subprocess.run([\"momento\", \"api-key\", \"create\", \"--expires-in\", \"30d\"])\n"},
	{"command as an open list", "make.js", "spawn('momento', ['api-key', 'create', ...flags]);\nspawn('momento', ['api-key', 'create'].concat(flags));\n"},
	{"command that goes on", "make.js", "exec('momento api-key create ' + flags);\nexec(`momento api-key create ${flags}`);\n"},
	{"other subcommands", "make.sh", "momento api-key list\nmomento api-key refresh -t x\nmomento cache create api-key create\n"},
	{"help", "make.sh", "momento api-key create --help\n"},
	{"other program", "make.sh", "grafana api-key create --name x\nmymomento api-key create x\nmomento-admin api-key create x\n"},
	{"echo", "make.sh", "echo \"Run momento api-key create first\"\necho 'momento api-key create'\n"},
	{"printed usage", "make.js", "console.log(`momento api-key create --role-id r`);\n"},
	{"command in a comment", "make.sh", "# momento api-key create --role-id r\ntrue # momento api-key create\n"},
	{"here-document", "make.sh", "cat <<EOF\nUsage:\n  momento api-key create --role-id r\nEOF\n"},
	{"sentence", "make.yml", "description: the momento api-key create command\n"},

	{"terraform with an end", "keys.tf", "resource \"momento_api_key\" \"orders\" {\n  role_id = \"r\"\n  expiry  = \"2026-12-31T00:00:00Z\"\n}\n"},
	{"terraform with an unknown end", "keys.tf", "resource \"momento_api_key\" \"orders\" {\n  expiry = time_rotating.key.rotation_rfc3339\n}\n"},
	{"terraform variable of a module", "keys.tf", "resource \"momento_api_key\" \"orders\" {\n  expiry = var.end\n}\n"},
	{"terraform near sum", "keys.tf", "resource \"momento_api_key\" \"orders\" {\n  expiry = timeadd(timestamp(), \"720h\")\n}\n"},
	{"terraform without quotation marks and with an end", "keys.tf", "resource momento_api_key orders {\n  expiry = \"2026-12-31T00:00:00Z\"\n}\ndata momento_api_key orders {\n}\nresource my_momento_api_key orders {\n}\n"},
	{"prompt and error", "make.sh", "read -p \"momento api-key create now? \" yn\n"},
	{"error that names the command", "make.js", "throw new Error('run momento api-key create first');\n"},
	{"type of a request", "create.ts", "// momento\ntype Body = {role_id: string; expiry: 'never' | number};\nfetch(`${base}/api-keys`, {method: 'POST', body});\n"},
	{"httpie with an end", "create.sh", "http POST $MOMENTO/api-keys role_id=r expiry=1798761600\nCACHE_expiry=never\n"},
	{"stub of java with an end", "Keys.java", "r = _GenerateApiTokenRequest.newBuilder()\n    .setExpires(e)\n    .build();\nx.setNever(y);\n"},
	{"stub of csharp with an end", "Keys.cs", "var r = new _GenerateApiTokenRequest { Never = null, Expires = e };\n"},
	{"terraform in a string", "keys.tf", "locals { text = \"resource momento_api_key orders {}\" }\n"},
	{"terraform reference", "keys.tf", "output \"key\" {\n  value = momento_api_key.orders.api_key\n}\n# a resource momento_api_key orders {\n"},
	{"terraform data", "keys.tf", "data \"momento_api_key\" \"orders\" {\n  id = \"k\"\n}\n"},
	{"terraform variable name", "keys.tf", "variable \"momento_api_key\" {\n  type = string\n}\n"},
	{"terraform comment", "keys.tf", "# resource \"momento_api_key\" \"orders\" {\n#   role_id = \"r\"\n# }\n"},
	{"terraform state", "terraform.tfstate", "{\"resources\": [{\"mode\": \"managed\", \"type\": \"momento_api_key\", \"name\": \"orders\"}]}\n"},
	{"terraform json with an end", "keys.tf.json", "{\"resource\": {\"momento_api_key\": {\"orders\": {\"expiry\": \"2026-12-31T00:00:00Z\"}}}}\n"},
	{"terraform document", "README.md", "resource \"momento_api_key\" \"orders\" {\n}\n"},

	{"stub with an end", "keys.py", "auth_pb2._GenerateApiTokenRequest(expires=auth_pb2._GenerateApiTokenRequest.Expires(valid_for_seconds=3600))\n"},
	{"stub without never", "keys.js", "new _GenerateApiTokenRequest({never: undefined, expires})\n"},
	{"stub in a branch", "client.ts", "const request = new grpcAuth._GenerateApiTokenRequest();\nif (expiresIn.doesExpire()) {\n  request.expires = x;\n} else {\n  request.never = new grpcAuth._GenerateApiTokenRequest.Never();\n}\n"},
	{"generated file", "auth.ts", "/**\n * Generated by the protoc-gen-ts.  DO NOT EDIT!\n */\nconst message = new _GenerateApiTokenRequest({});\nmessage.never = _GenerateApiTokenRequest.Never.deserialize(x);\n"},
	{"generated module", "auth_pb2.py", "x = _GenerateApiTokenRequest(never=1)\n"},
	{"disposable stub", "keys.js", "new _GenerateDisposableTokenRequest({never: 1})\n"},
}

func TestFineKeysAreNotReported(t *testing.T) {
	s := policyScanner(t)
	for _, c := range slices.Concat(fineCases, goFine) {
		for _, m := range scan(t, s, c.file, []byte(c.text), nil) {
			t.Errorf("%s: %s: %s", c.name, describe(&m), m.Line)
		}
	}
}

// A file is scanned chunk by chunk: what makes a key may be in the next one.
func TestKeysThatNeverExpireAreFoundInStreams(t *testing.T) {
	s := policyScanner(t)
	for _, c := range slices.Concat(neverCases[:20], goNever[:2]) {
		text := strings.NewReplacer("«", "", "»", "").Replace(c.text)
		got := scan(t, s, c.file, []byte(text), strings.NewReader(strings.Repeat("\n", 3<<20)))
		if len(got) != 1 {
			t.Errorf("%s: %d found, want 1", c.name, len(got))
		}
	}
}

// Go that begins in another chunk than its imports is parsed from its first whole
// declaration on.
func TestGoIsFoundFarFromItsImports(t *testing.T) {
	s := policyScanner(t)
	before := goHead + strings.Repeat("func other() {\n\tuse(`'\"{`) // filling\n}\n", 50_000)
	for _, c := range []struct {
		value string
		want  int
	}{{"utils.ExpiresInNever()", 1}, {"life()", 1}, {"utils.ExpiresInDays(30)", 0}, {"other.ExpiresInNever()", 0}} {
		text := before + "func life() utils.ExpiresIn { return utils.ExpiresInNever() }\n\nvar r = momento.GenerateApiKeyRequest{ExpiresIn: " + c.value + "}\n"
		got := scan(t, s, "keys.go", []byte(text[:1000]), strings.NewReader(text[1000:]))
		if len(got) != c.want || c.want == 1 && got[0].StartLine != 1+strings.Count(text, "\n")-1 {
			t.Errorf("%s: %d found, want %d", c.value, len(got), c.want)
		}
	}
}

// However often a file makes keys, the work is bounded.
func TestManyGoRequestsAreJudgedOnce(t *testing.T) {
	s := policyScanner(t)
	request := "\tc.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInNever()})\n"
	const n = 500
	if got := scan(t, s, "keys.go", []byte(goMake+strings.Repeat(request, n)+"}\n"), nil); len(got) != n {
		t.Errorf("%d found, want %d", len(got), n)
	}
	hostile := goMake + "\te := life(utils.ExpiresInNever(), 1)\n" + strings.Repeat("\te = life(e, 1); if e.DoesExpire() { e = e }; momento.GenerateApiKeyRequest{ExpiresIn: e}\n", 8000) + "}\nfunc life(e utils.ExpiresIn, n int) utils.ExpiresIn {\n" + strings.Repeat("\tif n > 1 { return life(life(e, n), n) }\n", 50) + "}\n"
	scan(t, s, "keys.go", []byte(hostile), nil)
	scan(t, s, "keys.go", []byte(goHead+"var r = momento.GenerateApiKeyRequest{ExpiresIn: "+strings.Repeat("(", 200_000)), nil)
}

// A comment that silences the analyzer silences the scan, which reports the same.
func TestCommentsNameTheRuleOrTheAnalyzer(t *testing.T) {
	s := policyScanner(t)
	for comment, allowed := range map[string]bool{
		"momentolint:allow momento-never-expiring-key -- bootstrap": true,
		"momentolint:allow momentoexpiry -- bootstrap":              true,
		"momentolint:allow momentoscope -- bootstrap":               false,
		"momentolint:allow momentoexpiry":                           false,
	} {
		text := goHead + "var r = momento.GenerateApiKeyRequest{ExpiresIn: utils.ExpiresInNever()} // " + comment + "\n"
		if got := scan(t, s, "keys.go", []byte(text), nil); len(got) != 1 || got[0].Allowed() != allowed {
			t.Errorf("%s: %d found, want one that is allowed: %t", comment, len(got), allowed)
		}
	}
}

// malformedPolicies are texts that no compiler accepts, or that end too early.
var malformedPolicies = map[string]string{
	"value.js":  "fetch(momento + '/api-keys', {body: {role_id, expiry: }})",
	"end.rs":    "use momento;\nlet r = GenerateApiTokenRequest { never=",
	"label.ts":  sdk + "let e = ExpiresIn.days(1);\nswitch (x) { case key({a: 1}): e = ExpiresIn.days(2); }\nc.generateApiKey(scope, e)\n",
	"braces.ts": sdk + "let e = ExpiresIn.days(1);\nswitch (x) { case {: } } }\nc.generateApiKey(scope, e)\n",
	"list.sh":   `["momento", "api-key", "create"'` + "\n",
}

// FuzzPolicies judges any text: nothing panics, and what is reported is within
// it.
func FuzzPolicies(f *testing.F) {
	for _, c := range slices.Concat(neverCases, goNever, fineCases, goFine) {
		text := strings.NewReplacer("«", "", "»", "").Replace(c.text)
		f.Add(c.file, text)
		f.Add(c.file, text[:len(text)*2/3])
	}
	for file, text := range malformedPolicies {
		f.Add(file, text)
	}
	d := newDetector(f, detect.Options{MaxLifetime: 365 * 24 * time.Hour, Now: policyNow})
	f.Fuzz(func(t *testing.T, file, text string) {
		for _, m := range scan(t, d.NewScanner(), file, []byte(text), nil) {
			if m.StartLine < 1 || m.EndLine < m.StartLine || m.EndLine > strings.Count(text, "\n")+1 {
				t.Errorf("%s from line %d to %d", m.Rule, m.StartLine, m.EndLine)
			}
		}
	})
}
