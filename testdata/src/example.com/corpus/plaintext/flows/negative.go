package flows

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"log"
	"os"
	"strings"

	"github.com/momentohq/client-sdk-go/auth"
	responses "github.com/momentohq/client-sdk-go/responses/auth"
)

type counter struct{ n int }

func (c *counter) count(s string) { c.n += len(s) }

type closed struct {
	keys  map[string]string
	names map[string]string
}

func (c *closed) add(made *responses.GenerateApiKeySuccess) {
	c.keys["a"] = made.ApiKey
	c.names["a"] = made.Endpoint
}

func (c *closed) list() { fmt.Println(c.names, len(c.keys)) }

func fine(made *responses.GenerateApiKeySuccess, p auth.CredentialProvider, out io.Writer) {
	show(made.Endpoint)
	show(p)
	fmt.Println(identity(made.Endpoint), identity(len(made.ApiKey)))
	f := (&counter{}).count
	f(made.ApiKey)
	apply(f, made.ApiKey)
	apply(func(s string) { log.Println(len(s)) }, made.ApiKey)
	g := log.Default().Print
	g(made.Endpoint)
	h := strings.NewReader(made.ApiKey).Len
	fmt.Println(h())
	write := func(w io.Writer, s string) { fmt.Fprintln(w, s) }
	var b bytes.Buffer
	write(&b, made.ApiKey)
	write(os.Stdout, made.Endpoint)
	hosts := make([]string, 2)
	hosts[0] = made.Endpoint
	copy(hosts[1:], []string{made.Endpoint})
	fmt.Println(hosts)
	for range hidden(made) {
		fmt.Println("one")
	}
	for i := range made.ApiKey {
		fmt.Println(i)
	}
	_ = out
}

func hidden(made *responses.GenerateApiKeySuccess) iter.Seq[string] {
	return func(yield func(string) bool) { yield(made.ApiKey) }
}
