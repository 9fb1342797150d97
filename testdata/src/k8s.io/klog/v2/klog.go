// Package klog stands for the logger of that name.
package klog

type Verbose struct{}

func (Verbose) Infof(format string, args ...any) {}

func V(level int32) Verbose                              { return Verbose{} }
func Infof(format string, args ...any)                   {}
func InfoS(msg string, keysAndValues ...any)             {}
func ErrorS(err error, msg string, keysAndValues ...any) {}
