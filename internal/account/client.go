package account

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/guard"
)

// DefaultURL is the management API, one for all regions.
const DefaultURL = "https://mga.registry.prod.a.momentohq.com"

// DefaultTimeout is for one call.
const DefaultTimeout = 10 * time.Second

const (
	// callsPerSecond is Momento's limit on authentication operations of an account.
	callsPerSecond = 5
	// pageSize is the most that the API gives at once.
	pageSize = 100
	// maxPages keeps an answer that never ends from being followed for ever.
	maxPages = 10_000
	// maxBody is the largest answer taken: a page has some 30 kB.
	maxBody = 8 << 20
	// maxAttempts is how often a call is made that is throttled or fails on
	// the way.
	maxAttempts = 4
	// maxRetryAfter is the longest pause that the API may ask for.
	maxRetryAfter = 10 * time.Second
)

// Options say where the management API is. The zero value of each is a
// sensible default.
type Options struct {
	// URL is the base of the API; "" = DefaultURL. It may be any host, with
	// plain http exactly where the host is loopback.
	URL string
	// Timeout is for one call.
	Timeout time.Duration
	// Getenv reads HTTPS_PROXY and NO_PROXY; nil = os.Getenv.
	Getenv func(string) string
	// Version is momentolint's own, for the user agent.
	Version string

	hooks guard.Hooks
	// backoff is the first pause before a retry.
	backoff time.Duration
}

// Client calls the management API with one key. It is safe for use by several
// goroutines; the rate holds for all of them together.
type Client struct {
	base      string
	key       credential.Credential
	agent     string
	http      *http.Client
	limiter   *rate.Limiter
	timeout   time.Duration
	backoff   time.Duration
	transport *http.Transport
}

// New makes a client that uses key, which has to be an API key.
func New(key credential.Credential, opts Options) (*Client, error) {
	if key.IsZero() {
		return nil, errors.New("the management API needs an API key")
	}
	if opts.Timeout <= 0 {
		opts.Timeout = DefaultTimeout
	}
	if opts.Getenv == nil {
		opts.Getenv = os.Getenv
	}
	if opts.Version == "" {
		opts.Version = "dev"
	}
	if opts.backoff <= 0 {
		opts.backoff = 250 * time.Millisecond
	}
	at, path, err := opts.address()
	if err != nil {
		return nil, fmt.Errorf("management URL: %w", err)
	}
	c := &Client{
		base: "https://" + at.String() + path, key: key, agent: "momentolint/" + opts.Version,
		limiter: rate.NewLimiter(callsPerSecond, 1), timeout: opts.Timeout, backoff: opts.backoff,
	}
	if at.Plaintext() {
		c.base = "http://" + at.String() + path
	}
	dialer := &guard.Dialer{Timeout: opts.Timeout, Getenv: opts.Getenv, Hooks: opts.hooks}
	c.transport = &http.Transport{
		// The one address that has passed, whatever the URL says by now. The
		// dialer sees to proxies itself.
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dialer.Dial(ctx, at) },
		DialTLSContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			raw, err := dialer.Dial(ctx, at)
			if err != nil {
				return nil, err
			}
			conn := tls.Client(raw, dialer.TLS(at))
			if err := conn.HandshakeContext(ctx); err != nil {
				_ = raw.Close()
				return nil, &guard.HandshakeError{Err: err}
			}
			return conn, nil
		},
		MaxResponseHeaderBytes: 64 << 10,
		IdleConnTimeout:        time.Minute,
	}
	c.http = &http.Client{
		Transport: c.transport,
		// A redirect would take the key to a host that nobody has checked.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
}

// Check returns what is wrong with the URL, before anything is sent.
func (o Options) Check() error {
	_, _, err := o.address()
	return err
}

// address returns the host of the API, and the path before its own. The default
// host has to be on the public internet; one that the user names need not.
func (o *Options) address() (guard.Address, string, error) {
	if o.URL != "" {
		return guard.Base(o.URL)
	}
	rules, err := guard.NewRules(nil)
	if err != nil {
		return guard.Address{}, "", err
	}
	at, err := rules.Address(strings.TrimPrefix(DefaultURL, "https://"))
	return at, "", err
}

// Close closes idle connections.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Error is an answer of the management API that is no success, or none.
type Error struct {
	// Status is the HTTP status; 0 where there was no answer.
	Status int
	// Reason says what it means, in a few words that hold nothing the other
	// side sent.
	Reason string
	err    error
}

func (e *Error) Error() string { return e.Reason }

// Unwrap returns the error below, if there is one.
func (e *Error) Unwrap() error { return e.err }

