// Package plaintext is the corpus of momentoplaintext.
package plaintext

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"os"
	"os/exec"
	"strings"

	"example.com/corpus/plaintext/helpers"
	"example.com/corpus/plaintext/tenants"
	"github.com/momentohq/client-sdk-go/auth"
	"github.com/momentohq/client-sdk-go/config/logger"
	"github.com/momentohq/client-sdk-go/momento"
	responses "github.com/momentohq/client-sdk-go/responses/auth"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"github.com/sirupsen/logrus"
	"go.opentelemetry.io/otel/attribute"
	"go.uber.org/zap"
	"k8s.io/klog/v2"
)

func printed(made *responses.GenerateApiKeySuccess, refreshed *responses.RefreshApiKeySuccess, token *responses.GenerateDisposableTokenSuccess) {
	fmt.Println(made.ApiKey)                            // want `Momento secret in plain text: GenerateApiKeySuccess.ApiKey is printed by fmt.Println, in example.com/corpus/plaintext.printed`
	fmt.Println("refresh", made.RefreshToken)           // want `GenerateApiKeySuccess.RefreshToken is printed`
	fmt.Printf("%s: %s\n", made.Endpoint, made.ApiKey)  // want `GenerateApiKeySuccess.ApiKey is printed by fmt.Printf`
	fmt.Print(refreshed.ApiKey, refreshed.RefreshToken) // want `RefreshApiKeySuccess.ApiKey is printed` `RefreshApiKeySuccess.RefreshToken is printed`
	fmt.Fprintln(os.Stderr, token.ApiKey)               // want `GenerateDisposableTokenSuccess.ApiKey is printed`
	fmt.Println(made)                                   // want `a whole GenerateApiKeySuccess is printed`
	fmt.Printf("%v %+v\n", *made, refreshed)            // want `a whole GenerateApiKeySuccess is printed` `a whole RefreshApiKeySuccess is printed`
	fmt.Printf("%q\n", made.ApiKey)                     // want `GenerateApiKeySuccess.ApiKey is printed`
	fmt.Printf("%[2]s%[1]d\n", 1, made.ApiKey)          // want `GenerateApiKeySuccess.ApiKey is printed`
	fmt.Printf("made\n", made.ApiKey)                   // want `GenerateApiKeySuccess.ApiKey is printed`
	fmt.Printf("key " + made.ApiKey)                    // want `GenerateApiKeySuccess.ApiKey is printed`
	log.Println(made.ApiKey)                            // want `GenerateApiKeySuccess.ApiKey is logged by log.Println`
	log.Fatalf("key: %v", made.ApiKey)                  // want `GenerateApiKeySuccess.ApiKey is logged by log.Fatalf`
	log.Default().Print(made.ApiKey)                    // want `GenerateApiKeySuccess.ApiKey is logged by \(\*log.Logger\).Print`
	panic(made.ApiKey)                                  // want `GenerateApiKeySuccess.ApiKey is put into a panic by panic`
}

func loggers(ctx context.Context, made *responses.GenerateApiKeySuccess, z *zap.Logger, zero zerolog.Logger, sdk logger.MomentoLogger) {
	slog.Info("made", "key", made.ApiKey)                                      // want `is logged by log/slog.Info`
	slog.ErrorContext(ctx, "made", slog.String("key", made.ApiKey))            // want `is logged by log/slog.ErrorContext`
	slog.Default().With("key", made.ApiKey).Info("made")                       // want `is logged by \(\*log/slog.Logger\).With`
	slog.LogAttrs(ctx, slog.LevelInfo, "made", slog.Any("response", made))     // want `a whole GenerateApiKeySuccess is logged`
	z.Info("made", zap.String("key", made.ApiKey))                             // want `is logged by \(\*go.uber.org/zap.Logger\).Info`
	z.With(zap.Any("response", made)).Info("made")                             // want `a whole GenerateApiKeySuccess is logged`
	z.Sugar().Infow("made", "key", made.ApiKey)                                // want `is logged by \(\*go.uber.org/zap.SugaredLogger\).Infow`
	z.Sugar().Infof("made %s", made.ApiKey)                                    // want `is logged`
	zero.Info().Str("key", made.ApiKey).Msg("made")                            // want `is logged by \(\*github.com/rs/zerolog.Event\).Str`
	zero.Info().Interface("response", made).Msgf("made %s", made.RefreshToken) // want `a whole GenerateApiKeySuccess is logged` `GenerateApiKeySuccess.RefreshToken is logged`
	_ = zero.With().Str("key", made.ApiKey).Logger()                           // want `is logged`
	logrus.WithField("key", made.ApiKey).Info("made")                          // want `is logged by github.com/sirupsen/logrus.WithField`
	logrus.WithFields(logrus.Fields{"key": made.ApiKey}).Warnf("made")         // want `is logged`
	logrus.Infof("made %s", made.ApiKey)                                       // want `is logged`
	klog.InfoS("made", "key", made.ApiKey)                                     // want `is logged by k8s.io/klog/v2.InfoS`
	klog.V(4).Infof("made %s", made.ApiKey)                                    // want `is logged`
	sdk.Debug("made %s", made.ApiKey)                                          // want `is logged by \(github.com/momentohq/client-sdk-go/config/logger.MomentoLogger\).Debug`
}

