// Package echo stands for the web framework of that name.
package echo

import (
	"io"
	"net/http"
)

type Context interface {
	Request() *http.Request
	Response() *Response
	Param(name string) string
	SetCookie(cookie *http.Cookie)
	Get(key string) interface{}
	Set(key string, val interface{})
	HTML(code int, html string) error
	String(code int, s string) error
	JSON(code int, i interface{}) error
	JSONPretty(code int, i interface{}, indent string) error
	JSONBlob(code int, b []byte) error
	JSONP(code int, callback string, i interface{}) error
	JSONPBlob(code int, callback string, b []byte) error
	XML(code int, i interface{}) error
	XMLBlob(code int, b []byte) error
	Blob(code int, contentType string, b []byte) error
	Stream(code int, contentType string, r io.Reader) error
	NoContent(code int) error
	Redirect(code int, url string) error
}

type Response struct {
	Writer http.ResponseWriter
	Status int
}

func (r *Response) Header() http.Header               { return r.Writer.Header() }
func (r *Response) WriteHeader(code int)              {}
func (r *Response) Write(b []byte) (n int, err error) { return r.Writer.Write(b) }

type HTTPError struct {
	Internal error       `json:"-"`
	Message  interface{} `json:"message"`
	Code     int         `json:"-"`
}

func (he *HTTPError) Error() string { return "" }

func NewHTTPError(code int, message ...interface{}) *HTTPError { return &HTTPError{Code: code} }
