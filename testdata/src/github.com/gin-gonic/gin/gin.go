// Package gin stands for the web framework of that name.
package gin

import (
	"io"
	"net/http"
)

type H map[string]any

type ResponseWriter interface {
	http.ResponseWriter
	Status() int
	WriteString(string) (int, error)
}

type Context struct {
	Request *http.Request
	Writer  ResponseWriter
}

func (c *Context) Param(key string) string                   { return "" }
func (c *Context) Set(key string, value any)                 {}
func (c *Context) AbortWithStatus(code int)                  {}
func (c *Context) AbortWithStatusJSON(code int, jsonObj any) {}
func (c *Context) Header(key, value string)                  {}
func (c *Context) SetCookie(name, value string, maxAge int, path, domain string, secure, httpOnly bool) {
}
func (c *Context) IndentedJSON(code int, obj any)                 {}
func (c *Context) JSON(code int, obj any)                         {}
func (c *Context) PureJSON(code int, obj any)                     {}
func (c *Context) XML(code int, obj any)                          {}
func (c *Context) YAML(code int, obj any)                         {}
func (c *Context) String(code int, format string, values ...any)  {}
func (c *Context) Redirect(code int, location string)             {}
func (c *Context) Data(code int, contentType string, data []byte) {}
func (c *Context) DataFromReader(code int, contentLength int64, contentType string, reader io.Reader, extraHeaders map[string]string) {
}
func (c *Context) SSEvent(name string, message any) {}
