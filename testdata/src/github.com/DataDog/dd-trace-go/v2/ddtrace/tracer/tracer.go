// Package tracer stands for Datadog's tracer.
package tracer

type StartSpanConfig struct{ Tags map[string]any }

type StartSpanOption func(cfg *StartSpanConfig)

func Tag(k string, v any) StartSpanOption      { return func(*StartSpanConfig) {} }
func ResourceName(name string) StartSpanOption { return Tag("", nil) }

type Span struct{}

func StartSpan(operationName string, opts ...StartSpanOption) *Span { return &Span{} }

func (s *Span) SetTag(key string, value any)   {}
func (s *Span) SetBaggageItem(key, val string) {}
func (s *Span) Finish()                        {}
