package writers

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"

	"example.com/corpus/plaintext/helpers"
	"example.com/corpus/plaintext/tenants"
	responses "github.com/momentohq/client-sdk-go/responses/auth"
	"github.com/spf13/cobra"
	"thirdparty.example/notice"
)

type app struct{ out, wire, other io.Writer }

func newApp(conn *tls.Conn) *app { return &app{out: os.Stdout, wire: conn} }

func (a *app) show(made *responses.GenerateApiKeySuccess) {
	fmt.Fprintln(a.out, made.ApiKey)   // want `GenerateApiKeySuccess.ApiKey is printed by fmt.Fprintln`
	fmt.Fprintln(a.other, made.ApiKey) // want `GenerateApiKeySuccess.ApiKey is printed by fmt.Fprintln`
	fmt.Fprintln(a.wire, made.ApiKey)
}

// What becomes of the text is for the callers to decide.
func emit(w io.Writer, text string) { emitDeeper("key "+text, w) }

func emitDeeper(text string, w io.Writer) { fmt.Fprintln(w, text) }

func emits(f *os.File, out io.Writer, made *responses.GenerateApiKeySuccess) {
	emit(f, made.ApiKey)                       // want `GenerateApiKeySuccess.ApiKey is written to a file by way of example.com/corpus/plaintext/writers.emit`
	emit(os.Stderr, made.ApiKey)               // want `GenerateApiKeySuccess.ApiKey is printed by way of example.com/corpus/plaintext/writers.emit`
	emit(io.MultiWriter(f, out), made.ApiKey)  // want `GenerateApiKeySuccess.ApiKey is written to a file`
	emit(out, made.RefreshToken)               // want `GenerateApiKeySuccess.RefreshToken is printed`
	helpers.Emit(f, made.ApiKey)               // want `GenerateApiKeySuccess.ApiKey is written to a file by way of example.com/corpus/plaintext/helpers.Emit`
	helpers.Emit(os.Stdout, made.ApiKey)       // want `GenerateApiKeySuccess.ApiKey is printed by way of example.com/corpus/plaintext/helpers.Emit`
	helpers.EmitDeep("key", made.ApiKey, f)    // want `GenerateApiKeySuccess.ApiKey is written to a file by way of example.com/corpus/plaintext/helpers.EmitDeep`
	tenants.Emit(f, made.ApiKey)               // want `GenerateApiKeySuccess.ApiKey is written to a file by way of example.com/corpus/plaintext/tenants.Emit`
	notice.Fnoticef(f, "made %s", made.ApiKey) // want `GenerateApiKeySuccess.ApiKey is written to a file by way of thirdparty.example/notice.Fnoticef`
	new(helpers.Report).Show(made.ApiKey)      // want `GenerateApiKeySuccess.ApiKey is printed by way of \(\*example.com/corpus/plaintext/helpers.Report\).Show`
	new(helpers.Report).Keep(made.ApiKey)
	var b bytes.Buffer
	emit(&b, made.ApiKey)
	emit(sha256.New(), made.ApiKey)
	emit(io.Discard, made.ApiKey)
	helpers.Emit(&b, made.ApiKey)
	helpers.EmitDeep("key", made.ApiKey, sha256.New())
	tenants.Emit(&b, made.ApiKey)
	notice.Fnoticef(&b, "made %s", made.ApiKey)
	save(f, made)
	digest(sha256.New(), made)
}

func save(w io.Writer, made *responses.GenerateApiKeySuccess) {
	_ = json.NewEncoder(w).Encode(made) // want `a whole GenerateApiKeySuccess is written to a file`
}

// Nobody calls these, or only for a hash.
func shown(w io.Writer, made *responses.GenerateApiKeySuccess) {
	fmt.Fprint(w, made.ApiKey) // want `GenerateApiKeySuccess.ApiKey is printed by fmt.Fprint`
}

func sent(w io.ReadWriter, made *responses.GenerateApiKeySuccess) { fmt.Fprint(w, made.ApiKey) }

func passed(w io.Writer, made *responses.GenerateApiKeySuccess) {
	_, _ = io.WriteString(w, made.ApiKey)
}

func digest(w io.Writer, made *responses.GenerateApiKeySuccess) { fmt.Fprint(w, made.ApiKey) }

func command(cmd *cobra.Command, made *responses.GenerateApiKeySuccess) {
	fmt.Fprintln(cmd.OutOrStdout(), made.ApiKey)        // want `GenerateApiKeySuccess.ApiKey is printed by fmt.Fprintln`
	_ = json.NewEncoder(cmd.ErrOrStderr()).Encode(made) // want `a whole GenerateApiKeySuccess is printed`
	fmt.Fprintln(log.Writer(), made.ApiKey)             // want `GenerateApiKeySuccess.ApiKey is logged`
	cmd.Println("made", made.ApiKey)                    // want `GenerateApiKeySuccess.ApiKey is printed by \(\*github.com/spf13/cobra.Command\).Println`
	cmd.PrintErrf("made %s", made.RefreshToken)         // want `GenerateApiKeySuccess.RefreshToken is printed by \(\*github.com/spf13/cobra.Command\).PrintErrf`
}
