// Package flows takes secrets along further ways.
package flows

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log"
	"log/slog"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"example.com/corpus/plaintext/tenants"
	"github.com/momentohq/client-sdk-go/auth"
	responses "github.com/momentohq/client-sdk-go/responses/auth"
)

func show[T any](v T) { fmt.Println(v) }

func identity[T any](v T) T { return v }

func pick[K comparable, V any](m map[K]V, k K) V { return m[k] }

type box[T any] struct{ value T }

func (b *box[T]) get() T { return b.value }

func generics(made *responses.GenerateApiKeySuccess) {
	show(made.ApiKey)                                           // want `GenerateApiKeySuccess.ApiKey is printed by way of example.com/corpus/plaintext/flows.show`
	show(made)                                                  // want `a whole GenerateApiKeySuccess is printed`
	fmt.Println(identity(made.ApiKey))                          // want `GenerateApiKeySuccess.ApiKey is printed`
	fmt.Println(pick(map[string]string{"a": made.ApiKey}, "a")) // want `GenerateApiKeySuccess.ApiKey is printed`
	b := &box[string]{made.ApiKey}
	fmt.Println(b.get()) // want `GenerateApiKeySuccess.ApiKey is printed`
}

func functionValues(made *responses.GenerateApiKeySuccess, p auth.CredentialProvider) {
	f := log.Println
	f("made", made.ApiKey) // want `GenerateApiKeySuccess.ApiKey is logged by log.Println`
	g := log.Default().Print
	g(made.RefreshToken) // want `GenerateApiKeySuccess.RefreshToken is logged`
	token := p.GetAuthToken
	fmt.Println(token())                                     // want `CredentialProvider.GetAuthToken is printed`
	handOver(func(s string) { fmt.Println(s) }, made.ApiKey) // want `GenerateApiKeySuccess.ApiKey is printed`
	get := func() string { return made.ApiKey }
	fmt.Println(get())                              // want `GenerateApiKeySuccess.ApiKey is printed`
	defer log.Println(made.ApiKey)                  // want `GenerateApiKeySuccess.ApiKey is logged by log.Println`
	go fmt.Println(made.ApiKey)                     // want `GenerateApiKeySuccess.ApiKey is printed`
	defer func() { log.Print(made.RefreshToken) }() // want `GenerateApiKeySuccess.RefreshToken is logged`
	var once sync.Once
	once.Do(func() { log.Print(made.ApiKey) }) // want `GenerateApiKeySuccess.ApiKey is logged`
	auth.CredentialProvider.GetAuthToken(p)
	fmt.Println(auth.CredentialProvider.GetAuthToken(p)) // want `CredentialProvider.GetAuthToken is printed`
}

func handOver(f func(string), s string) { f(s) }

// apply is called with several functions, each for a text of its own.
func apply(f func(string), s string) { f(s) }

func applied(made *responses.GenerateApiKeySuccess) {
	apply(func(s string) { log.Println(s) }, made.Endpoint)
}

type base struct{ key string }

type derived struct {
	base
	name string
}

func (d derived) dump() { fmt.Println(d.key) }

type printing interface{ accept(string) }

type loud struct{}

func (loud) accept(s string) { log.Println(s) }

func structs(made *responses.GenerateApiKeySuccess) {
	d := derived{base{made.ApiKey}, "a"}
	fmt.Println(d)      // want `GenerateApiKeySuccess.ApiKey is printed`
	fmt.Println(d.key)  // want `GenerateApiKeySuccess.ApiKey is printed`
	fmt.Println(d.base) // want `GenerateApiKeySuccess.ApiKey is printed`
	d.dump()            // want `GenerateApiKeySuccess.ApiKey is printed by way of`
	copied := d
	fmt.Println(copied.base.key) // want `GenerateApiKeySuccess.ApiKey is printed`
	pointer := &d
	pointer.name = "b"
	fmt.Println(pointer)  // want `GenerateApiKeySuccess.ApiKey is printed`
	fmt.Println(*pointer) // want `GenerateApiKeySuccess.ApiKey is printed`
	text := &made.ApiKey
	fmt.Println(*text) // want `GenerateApiKeySuccess.ApiKey is printed`
	var p printing = loud{}
	p.accept(made.ApiKey) // want `GenerateApiKeySuccess.ApiKey is logged`
	var a any = made.ApiKey
	if s, ok := a.(string); ok {
		fmt.Println(s) // want `GenerateApiKeySuccess.ApiKey is printed`
	}
	switch v := a.(type) {
	case string:
		fmt.Println(v) // want `GenerateApiKeySuccess.ApiKey is printed`
	}
	array := [2]string{"a", made.ApiKey}
	fmt.Println(array[1], array) // want `GenerateApiKeySuccess.ApiKey is printed` `GenerateApiKeySuccess.ApiKey is printed`
}

