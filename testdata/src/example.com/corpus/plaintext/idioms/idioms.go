// Package idioms makes keys readable in ways that are less plain.
package idioms

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"expvar"
	"fmt"
	html "html/template"
	"log"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"text/template"
	"time"

	"example.com/corpus/plaintext/options"
	responses "github.com/momentohq/client-sdk-go/responses/auth"
	"k8s.io/klog/v2"
)

type own responses.GenerateApiKeySuccess

type page struct{ Title, Key string }

func builtins(r *responses.GenerateApiKeySuccess) {
	println(r.ApiKey)                     // want `GenerateApiKeySuccess.ApiKey is printed by println`
	print("key ", r.ApiKey)               // want `GenerateApiKeySuccess.ApiKey is printed by print`
	println(len(r.ApiKey), r.Endpoint, r) // lengths and addresses
}

func templates(w http.ResponseWriter, text *template.Template, page1 *html.Template, r *responses.GenerateApiKeySuccess) error {
	if err := text.Execute(os.Stdout, r); err != nil { // want `a whole GenerateApiKeySuccess is printed by \(\*text/template.Template\).Execute`
		return err
	}
	if err := page1.ExecuteTemplate(w, "key", page{"Key", r.ApiKey}); err != nil { // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response by \(\*html/template.Template\).ExecuteTemplate`
		return err
	}
	if err := page1.ExecuteTemplate(w, r.ApiKey, page{"Key", r.Endpoint}); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := text.Execute(&b, map[string]string{"key": r.ApiKey}); err != nil {
		return err
	}
	fmt.Println(b.String()) // want `GenerateApiKeySuccess.ApiKey is printed`
	var sum bytes.Buffer
	return text.Execute(&sum, map[string]string{"key": r.ApiKey})
}

func headers(w http.ResponseWriter, request *http.Request, r *responses.GenerateApiKeySuccess) {
	w.Header()["X-Key"] = []string{r.ApiKey} // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response by http.Header`
	request.Header["Authorization"] = []string{r.ApiKey}
}

func encodings(r *responses.GenerateApiKeySuccess) error {
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, data, "", "  "); err != nil {
		return err
	}
	fmt.Println(pretty.String())                                          // want `a whole GenerateApiKeySuccess is printed`
	return binary.Write(os.Stdout, binary.LittleEndian, []byte(r.ApiKey)) // want `GenerateApiKeySuccess.ApiKey is printed by encoding/binary.Write`
}

func addresses(base *url.URL, r *responses.GenerateApiKeySuccess) {
	_, _ = url.JoinPath("https://example.com", r.ApiKey) // want `GenerateApiKeySuccess.ApiKey is put into a URL by net/url.JoinPath`
	_ = base.JoinPath("keys", r.ApiKey)                  // want `GenerateApiKeySuccess.ApiKey is put into a URL by \(\*net/url.URL\).JoinPath`
}

func loggers(r *responses.GenerateApiKeySuccess) {
	expvar.NewString("key").Set(r.ApiKey)                                        // want `is put into a span or metric by \(\*expvar.String\).Set`
	_ = log.New(os.Stderr, r.ApiKey, 0)                                          // want `is logged by log.New`
	record := slog.NewRecord(time.Now(), slog.LevelInfo, "key "+r.ApiKey, 0)     // want `is logged by log/slog.NewRecord`
	record.AddAttrs(slog.String("key", r.ApiKey))                                // want `is logged by \(\*log/slog.Record\).AddAttrs`
	_ = slog.Default().Handler().WithAttrs([]slog.Attr{slog.Any("response", r)}) // want `a whole GenerateApiKeySuccess is logged by \(log/slog.Handler\).WithAttrs`
	klog.InfoS("key", "key", cmp.Or(os.Getenv("KEY"), r.ApiKey))                 // want `GenerateApiKeySuccess.ApiKey is logged`
}

func converted(r *responses.GenerateApiKeySuccess) {
	fmt.Println(own(*r).ApiKey)   // want `GenerateApiKeySuccess.ApiKey is printed`
	fmt.Println((*own)(r).ApiKey) // want `GenerateApiKeySuccess.ApiKey is printed`
	fmt.Println(own(*r).Endpoint)
}

func parts(r *responses.GenerateApiKeySuccess) {
	rest, found := strings.CutPrefix("key="+r.ApiKey, "key=")
	fmt.Println(rest) // want `GenerateApiKeySuccess.ApiKey is printed`
	fmt.Println(found, len(rest))
}

type server struct{ logf func(string, ...any) }

func functionValues(r *responses.GenerateApiKeySuccess, quiet bool) {
	s := &server{logf: log.Printf}
	s.logf("%s", r.ApiKey) // want `GenerateApiKeySuccess.ApiKey is logged by log.Printf`
	s.logf("%T", r.ApiKey)
	show := fmt.Println
	if quiet {
		show = fmt.Print
	}
	show(r.ApiKey) // want `GenerateApiKeySuccess.ApiKey is printed by fmt.Print`
	for _, f := range []func(...any){log.Print, log.Println} {
		f(r.ApiKey) // want `GenerateApiKeySuccess.ApiKey is logged`
	}
	byName := map[string]func(...any){"print": log.Print}
	byName["print"](r.ApiKey) // want `GenerateApiKeySuccess.ApiKey is logged`

	once := sync.OnceValues(func() (string, error) { return r.ApiKey, nil })
	key, err := once()
	fmt.Println(key) // want `GenerateApiKeySuccess.ApiKey is printed`
	fmt.Println(err)
}

func otherPackages(r *responses.GenerateApiKeySuccess) {
	fmt.Fprintln(options.Output, r.ApiKey) // want `GenerateApiKeySuccess.ApiKey is printed by fmt.Fprintln`
	options.New(
		options.WithName(r.Endpoint),
		options.WithKey(r.ApiKey), // want `GenerateApiKeySuccess.ApiKey is logged by way of example.com/corpus/plaintext/options.WithKey`
	)
	options.New(options.WithName(r.ApiKey)) // nobody shows the name
	options.Apply(options.Name(r.ApiKey))
	options.Apply(options.Key(r.ApiKey)) // want `GenerateApiKeySuccess.ApiKey is printed by way of example.com/corpus/plaintext/options.Key`
	options.NewServer().Say(r.ApiKey)    // want `GenerateApiKeySuccess.ApiKey is logged by way of \(\*example.com/corpus/plaintext/options.Server\).Say`
}
