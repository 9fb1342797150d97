// Package notice stands for a module of somebody else's that wraps package fmt.
package notice

import (
	"fmt"
	"io"
)

// Noticef prints.
func Noticef(format string, args ...any) { fmt.Printf(format, args...) }

// Notice prints.
func Notice(args ...any) { fmt.Println(args...) }

// Failf makes an error.
func Failf(format string, args ...any) error { return fmt.Errorf(format, args...) }

// Textf gives a text that nobody sees.
func Textf(format string, args ...any) string { return fmt.Sprintf(format, args...) }

// Printer prints.
type Printer struct{}

// Printf prints.
func (*Printer) Printf(format string, args ...any) { fmt.Printf(format, args...) }

// Count prints how many arguments it has.
func Count(args ...any) { fmt.Println(len(args)) }

// Fnoticef writes to where its caller wants it.
func Fnoticef(w io.Writer, format string, args ...any) { fmt.Fprintf(w, format, args...) }
