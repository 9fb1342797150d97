package detect

import (
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// newDetector returns a detector with the given options and, unless they say
// otherwise, a usual depth of decoding.
func newTestDetector(tb testing.TB, o Options) *Detector {
	tb.Helper()
	if o.MaxDecodeDepth == 0 {
		o.MaxDecodeDepth = 6
	}
	d, err := New(o)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

// scanText returns the matches in a text that is scanned where it lies.
func scanText(tb testing.TB, d *Detector, path, text string) []Match {
	tb.Helper()
	var list []Match
	_, err := d.NewScanner().Scan(tb.Context(), path, []byte(text), nil, func(m *Match) error {
		list = append(list, *m)
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return list
}

func TestFindsEveryKind(t *testing.T) {
	o := credentialtest.Options{}
	for kind, text := range map[credential.Kind]string{
		credential.APIKeyV2:        "MOMENTO_API_KEY=" + credentialtest.V2(o),
		credential.APIKeyV1:        "MOMENTO_API_KEY=" + credentialtest.V1(o),
		credential.V1JWT:           "MOMENTO_API_KEY=" + credentialtest.V1JWT(o),
		credential.Legacy:          "MOMENTO_API_KEY=" + credentialtest.Legacy(o),
		credential.DisposableToken: "MOMENTO_API_KEY=" + credentialtest.Disposable(o),
		credential.RefreshToken:    credentialtest.ConsoleJSON(o),
		credential.SessionToken:    credentialtest.CredentialsFile(o),
	} {
		found := false
		for _, m := range scanText(t, newTestDetector(t, Options{}), "", text) {
			found = found || m.Credential.Kind == kind && m.Rule == kind.Rule()
		}
		if !found {
			t.Errorf("%s: not found", kind)
		}
	}
}