func collections(made *responses.GenerateApiKeySuccess) {
	keys := map[string]string{}
	keys["a"] = made.ApiKey
	for name, key := range keys {
		fmt.Println(name, key) // want `GenerateApiKeySuccess.ApiKey is printed`
	}
	if key, ok := keys["a"]; ok {
		log.Print(key) // want `GenerateApiKeySuccess.ApiKey is logged`
	}
	list := make([]string, 0, 2)
	list = append(list, made.ApiKey, "b")
	for _, key := range list {
		fmt.Println(key) // want `GenerateApiKeySuccess.ApiKey is printed`
	}
	fmt.Println(list[0], slices.Clone(list), maps.Clone(keys)) // want `GenerateApiKeySuccess.ApiKey is printed` `GenerateApiKeySuccess.ApiKey is printed` `GenerateApiKeySuccess.ApiKey is printed`
	text := append([]byte("key="), made.ApiKey...)
	_, _ = os.Stdout.Write(text) // want `GenerateApiKeySuccess.ApiKey is printed`
	slots := make([]string, 2)
	slots[1] = made.ApiKey
	fmt.Println(slots) // want `GenerateApiKeySuccess.ApiKey is printed`
	others := make([]string, len(slots))
	copy(others, slots)
	fmt.Println(others[0]) // want `GenerateApiKeySuccess.ApiKey is printed`
	later := map[string]string{}
	func() { later["a"] = made.RefreshToken }()
	fmt.Println(later) // want `GenerateApiKeySuccess.RefreshToken is printed`
	filled := map[string]string{}
	fill(filled, made.ApiKey)
	fmt.Println(filled["a"]) // want `GenerateApiKeySuccess.ApiKey is printed`
	buffer := make([]byte, 100)
	copy(buffer, made.ApiKey)
	_, _ = os.Stdout.Write(buffer) // want `GenerateApiKeySuccess.ApiKey is printed`
	for _, key := range slices.Sorted(maps.Values(keys)) {
		fmt.Println(key) // want `GenerateApiKeySuccess.ApiKey is printed`
	}
	for key := range each(made) {
		fmt.Println(key)
	}
	ch := make(chan string)
	go func() { ch <- made.ApiKey }()
	select {
	case key := <-ch:
		fmt.Println(key) // want `GenerateApiKeySuccess.ApiKey is printed`
	default:
	}
	for key := range ch {
		fmt.Println(key) // want `GenerateApiKeySuccess.ApiKey is printed`
	}
}

func each(made *responses.GenerateApiKeySuccess) iter.Seq[string] {
	return func(yield func(string) bool) {
		yield(made.ApiKey) // want `GenerateApiKeySuccess.ApiKey is printed by way of a function value, in example.com/corpus/plaintext/flows.each`
	}
}

