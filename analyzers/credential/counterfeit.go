package credential

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// Counterfeit returns a copy of c with a random signature of the same length. The copy is well
// formed but was never issued: a service that accepts it does not check signatures, so its answer
// for c proves nothing. Counterfeit returns an error if c has no signature, or if there is no
// randomness.
func (c Credential) Counterfeit() (Credential, error) {
	text := strings.TrimRight(c.Reveal(), "=")
	dot := strings.LastIndexByte(text, '.')
	if dot < 0 {
		return Credential{}, errors.New("a counterfeit needs a signed credential")
	}
	// One byte more than needed, so that text of any length is filled.
	random := make([]byte, (len(text)-dot-1)*6/8+1)
	if _, err := rand.Read(random); err != nil {
		return Credential{}, fmt.Errorf("making a counterfeit: %w", err)
	}
	n := (len(text) - dot - 1) * 6 / 8
	signature := base64.RawURLEncoding.EncodeToString(random[:n])
	forged := text[:dot+1] + signature
	c.secret = newSecret(forged, forged)
	return c, nil
}