func providers(p auth.CredentialProvider, props auth.ApiKeyV2Props, request *momento.RefreshApiKeyRequest) {
	fmt.Println(p.GetAuthToken()) // want `CredentialProvider.GetAuthToken is printed`
	fmt.Printf("%#v\n", p)        // want `a CredentialProvider, which does not mask itself here, is printed`
	fmt.Printf("%d\n", p)         // want `a CredentialProvider, which does not mask itself here, is printed`
	fmt.Println(props)            // want `a whole ApiKeyV2Props is printed`
	fmt.Println(props.ApiKey)     // want `ApiKeyV2Props.ApiKey is printed`
	log.Printf("%+v", request)    // want `a whole RefreshApiKeyRequest is logged`
}

func responsesAsInterfaces(ctx context.Context, client momento.AuthClient) error {
	response, err := client.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{})
	if err != nil {
		return err
	}
	fmt.Println(response) // want `a whole GenerateApiKeyResponse is printed`
	switch r := response.(type) {
	case *responses.GenerateApiKeySuccess:
		log.Println(r.ApiKey) // want `GenerateApiKeySuccess.ApiKey is logged`
		log.Println(r)        // want `a whole GenerateApiKeySuccess is logged`
	}
	return nil
}

func errorTexts(made *responses.GenerateApiKeySuccess, p auth.CredentialProvider, err error) error {
	if err != nil {
		return fmt.Errorf("cannot use key %q: %w", made.ApiKey, err) // want `GenerateApiKeySuccess.ApiKey is put into an error by fmt.Errorf`
	}
	return errors.New("bad key " + p.GetAuthToken()) // want `CredentialProvider.GetAuthToken is put into an error by errors.New`
}

func files(made *responses.GenerateApiKeySuccess, f *os.File) error {
	if err := os.WriteFile("key.txt", []byte(made.ApiKey), 0o600); err != nil { // want `GenerateApiKeySuccess.ApiKey is written to a file by os.WriteFile`
		return err
	}
	data, err := json.Marshal(made)
	if err != nil {
		return err
	}
	if err := os.WriteFile("key.json", data, 0o600); err != nil { // want `a whole GenerateApiKeySuccess is written to a file`
		return err
	}
	if _, err := f.WriteString(made.ApiKey); err != nil { // want `is written to a file by \(\*os.File\).WriteString`
		return err
	}
	if err := json.NewEncoder(f).Encode(map[string]string{"key": made.ApiKey}); err != nil { // want `GenerateApiKeySuccess.ApiKey is written to a file by \(\*encoding/json.Encoder\).Encode`
		return err
	}
	encoder := json.NewEncoder(os.Stdout)
	if err := encoder.Encode(made); err != nil { // want `a whole GenerateApiKeySuccess is printed`
		return err
	}
	return gob.NewEncoder(f).Encode(made) // want `a whole GenerateApiKeySuccess is written to a file`
}

