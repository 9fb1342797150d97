//go:build integration

package verify

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/momentotest"
)

// sdkVersion is the release of the official SDK that the stand-in is held to.
const sdkVersion = "1.118.1"

// sdkAnswer is what the SDK made of the answers about one key.
type sdkAnswer map[string]string

// verdict is what follows from the SDK's answers by the documentation of its
// error codes: an authentication error is a dead key, success, a permission
// error and "no such cache" are a live one, everything else says nothing.
func (a sdkAnswer) verdict(cache string) finding.Status {
	definite := func(code string) finding.Status {
		switch {
		case code == "AUTHENTICATION_ERROR":
			return finding.StatusDead
		case strings.HasPrefix(code, "Success"), code == "Hit", code == "Miss", code == "PERMISSION_ERROR", code == "NOT_FOUND_ERROR":
			return finding.StatusLive
		}
		return finding.StatusUnverified
	}
	if s := definite(a["listCaches"]); s != finding.StatusUnverified {
		return s
	}
	return definite(a["get "+cache])
}

// The stand-in says to Momento's own SDK what it says to momentolint, for
// every kind in every state, and when the service throttles, fails or is late.
func TestTheJavaScriptSDKAgrees(t *testing.T) {
	node, dir := installSDK(t)
	script, err := filepath.Abs(filepath.Join("testdata", "sdk.mjs"))
	if err != nil {
		t.Fatal(err)
	}
	type one struct {
		Name string `json:"name"`
		Key  string `json:"key"`
		V2   bool   `json:"v2"`
	}
	ask := func(t *testing.T, s *momentotest.Server, keys []one) map[string]sdkAnswer {
		t.Helper()
		input, err := json.Marshal(map[string]any{"address": s.Addr(), "keys": keys, "caches": []string{"orders", "no-such-cache"}})
		if err != nil {
			t.Fatal(err)
		}
		run := exec.CommandContext(t.Context(), node, script, dir)
		run.Stdin = bytes.NewReader(input)
		var out, stderr bytes.Buffer
		run.Stdout, run.Stderr = &out, &stderr
		if err := run.Run(); err != nil {
			t.Fatalf("the SDK's script: %v\n%s", err, stderr.String())
		}
		var answers map[string]sdkAnswer
		if err := json.Unmarshal(out.Bytes(), &answers); err != nil {
			t.Fatalf("%v: %s", err, out.String())
		}
		return answers
	}
	everyCall := func(f momentotest.Fault) func(momentotest.Call) momentotest.Fault {
		return func(momentotest.Call) momentotest.Fault { return f }
	}
	for _, tt := range []struct {
		name  string
		fault func(momentotest.Call) momentotest.Fault
		// codes are what the SDK says of listCaches and get for a key with all rights.
		list, get, missing string
		known              bool
	}{
		{"sound", nil, "Success 2", "Miss", "NOT_FOUND_ERROR", true},
		{"throttled", everyCall(momentotest.Fault{Code: codes.ResourceExhausted, Err: "operations_rate_limit_exceeded"}), "LIMIT_EXCEEDED_ERROR", "LIMIT_EXCEEDED_ERROR", "LIMIT_EXCEEDED_ERROR", false},
		{"unavailable", everyCall(momentotest.Fault{Code: codes.Unavailable}), "SERVER_UNAVAILABLE", "SERVER_UNAVAILABLE", "SERVER_UNAVAILABLE", false},
		{"failing", everyCall(momentotest.Fault{Code: codes.Internal}), "INTERNAL_SERVER_ERROR", "INTERNAL_SERVER_ERROR", "INTERNAL_SERVER_ERROR", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := start(t, momentotest.Options{Caches: []string{"orders", "users"}})
			var keys []one
			credentials := map[string]credential.Credential{}
			truth := map[string]finding.Status{}
			for _, kind := range askable {
				for _, cond := range conditions {
					text := kind.mint(credentialtest.Options{Endpoint: cell, Seed: kind.name + cond.name})
					name := kind.name + ", " + cond.name
					if cond.key.State != momentotest.Unknown {
						key := cond.key
						key.Text = text
						if err := s.Add(key); err != nil {
							t.Fatal(err)
						}
					}
					keys = append(keys, one{name, text, kind.kind == credential.APIKeyV2})
					credentials[name], truth[name] = parse(t, text), cond.truth
				}
			}
			s.SetFault(tt.fault)
			answers := ask(t, s, keys)
			seen := map[string]bool{}
			for _, c := range s.Calls() {
				seen[c.Agent] = true
			}
			if !seen["nodejs:cache:"+sdkVersion] {
				t.Errorf("the stand-in was called by %v, not by the SDK", seen)
			}
			var targets []Target
			for _, c := range credentials {
				targets = append(targets, Target{Credential: c})
			}
			opts := at(s)
			opts.Timeout = 5 * time.Second
			ours := newVerifier(t, opts).Verify(t.Context(), targets)
			for name, c := range credentials {
				sdk := answers[name].verdict("no-such-cache")
				own := ours[c.Fingerprint()]
				if sdk != own.Status {
					t.Errorf("%s: the SDK reads %v, which is %s; momentolint says %s (%s)", name, answers[name], sdk, own.Status, own.Reason)
				}
				if want := truth[name]; tt.known && own.Status != want {
					t.Errorf("%s: %s, want %s", name, own.Status, want)
				}
			}
			all := answers["v1 key, live, all rights"]
			if all["listCaches"] != tt.list || all["get orders"] != tt.get || all["get no-such-cache"] != tt.missing {
				t.Errorf("a key with all rights: %v", all)
			}
			if one := answers["v2 key, live, reads one cache"]; tt.known && (one["listCaches"] != "PERMISSION_ERROR" || one["get orders"] != "Miss" || one["get no-such-cache"] != "PERMISSION_ERROR") {
				t.Errorf("a key for one cache: %v", one)
			}
		})
	}
}