// The answers that a caller may want to tell apart, for errors.Is.
var (
	// ErrRefused: the API does not take the key (HTTP 401).
	ErrRefused = errors.New("the management API refuses the key: it is invalid, expired or revoked, or not a v2 key")
	// ErrForbidden: the key has no right to do this (HTTP 403).
	ErrForbidden = errors.New("the key works, but may not manage API keys")
	// ErrNotFound: there is no such thing (HTTP 404).
	ErrNotFound = errors.New("no such key in the account")
	// ErrThrottled: too many calls (HTTP 429), also after some tries.
	ErrThrottled = errors.New("the management API is throttling")
)

func statusError(status int) error {
	known := map[int]error{
		http.StatusUnauthorized: ErrRefused, http.StatusForbidden: ErrForbidden,
		http.StatusNotFound: ErrNotFound, http.StatusTooManyRequests: ErrThrottled,
	}
	if err := known[status]; err != nil {
		return &Error{Status: status, Reason: err.Error(), err: err}
	}
	reason := fmt.Sprintf("the management API answered %d %s", status, http.StatusText(status))
	switch {
	case status >= 300 && status < 400:
		reason += ", a redirect, which is not followed"
	case status < 500:
		reason += ", which is none of its answers (a proxy in between?)"
	}
	return &Error{Status: status, Reason: reason}
}

// call makes one call, again while it is throttled or fails on the way, and
// decodes the answer. broken reports whether some try may have arrived without
// its answer coming back.
func (c *Client) call(ctx context.Context, method, path string, query url.Values, answer any) (broken bool, err error) {
	pause := c.backoff
	for attempt := 1; ; attempt++ {
		if err := c.limiter.Wait(ctx); err != nil {
			return broken, &Error{Reason: guard.Explain(context.Cause(ctx)), err: err}
		}
		var wait time.Duration
		wait, err = c.once(ctx, method, path, query, answer)
		var e *Error
		if err == nil || !errors.As(err, &e) || !retry(e) || attempt == maxAttempts || ctx.Err() != nil {
			return broken, err
		}
		broken = broken || e.Status == 0 || e.Status >= 500
		wait = max(wait, pause/2+rand.N(pause)) // #nosec G404 -- jitter, not a secret
		pause *= 2
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return broken, err
		}
	}
}

// retry reports whether another try may help. All calls may be repeated: they
// read, or revoke what is then revoked.
func retry(e *Error) bool {
	var refused *guard.RefusedError
	var handshake *guard.HandshakeError
	if errors.As(e.err, &refused) || errors.As(e.err, &handshake) {
		return false
	}
	switch e.Status {
	case 0, http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// once makes one call. wait is how long the API asks to stay away.
func (c *Client) once(ctx context.Context, method, path string, query url.Values, answer any) (wait time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	address := c.base + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return 0, errors.New("the management URL does not make a request")
	}
	request.Header.Set("Authorization", c.key.Reveal())
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", c.agent)
	response, err := c.http.Do(request)
	if err != nil {
		return 0, &Error{Reason: "the management API: " + guard.Explain(err), err: err}
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	if response.StatusCode != http.StatusOK {
		return retryAfter(response.Header.Get("Retry-After")), statusError(response.StatusCode)
	}
	switch {
	case err != nil:
		return 0, &Error{Reason: "the management API: " + guard.Explain(err), err: err}
	case len(body) > maxBody:
		return 0, &Error{Status: response.StatusCode, Reason: "the management API: the answer is too large to be one"}
	case !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) || json.Unmarshal(body, answer) != nil:
		return 0, &Error{Status: response.StatusCode, Reason: "the management API: the answer is not the JSON of its description (a proxy in between?)"}
	}
	return 0, nil
}

func retryAfter(value string) time.Duration {
	seconds, err := strconv.Atoi(value)
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, maxRetryAfter)
}

// pages follows a listing from page to page. read takes a page and returns the
// token of the next. What has been read before an error counts.
func (c *Client) pages(ctx context.Context, path string, read func(decode func(any) error) (next string, err error)) error {
	seen := map[string]bool{}
	query := url.Values{"limit": {strconv.Itoa(pageSize)}}
	for range maxPages {
		next, err := read(func(answer any) error {
			_, err := c.call(ctx, http.MethodGet, path, query, answer)
			return err
		})
		if err != nil || next == "" {
			return err
		}
		if seen[next] {
			return &Error{Reason: "the management API: its pages go in a circle"}
		}
		seen[next] = true
		query.Set("next_token", next)
	}
	return &Error{Reason: "the management API: its pages do not end"}
}
