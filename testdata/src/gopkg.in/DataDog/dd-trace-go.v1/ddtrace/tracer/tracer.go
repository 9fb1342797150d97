// Package tracer stands for the first version of Datadog's tracer.
package tracer

import "gopkg.in/DataDog/dd-trace-go.v1/ddtrace"

type Span = ddtrace.Span

type StartSpanOption = ddtrace.StartSpanOption

func Tag(k string, v interface{}) StartSpanOption                  { return func(*ddtrace.StartSpanConfig) {} }
func StartSpan(operationName string, opts ...StartSpanOption) Span { return nil }
