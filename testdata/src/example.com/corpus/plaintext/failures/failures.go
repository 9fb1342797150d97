// Package failures makes errors in further ways.
package failures

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/momentohq/client-sdk-go/auth"
	responses "github.com/momentohq/client-sdk-go/responses/auth"
	wrap "github.com/pkg/errors"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"thirdparty.example/notice"
)

func wrapped(made *responses.GenerateApiKeySuccess, p auth.CredentialProvider, err error) error {
	switch {
	case errors.Is(err, context.Canceled):
		return wrap.New("cannot use " + made.ApiKey) // want `GenerateApiKeySuccess.ApiKey is put into an error by github.com/pkg/errors.New`
	case errors.Is(err, context.DeadlineExceeded):
		return wrap.Errorf("cannot use %s", made.ApiKey) // want `GenerateApiKeySuccess.ApiKey is put into an error by github.com/pkg/errors.Errorf`
	case made.ApiKey == "":
		return wrap.Wrapf(err, "cannot use %#v", p) // want `a CredentialProvider, which does not mask itself here, is put into an error by github.com/pkg/errors.Wrapf`
	case made.RefreshToken == "":
		return wrap.WithMessage(err, p.GetAuthToken()) // want `CredentialProvider.GetAuthToken is put into an error`
	case made.Endpoint == "":
		return wrap.WithMessagef(err, "with %v", made) // want `a whole GenerateApiKeySuccess is put into an error`
	}
	return wrap.Wrap(err, "key "+made.ApiKey) // want `GenerateApiKeySuccess.ApiKey is put into an error by github.com/pkg/errors.Wrap`
}

func remote(made *responses.GenerateApiKeySuccess) (error, error, error, error) {
	return status.Error(codes.Unauthenticated, "bad key "+made.ApiKey), // want `GenerateApiKeySuccess.ApiKey is put into an error by google.golang.org/grpc/status.Error`
		status.Errorf(codes.InvalidArgument, "bad key %q", made.ApiKey), // want `GenerateApiKeySuccess.ApiKey is put into an error by google.golang.org/grpc/status.Errorf`
		status.New(codes.InvalidArgument, made.RefreshToken).Err(), // want `GenerateApiKeySuccess.RefreshToken is put into an error by google.golang.org/grpc/status.New`
		status.Newf(codes.InvalidArgument, "not %v", made).Err() // want `a whole GenerateApiKeySuccess is put into an error by google.golang.org/grpc/status.Newf`
}

func joined(made *responses.GenerateApiKeySuccess, err error) error {
	return errors.Join(err, errors.New("with "+made.ApiKey), fmt.Errorf("and %s", made.RefreshToken)) // want `GenerateApiKeySuccess.ApiKey is put into an error by errors.New` `GenerateApiKeySuccess.RefreshToken is put into an error by fmt.Errorf`
}

// Somebody else's functions that wrap those of package fmt.
func thirdParty(made *responses.GenerateApiKeySuccess, p auth.CredentialProvider, out *notice.Printer) error {
	notice.Noticef("made %s for %s", made.ApiKey, made.Endpoint) // want `GenerateApiKeySuccess.ApiKey is printed by way of thirdparty.example/notice.Noticef`
	notice.Noticef("made " + made.ApiKey)                        // want `GenerateApiKeySuccess.ApiKey is printed by way of thirdparty.example/notice.Noticef`
	notice.Notice("made", made)                                  // want `a whole GenerateApiKeySuccess is printed by way of thirdparty.example/notice.Notice`
	out.Printf("made %v", made.RefreshToken)                     // want `GenerateApiKeySuccess.RefreshToken is printed by way of \(\*thirdparty.example/notice.Printer\).Printf`
	return notice.Failf("cannot use %s", p.GetAuthToken())       // want `CredentialProvider.GetAuthToken is put into an error by way of thirdparty.example/notice.Failf`
}

func printed(made *responses.GenerateApiKeySuccess) {
	err := fmt.Errorf("cannot use %s", made.ApiKey) // want `GenerateApiKeySuccess.ApiKey is put into an error by fmt.Errorf`
	log.Print(err)
}
