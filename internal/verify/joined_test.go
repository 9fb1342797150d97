package verify

import (
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/momentotest"
)

// A credential that text follows without a break is live if the service says so,
// but not dead: it may not be all that was meant. A copy that stands apart counts.
func TestARejectionSaysNothingOfAJoinedCredential(t *testing.T) {
	t.Parallel()
	c := parse(t, credentialtest.V1JWT(credentialtest.Options{Seed: "joined"}))
	joined, apart := Target{Credential: c, Joined: true}, Target{Credential: c}
	for _, tt := range []struct {
		name    string
		targets []Target
		keys    []momentotest.Key
		want    finding.Status
	}{
		{"rejected", []Target{joined}, nil, finding.StatusUnverified},
		{"rejected, apart as well", []Target{joined, apart}, nil, finding.StatusDead},
		{"rejected, apart", []Target{apart}, nil, finding.StatusDead},
		{"accepted", []Target{joined}, []momentotest.Key{{Text: c.Reveal(), State: momentotest.Live, List: true, Read: []string{"*"}}}, finding.StatusLive},
	} {
		s := start(t, momentotest.Options{Keys: tt.keys})
		v := newVerifier(t, at(s)).Verify(t.Context(), tt.targets)[c.Fingerprint()]
		if v.Status != tt.want || v.Reason == "" && v.Status == finding.StatusUnverified {
			t.Errorf("%s: %s (%s), want %s", tt.name, v.Status, v.Reason, tt.want)
		}
	}
}
