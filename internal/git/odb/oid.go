package odb

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // the object ids of most git repositories are SHA-1
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
)

// Hash is the function that a repository names its objects with.
type Hash uint8

// The hash functions of git repositories.
const (
	SHA1 Hash = iota
	SHA256
)

// ParseHash reads the name that extensions.objectFormat and
// "git rev-parse --show-object-format" use.
func ParseHash(name string) (Hash, error) {
	switch name {
	case "sha1":
		return SHA1, nil
	case "sha256":
		return SHA256, nil
	}
	return 0, fmt.Errorf("unknown object format %q", name)
}

// String returns git's name of the function.
func (h Hash) String() string {
	if h == SHA256 {
		return "sha256"
	}
	return "sha1"
}

// Size is the length of an id in bytes.
func (h Hash) Size() int {
	if h == SHA256 {
		return sha256.Size
	}
	return sha1.Size
}

func (h Hash) new() hash.Hash {
	if h == SHA256 {
		return sha256.New()
	}
	return sha1.New() //nolint:gosec // see the import
}

// Sum computes the id of an object from its type and content.
func (h Hash) Sum(t Type, data []byte) OID {
	d := h.new()
	_, _ = fmt.Fprintf(d, "%s %d\x00", t, len(data))
	_, _ = d.Write(data)
	var buf [sha256.Size]byte
	return oidOf(d.Sum(buf[:0]))
}

// EmptyTree is the id of the tree without entries, which git knows without
// having it in any store.
func (h Hash) EmptyTree() OID { return h.Sum(Tree, nil) }

// OID is an object id. It is comparable; the zero value is no id at all.
type OID struct {
	sum  [sha256.Size]byte
	size uint8
}

// ParseOID reads a full id in hex: 40 digits for SHA-1, 64 for SHA-256.
func ParseOID(s string) (OID, error) {
	var o OID
	if len(s) != 2*sha1.Size && len(s) != 2*sha256.Size {
		return OID{}, fmt.Errorf("object id %q has %d characters, want 40 or 64", s, len(s))
	}
	if _, err := hex.Decode(o.sum[:], []byte(s)); err != nil {
		return OID{}, fmt.Errorf("object id %q: %w", s, err)
	}
	o.size = uint8(len(s) / 2)
	return o, nil
}

// OIDFromBytes makes an id of its 20 or 32 bytes; other lengths give the zero value.
func OIDFromBytes(b []byte) OID {
	if len(b) != sha1.Size && len(b) != sha256.Size {
		return OID{}
	}
	return oidOf(b)
}

func oidOf(b []byte) OID {
	var o OID
	o.size = uint8(copy(o.sum[:], b))
	return o
}

// String returns the id in hex.
func (o OID) String() string { return hex.EncodeToString(o.sum[:o.size]) }

// AppendTo appends the id's bytes.
func (o *OID) AppendTo(b []byte) []byte { return append(b, o.sum[:o.size]...) }

// IsZero reports whether it is the zero value, or git's null id of all zeros.
func (o OID) IsZero() bool { return o.sum == [sha256.Size]byte{} }

// Compare orders ids by their bytes, as indexes do.
func (o OID) Compare(p OID) int { return bytes.Compare(o.sum[:o.size], p.sum[:p.size]) }

func (o *OID) bytes() []byte { return o.sum[:o.size] }
