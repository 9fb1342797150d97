// Package tag stands for OpenCensus' package of that name.
package tag

type Key struct{ name string }

func MustNewKey(name string) Key { return Key{name} }

type Mutator interface{}

type Metadata func()

func Insert(k Key, v string, mds ...Metadata) Mutator { return nil }
func Update(k Key, v string, mds ...Metadata) Mutator { return nil }
func Upsert(k Key, v string, mds ...Metadata) Mutator { return nil }
