// Package trace stands for OpenTelemetry's package of that name.
package trace

import "go.opentelemetry.io/otel/attribute"

type Span interface {
	SetAttributes(kv ...attribute.KeyValue)
	AddEvent(name string, options ...any)
	SetStatus(code uint32, description string)
	RecordError(err error, options ...any)
}
