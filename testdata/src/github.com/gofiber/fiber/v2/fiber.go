// Package fiber stands for the web framework of that name.
package fiber

import "io"

type Map map[string]interface{}

type Cookie struct {
	Name  string
	Value string
	Path  string
}

type Ctx struct{}

func (c *Ctx) Params(key string, defaultValue ...string) string         { return "" }
func (c *Ctx) Locals(key interface{}, value ...interface{}) interface{} { return nil }
func (c *Ctx) JSON(data interface{}, ctype ...string) error             { return nil }
func (c *Ctx) JSONP(data interface{}, callback ...string) error         { return nil }
func (c *Ctx) XML(data interface{}) error                               { return nil }
func (c *Ctx) Send(body []byte) error                                   { return nil }
func (c *Ctx) SendString(body string) error                             { return nil }
func (c *Ctx) SendStream(stream io.Reader, size ...int) error           { return nil }
func (c *Ctx) SendStatus(status int) error                              { return nil }
func (c *Ctx) Set(key, val string)                                      {}
func (c *Ctx) Append(field string, values ...string)                    {}
func (c *Ctx) Cookie(cookie *Cookie)                                    {}
func (c *Ctx) Redirect(location string, status ...int) error            { return nil }
func (c *Ctx) Status(status int) *Ctx                                   { return c }
func (c *Ctx) Write(p []byte) (int, error)                              { return len(p), nil }
func (c *Ctx) Writef(f string, a ...interface{}) (int, error)           { return 0, nil }
func (c *Ctx) WriteString(s string) (int, error)                        { return len(s), nil }

type Error struct {
	Code    int
	Message string
}

func (e *Error) Error() string { return e.Message }

func NewError(code int, message ...string) *Error { return &Error{Code: code} }
