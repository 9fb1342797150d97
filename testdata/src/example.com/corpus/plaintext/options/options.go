// Package options takes its settings as functions and function values, as much
// Go code does.
package options

import (
	"fmt"
	"io"
	"log"
	"os"

	"github.com/momentohq/client-sdk-go/auth"
)

// Provider makes this a package that works with the SDK.
type Provider = auth.CredentialProvider

// Output is a writer that anybody may set.
var Output io.Writer = os.Stderr

type client struct{ key, name string }

// Option is a functional option.
type Option func(*client)

func WithKey(key string) Option   { return func(c *client) { c.key = key } }
func WithName(name string) Option { return func(c *client) { c.name = name } }

func New(options ...Option) {
	c := &client{}
	for _, option := range options {
		option(c)
	}
	log.Println(c.key)
}

// Setting is a functional option with a method.
type Setting interface{ apply(*settings) }

type settings struct{ key, name string }

type setter struct{ set func(*settings) }

func (s setter) apply(to *settings) { s.set(to) }

func Key(key string) Setting   { return setter{func(s *settings) { s.key = key }} }
func Name(name string) Setting { return setter{func(s *settings) { s.name = name }} }

func Apply(list ...Setting) {
	var s settings
	for _, setting := range list {
		setting.apply(&s)
	}
	fmt.Println(s.key)
}

// Server logs by a function that it holds.
type Server struct{ logf func(string, ...any) }

func NewServer() *Server { return &Server{logf: log.Default().Printf} }

func (s *Server) Say(text string) { s.logf("%s", text) }
