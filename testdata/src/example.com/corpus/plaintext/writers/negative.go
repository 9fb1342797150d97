package writers

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/cipher"
	"crypto/sha256"
	"crypto/tls"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"

	"example.com/corpus/plaintext/helpers"
	"filippo.io/age"
	"github.com/gorilla/websocket"
	responses "github.com/momentohq/client-sdk-go/responses/auth"
)

func sealed(f *os.File, aead cipher.AEAD, nonce []byte, made *responses.GenerateApiKeySuccess) error {
	text := aead.Seal(nil, nonce, []byte(made.ApiKey), nil)
	if _, err := f.Write(text); err != nil {
		return err
	}
	fmt.Printf("%x\n", text)
	return os.WriteFile("key.sealed", aead.Seal(nonce, nonce, []byte(made.RefreshToken), nil), 0o600)
}

func streamed(f *os.File, stream cipher.Stream, made *responses.GenerateApiKeySuccess) {
	w := cipher.StreamWriter{S: stream, W: f}
	_, _ = w.Write([]byte(made.ApiKey))
	_, _ = io.WriteString(w, made.ApiKey)
	_, _ = io.Copy(w, strings.NewReader(made.ApiKey))
	fmt.Fprint(w, made.ApiKey)
	fmt.Fprint(&cipher.StreamWriter{S: stream, W: f}, made.ApiKey)
	_, _ = gzip.NewWriter(w).Write([]byte(made.ApiKey))
	_ = json.NewEncoder(w).Encode(made)
	text := []byte(made.ApiKey)
	sealed := make([]byte, len(text))
	stream.XORKeyStream(sealed, text)
	_, _ = f.Write(sealed)
}

func encrypted(f *os.File, recipient age.Recipient, made *responses.GenerateApiKeySuccess) error {
	w, err := age.Encrypt(f, recipient)
	if err != nil {
		return err
	}
	fmt.Fprintln(w, made.ApiKey)
	if _, err := io.WriteString(w, made.ApiKey); err != nil {
		return err
	}
	if err := csv.NewWriter(w).Write([]string{made.ApiKey}); err != nil {
		return err
	}
	return w.Close()
}

func overTheWire(conn *tls.Conn, made *responses.GenerateApiKeySuccess) error {
	if _, err := conn.Write([]byte(made.ApiKey)); err != nil {
		return err
	}
	fmt.Fprintf(conn, "AUTH %s\r\n", made.ApiKey)
	b := bufio.NewWriter(conn)
	if _, err := b.WriteString(made.ApiKey); err != nil {
		return err
	}
	other, err := tls.Dial("tcp", "example.com:443", nil)
	if err != nil {
		return err
	}
	greet(other, made)
	helpers.Send(other, made.ApiKey)
	return json.NewEncoder(other).Encode(made)
}

// greet cannot know what the connection is.
func greet(conn net.Conn, made *responses.GenerateApiKeySuccess) {
	fmt.Fprintf(conn, "AUTH %s\r\n", made.ApiKey)
	_, _ = io.WriteString(conn, made.ApiKey)
	helpers.Send(conn, made.ApiKey)
}

func hashed(made *responses.GenerateApiKeySuccess) {
	h := sha256.New()
	_, _ = io.Copy(h, strings.NewReader(made.ApiKey))
	_ = csv.NewWriter(h).Write([]string{made.ApiKey})
	_ = json.NewEncoder(io.MultiWriter(h, io.Discard)).Encode(made)
	fmt.Printf("%x\n", h.Sum(nil))
	fmt.Printf("%x\n", sha256.Sum256([]byte(made.ApiKey)))
}

// A child's standard input is the way to hand it a key.
func piped(made *responses.GenerateApiKeySuccess) error {
	cmd := exec.Command("momento", "configure")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	fmt.Fprintln(stdin, made.ApiKey)
	_, _ = io.Copy(stdin, strings.NewReader(made.RefreshToken))
	_ = json.NewEncoder(stdin).Encode(made)
	return stdin.Close()
}

// The header and the body of a request are where a key belongs.
func requested(made *responses.GenerateApiKeySuccess) (*http.Request, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormField("key")
	if err != nil {
		return nil, err
	}
	fmt.Fprint(part, made.ApiKey)
	_ = form.WriteField("refresh", made.RefreshToken)
	r, err := http.NewRequest(http.MethodPost, "https://example.com/", &body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+made.ApiKey)
	r.Header = http.Header{"Authorization": {made.ApiKey}}
	_, _, _ = websocket.DefaultDialer.Dial("wss://"+made.Endpoint, http.Header{"Authorization": {made.ApiKey}})
	header := make(http.Header)
	header.Add("Authorization", made.ApiKey)
	r.Header = header
	return r, nil
}

func inMemory(made *responses.GenerateApiKeySuccess) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(made.ApiKey))
	_ = csv.NewWriter(&b).Write([]string{made.ApiKey})
	_, _ = io.Copy(&b, strings.NewReader(made.ApiKey))
	_, _ = io.Copy(io.Discard, strings.NewReader(made.ApiKey))
	fmt.Fprint(io.Discard, made.ApiKey)
	return b.String()
}
