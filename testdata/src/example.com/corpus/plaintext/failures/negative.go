package failures

import (
	"errors"

	"github.com/momentohq/client-sdk-go/auth"
	responses "github.com/momentohq/client-sdk-go/responses/auth"
	wrap "github.com/pkg/errors"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"thirdparty.example/notice"
)

func fine(made *responses.GenerateApiKeySuccess, p auth.CredentialProvider, err error) []error {
	return []error{
		wrap.New("no key for " + made.Endpoint),
		wrap.Errorf("a key of %d characters for %v", len(made.ApiKey), p),
		wrap.Wrap(err, "the key for "+made.Endpoint),
		wrap.Wrapf(err, "a %T", made),
		wrap.WithStack(err),
		status.Error(codes.Unauthenticated, "no key for "+made.Endpoint),
		status.Errorf(codes.InvalidArgument, "key %.8s…", made.ApiKey),
		errors.Join(err, wrap.New(made.Endpoint)),
		notice.Failf("no key for %s", made.Endpoint),
	}
}

func fineThirdParty(made *responses.GenerateApiKeySuccess, p auth.CredentialProvider) {
	notice.Noticef("made one for %s", made.Endpoint)
	notice.Notice("made", len(made.ApiKey), p)
	notice.Count(made.ApiKey, made)
	_ = notice.Textf("%s", made.ApiKey)
}
