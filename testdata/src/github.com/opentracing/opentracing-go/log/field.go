// Package log stands for the fields of OpenTracing's spans.
package log

type Field struct{}

func String(key, val string) Field             { return Field{} }
func Int(key string, val int) Field            { return Field{} }
func Error(err error) Field                    { return Field{} }
func Object(key string, obj interface{}) Field { return Field{} }
func Event(val string) Field                   { return Field{} }
func Message(val string) Field                 { return Field{} }
