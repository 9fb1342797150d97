package failures

import (
	"fmt"
	"log"
	"log/slog"

	"example.com/corpus/plaintext/tenants"
	"github.com/momentohq/client-sdk-go/auth"
	responses "github.com/momentohq/client-sdk-go/responses/auth"
)

// Errors that say what is in them.
type keyError struct {
	key string
	err error
}

func (e keyError) Error() string { return "cannot use " + e.key } // want `CredentialProvider.GetAuthToken is put into an error, in \(example.com/corpus/plaintext/failures.keyError\).Error`

func (e keyError) Unwrap() error { return e.err }

type refreshError struct{ token string }

func (e *refreshError) Error() string {
	return fmt.Sprintf("cannot refresh with %s", e.token) // want `GenerateApiKeySuccess.RefreshToken is put into an error, in \(\*example.com/corpus/plaintext/failures.refreshError\).Error`
}

func failing(p auth.CredentialProvider, made *responses.GenerateApiKeySuccess, err error) error {
	if err != nil {
		return keyError{p.GetAuthToken(), err}
	}
	return &refreshError{token: made.RefreshToken}
}

// Types that print what is in them.
type account struct{ host, key string }

func (a account) String() string { return a.host + " " + a.key }

type session struct{ key string }

func (s *session) String() string { return fmt.Sprintf("session(%s)", s.key) }

func shown(made *responses.GenerateApiKeySuccess, p auth.CredentialProvider) {
	fmt.Println(account{made.Endpoint, made.ApiKey})                    // want `GenerateApiKeySuccess.ApiKey is printed by fmt.Println`
	log.Printf("%s", &account{host: made.Endpoint, key: made.ApiKey})   // want `GenerateApiKeySuccess.ApiKey is logged by log.Printf`
	log.Print(&session{p.GetAuthToken()})                               // want `CredentialProvider.GetAuthToken is logged by log.Print`
	fmt.Println("error:", keyError{key: p.GetAuthToken()})              // want `CredentialProvider.GetAuthToken is printed by fmt.Println`
	fmt.Println(tenants.Account{Host: made.Endpoint, Key: made.ApiKey}) // want `GenerateApiKeySuccess.ApiKey is printed by fmt.Println`
	slog.Info("made", "account", account{key: made.RefreshToken})       // want `GenerateApiKeySuccess.RefreshToken is logged by log/slog.Info`
}