func elsewhere(made *responses.GenerateApiKeySuccess, requests *prometheus.CounterVec) {
	_ = exec.Command("momento", "--token", made.ApiKey)        // want `GenerateApiKeySuccess.ApiKey is put on a command line by os/exec.Command`
	_ = os.Setenv("MOMENTO_API_KEY", made.ApiKey)              // want `GenerateApiKeySuccess.ApiKey is put into the environment by os.Setenv`
	_ = attribute.String("key", made.ApiKey)                   // want `is put into a span or metric by go.opentelemetry.io/otel/attribute.String`
	_ = attribute.Key("key").String(made.ApiKey)               // want `is put into a span or metric`
	requests.WithLabelValues("orders", made.ApiKey).Inc()      // want `is put into a span or metric`
	requests.With(prometheus.Labels{"key": made.ApiKey}).Inc() // want `is put into a span or metric`
	cmd := exec.Command("momento")
	cmd.Args = append(cmd.Args, made.ApiKey) // want `GenerateApiKeySuccess.ApiKey is put on a command line by Cmd.Args`
}

func flows(made *responses.GenerateApiKeySuccess, p auth.CredentialProvider, loud bool) {
	key := made.ApiKey
	fmt.Println(key)                                            // want `GenerateApiKeySuccess.ApiKey is printed`
	fmt.Println("key=" + key + "!")                             // want `GenerateApiKeySuccess.ApiKey is printed`
	fmt.Println(fmt.Sprintf("key=%s", key))                     // want `GenerateApiKeySuccess.ApiKey is printed`
	fmt.Println(strings.ToUpper(strings.TrimSpace(key)))        // want `GenerateApiKeySuccess.ApiKey is printed`
	fmt.Println([]byte(key), string([]byte(key)))               // want `GenerateApiKeySuccess.ApiKey is printed` `GenerateApiKeySuccess.ApiKey is printed`
	fmt.Println(base64.StdEncoding.EncodeToString([]byte(key))) // want `GenerateApiKeySuccess.ApiKey is printed`
	fmt.Println(strings.Join([]string{"key", key}, "="))        // want `GenerateApiKeySuccess.ApiKey is printed`
	fmt.Println(map[string]string{"key": key})                  // want `GenerateApiKeySuccess.ApiKey is printed`
	fmt.Println([]string{key})                                  // want `GenerateApiKeySuccess.ApiKey is printed`
	fmt.Println(struct{ Name, Key string }{"a", key})           // want `GenerateApiKeySuccess.ApiKey is printed`

	text := "nothing"
	if loud {
		text = key
	}
	fmt.Println(text) // want `GenerateApiKeySuccess.ApiKey is printed`

	func() { fmt.Println(key) }() // want `GenerateApiKeySuccess.ApiKey is printed`

	var b strings.Builder
	b.WriteString("key=")
	b.WriteString(key)
	fmt.Println(b.String()) // want `GenerateApiKeySuccess.ApiKey is printed`

	var buf bytes.Buffer
	fmt.Fprintf(&buf, "key=%s", key)
	_, _ = os.Stdout.Write(buf.Bytes()) // want `GenerateApiKeySuccess.ApiKey is printed`

	copied := *made
	fmt.Println(copied.ApiKey) // want `GenerateApiKeySuccess.ApiKey is printed`

	t := tenant{name: "a", key: p.GetAuthToken()}
	fmt.Println(t)     // want `CredentialProvider.GetAuthToken is printed`
	fmt.Println(t.key) // want `CredentialProvider.GetAuthToken is printed`

	ch := make(chan string, 1)
	ch <- key
	fmt.Println(<-ch) // want `GenerateApiKeySuccess.ApiKey is printed`

	print := func(s string) { log.Print(s) }
	print(key) // want `GenerateApiKeySuccess.ApiKey is logged`
}

type tenant struct{ name, key string }

// show reads a field that something else has put a key into.
func (t *tenant) show() { log.Println(t.key) } // want `CredentialProvider.GetAuthToken is logged`

// showAll shows the whole struct.
func showAll(list map[string]tenant) { log.Println(list["a"]) } // want `CredentialProvider.GetAuthToken is logged`

var last string

func remember(p auth.CredentialProvider) { last = p.GetAuthToken() }

func recall() { fmt.Println(last) } // want `CredentialProvider.GetAuthToken is printed`

func logIt(text string) { logDeeper("x", text) }

func logDeeper(_, text string) { log.Println(text) }

func logf(format string, args ...any) { log.Printf(format, args...) }

