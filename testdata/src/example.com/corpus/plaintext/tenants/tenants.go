// Package tenants keeps secrets for other packages.
package tenants

import (
	"io"
	"log"

	"github.com/momentohq/client-sdk-go/auth"
	responses "github.com/momentohq/client-sdk-go/responses/auth"
)

// Tenant has a key.
type Tenant struct {
	Name string
	Key  string
}

// Current is the last key that was made.
var Current string

// New keeps a key.
func New(name string, made *responses.GenerateApiKeySuccess) *Tenant {
	Current = made.ApiKey
	return &Tenant{Name: name, Key: made.ApiKey}
}

// Token gives the provider's key.
func Token(p auth.CredentialProvider) string { return p.GetAuthToken() }

// Both gives two secrets and a host.
func Both(made *responses.GenerateApiKeySuccess) (key, refresh, host string) {
	return made.ApiKey, made.RefreshToken, made.Endpoint
}

// Header puts a text around its parameter.
func Header(key string) string { return "Bearer " + key }

// Log logs its parameter.
func Log(key string) { log.Println("key", key) }

// Store keeps its parameter to itself.
func Store(key string) { stored[key] = true }

var stored = map[string]bool{}

// Emit writes to where its caller wants it.
func Emit(w io.Writer, key string) { _, _ = io.WriteString(w, "key "+key) }

// Account prints its key.
type Account struct{ Host, Key string }

func (a Account) String() string { return a.Host + " " + a.Key }

// Quiet prints its host alone.
type Quiet struct{ Host, Key string }

func (q Quiet) String() string { return q.Host }

// Event is logged as a text.
type Event struct {
	Host string
	Text string
}

// Emit logs the text.
func (e *Event) Emit() { log.Println(e.Text) }

// Banner is shown by Greet.
var Banner string

// Greet shows the banner.
func Greet() { log.Print(Banner) }
