// Package logger stands for the SDK's package of that name.
package logger

// MomentoLogger writes a log.
type MomentoLogger interface {
	Info(message string, args ...any)
}

// MomentoLoggerFactory makes loggers.
type MomentoLoggerFactory interface {
	GetLogger(loggerName string) MomentoLogger
}

type nothing struct{}

func (nothing) Info(string, ...any)            {}
func (nothing) GetLogger(string) MomentoLogger { return nothing{} }

// NewNoopMomentoLoggerFactory makes loggers that write nothing.
func NewNoopMomentoLoggerFactory() MomentoLoggerFactory { return nothing{} }
