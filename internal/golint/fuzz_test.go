package golint

import (
	"strings"
	"testing"
)

// The go command's words may quote anything. What is not known to be its own is
// not shown.
func FuzzComplaints(f *testing.F) {
	f.Add("# example.com/m\n./a.go:1:2: undefined: x\n")
	f.Add("# example.com/m [example.com/m.test]\nvet: a.go:1:2: \"secret\"\n\tmore\n")
	f.Add("go: example.com/m requires go >= 1.99 (running go 1.26; GOTOOLCHAIN=local)\n")
	f.Add("/etc/passwd:1: root:x:0:0\n")
	f.Fuzz(func(t *testing.T, stderr string) {
		for _, p := range complaints(stderr+"\n/etc/shadow:1:1: root:hunter2-hunter2\n", "/m", map[string]bool{"/m": true}) {
			if strings.Contains(p.Text, "hunter2-hunter2") && !strings.Contains(stderr, "hunter2-hunter2") {
				t.Errorf("%q: another file is quoted: %q", stderr, p.Text)
			}
		}
	})
}
