// Package telemetry traces, counts and logs with further libraries.
package telemetry

import (
	"context"
	"errors"

	"github.com/DataDog/dd-trace-go/v2/ddtrace/tracer"
	"github.com/getsentry/sentry-go"
	"github.com/hashicorp/go-hclog"
	responses "github.com/momentohq/client-sdk-go/responses/auth"
	"github.com/opentracing/opentracing-go"
	"github.com/opentracing/opentracing-go/log"
	"go.opencensus.io/tag"
	"go.opencensus.io/trace"
	"gopkg.in/DataDog/dd-trace-go.v1/ddtrace"
	tracerv1 "gopkg.in/DataDog/dd-trace-go.v1/ddtrace/tracer"
)

func withSentry(ctx context.Context, made *responses.GenerateApiKeySuccess, span *sentry.Span) {
	sentry.CaptureMessage("made " + made.ApiKey)                                // want `GenerateApiKeySuccess.ApiKey is logged by github.com/getsentry/sentry-go.CaptureMessage`
	sentry.CurrentHub().CaptureMessage(made.RefreshToken)                       // want `GenerateApiKeySuccess.RefreshToken is logged by \(\*github.com/getsentry/sentry-go.Hub\).CaptureMessage`
	sentry.CaptureException(errors.New("bad key " + made.ApiKey))               // want `GenerateApiKeySuccess.ApiKey is put into an error by errors.New`
	sentry.AddBreadcrumb(&sentry.Breadcrumb{Message: "made " + made.ApiKey})    // want `GenerateApiKeySuccess.ApiKey is logged by Breadcrumb.Message`
	sentry.CaptureEvent(&sentry.Event{Extra: map[string]any{"response": made}}) // want `a whole GenerateApiKeySuccess is logged by Event.Extra`
	sentry.WithScope(func(scope *sentry.Scope) {
		scope.SetTag("key", made.ApiKey)                                // want `GenerateApiKeySuccess.ApiKey is logged by \(\*github.com/getsentry/sentry-go.Scope\).SetTag`
		scope.SetExtra("response", made)                                // want `a whole GenerateApiKeySuccess is logged by \(\*github.com/getsentry/sentry-go.Scope\).SetExtra`
		scope.SetTags(map[string]string{"key": made.ApiKey})            // want `GenerateApiKeySuccess.ApiKey is logged`
		scope.SetExtras(map[string]any{"key": made.ApiKey})             // want `GenerateApiKeySuccess.ApiKey is logged`
		scope.SetContext("momento", sentry.Context{"key": made.ApiKey}) // want `GenerateApiKeySuccess.ApiKey is logged`
	})
	span.SetTag("key", made.ApiKey) // want `GenerateApiKeySuccess.ApiKey is put into a span or metric by \(\*github.com/getsentry/sentry-go.Span\).SetTag`
	span.SetData("response", made)  // want `a whole GenerateApiKeySuccess is put into a span or metric`
}

func withOpenTracing(span opentracing.Span, made *responses.GenerateApiKeySuccess) {
	span.SetTag("key", made.ApiKey)                                                    // want `GenerateApiKeySuccess.ApiKey is put into a span or metric by \(github.com/opentracing/opentracing-go.Span\).SetTag`
	span.SetBaggageItem("key", made.ApiKey)                                            // want `GenerateApiKeySuccess.ApiKey is put into a span or metric`
	span.LogKV("event", "made", "key", made.ApiKey)                                    // want `GenerateApiKeySuccess.ApiKey is put into a span or metric`
	span.LogFields(log.String("key", made.ApiKey), log.Object("response", made))       // want `GenerateApiKeySuccess.ApiKey is put into a span or metric by github.com/opentracing/opentracing-go/log.String` `a whole GenerateApiKeySuccess is put into a span or metric`
	span.LogFields(log.Event("made"), log.Message("made "+made.RefreshToken))          // want `GenerateApiKeySuccess.RefreshToken is put into a span or metric`
	_ = opentracing.StartSpan("make", opentracing.Tag{Key: "key", Value: made.ApiKey}) // want `GenerateApiKeySuccess.ApiKey is put into a span or metric by Tag.Value`
}

func withOpenCensus(span *trace.Span, made *responses.GenerateApiKeySuccess, host tag.Key) {
	span.AddAttributes(trace.StringAttribute("key", made.ApiKey))     // want `GenerateApiKeySuccess.ApiKey is put into a span or metric by go.opencensus.io/trace.StringAttribute`
	span.Annotate(nil, "made "+made.ApiKey)                           // want `GenerateApiKeySuccess.ApiKey is put into a span or metric`
	span.Annotatef(nil, "made %s for %s", made.ApiKey, made.Endpoint) // want `GenerateApiKeySuccess.ApiKey is put into a span or metric by \(\*go.opencensus.io/trace.Span\).Annotatef`
	span.SetStatus(trace.Status{Code: 16, Message: made.ApiKey})      // want `GenerateApiKeySuccess.ApiKey is put into a span or metric by Status.Message`
	_ = tag.Upsert(host, made.ApiKey)                                 // want `GenerateApiKeySuccess.ApiKey is put into a span or metric by go.opencensus.io/tag.Upsert`
}

func withDatadog(old ddtrace.Span, made *responses.GenerateApiKeySuccess) {
	span := tracer.StartSpan("make", tracer.Tag("key", made.ApiKey)) // want `GenerateApiKeySuccess.ApiKey is put into a span or metric by github.com/DataDog/dd-trace-go/v2/ddtrace/tracer.Tag`
	defer span.Finish()
	span.SetTag("key", made.ApiKey)                                     // want `GenerateApiKeySuccess.ApiKey is put into a span or metric by \(\*github.com/DataDog/dd-trace-go/v2/ddtrace/tracer.Span\).SetTag`
	span.SetBaggageItem("key", made.ApiKey)                             // want `GenerateApiKeySuccess.ApiKey is put into a span or metric`
	old.SetTag("key", made.ApiKey)                                      // want `GenerateApiKeySuccess.ApiKey is put into a span or metric by \(gopkg.in/DataDog/dd-trace-go.v1/ddtrace.Span\).SetTag`
	other := tracerv1.StartSpan("make", tracerv1.Tag("response", made)) // want `a whole GenerateApiKeySuccess is put into a span or metric`
	other.SetTag("key", made.RefreshToken)                              // want `GenerateApiKeySuccess.RefreshToken is put into a span or metric`
}

func withHclog(l hclog.Logger, made *responses.GenerateApiKeySuccess) {
	l.Info("made", "key", made.ApiKey)                        // want `GenerateApiKeySuccess.ApiKey is logged by \(github.com/hashicorp/go-hclog.Logger\).Info`
	l.With("key", made.ApiKey).Debug("made")                  // want `GenerateApiKeySuccess.ApiKey is logged by \(github.com/hashicorp/go-hclog.Logger\).With`
	hclog.L().Error("cannot use " + made.ApiKey)              // want `GenerateApiKeySuccess.ApiKey is logged`
	hclog.Default().Log(hclog.Info, "made", "response", made) // want `a whole GenerateApiKeySuccess is logged`
}