func texts(made *responses.GenerateApiKeySuccess, p auth.CredentialProvider) {
	fmt.Println(fmt.Sprint("key ", made.ApiKey), fmt.Sprintln(made))         // want `GenerateApiKeySuccess.ApiKey is printed` `a whole GenerateApiKeySuccess is printed`
	fmt.Println(fmt.Sprintf("%#v", p))                                       // want `a CredentialProvider, which does not mask itself here, is printed`
	fmt.Println(string(fmt.Appendf(nil, "%s", made.ApiKey)))                 // want `GenerateApiKeySuccess.ApiKey is printed`
	fmt.Println(hex.EncodeToString([]byte(made.ApiKey)))                     // want `GenerateApiKeySuccess.ApiKey is printed`
	fmt.Println(base64.URLEncoding.EncodeToString([]byte(p.GetAuthToken()))) // want `CredentialProvider.GetAuthToken is printed`
	digits := make([]byte, hex.EncodedLen(len(made.ApiKey)))
	hex.Encode(digits, []byte(made.ApiKey))
	fmt.Println(string(digits)) // want `GenerateApiKeySuccess.ApiKey is printed`
	other := make([]byte, base64.StdEncoding.EncodedLen(len(made.Endpoint)))
	base64.StdEncoding.Encode(other, []byte(made.Endpoint))
	fmt.Println(string(other), len(digits))
	hash := func(to, from []byte) { to[0] = byte(len(from)) }
	hash(other, []byte(made.ApiKey))
	longer := append(other, made.ApiKey...)
	fmt.Println(string(other), len(longer))
	fmt.Printf("%s", base64.StdEncoding.AppendEncode(other[:0], []byte(made.ApiKey))) // want `GenerateApiKeySuccess.ApiKey is printed`
	fmt.Println(strings.NewReplacer("{key}", made.ApiKey).Replace("{key}!"))          // want `GenerateApiKeySuccess.ApiKey is printed`
	fmt.Println(strings.Replace("key: KEY", "KEY", made.ApiKey, 1))                   // want `GenerateApiKeySuccess.ApiKey is printed`
	fmt.Println([]rune(made.ApiKey))                                                  // want `GenerateApiKeySuccess.ApiKey is printed`
	var text strings.Builder
	json.NewEncoder(&text).Encode(made)
	fmt.Println(text.String()) // want `a whole GenerateApiKeySuccess is printed`
	key := "none"
	key += made.ApiKey
	fmt.Println(key)                                              // want `GenerateApiKeySuccess.ApiKey is printed`
	_, _ = url.Parse("https://example.com/?token=" + made.ApiKey) // want `GenerateApiKeySuccess.ApiKey is put into a URL by net/url.Parse`
	q := url.Values{"token": {made.ApiKey}}
	log.Print(q)                                                                // want `GenerateApiKeySuccess.ApiKey is logged`
	log.Print(q.Encode())                                                       // want `GenerateApiKeySuccess.ApiKey is logged`
	slog.Info("made", slog.Group("momento", "key", made.ApiKey), "whole", made) // want `GenerateApiKeySuccess.ApiKey is logged` `a whole GenerateApiKeySuccess is logged`
}

var current atomic.Value

var cached sync.Map

func kept(made *responses.GenerateApiKeySuccess) {
	current.Store(made.ApiKey)
	fmt.Println(current.Load()) // want `GenerateApiKeySuccess.ApiKey is printed`
	cached.Store("key", made.ApiKey)
	v, _ := cached.Load("key")
	fmt.Println(v) // want `GenerateApiKeySuccess.ApiKey is printed`
}

func named(made *responses.GenerateApiKeySuccess) (key string, err error) {
	key = made.ApiKey
	if key == "" {
		err = errors.New("no key")
	}
	return
}

func results(made *responses.GenerateApiKeySuccess) {
	key, err := named(made)
	fmt.Println(key) // want `GenerateApiKeySuccess.ApiKey is printed`
	fmt.Println(err)
	out(made.ApiKey, func(s string) { log.Println("made", s) }) // want `GenerateApiKeySuccess.ApiKey is logged`
}

func out(s string, f func(string)) { f("key " + s) }

func fill(m map[string]string, key string) { m["a"] = key }

type registry struct{ keys map[string]string }

func (r *registry) add(made *responses.GenerateApiKeySuccess) { r.keys["a"] = made.ApiKey }

func (r *registry) list() { fmt.Println(r.keys) } // want `GenerateApiKeySuccess.ApiKey is printed`

var all = map[string][]string{}

func remember(made *responses.GenerateApiKeySuccess) { all["a"] = append(all["a"], made.RefreshToken) }

func recall() { fmt.Println(all["a"]) } // want `GenerateApiKeySuccess.RefreshToken is printed`

// What is put into another package's variables and fields.
func elsewhere(made *responses.GenerateApiKeySuccess) {
	e := &tenants.Event{Host: made.Endpoint, Text: made.ApiKey} // want `GenerateApiKeySuccess.ApiKey is logged`
	e.Text = "refresh " + made.RefreshToken                     // want `GenerateApiKeySuccess.RefreshToken is logged`
	e.Emit()
	tenants.Banner = made.ApiKey // want `GenerateApiKeySuccess.ApiKey is logged`
	tenants.Greet()
}
