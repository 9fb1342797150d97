package main

import (
	"encoding/json"
	"runtime"
	"strings"
	"testing"
)

func TestCompletionsForFourShells(t *testing.T) {
	for shell, mark := range map[string]string{
		"bash": "__start_momentolint", "zsh": "#compdef momentolint", "fish": "complete -c momentolint", "powershell": "Register-ArgumentCompleter",
	} {
		if r := call(t, "", nil, "completion", shell); r.code != exitClean || !strings.Contains(r.out, mark) {
			t.Errorf("%s: exit %d, %d bytes", shell, r.code, len(r.out))
		}
	}
	// What the scripts call.
	if r := call(t, "", nil, "__complete", "scan", "--import"); !strings.Contains(r.out, "--import") {
		t.Errorf("__complete gives %q", r.out)
	}
}

func TestVersion(t *testing.T) {
	if r := call(t, "", nil, "version"); r.code != exitClean || !strings.HasPrefix(r.out, "momentolint "+buildVersion()+" ("+runtime.Version()) {
		t.Errorf("exit %d: %q", r.code, r.out)
	}
	r := call(t, "", nil, "version", "--json")
	var v map[string]string
	if err := json.Unmarshal([]byte(r.out), &v); err != nil || v["version"] != buildVersion() || v["platform"] != runtime.GOOS+"/"+runtime.GOARCH {
		t.Errorf("%v: %q", err, r.out)
	}
}
