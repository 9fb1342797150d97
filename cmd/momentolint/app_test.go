package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"
)

// result is what one call of the program did.
type result struct {
	code        int
	out, stderr string
}

// call runs the program in this process with the given standard input and
// environment ("NAME=value").
func call(t *testing.T, in string, env []string, args ...string) result {
	t.Helper()
	return callContext(t.Context(), in, env, args...)
}

func callContext(ctx context.Context, in string, env []string, args ...string) result {
	var out, stderr bytes.Buffer
	a := newApp(strings.NewReader(in), &out, &stderr, func(name string) (string, bool) {
		for _, e := range env {
			if v, ok := strings.CutPrefix(e, name+"="); ok {
				return v, true
			}
		}
		return "", false
	})
	a.now = func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }
	// The stand-in counts calls, it does not mind them.
	a.rate = 1000
	code := a.run(ctx, args)
	return result{code, out.String(), stderr.String()}
}

func TestMistakesInTheCommandLine(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"unknown command", []string{"sacn"}, `unknown command "sacn": did you mean "scan"?`},
		{"unknown flag", []string{"scan", "--ofline"}, "unknown flag: --ofline: did you mean --offline?"},
		{"unknown flag, nothing near", []string{"scan", "--qqqqqqq"}, "unknown flag: --qqqqqqq\n"},
		{"unknown format", []string{"scan", "--format", "xml"}, `unknown report format "xml"`},
		{"report without file", []string{"scan", "--report", "json"}, "want FORMAT=FILE"},
		{"fail-on", []string{"scan", "--fail-on", "dead"}, "want any, live or none"},
		{"expiry warning", []string{"scan", "--expiry-warning", "soon"}, "not a time span"},
		{"time for the live check", []string{"scan", "--verify-timeout", "soon"}, "--verify-timeout: \"soon\" is not a time span"},
		{"size", []string{"scan", "--max-file-size", "big"}, "not a size"},
		{"empty range", []string{"scan", "--range", ""}, "--range is empty: write A..B"},
		{"empty path", []string{"scan", ""}, "a PATH is empty"},
		{"jobs", []string{"scan", "--jobs", "-3"}, "--jobs cannot be negative"},
		{"too many jobs", []string{"scan", "--jobs", "1025"}, "--jobs cannot be more than 1024"},
		{"too many jobs of lint", []string{"lint", "--jobs", "999999999"}, "--jobs cannot be more than 1024"},
		{"two sources", []string{"scan", "--history", "--staged"}, "--history and --staged exclude each other"},
		{"reflog alone", []string{"scan", "--reflog"}, "go with --history"},
		{"machine with a path", []string{"scan", "--machine", "x"}, "takes no PATH"},
		{"missing configuration", []string{"scan", "--config", "nowhere.yaml"}, "nowhere.yaml: no such configuration file"},
		{"missing baseline", []string{"scan", "--baseline", "nowhere.json"}, "nowhere.json: no such file"},
		{"unknown rule", []string{"rules", "momento-api-key-v3"}, `did you mean "momento-api-key-v`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := call(t, "", nil, tt.args...)
			if r.code != exitFailed || !strings.Contains(r.stderr, tt.want) || r.out != "" {
				t.Errorf("exit %d, stdout %q, stderr %q; want %q", r.code, r.out, r.stderr, tt.want)
			}
		})
	}
}

func TestHelpShowsExamples(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"scan", "--help"}, {}} {
		r := call(t, "", nil, args...)
		if r.code != exitClean || !strings.Contains(r.out, "momentolint scan --history") || r.stderr != "" {
			t.Errorf("%v: exit %d, stderr %q, stdout %q", args, r.code, r.stderr, r.out)
		}
	}
}

func TestRulesTellsEveryRule(t *testing.T) {
	r := call(t, "", nil, "rules")
	for _, id := range []string{"momento-api-key-v1", "momento-refresh-token", "momento-never-expiring-key", "momentohardcoded", "momentoscope"} {
		if !strings.Contains(r.out, id) {
			t.Errorf("%s is missing", id)
		}
		if one := call(t, "", nil, "rules", id); one.code != exitClean || !strings.Contains(one.out, "1. ") || !strings.Contains(one.out, "docs/rules/"+id) {
			t.Errorf("rules %s: %d\n%s%s", id, one.code, one.out, one.stderr)
		}
	}
}
