package plaintext

import (
	"testing"

	responses "github.com/momentohq/client-sdk-go/responses/auth"
)

func TestKeys(t *testing.T) {
	made := &responses.GenerateApiKeySuccess{}
	t.Log(made.ApiKey)              // want `GenerateApiKeySuccess.ApiKey is logged by \(\*testing.common\).Log`
	t.Errorf("key %s", made.ApiKey) // want `GenerateApiKeySuccess.ApiKey is logged by \(\*testing.common\).Errorf`
	helper(t, made)
	if made.ApiKey != "" {
		t.Errorf("a key of %d characters", len(made.ApiKey))
	}
}

func helper(t testing.TB, made *responses.GenerateApiKeySuccess) {
	t.Helper()
	t.Fatal("got", made) // want `a whole GenerateApiKeySuccess is logged by \(testing.TB\).Fatal`
}
