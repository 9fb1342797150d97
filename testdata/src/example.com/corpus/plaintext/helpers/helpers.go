// Package helpers knows nothing of Momento: it prints and logs what it is
// given, or does not.
package helpers

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"strings"
)

// Dump prints one text.
func Dump(s string) { fmt.Println(s) }

// Debugf is like log.Printf.
func Debugf(format string, args ...any) { log.Printf("debug: "+format, args...) }

// Deep prints by way of another function.
func Deep(prefix, s string) { Dump(prefix + ": " + s) }

// Save writes to a file.
func Save(name string, data []byte) error { return os.WriteFile(name, data, 0o600) }

// Fail makes an error.
func Fail(what string) error { return fmt.Errorf("cannot use %s", what) }

// Label gives a text with its parameter in it.
func Label(s string) string { return "key=" + strings.TrimSpace(s) }

// Logger is a logger of our own.
type Logger struct{ prefix string }

// Infof logs.
func (l *Logger) Infof(format string, args ...any) { log.Printf(l.prefix+format, args...) }

// Note logs one text.
func (l *Logger) Note(s string) { l.Infof("%s", s) }

// Mask shows a few characters.
func Mask(s string) string {
	if len(s) < 8 {
		return s
	}
	return s[:4] + "***"
}

// Length shows no character.
func Length(s string) { fmt.Println(len(s)) }

// Sum shows a hash.
func Sum(s string) { fmt.Printf("%x\n", sha256.Sum256([]byte(s))) }

// Compare tells whether two texts are equal.
func Compare(a, b string) { fmt.Println(a == b) }

// Typed prints the type alone.
func Typed(v any) { fmt.Printf("%T\n", v) }

// Prefix puts a text together that nobody prints.
func Prefix(s string) string { return "Bearer " + s }

// Count prints something else.
func Count(s string, n int) { fmt.Println("count", n) }

// Emit writes to where its caller wants it.
func Emit(w io.Writer, s string) { fmt.Fprintln(w, s) }

// Send writes to a connection.
func Send(conn net.Conn, s string) { fmt.Fprintf(conn, "%s\r\n", s) }

// Report has a place of its own to write to.
type Report struct {
	Out  io.Writer
	text bytes.Buffer
}

// Show writes to that place.
func (r *Report) Show(s string) { fmt.Fprintln(r.Out, s) }

// Keep writes to memory.
func (r *Report) Keep(s string) { fmt.Fprintln(&r.text, s) }

// EmitDeep writes by way of another function.
func EmitDeep(prefix, s string, w io.Writer) { Emit(w, prefix+s) }
