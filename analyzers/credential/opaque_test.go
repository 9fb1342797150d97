package credential_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential"
)

func TestOpaqueTokensHaveALongestLength(t *testing.T) {
	n := credential.Context{ValidUntil: true, Endpoint: "cell-us-east-1-1.prod.a.momentohq.com"}
	long := []byte(strings.Repeat("aB3dE5gH7jK9mN1p", credential.MaxLength/16))
	if _, err := credential.ParseRefreshToken(long, n); err != nil {
		t.Errorf("%d bytes: %v", len(long), err)
	}
	if _, err := credential.ParseRefreshToken(append(long, 'x'), n); !errors.Is(err, credential.ErrTooLong) {
		t.Errorf("one byte more: %v", err)
	}
}
