package odb

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Type is what an object is. The values are those of the pack format.
type Type uint8

// The types of objects.
const (
	Commit Type = 1
	Tree   Type = 2
	Blob   Type = 3
	Tag    Type = 4
)

// The pack format's two further types, which stand for one of the above.
const (
	offsetDelta Type = 6
	refDelta    Type = 7
)

// String returns git's name of the type.
func (t Type) String() string {
	switch t {
	case Commit:
		return "commit"
	case Tree:
		return "tree"
	case Blob:
		return "blob"
	case Tag:
		return "tag"
	}
	return fmt.Sprintf("type %d", uint8(t))
}

// parseType reads the name of a type as a loose object's header has it.
func parseType(name []byte) (Type, bool) {
	for t := Commit; t <= Tag; t++ {
		if string(name) == t.String() {
			return t, true
		}
	}
	return 0, false
}

// Types is a set of types.
type Types uint8

// Of makes a set.
func Of(types ...Type) Types {
	var s Types
	for _, t := range types {
		s |= 1 << t
	}
	return s
}

// All is the set of all types.
const All Types = 1<<Commit | 1<<Tree | 1<<Blob | 1<<Tag

// Has reports whether t is in the set.
func (s Types) Has(t Type) bool { return s>>t&1 != 0 }

// Object is one object of a store.
type Object struct {
	// ID is the name under which the store holds the object. It is taken from
	// the index, not computed; Verify compares.
	ID   OID
	Type Type
	// Size is the content's length in bytes.
	Size int64
	// Data is the content; nil for a blob larger than Limits.Memory, which has
	// to be read from Reader. Unless said otherwise it is valid only until the
	// function that got the object returns, and must not be changed.
	Data []byte

	hash   Hash
	stream func() (io.ReadCloser, error)
}

func (o *Object) setData(t Type, data []byte) {
	o.Type, o.Data, o.Size = t, data, int64(len(data))
}

// Reader returns the content from its beginning. The caller closes it. Its
// errors tell damage: a stream that ends without one was whole.
func (o *Object) Reader() (io.ReadCloser, error) {
	if o.stream != nil {
		return o.stream()
	}
	return io.NopCloser(bytes.NewReader(o.Data)), nil
}

// Verify computes the object's id and compares. The error is a [DamageError].
func (o *Object) Verify() error {
	d := o.hash.new()
	_, _ = fmt.Fprintf(d, "%s %d\x00", o.Type, o.Size)
	r, err := o.Reader()
	if err != nil {
		return err
	}
	_, err = io.Copy(d, r)
	_ = r.Close()
	if err != nil {
		return err
	}
	if !bytes.Equal(d.Sum(nil), o.ID.bytes()) {
		return &DamageError{ID: o.ID, Err: errHash}
	}
	return nil
}

// DamageError reports an object that the store holds and that cannot be read.
type DamageError struct {
	ID OID
	// Type is what it is, 0 if that is not known.
	Type Type
	// File is the pack or loose object file, "" if several or unknown.
	File string
	Err  error
}

// Error says which object it is and what is wrong with it.
func (e *DamageError) Error() string {
	if e.File == "" {
		return fmt.Sprintf("object %s is damaged: %v", e.ID, e.Err)
	}
	return fmt.Sprintf("object %s is damaged (%s): %v", e.ID, e.File, e.Err)
}

// Unwrap returns what is wrong.
func (e *DamageError) Unwrap() error { return e.Err }

// IsTooLarge reports whether an object was not read because of Limits.Unpacked or
// Limits.Expansion.
func IsTooLarge(err error) bool { return errors.Is(err, errLarge) || errors.Is(err, errExpansion) }

// NotFoundError reports an object that the store does not hold.
type NotFoundError struct{ ID OID }

// Error says which object it is.
func (e *NotFoundError) Error() string { return fmt.Sprintf("object %s is missing", e.ID) }

// Message returns the message in a commit's or tag's data, without its headers;
// nil for other objects and where there is none.
func (o *Object) Message() []byte {
	switch o.Type {
	case Commit:
		var c CommitInfo
		if ParseCommit(o.hash, o.Data, &c) == nil {
			return c.Message
		}
	case Tag:
		if t, err := ParseTag(o.hash, o.Data); err == nil {
			return t.Message
		}
	case Blob, Tree:
	}
	return nil
}

// NewObject makes an object of data that was read otherwise.
func NewObject(h Hash, id OID, t Type, data []byte) *Object {
	return &Object{ID: id, Type: t, Size: int64(len(data)), Data: data, hash: h}
}

// ParseType reads git's name of a type.
func ParseType(name string) (Type, error) {
	if t, ok := parseType([]byte(name)); ok {
		return t, nil
	}
	return 0, fmt.Errorf("unknown type of object %q", name)
}
