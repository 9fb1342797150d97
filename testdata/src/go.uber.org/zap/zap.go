// Package zap stands for the logger of that name.
package zap

type Field struct {
	Key    string
	String string
	Any    any
}

func String(key, val string) Field  { return Field{Key: key, String: val} }
func Any(key string, val any) Field { return Field{Key: key, Any: val} }
func Int(key string, val int) Field { return Field{Key: key} }

type Logger struct{}

func NewExample() *Logger { return &Logger{} }

func (*Logger) Info(msg string, fields ...Field)  {}
func (*Logger) Error(msg string, fields ...Field) {}
func (l *Logger) With(fields ...Field) *Logger    { return l }
func (*Logger) Sugar() *SugaredLogger             { return &SugaredLogger{} }

type SugaredLogger struct{}

func (*SugaredLogger) Infof(template string, args ...any)     {}
func (*SugaredLogger) Infow(msg string, keysAndValues ...any) {}
func (*SugaredLogger) Debug(args ...any)                      {}
func (s *SugaredLogger) With(args ...any) *SugaredLogger      { return s }