// installSDK installs the official SDK, and returns the program that runs it and
// the directory in which it is.
func installSDK(t *testing.T) (node, dir string) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("this test needs Node.js: ", err)
	}
	dir = t.TempDir()
	install := exec.CommandContext(t.Context(), "npm", "install", "--prefix", dir, "--no-audit", "--no-fund", "--ignore-scripts", "@gomomento/sdk@"+sdkVersion)
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("installing the SDK: %v\n%s", err, out)
	}
	return node, dir
}

// What the official SDK takes for a credential, momentolint reads in the same
// way: the same token for the same host.
func TestTheJavaScriptSDKReadsEnvelopesTheSameWay(t *testing.T) {
	node, dir := installSDK(t)
	o := credentialtest.Options{Endpoint: cell, Seed: "envelope"}
	few := credentialtest.JWT("HS256", `{"sub":"a","ver":1}`, "envelope")
	input := map[string]string{"legacy, bare": credentialtest.Legacy(o)}
	// The SDK refuses some forms, such as those without padding, that other SDKs take.
	taken := []string{"legacy, bare"}
	for token, text := range map[string]string{
		"v1": credentialtest.V1JWT(o), "few claims": few, "disposable v1": credentialtest.DisposableV1(o), "disposable v2": credentialtest.DisposableV2(o),
	} {
		for form, format := range map[string]string{
			"compact": `{"endpoint":"%[1]s","api_key":"%[2]s"}`, "key first": `{"api_key":"%[2]s","endpoint":"%[1]s"}`,
			"pretty": "{\n  \"endpoint\": \"%[1]s\",\n  \"api_key\": \"%[2]s\"\n}\n", "CRLF": "{\r\n\t\"api_key\": \"%[2]s\",\r\n\t\"endpoint\": \"%[1]s\"\r\n}\r\n",
			"blanks": `{ "endpoint" : "%[1]s" , "api_key" : "%[2]s" }`, "more fields": `{"endpoint":"%[1]s","note":"x","api_key":"%[2]s"}`,
		} {
			object := fmt.Sprintf(format, cell, text)
			name := token + ", " + form
			taken = append(taken, name)
			input[name] = base64.StdEncoding.EncodeToString([]byte(object))
			input[name+", no padding"] = base64.RawStdEncoding.EncodeToString([]byte(object))
			input[name+", URL alphabet"] = base64.URLEncoding.EncodeToString([]byte(object))
			input[name+", in the clear"] = object
		}
	}
	text, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs(filepath.Join("testdata", "parse.mjs"))
	if err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), node, script, dir)
	run.Stdin = bytes.NewReader(text)
	out, err := run.Output()
	if err != nil {
		t.Fatalf("the SDK's script: %v", err)
	}
	var answers map[string]struct{ Token, Cache, Error string }
	if err := json.Unmarshal(out, &answers); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, name := range taken {
		if e := answers[name].Error; e != "" {
			t.Errorf("%s: the SDK refuses it: %s", name, e)
		}
	}
	for name, text := range input {
		c, err := credential.Parse([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if a := answers[name]; a.Error == "" && (c.Reveal() != a.Token || c.CacheHost != a.Cache) {
			t.Errorf("%s: %v with host %q, the SDK has %q", name, c, c.CacheHost, a.Cache)
		}
	}
}
