//go:build unix

package writers

import (
	"fmt"
	"log/syslog"
	"syscall"

	responses "github.com/momentohq/client-sdk-go/responses/auth"
)

func replaced(made *responses.GenerateApiKeySuccess, env []string) {
	_ = syscall.Exec("/usr/bin/momento", []string{"momento", "--token", made.ApiKey}, env) // want `GenerateApiKeySuccess.ApiKey is put on a command line by syscall.Exec`
	_ = syscall.Setenv("MOMENTO_API_KEY", made.ApiKey)                                     // want `GenerateApiKeySuccess.ApiKey is put into the environment by syscall.Setenv`
}

func systemLog(l *syslog.Writer, made *responses.GenerateApiKeySuccess) {
	_ = l.Info("made " + made.ApiKey)         // want `GenerateApiKeySuccess.ApiKey is logged by \(\*log/syslog.Writer\).Info`
	_, _ = l.Write([]byte(made.RefreshToken)) // want `GenerateApiKeySuccess.RefreshToken is logged by \(\*log/syslog.Writer\).Write`
	fmt.Fprintf(l, "made %s", made.ApiKey)    // want `GenerateApiKeySuccess.ApiKey is logged by fmt.Fprintf`
	_ = l.Info("made one for " + made.Endpoint)
}
