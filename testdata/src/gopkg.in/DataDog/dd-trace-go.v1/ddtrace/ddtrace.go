// Package ddtrace stands for the first version of Datadog's tracer.
package ddtrace

type Span interface {
	SetTag(key string, value interface{})
	SetOperationName(operationName string)
	BaggageItem(key string) string
	SetBaggageItem(key, val string)
}

type StartSpanConfig struct{ Tags map[string]interface{} }

type StartSpanOption func(cfg *StartSpanConfig)
