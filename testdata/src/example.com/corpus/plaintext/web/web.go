// Package web serves and requests.
package web

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"

	responses "github.com/momentohq/client-sdk-go/responses/auth"
)

func serve(w http.ResponseWriter, r *http.Request, made *responses.GenerateApiKeySuccess) {
	fmt.Fprintf(w, "key: %s", made.ApiKey)                           // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response by fmt.Fprintf`
	_, _ = w.Write([]byte(made.ApiKey))                              // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response by \(net/http.ResponseWriter\).Write`
	_, _ = io.WriteString(w, made.ApiKey)                            // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response`
	_ = json.NewEncoder(w).Encode(made)                              // want `a whole GenerateApiKeySuccess is sent in an HTTP response`
	w.Header().Set("X-Key", made.ApiKey)                             // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response`
	http.SetCookie(w, &http.Cookie{Name: "key", Value: made.ApiKey}) // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response`
	http.Error(w, "bad key "+made.ApiKey, http.StatusBadRequest)     // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response`
	http.Redirect(w, r, "/login?key="+made.ApiKey, http.StatusFound) // want `GenerateApiKeySuccess.ApiKey is put into a URL by net/http.Redirect`
}

func request(made *responses.GenerateApiKeySuccess, client *http.Client) {
	_, _ = http.Get("https://api.example.com/?token=" + made.ApiKey)                                // want `GenerateApiKeySuccess.ApiKey is put into a URL by net/http.Get`
	_, _ = http.NewRequest(http.MethodGet, fmt.Sprintf("https://example.com/%s", made.ApiKey), nil) // want `GenerateApiKeySuccess.ApiKey is put into a URL`
	query := url.Values{}
	query.Set("token", made.ApiKey)
	_, _ = client.Get("https://api.example.com/?" + query.Encode()) // want `GenerateApiKeySuccess.ApiKey is put into a URL`
	u := &url.URL{Scheme: "https", Host: "example.com"}
	u.RawQuery = query.Encode()                       // want `GenerateApiKeySuccess.ApiKey is put into a URL by URL.RawQuery`
	u.Path = "/keys/" + url.PathEscape(made.ApiKey)   // want `GenerateApiKeySuccess.ApiKey is put into a URL by URL.Path`
	u.User = url.UserPassword("momento", made.ApiKey) // want `GenerateApiKeySuccess.ApiKey is put into a URL by URL.User`
	_, _ = http.Get((&url.URL{
		Scheme: "https", Host: "example.com",
		User: url.User(made.ApiKey), // want `GenerateApiKeySuccess.ApiKey is put into a URL by URL.User`
	}).String())
}

func fine(w http.ResponseWriter, made *responses.GenerateApiKeySuccess, token *responses.GenerateDisposableTokenSuccess) {
	// A header of a request is where a key belongs.
	r, err := http.NewRequest(http.MethodGet, "https://"+made.Endpoint, nil)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	r.Header.Set("Authorization", made.ApiKey)
	r.URL.User = url.UserPassword("momento", made.Endpoint)
	// A disposable token is made for the client.
	fmt.Fprint(w, token.ApiKey)
	_ = json.NewEncoder(w).Encode(token)
	_ = json.NewEncoder(w).Encode(map[string]any{"token": token.ApiKey, "until": token.ValidUntil})
	_, _ = io.WriteString(w, made.Endpoint)
	w.Header().Set("X-Host", made.Endpoint)
}
