package sample

import (
	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// decoys look like credentials and are none of Momento's: nothing in them may
// be reported.
func decoys() []document {
	supabase := ct.JWT("HS256", `{"iss":"supabase","ref":"abcdefghijklmnopqrst","role":"anon","iat":1690000000,"exp":2005576000}`, "supabase")
	auth0 := ct.JWT("HS256", `{"iss":"https://shop.eu.auth0.com/","sub":"auth0|65f0c0ffee","aud":"https://api.shop.example","iat":1770000000,"exp":1770086400}`, "auth0")
	cluster := ct.JWT("HS512", `{"iss":"kubernetes/serviceaccount","kubernetes.io/serviceaccount/namespace":"shop","sub":"system:serviceaccount:shop:orders"}`, "cluster")
	half := inBase64(`{"endpoint":"` + west + `","region":"us-west-2"}`)
	sourceMap := inBase64(`{"version":3,"sources":["src/cache.ts"],"names":["cache"],"mappings":"AAAA,SAASA"}`)

	return []document{
		{name: ".env.example", text: `# Copy to .env and fill in.
PORT=8080
MOMENTO_API_KEY=<your key>
MOMENTO_AUTH_TOKEN=eyJhbGciOiJIUzUxMiJ9...
MOMENTO_ENDPOINT=cell-us-east-1-1.prod.a.momentohq.com
`},
		{name: "web/.env.decoy", text: "NEXT_PUBLIC_SUPABASE_ANON_KEY=" + supabase + "\nAUTH0_TEST_TOKEN=" + auth0 + "\n"},
		{name: "deploy/k8s/service-account.decoy.yaml", text: "apiVersion: v1\nkind: Secret\nmetadata:\n  name: orders-account\ntype: kubernetes.io/service-account-token\ndata:\n  token: " + inBase64(cluster) + "\n  settings: " + inBase64(half) + "\n"},
		{name: "web/dist/cache.decoy.js", text: "\"use strict\";const cache=1;\n//# sourceMappingURL=data:application/json;base64," + sourceMap + "\n"},
		{name: "config/oauth.decoy.json", text: "{\n  \"accessToken\": \"" + auth0 + "\",\n  \"refreshToken\": \"v1.MjQ2ODEwMTIxNDE2MTgyMDIyMjQyNjI4MzAzMjM0\",\n  \"expiresIn\": 86400\n}\n"},
		{name: "docs/momento.md", text: "# Momento\n\nThe key is in `MOMENTO_API_KEY`; a v1 key starts with `eyJlbmRwb2ludCI6`, a bare one with `eyJhbGciOi`.\nKeys never expire unless you say so: do not use `ExpiresIn.never()`.\n"},
	}
}