func keyOf(made *responses.GenerateApiKeySuccess) string { return made.ApiKey }

func decorate(text string) string { return "<" + text + ">" }

type sink interface{ accept(text string) }

type printer struct{}

func (printer) accept(text string) { fmt.Println(text) }

func functions(made *responses.GenerateApiKeySuccess, s sink) {
	logIt(made.ApiKey)                 // want `GenerateApiKeySuccess.ApiKey is logged by way of example.com/corpus/plaintext.logIt`
	logf("%s", made.ApiKey)            // want `GenerateApiKeySuccess.ApiKey is logged by way of example.com/corpus/plaintext.logf`
	fmt.Println(keyOf(made))           // want `GenerateApiKeySuccess.ApiKey is printed`
	fmt.Println(decorate(made.ApiKey)) // want `GenerateApiKeySuccess.ApiKey is printed`
	s.accept(made.ApiKey)              // want `GenerateApiKeySuccess.ApiKey is printed by way of`
	go logIt(made.ApiKey)              // want `GenerateApiKeySuccess.ApiKey is logged`
}

func otherPackages(made *responses.GenerateApiKeySuccess, p auth.CredentialProvider, l *helpers.Logger) {
	helpers.Dump(made.ApiKey)                    // want `GenerateApiKeySuccess.ApiKey is printed by way of example.com/corpus/plaintext/helpers.Dump`
	helpers.Debugf("key %s", made.ApiKey)        // want `GenerateApiKeySuccess.ApiKey is logged by way of example.com/corpus/plaintext/helpers.Debugf`
	helpers.Deep("key", made.ApiKey)             // want `GenerateApiKeySuccess.ApiKey is printed`
	_ = helpers.Save("key", []byte(made.ApiKey)) // want `GenerateApiKeySuccess.ApiKey is written to a file`
	_ = helpers.Fail(made.ApiKey)                // want `GenerateApiKeySuccess.ApiKey is put into an error`
	fmt.Println(helpers.Label(made.ApiKey))      // want `GenerateApiKeySuccess.ApiKey is printed`
	l.Infof("key %s", made.ApiKey)               // want `GenerateApiKeySuccess.ApiKey is logged by way of \(\*example.com/corpus/plaintext/helpers.Logger\).Infof`
	l.Note(made.ApiKey)                          // want `GenerateApiKeySuccess.ApiKey is logged`

	fmt.Println(tenants.Token(p))           // want `CredentialProvider.GetAuthToken is printed`
	fmt.Println(tenants.New("a", made).Key) // want `GenerateApiKeySuccess.ApiKey is printed`
	fmt.Println(tenants.Current)            // want `GenerateApiKeySuccess.ApiKey is printed`
	key, refresh, host := tenants.Both(made)
	fmt.Println(key, refresh, host)          // want `GenerateApiKeySuccess.ApiKey is printed` `GenerateApiKeySuccess.RefreshToken is printed`
	fmt.Println(tenants.Header(made.ApiKey)) // want `GenerateApiKeySuccess.ApiKey is printed`
	tenants.Log(made.ApiKey)                 // want `GenerateApiKeySuccess.ApiKey is logged by way of example.com/corpus/plaintext/tenants.Log`
}

func endpoints(port int) []auth.Endpoint {
	remote := "cache.example.com"
	e := auth.Endpoint{Endpoint: "10.0.0.5:8080"}
	e.InsecureConnection = true // want `Momento credential sent without TLS: InsecureConnection for "10.0.0.5", which is not a loopback address, in example.com/corpus/plaintext.endpoints`
	return []auth.Endpoint{
		e,
		{Endpoint: "cache.internal.example.com:8080", InsecureConnection: true}, // want `InsecureConnection for "cache.internal.example.com"`
		{remote, true}, // want `InsecureConnection for "cache.example.com"`
		{Endpoint: fmt.Sprintf("%s:%d", remote, port), InsecureConnection: true}, // want `InsecureConnection for "cache.example.com"`
		{Endpoint: remote + ":8080", InsecureConnection: true},                   // want `InsecureConnection for "cache.example.com"`
		{Endpoint: "host.docker.internal:8080", InsecureConnection: insecure},    // want `InsecureConnection for "host.docker.internal"`
	}
}

const insecure = true
