// Package zerolog stands for the logger of that name.
package zerolog

type Event struct{}

func (e *Event) Str(key, val string) *Event         { return e }
func (e *Event) Int(key string, i int) *Event       { return e }
func (e *Event) Interface(key string, i any) *Event { return e }
func (e *Event) Msg(msg string)                     {}
func (e *Event) Msgf(format string, v ...any)       {}

type Context struct{}

func (c Context) Str(key, val string) Context { return c }
func (c Context) Logger() Logger              { return Logger{} }

type Logger struct{}

func (Logger) Info() *Event  { return &Event{} }
func (Logger) With() Context { return Context{} }
