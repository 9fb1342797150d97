// Package dot imports the SDK with a dot.
package dot

import (
	. "github.com/momentohq/client-sdk-go/auth"
)

func provider() (CredentialProvider, error) {
	return FromString("eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUprWlhaQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAuMnA1VzB6RzZydGVDajdUbXJNS2Zmd2s2V0VEbXZYdFNOdHZxQ1JoR2F0dyJ9") // want `hard-coded Momento API key \(v1\)`
}
