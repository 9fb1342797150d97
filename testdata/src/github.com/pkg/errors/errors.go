// Package errors stands for the package of that name.
package errors

func New(message string) error                                         { return nil }
func Errorf(format string, args ...interface{}) error                  { return nil }
func WithStack(err error) error                                        { return err }
func Wrap(err error, message string) error                             { return err }
func Wrapf(err error, format string, args ...interface{}) error        { return err }
func WithMessage(err error, message string) error                      { return err }
func WithMessagef(err error, format string, args ...interface{}) error { return err }
func Cause(err error) error                                            { return err }
