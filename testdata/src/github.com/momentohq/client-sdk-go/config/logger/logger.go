// Package logger stands for the SDK's package of that name.
package logger

type MomentoLogger interface {
	Trace(message string, args ...any)
	Debug(message string, args ...any)
	Info(message string, args ...any)
	Warn(message string, args ...any)
	Error(message string, args ...any)
}
