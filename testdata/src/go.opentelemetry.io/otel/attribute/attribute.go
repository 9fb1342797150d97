// Package attribute stands for OpenTelemetry's package of that name.
package attribute

type Key string

type KeyValue struct {
	Key   Key
	Value string
}

func String(k, v string) KeyValue      { return KeyValue{Key(k), v} }
func Int(k string, v int) KeyValue     { return KeyValue{Key: Key(k)} }
func (k Key) String(v string) KeyValue { return KeyValue{k, v} }
