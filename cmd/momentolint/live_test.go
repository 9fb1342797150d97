package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/momentotest"
)

const liveCell = "cell-4-us-west-2-1.prod.a.momentohq.com"

// A value that is empty because a script's variable is not set does not send
// credentials somewhere else.
func TestEmptyFlagsOfTheLiveCheckAreUsageErrors(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"scan", "inspect"} {
		for _, flag := range []string{"endpoint", "live-target", "management-url", "management-key-env", "allow-host"} {
			r := call(t, credentialtest.V2(credentialtest.Options{}), nil, command, "--offline", "--"+flag, "")
			if r.code != exitFailed || r.out != "" || !strings.Contains(r.stderr, "--"+flag) || !strings.Contains(r.stderr, "empty") {
				t.Errorf("%s --%s \"\": exit %d\n%s%s", command, flag, r.code, r.out, r.stderr)
			}
		}
	}
	if r := call(t, "", nil, "inspect", "--env", ""); r.code != exitFailed || !strings.Contains(r.stderr, "--env is empty") {
		t.Errorf("inspect --env \"\": exit %d\n%s", r.code, r.stderr)
	}
}

// A key that names no endpoint has the one next to it, in every form in which
// programs write the two, in scan and inspect alike.
func TestTheEndpointNextToAKeyIsReported(t *testing.T) {
	t.Parallel()
	key := credentialtest.V2(credentialtest.Options{})
	far := strings.Repeat("# a line of something else\n", 400)
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"the command line's file", map[string]string{"credentials": "[global]\napi_key_v2=" + key + "\nendpoint=" + liveCell + "\n"}, liveCell},
		{"the command line's file, the endpoint first, with spaces", map[string]string{"credentials": "[global]\nendpoint = " + liveCell + "\napi_key_v2 = " + key + "\n"}, liveCell},
		{"an environment file", map[string]string{".env": "MOMENTO_API_KEY=" + key + "\nMOMENTO_ENDPOINT=" + liveCell + "\n"}, liveCell},
		{"JSON", map[string]string{"key.json": `{"apiKey": "` + key + `", "endpoint": "` + liveCell + `"}`}, liveCell},
		{"far away in the file", map[string]string{".env": "MOMENTO_API_KEY=" + key + "\n" + far + "MOMENTO_ENDPOINT=" + liveCell + "\n"}, liveCell},
		{"a settings file of the directory", map[string]string{"key.txt": "KEY=" + key + "\n", "settings.yaml": "endpoint: " + liveCell + "\n"}, liveCell},
		{"another host", map[string]string{".env": "MOMENTO_API_KEY=" + key + "\nS3_ENDPOINT=s3.example.com\n"}, ""},
		{"a host that looks alike", map[string]string{".env": "MOMENTO_API_KEY=" + key + "\nMOMENTO_ENDPOINT=evilmomentohq.com\n"}, ""},
		{"none", map[string]string{".env": "MOMENTO_API_KEY=" + key + "\n"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := call(t, "", nil, "scan", "--offline", "--format", "json", tree(t, tt.files))
			var report struct {
				Findings []struct{ Endpoint *string }
			}
			if err := json.Unmarshal([]byte(r.out), &report); err != nil || len(report.Findings) != 1 {
				t.Fatalf("%v\n%s%s", err, r.out, r.stderr)
			}
			if got := orEmpty(report.Findings[0].Endpoint); got != tt.want {
				t.Errorf("scan: %q, want %q", got, tt.want)
			}
			if len(tt.files) > 1 {
				return
			}
			for _, text := range tt.files {
				r := call(t, text, nil, "inspect", "--offline", "--format", "json")
				var one struct{ Endpoint *string }
				if err := json.Unmarshal([]byte(r.out), &one); err != nil {
					t.Fatalf("%v\n%s%s", err, r.out, r.stderr)
				}
				if got := orEmpty(one.Endpoint); got != tt.want {
					t.Errorf("inspect: %q, want %q", got, tt.want)
				}
			}
		})
	}
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Only the user knows that such a token is Momento's, and the user says so.
func TestInspectReadsAV1TokenWithoutPermissions(t *testing.T) {
	t.Parallel()
	parts := strings.Split(credentialtest.V2(credentialtest.Options{}), ".")
	bare := parts[0] + "." + "eyJzdWIiOiJhIiwidmVyIjoxfQ" + "." + parts[2] // {"sub":"a","ver":1}
	r := call(t, bare, nil, "inspect", "--offline", "--format", "json")
	if r.code != exitClean || !strings.Contains(r.out, `"v1-jwt"`) || !strings.Contains(r.out, `"super-user"`) {
		t.Errorf("exit %d\n%s%s", r.code, r.out, r.stderr)
	}
	foreign := parts[0] + "." + "eyJpc3MiOiJhIiwidmVyIjoxfQ" + "." + parts[2] // {"iss":"a","ver":1}
	if r := call(t, foreign, nil, "inspect", "--offline"); r.code != exitFailed || r.out != "" {
		t.Errorf("a foreign token: exit %d\n%s", r.code, r.out)
	}
}

// No variable makes a library log what passes between the program and a server.
func TestVariablesTurnOnNoLogs(t *testing.T) {
	t.Parallel()
	key := credentialtest.V2(credentialtest.Options{})
	s, err := momentotest.Start(momentotest.Options{Keys: []momentotest.Key{{Text: key, State: momentotest.Live, List: true}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "inspect", "--live-target", s.Addr()) // #nosec G204 -- this test
	cmd.Stdin = strings.NewReader(key)
	cmd.Env = append(os.Environ(), asProgram+"=1", "GRPC_GO_LOG_SEVERITY_LEVEL=info", "GRPC_GO_LOG_VERBOSITY_LEVEL=99", "GODEBUG=http2debug=2")
	var out, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Run(); err != nil || stderr.Len() > 0 || !strings.Contains(out.String(), "LIVE") {
		t.Errorf("%v\n%s%.2000s", err, out.String(), stderr.String())
	}
}
