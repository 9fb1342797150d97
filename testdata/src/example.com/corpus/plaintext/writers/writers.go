// Package writers writes by way of further writers.
package writers

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"text/tabwriter"

	"github.com/gorilla/websocket"
	"github.com/momentohq/client-sdk-go/auth"
	responses "github.com/momentohq/client-sdk-go/responses/auth"
)

func copied(w http.ResponseWriter, f *os.File, made *responses.GenerateApiKeySuccess) {
	_, _ = io.Copy(f, strings.NewReader(made.ApiKey))                     // want `GenerateApiKeySuccess.ApiKey is written to a file by io.Copy`
	_, _ = io.Copy(os.Stdout, bytes.NewReader([]byte(made.RefreshToken))) // want `GenerateApiKeySuccess.RefreshToken is printed by io.Copy`
	_, _ = io.Copy(w, bufio.NewReader(strings.NewReader(made.ApiKey)))    // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response by io.Copy`
	_, _ = io.CopyN(f, strings.NewReader(made.ApiKey), 100)               // want `GenerateApiKeySuccess.ApiKey is written to a file by io.CopyN`
	_, _ = io.CopyBuffer(f, strings.NewReader(made.ApiKey), nil)          // want `GenerateApiKeySuccess.ApiKey is written to a file by io.CopyBuffer`
	buf := bytes.NewBufferString("key ")
	buf.WriteString(made.ApiKey)
	_, _ = io.Copy(f, buf)                                                                                                  // want `GenerateApiKeySuccess.ApiKey is written to a file by io.Copy`
	_, _ = buf.WriteTo(f)                                                                                                   // want `GenerateApiKeySuccess.ApiKey is written to a file by \(\*bytes.Buffer\).WriteTo`
	_, _ = f.ReadFrom(strings.NewReader(made.ApiKey))                                                                       // want `GenerateApiKeySuccess.ApiKey is written to a file by \(\*os.File\).ReadFrom`
	_, _ = io.Copy(io.MultiWriter(os.Stderr, f), io.MultiReader(strings.NewReader("key "), strings.NewReader(made.ApiKey))) // want `GenerateApiKeySuccess.ApiKey is written to a file`
	_, _ = io.Copy(f, io.TeeReader(strings.NewReader(made.ApiKey), io.Discard))                                             // want `GenerateApiKeySuccess.ApiKey is written to a file`
}

func compressed(f *os.File, made *responses.GenerateApiKeySuccess) {
	z := gzip.NewWriter(f)
	_, _ = z.Write([]byte(made.ApiKey))                 // want `GenerateApiKeySuccess.ApiKey is written to a file by \(\*compress/gzip.Writer\).Write`
	fmt.Fprintf(z, "key %s", made.ApiKey)               // want `GenerateApiKeySuccess.ApiKey is written to a file by fmt.Fprintf`
	_, _ = zlib.NewWriter(f).Write([]byte(made.ApiKey)) // want `GenerateApiKeySuccess.ApiKey is written to a file by \(\*compress/zlib.Writer\).Write`
	b := bufio.NewWriter(f)
	_, _ = b.WriteString(made.ApiKey) // want `GenerateApiKeySuccess.ApiKey is written to a file by \(\*bufio.Writer\).WriteString`
}

func tables(w http.ResponseWriter, f *os.File, made *responses.GenerateApiKeySuccess) {
	c := csv.NewWriter(f)
	_ = c.Write([]string{made.Endpoint, made.ApiKey})       // want `GenerateApiKeySuccess.ApiKey is written to a file by \(\*encoding/csv.Writer\).Write`
	_ = c.WriteAll([][]string{{"key"}, {made.ApiKey}})      // want `GenerateApiKeySuccess.ApiKey is written to a file by \(\*encoding/csv.Writer\).WriteAll`
	_ = csv.NewWriter(w).Write([]string{made.RefreshToken}) // want `GenerateApiKeySuccess.RefreshToken is sent in an HTTP response`
	t := tabwriter.NewWriter(os.Stdout, 0, 8, 1, ' ', 0)
	fmt.Fprintln(t, made.Endpoint, "\t", made.ApiKey) // want `GenerateApiKeySuccess.ApiKey is printed`
	_, _ = t.Write([]byte(made.ApiKey))               // want `GenerateApiKeySuccess.ApiKey is printed by \(\*text/tabwriter.Writer\).Write`
}

func marked(w http.ResponseWriter, f *os.File, made *responses.GenerateApiKeySuccess) {
	e := xml.NewEncoder(f)
	_ = e.Encode(made)                                                               // want `a whole GenerateApiKeySuccess is written to a file by \(\*encoding/xml.Encoder\).Encode`
	_ = e.EncodeElement(made.ApiKey, xml.StartElement{Name: xml.Name{Local: "key"}}) // want `GenerateApiKeySuccess.ApiKey is written to a file by \(\*encoding/xml.Encoder\).EncodeElement`
	text, _ := xml.Marshal(made)
	_, _ = w.Write(text) // want `a whole GenerateApiKeySuccess is sent in an HTTP response`
}

func rooted(root *os.Root, made *responses.GenerateApiKeySuccess) error {
	if err := root.WriteFile("refresh", []byte(made.RefreshToken), 0o600); err != nil { // want `GenerateApiKeySuccess.RefreshToken is written to a file by \(\*os.Root\).WriteFile`
		return err
	}
	f, err := root.Create("key")
	if err != nil {
		return err
	}
	_, err = f.WriteString(made.ApiKey) // want `GenerateApiKeySuccess.ApiKey is written to a file`
	return err
}

func processes(ctx context.Context, made *responses.GenerateApiKeySuccess, p auth.CredentialProvider) {
	_, _ = os.StartProcess("/usr/bin/momento", []string{"momento", "--token", made.ApiKey}, &os.ProcAttr{}) // want `GenerateApiKeySuccess.ApiKey is put on a command line by os.StartProcess`
	_ = exec.CommandContext(ctx, "momento", "--token="+p.GetAuthToken())                                    // want `CredentialProvider.GetAuthToken is put on a command line by os/exec.CommandContext`
	_ = &exec.Cmd{Path: "/usr/bin/momento", Args: []string{"momento", made.ApiKey}}                         // want `GenerateApiKeySuccess.ApiKey is put on a command line by Cmd.Args`
}

func sockets(ctx context.Context, made *responses.GenerateApiKeySuccess) {
	_, _, _ = websocket.DefaultDialer.Dial("wss://example.com/?token="+made.ApiKey, nil)             // want `GenerateApiKeySuccess.ApiKey is put into a URL by \(\*github.com/gorilla/websocket.Dialer\).Dial`
	_, _, _ = websocket.DefaultDialer.DialContext(ctx, "wss://example.com/?token="+made.ApiKey, nil) // want `GenerateApiKeySuccess.ApiKey is put into a URL by \(\*github.com/gorilla/websocket.Dialer\).DialContext`
}
