package account

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
)

// Key is an API key as the account lists it: what is known about it, never the
// key itself.
type Key struct {
	// ID is what revokes it; for v2 keys their claim jti.
	ID          string
	AccountID   string
	Description string
	RoleID      string
	// IssuedAt is in UTC; zero where the account does not say.
	IssuedAt time.Time
	// Expiry is never or at; ExpiresAt (UTC) is set with the latter.
	Expiry    credential.Expiry
	ExpiresAt time.Time
}

// ExpiredAt reports whether the key's time is over.
func (k *Key) ExpiredAt(now time.Time) bool {
	return k.Expiry == credential.ExpiryAt && !now.Before(k.ExpiresAt)
}

// wireKey is a key in the API's JSON.
type wireKey struct {
	KeyID       string `json:"key_id"`
	AccountID   string `json:"account_id"`
	Description string `json:"description"`
	RoleID      string `json:"role_id"`
	ExpiresAt   *int64 `json:"expires_at_epoch_seconds"`
	IssuedAt    int64  `json:"issued_at_epoch_seconds"`
}

func (w *wireKey) key() Key {
	k := Key{ID: w.KeyID, AccountID: w.AccountID, Description: w.Description, RoleID: w.RoleID, Expiry: credential.ExpiryNever}
	if w.IssuedAt > 0 {
		k.IssuedAt = epoch(w.IssuedAt)
	}
	// Left out = never expires.
	if w.ExpiresAt != nil {
		k.Expiry, k.ExpiresAt = credential.ExpiryAt, epoch(*w.ExpiresAt)
	}
	return k
}

// maxEpoch is the last second of the year 9999, the last that RFC 3339 can write.
const maxEpoch = 253402300799

func epoch(seconds int64) time.Time {
	return time.Unix(min(max(seconds, 0), maxEpoch), 0).UTC()
}

// Keys lists all API keys of the account, in the API's order. With an error it
// gives those that were listed before it.
func (c *Client) Keys(ctx context.Context) ([]Key, error) {
	var keys []Key
	err := c.pages(ctx, "/api-keys", func(decode func(any) error) (string, error) {
		var page struct {
			Keys *[]wireKey `json:"key_info"`
			Next string     `json:"next_token"`
		}
		if err := decode(&page); err != nil {
			return "", err
		}
		if page.Keys == nil {
			// An empty object would be an account without keys, which is what
			// everybody hopes for.
			return "", &Error{Status: http.StatusOK, Reason: "the management API: the answer lists no keys, not even none"}
		}
		for i := range *page.Keys {
			keys = append(keys, (*page.Keys)[i].key())
		}
		return page.Next, nil
	})
	if err != nil {
		return keys, fmt.Errorf("listing the account's API keys: %w", err)
	}
	return keys, nil
}

// Revoke revokes a key at once and for ever. ErrNotFound, by errors.Is, is
// that there is no such key. After any other error that is not a refusal the
// key may or may not be revoked.
func (c *Client) Revoke(ctx context.Context, id string) error {
	if id == "" || id == "." || id == ".." {
		return fmt.Errorf("revoking: %q is not a key id", id)
	}
	var nothing struct{}
	broken, err := c.call(ctx, http.MethodDelete, "/api-keys/"+url.PathEscape(id), nil, &nothing)
	if broken && errors.Is(err, ErrNotFound) {
		// The try whose answer was lost has done it.
		return nil
	}
	if err != nil {
		return fmt.Errorf("revoking: %w", err)
	}
	return nil
}
