package plaintext

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"os/exec"
	"strings"

	"example.com/corpus/plaintext/helpers"
	"example.com/corpus/plaintext/tenants"
	"github.com/momentohq/client-sdk-go/auth"
	"github.com/momentohq/client-sdk-go/momento"
	responses "github.com/momentohq/client-sdk-go/responses/auth"
	"go.uber.org/zap"
)

func harmless(made *responses.GenerateApiKeySuccess, p auth.CredentialProvider, want string) {
	fmt.Println(made.Endpoint, made.ExpiresAt.Epoch(), made.ExpiresAt)
	fmt.Println(len(made.ApiKey), made.ApiKey == want, made.ApiKey != "", strings.HasPrefix(made.ApiKey, "ey"))
	fmt.Println(strings.Count(made.ApiKey, "."), strings.Contains(made.ApiKey, want))
	fmt.Printf("%T %T\n", made, made.ApiKey)
	fmt.Printf("%p\n", made)
	fmt.Printf("%.6s…\n", made.ApiKey)
	fmt.Println(made.ApiKey[:6]+"…", made.ApiKey[len(made.ApiKey)-4:], made.ApiKey[0])
	fmt.Println(p)
	fmt.Printf("%v %+v %s %q\n", p, p, p, p)
	fmt.Println(p.GetCacheEndpoint(), p.GetControlEndpoint())
	slog.Info("made", "host", made.Endpoint, slog.Int("length", len(made.ApiKey)))
	log.Printf("%v", &made.Endpoint)
	fmt.Println(strings.ReplaceAll("a text", made.ApiKey, "***"))
}

func hashed(made *responses.GenerateApiKeySuccess, secret []byte) {
	sum := sha256.Sum256([]byte(made.ApiKey))
	fmt.Println(hex.EncodeToString(sum[:8]))
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(made.ApiKey))
	_, _ = io.WriteString(mac, made.ApiKey)
	fmt.Fprint(mac, made.ApiKey)
	fmt.Printf("%x\n", mac.Sum(nil))
	fmt.Println(subtle.ConstantTimeCompare([]byte(made.ApiKey), secret))
}

func inUse(ctx context.Context, client momento.AuthClient, made *responses.GenerateApiKeySuccess, p auth.CredentialProvider) error {
	provider, err := auth.FromString(made.ApiKey)
	if err != nil {
		return err
	}
	fmt.Println(provider)
	response, err := client.RefreshApiKey(ctx, &momento.RefreshApiKeyRequest{RefreshToken: made.RefreshToken})
	if err != nil {
		fmt.Println(response, err)
		return fmt.Errorf("refreshing: %w", err)
	}
	switch r := response.(type) {
	case *responses.RefreshApiKeySuccess:
		fmt.Println(r.Endpoint)
	default:
		fmt.Printf("unexpected response %v\n", r)
	}
	if _, ok := response.(*responses.RefreshApiKeySuccess); !ok {
		fmt.Println("unexpected response", response)
	}
	_ = "Bearer " + p.GetAuthToken()
	tenants.Store(made.ApiKey)
	cmd := exec.Command("momento", "configure")
	cmd.Stdin = strings.NewReader(made.ApiKey)
	return cmd.Run()
}

// hidden does not show what it holds.
type hidden string

func (hidden) String() string { return "***" }

type guarded struct{ key string }

func (guarded) LogValue() slog.Value         { return slog.StringValue("***") }
func (guarded) MarshalJSON() ([]byte, error) { return []byte(`"***"`), nil }

type exported struct {
	Name string
	Key  string `json:"-"`
	key  string
}

func masked(made *responses.GenerateApiKeySuccess, f *os.File) {
	fmt.Println(hidden(made.ApiKey))
	log.Printf("%v %s", hidden(made.ApiKey), hidden(made.RefreshToken))
	slog.Info("made", "key", guarded{made.ApiKey})
	_ = json.NewEncoder(f).Encode(guarded{made.ApiKey})
	_ = json.NewEncoder(f).Encode(exported{Name: "a", Key: made.ApiKey, key: made.RefreshToken})
	fmt.Println(struct{ key hidden }{hidden(made.ApiKey)}.key)
	fmt.Println(maskKey(made.ApiKey), redact(made.ApiKey), helpers.Mask(made.ApiKey), short(made.ApiKey))
	zap.NewExample().Info("made", zap.Int("length", len(made.ApiKey)))
	fmt.Println(holder{made})
}

// holder has a pointer, of which printing shows the address.
type holder struct {
	made *responses.GenerateApiKeySuccess
}

func maskKey(s string) string {
	if len(s) < 4 {
		return s
	}
	return s[:2] + strings.Repeat("*", len(s)-4) + s[len(s)-2:]
}

func redact(s string) string { return s }

func short(s string) string { return s[:8] + "…" }

func helpersThatKeepIt(made *responses.GenerateApiKeySuccess) {
	helpers.Length(made.ApiKey)
	helpers.Sum(made.ApiKey)
	helpers.Compare(made.ApiKey, "x")
	helpers.Typed(made)
	helpers.Count(made.ApiKey, 3)
	_ = helpers.Prefix(made.ApiKey)
}

// fields of the same name that are none of Momento's.
type response struct{ ApiKey, RefreshToken, AuthToken string }

func (r response) GetAuthToken() string { return r.AuthToken }

func ours(r response) {
	fmt.Println(r.ApiKey, r.RefreshToken, r, r.GetAuthToken(), os.Getenv("MOMENTO_API_KEY"))
}

// memory is not shown by anybody.
func memory(made *responses.GenerateApiKeySuccess) string {
	var b strings.Builder
	fmt.Fprintf(&b, "key=%s", made.ApiKey)
	b.WriteString(made.ApiKey)
	data, _ := json.Marshal(made)
	_ = data
	return b.String()
}

// other is written, not the key.
func other(made *responses.GenerateApiKeySuccess) {
	t := tenant{name: made.Endpoint}
	fmt.Println(t.name)
	key := made.ApiKey
	key = "gone"
	fmt.Println(key)
	var list []string
	list = append(list, made.Endpoint)
	fmt.Println(list)
	for range made.ApiKey {
		fmt.Println("a character")
	}
}

func loopback(host string, port int) []auth.Endpoint {
	return []auth.Endpoint{
		{Endpoint: "127.0.0.1:8080", InsecureConnection: true},
		{Endpoint: "localhost:8080", InsecureConnection: true},
		{Endpoint: "[::1]:8080", InsecureConnection: true},
		{Endpoint: "momento.localhost", InsecureConnection: true},
		{Endpoint: "127.1.2.3", InsecureConnection: true},
		{Endpoint: fmt.Sprintf("%s:%d", "localhost", port), InsecureConnection: true},
		{Endpoint: host, InsecureConnection: true},
		{Endpoint: "cache.example.com", InsecureConnection: false},
		{Endpoint: "cache.example.com"},
		{InsecureConnection: true},
		{Endpoint: "cache.example.com", InsecureConnection: host == "localhost"},
	}
}

func silenced(made *responses.GenerateApiKeySuccess) {
	fmt.Println(made.ApiKey) // momentolint:allow momentoplaintext -- the purpose of this program
	fmt.Println(made.ApiKey) //nolint:momentolint // the purpose of this program
	fmt.Println(made.ApiKey) // gitleaks:allow
}
