// Package detecttest is a corpus of Momento credentials in every shape in
// which people leave them lying about, and of decoys that look like them. The
// place and the encoding of each are computed while the text is made, never
// taken from what a detector says, so that any detector can be held against it.
package detecttest
