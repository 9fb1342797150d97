package telemetry

import (
	"github.com/DataDog/dd-trace-go/v2/ddtrace/tracer"
	"github.com/getsentry/sentry-go"
	"github.com/hashicorp/go-hclog"
	responses "github.com/momentohq/client-sdk-go/responses/auth"
	"github.com/opentracing/opentracing-go"
	"github.com/opentracing/opentracing-go/log"
	"go.opencensus.io/trace"
)

func fine(made *responses.GenerateApiKeySuccess, span opentracing.Span, census *trace.Span, l hclog.Logger) {
	sentry.CaptureMessage("made a key for " + made.Endpoint)
	sentry.WithScope(func(scope *sentry.Scope) {
		scope.SetTag("host", made.Endpoint)
		scope.SetExtra("length", len(made.ApiKey))
	})
	span.SetTag("expires", made.ExpiresAt.Epoch())
	span.LogFields(log.String("host", made.Endpoint), log.Int("length", len(made.ApiKey)))
	census.AddAttributes(trace.StringAttribute("host", made.Endpoint), trace.BoolAttribute("made", made.ApiKey != ""))
	census.Annotatef(nil, "made a %T", made)
	tracer.StartSpan("make", tracer.Tag("host", made.Endpoint)).SetTag("length", len(made.ApiKey))
	l.Info("made", "host", made.Endpoint)
	if l.IsDebug() {
		l.Named("momento").Debug("made", "start", made.ApiKey[:6])
	}
}
