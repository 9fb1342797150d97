package account

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/finding"
)

// Outcome is what became of a key that was to be revoked. The values are those
// of the JSON output.
type Outcome string

// The outcomes. The zero value is that of a key that is still to be revoked.
const (
	OutcomeRevoked  Outcome = "revoked"
	OutcomeFailed   Outcome = "failed"
	OutcomeUnknown  Outcome = "unknown"
	OutcomeLeftOut  Outcome = "left-out"
	OutcomeNotTried Outcome = "not-tried"
	OutcomeWould    Outcome = "would-revoke"
)

// Revocation is one key that is to be revoked, and what became of it.
type Revocation struct {
	ID string
	// Entry is what the account says of the key; nil where that is not known.
	Entry   *Entry
	Outcome Outcome
	// Reason says why the key is not revoked.
	Reason string
}

// Revocations are the keys of one command, in the order in which they are
// revoked.
type Revocations []*Revocation

// NewRevocations returns a Revocation for every id, each once.
func NewRevocations(ids []string) Revocations {
	var list Revocations
	seen := map[string]bool{}
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			list = append(list, &Revocation{ID: id})
		}
	}
	return list
}

// Pending is the number of keys that are still to be revoked.
func (l Revocations) Pending() int { return l.count("") }

// Done is the number of keys that are revoked, or would be.
func (l Revocations) Done() int { return l.count(OutcomeRevoked) + l.count(OutcomeWould) }

func (l Revocations) count(o Outcome) int {
	n := 0
	for _, r := range l {
		if r.Outcome == o {
			n++
		}
	}
	return n
}

// LeaveOut takes the key in use, by its id, out of what is to be revoked.
func (l Revocations) LeaveOut(own, reason string) {
	for _, r := range l {
		if own != "" && r.ID == own {
			r.Outcome, r.Reason = OutcomeLeftOut, reason
		}
	}
}

// PutLast moves the key in use, by its id, to the end: revoked earlier, it could
// revoke no other.
func (l Revocations) PutLast(own string) Revocations {
	i := slices.IndexFunc(l, func(r *Revocation) bool { return own != "" && r.ID == own })
	if i < 0 {
		return l
	}
	self := l[i]
	return append(slices.Delete(l, i, i+1), self)
}

// Pretend has every pending key say that it would be revoked.
func (l Revocations) Pretend() {
	for _, r := range l {
		if r.Outcome == "" {
			r.Outcome = OutcomeWould
		}
	}
}

// Describe looks the keys up in the account. Those that the account does not
// list have failed, unless the account could not be listed: a key that may
// revoke need not be able to list. The error says why it could not.
func (c *Client) Describe(ctx context.Context, list Revocations) error {
	entries, err := c.Inventory(ctx)
	known := map[string]*Entry{}
	for i := range entries {
		known[entries[i].ID] = &entries[i]
	}
	for _, r := range list {
		r.Entry = known[r.ID]
		if r.Entry == nil && err == nil {
			r.Outcome, r.Reason = OutcomeFailed, "no key of this account has the id (revoked already?)"
		}
	}
	return err
}

// RevokeAll revokes the pending keys one by one. A failure of one is no reason
// to leave the next alive, unless the key in use is refused.
func (c *Client) RevokeAll(ctx context.Context, list Revocations) {
	refused := ""
	for _, r := range list {
		switch {
		case r.Outcome != "":
			continue
		case refused != "":
			r.Outcome, r.Reason = OutcomeNotTried, refused
			continue
		case ctx.Err() != nil:
			r.Outcome, r.Reason = OutcomeNotTried, "interrupted"
			continue
		}
		err := c.Revoke(ctx, r.ID)
		var answer *Error
		switch {
		case err == nil:
			r.Outcome = OutcomeRevoked
		case errors.Is(err, ErrRefused):
			r.Outcome, r.Reason = OutcomeFailed, ErrRefused.Error()
			refused = "the key in use is refused"
		case errors.As(err, &answer) && answer.Status >= 400 && answer.Status < 500:
			r.Outcome, r.Reason = OutcomeFailed, answer.Reason
		case answer != nil:
			r.Outcome, r.Reason = OutcomeUnknown, answer.Reason+"; it may or may not be revoked, see momentolint audit"
		default:
			r.Outcome, r.Reason = OutcomeFailed, err.Error()
		}
	}
}

// Selection is what a report says of the credentials that may have to be
// revoked.
type Selection struct {
	// Live and Unverified are the ids of keys that work, and of keys of which it
	// is not known whether they do.
	Live, Unverified []string
	// Others counts the live credentials that have no key id.
	Others int
}

// errNoReport is the error for what is not a report of scan.
var errNoReport = errors.New("not a JSON report of schema version 1 (momentolint scan --format json)")

// ReadReport selects the keys to revoke from a JSON report. One key may be found
// in several forms: whole, cut, as its refresh token. If the whole one is live or
// unverified, so is the key. A dead key has no living refresh token, an expired one
// may have; cut copies of a key that is dead or expired are no reason to doubt that.
func ReadReport(in io.Reader) (Selection, error) {
	var report struct {
		SchemaVersion int `json:"schema_version"`
		Findings      []struct {
			Kind        *string        `json:"kind"`
			KeyID       *string        `json:"key_id"`
			Status      finding.Status `json:"status"`
			Incomplete  bool           `json:"incomplete"`
			Fingerprint string         `json:"fingerprint"`
		} `json:"findings"`
	}
	var s Selection
	if err := json.NewDecoder(in).Decode(&report); err != nil {
		return s, err
	}
	if report.SchemaVersion != 1 {
		return s, errNoReport
	}
	var order []string
	forms := map[string]map[form]bool{}
	others := map[string]bool{}
	for _, f := range report.Findings {
		switch {
		case f.Kind == nil:
			continue
		case f.KeyID == nil || *f.KeyID == "" || !credential.Kind(*f.Kind).Descriptor().Revocable:
			if f.Status == finding.StatusLive && !others[f.Fingerprint] {
				others[f.Fingerprint] = true
				s.Others++
			}
			continue
		}
		id := *f.KeyID
		if forms[id] == nil {
			forms[id] = map[form]bool{}
			order = append(order, id)
		}
		forms[id][form{f.Status, credential.Kind(*f.Kind).Descriptor().Renews, f.Incomplete}] = true
	}
	for _, id := range order {
		has := forms[id]
		switch {
		case has[form{status: finding.StatusLive}]:
			s.Live = append(s.Live, id)
		case has[form{status: finding.StatusUnverified}]:
			s.Unverified = append(s.Unverified, id)
		case has[form{status: finding.StatusDead}]:
		case has[form{status: finding.StatusUnverified, refresh: true}], has[form{status: finding.StatusUnverified, refresh: true, cut: true}]:
			s.Unverified = append(s.Unverified, id)
		case has[form{status: finding.StatusExpired}]:
		case has[form{status: finding.StatusUnverified, cut: true}]:
			s.Unverified = append(s.Unverified, id)
		}
	}
	return s, nil
}

// form is one way in which a key is found.
type form struct {
	status       finding.Status
	refresh, cut bool
}
