package account

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// found is one finding of a report.
type found struct {
	Kind        any    `json:"kind"`
	KeyID       any    `json:"key_id"`
	Status      string `json:"status"`
	Incomplete  bool   `json:"incomplete"`
	Fingerprint string `json:"fingerprint"`
}

func reportOf(t *testing.T, findings ...found) string {
	t.Helper()
	text, err := json.Marshal(map[string]any{"schema_version": 1, "findings": findings})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Every combination of forms in which one key may be found.
func TestWhichKeysOfAReportAreRevoked(t *testing.T) {
	const (
		none = iota
		live
		unverified
	)
	forms := map[string]found{
		"live":       {"api-key-v2", "k", "live", false, "1"},
		"unverified": {"api-key-v2", "k", "unverified", false, "2"},
		"dead":       {"api-key-v2", "k", "dead", false, "3"},
		"expired":    {"api-key-v2", "k", "expired", false, "4"},
		"refresh":    {"refresh-token", "k", "unverified", false, "5"},
		"cut":        {"api-key-v2", "k", "unverified", true, "6"},
		"policy":     {nil, nil, "unverified", false, "7"},
		"v1":         {"api-key-v1", nil, "unverified", false, "8"},
		"v1-refresh": {"refresh-token", nil, "unverified", false, "9"},
	}
	for names, want := range map[string]int{
		"live": live, "unverified": unverified, "dead": none, "expired": none, "refresh": unverified, "cut": unverified,
		"policy": none, "v1": none, "v1-refresh": none, "": none, "dead v1-refresh": none, "live v1-refresh": live,
		"cut live": live, "dead live": live, "expired live": live, "refresh live": live, "unverified live": live,
		"dead unverified": unverified, "expired unverified": unverified, "cut unverified": unverified,
		"dead cut": none, "expired cut": none, "dead refresh": none, "expired refresh": unverified,
		"dead refresh cut": none, "expired refresh cut": unverified, "cut refresh": unverified,
	} {
		list := strings.Fields(names)
		for range 2 {
			var findings []found
			for _, name := range list {
				// The same key in two places is one key.
				findings = append(findings, forms[name], forms[name])
			}
			s, err := ReadReport(strings.NewReader(reportOf(t, findings...)))
			if err != nil {
				t.Fatal(err)
			}
			if len(s.Live) != map[int]int{live: 1}[want] || len(s.Unverified) != map[int]int{unverified: 1}[want] || s.Others != 0 {
				t.Errorf("%q: live %q, unverified %q, %d others", list, s.Live, s.Unverified, s.Others)
			}
			slices.Reverse(list)
		}
	}
}

func TestAReportCountsLiveCredentialsWithoutAnID(t *testing.T) {
	s, err := ReadReport(strings.NewReader(reportOf(t,
		found{"api-key-v1", nil, "live", false, "1"}, found{"api-key-v1", nil, "live", false, "1"},
		found{"api-key-v2", "", "live", false, "2"}, found{"legacy", "k", "live", false, "3"}, found{"v1-jwt", nil, "dead", false, "4"},
		found{"api-key-v2", "b", "live", false, "5"}, found{"api-key-v2", "a", "live", false, "6"},
	)))
	if err != nil || s.Others != 3 || !slices.Equal(s.Live, []string{"b", "a"}) || len(s.Unverified) != 0 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestWhatIsNoReport(t *testing.T) {
	for _, text := range []string{"", "{}", "[]", "null", `{"schema_version":2,"findings":[]}`, "schema_version: 1"} {
		if s, err := ReadReport(strings.NewReader(text)); err == nil {
			t.Errorf("%q: %+v", text, s)
		}
	}
}
