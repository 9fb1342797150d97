package finding

import (
	"slices"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/coverage"
)

func TestFindingsAreSortedByPlaceAndTheSameOneIsThereOnce(t *testing.T) {
	at := func(file string, line int, commit, rule string) Finding {
		f := Finding{Rule: rule, Fingerprint: "x", Location: Location{File: file, StartLine: line}}
		if commit != "" {
			f.Commit = &Commit{ID: commit}
		}
		return f
	}
	list := []Finding{
		at("b", 1, "", "r"), at("a", 2, "", "r"), at("a", 1, "2", "r"), at("a", 1, "1", "s"), at("a", 1, "1", "r"), at("a", 1, "2", "r"), at("a", 1, "", "r"),
	}
	Sort(list)
	list = Compact(list)
	var got []string
	for i := range list {
		f := &list[i]
		got = append(got, f.Location.File+string(rune('0'+f.Location.StartLine))+f.CommitID()+f.Rule)
	}
	want := []string{"a1r", "a11r", "a11s", "a12r", "a2r", "b1r"}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestASummaryCountsCredentialsOnceAndKnowsWhatIsIncomplete(t *testing.T) {
	c, err := credential.Parse([]byte(credentialtest.V1(credentialtest.Options{})))
	if err != nil {
		t.Fatal(err)
	}
	live := Finding{Credential: c, Fingerprint: "1", Verdict: Verdict{Status: StatusLive}}
	r := &Report{Findings: []Finding{live, live, {Credential: c, Fingerprint: "2"}, {Fingerprint: "3"}}}
	for _, path := range []string{"b", "a", "b"} {
		r.Summary.Add(coverage.Unread(path, "zip", "encrypted"))
	}
	r.Summarize()
	if s := r.Summary; s.Findings != 4 || s.Credentials != 2 || s.Live != 1 || len(s.Opaque) != 2 || s.Opaque[0].Path != "a" || s.Incomplete() {
		t.Errorf("%+v, incomplete %v", s, s.Incomplete())
	}
	r.Summary.Add(coverage.Skip("c", "permission denied"))
	r.Summarize()
	if s := r.Summary; !s.Incomplete() || s.Credentials != 2 {
		t.Errorf("%+v, incomplete %v", s, s.Incomplete())
	}
}
