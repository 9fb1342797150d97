// Package glog stands for the logger of that name.
package glog

type Verbose bool

func V(int32) Verbose { return true }

func (Verbose) Info(args ...any)                 {}
func (Verbose) Infof(format string, args ...any) {}
func Info(args ...any)                           {}
func Infof(format string, args ...any)           {}
func ErrorDepth(depth int, args ...any)          {}
func Exitf(format string, args ...any)           {}
