package failures

import (
	"errors"
	"fmt"
	"log"
	"log/slog"

	"example.com/corpus/plaintext/tenants"
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

// hostError has a key, and says nothing of it.
type hostError struct{ host, key string }

func (e hostError) Error() string { return "cannot reach " + e.host }

// startError says how a key begins.
type startError struct{ key string }

func (e *startError) Error() string { return "cannot use " + e.key[:6] + "…" }

func fineErrors(made *responses.GenerateApiKeySuccess) (error, error) {
	fmt.Println(hostError{made.Endpoint, made.ApiKey})
	return hostError{host: made.Endpoint, key: made.ApiKey}, &startError{made.ApiKey}
}

// quiet prints nothing of its key.
type quiet struct{ host, key string }

func (q quiet) String() string { return q.host }

// lengthy prints how long its key is.
type lengthy struct{ key string }

func (l *lengthy) String() string { return fmt.Sprintf("a key of %d characters", len(l.key)) }

// logged shows itself to a log in another way.
type logged struct{ key string }

func (l logged) String() string       { return l.key }
func (l logged) LogValue() slog.Value { return slog.StringValue("***") }

// endless prints itself by itself.
type endless struct{ key string }

func (e endless) String() string { return fmt.Sprint(plain(e)) }

type plain endless

func (p plain) String() string { return "plain " + fmt.Sprint(endless{}) }

func fineTypes(made *responses.GenerateApiKeySuccess) {
	fmt.Println(quiet{made.Endpoint, made.ApiKey}, &quiet{key: made.RefreshToken})
	log.Print(&lengthy{made.ApiKey})
	slog.Info("made", "key", logged{made.ApiKey})
	fmt.Println(endless{made.ApiKey})
	fmt.Println(tenants.Quiet{Host: made.Endpoint, Key: made.ApiKey})
}
