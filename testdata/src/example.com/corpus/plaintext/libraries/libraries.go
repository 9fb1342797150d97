// Package libraries logs and traces with further libraries.
package libraries

import (
	"errors"
	"os"

	"github.com/go-logr/logr"
	"github.com/golang/glog"
	"github.com/momentohq/client-sdk-go/auth"
	responses "github.com/momentohq/client-sdk-go/responses/auth"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"gopkg.in/yaml.v3"
)

func loggers(l logr.Logger, p auth.CredentialProvider, made *responses.GenerateApiKeySuccess) {
	glog.Info("made ", made.ApiKey)                     // want `GenerateApiKeySuccess.ApiKey is logged by github.com/golang/glog.Info`
	glog.Infof("made %+v", made)                        // want `a whole GenerateApiKeySuccess is logged by github.com/golang/glog.Infof`
	glog.V(2).Infof("made %s", made.RefreshToken)       // want `GenerateApiKeySuccess.RefreshToken is logged`
	glog.ErrorDepth(1, p.GetAuthToken())                // want `CredentialProvider.GetAuthToken is logged`
	glog.Exitf("cannot use %#v", p)                     // want `a CredentialProvider, which does not mask itself here, is logged`
	l.Info("made", "key", made.ApiKey)                  // want `GenerateApiKeySuccess.ApiKey is logged by \(github.com/go-logr/logr.Logger\).Info`
	l.V(1).WithValues("key", made.ApiKey).Info("made")  // want `GenerateApiKeySuccess.ApiKey is logged by \(github.com/go-logr/logr.Logger\).WithValues`
	l.Error(errors.ErrUnsupported, "with "+made.ApiKey) // want `GenerateApiKeySuccess.ApiKey is logged by \(github.com/go-logr/logr.Logger\).Error`
	glog.Infof("made one for %s, %T, %v", made.Endpoint, made, p)
	l.WithName("keys").Info("made", "host", made.Endpoint, "length", len(made.ApiKey))
}

func encoders(made *responses.GenerateApiKeySuccess, f *os.File) error {
	if err := yaml.NewEncoder(f).Encode(made); err != nil { // want `a whole GenerateApiKeySuccess is written to a file by \(\*gopkg.in/yaml.v3.Encoder\).Encode`
		return err
	}
	text, err := yaml.Marshal(map[string]string{"key": made.ApiKey})
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(text) // want `GenerateApiKeySuccess.ApiKey is printed by \(\*os.File\).Write`
	return err
}

func spans(span trace.Span, made *responses.GenerateApiKeySuccess) {
	span.SetAttributes(attribute.String("key", made.ApiKey)) // want `GenerateApiKeySuccess.ApiKey is put into a span or metric`
	span.AddEvent("made " + made.ApiKey)                     // want `GenerateApiKeySuccess.ApiKey is put into a span or metric by \(go.opentelemetry.io/otel/trace.Span\).AddEvent`
	span.SetStatus(1, "cannot use "+made.ApiKey)             // want `GenerateApiKeySuccess.ApiKey is put into a span or metric`
	span.SetAttributes(attribute.String("host", made.Endpoint))
	span.AddEvent("made")
}
