package fleet

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/report"
)

// result is the result of an item, which is stored in the bucket of results as
// compressed JSON.
type result struct {
	// Version is the version of the worker, as in record.
	Version string `json:"version,omitempty"`
	Item    item   `json:"item"`
	// Parts is set if the repository was split; its parts are items.
	Parts    int           `json:"parts,omitempty"`
	Findings []wireFinding `json:"findings,omitempty"`
	// Coverage is what was not scanned.
	Coverage coverage.Ledger `json:"coverage"`
	// Skipped is what results of version "" have instead of Coverage.
	Skipped []coverage.SkippedEntry `json:"skipped,omitempty"`
	Notes   []string                `json:"notes,omitempty"`

	Commits int64 `json:"commits,omitempty"`
	Blobs   int64 `json:"blobs,omitempty"`
	Bytes   int64 `json:"bytes,omitempty"`
	// Read is the number of bytes read; the others are known from earlier scans.
	Read int64 `json:"read,omitempty"`

	Tries   int     `json:"tries"`
	Worker  string  `json:"worker"`
	Seconds float64 `json:"seconds"`
}

// deadLetter is an item that is not tried any more.
type deadLetter struct {
	Item   item   `json:"item"`
	Reason string `json:"reason"`
	Tries  int    `json:"tries"`
	Worker string `json:"worker"`
}

// wireFinding is a finding without its credential.
type wireFinding struct {
	Rule           string           `json:"rule"`
	Credential     *wireCredential  `json:"credential,omitempty"`
	Message        string           `json:"message,omitempty"`
	Minor          bool             `json:"minor,omitempty"`
	Fingerprint    string           `json:"fingerprint"`
	Redacted       string           `json:"redacted"`
	Location       finding.Location `json:"location"`
	Commit         *finding.Commit  `json:"commit,omitempty"`
	Line           string           `json:"line,omitempty"`
	LineColumn     int              `json:"line_column,omitempty"`
	LineWidth      int              `json:"line_width,omitempty"`
	NearbyEndpoint string           `json:"nearby_endpoint,omitempty"`
	Joined         bool             `json:"joined,omitempty"`
	Advice         string           `json:"advice,omitempty"`
	Verdict        finding.Verdict  `json:"verdict"`
}

// wireCredential holds the claims of a credential.
type wireCredential struct {
	Kind        credential.Kind   `json:"kind"`
	Endpoint    string            `json:"endpoint,omitempty"`
	ControlHost string            `json:"control_host,omitempty"`
	CacheHost   string            `json:"cache_host,omitempty"`
	KeyID       string            `json:"key_id,omitempty"`
	Subject     string            `json:"subject,omitempty"`
	IssuedAt    time.Time         `json:"issued_at,omitzero"`
	Expiry      credential.Expiry `json:"expiry"`
	ExpiresAt   time.Time         `json:"expires_at,omitzero"`
	Scope       credential.Scope  `json:"scope"`
	Incomplete  bool              `json:"incomplete,omitempty"`
}

// errLeak is the error for a result that contains a credential.
var errLeak = errors.New("the result contains a credential in full, so it was not stored (this is a bug in momentolint)")

// encode adds a report to the result and returns the form in which it may leave the
// worker.
func (r *result) encode(full *finding.Report) ([]byte, error) {
	safe := report.Scrubbed(full)
	for i := range safe.Findings {
		r.Findings = append(r.Findings, toWire(&safe.Findings[i]))
	}
	r.Coverage = safe.Summary.Ledger
	r.Notes = safe.Notes
	text, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("writing the result: %w", err)
	}
	for i := range full.Findings {
		c := &full.Findings[i].Credential
		if leaks(text, c.Reveal()) || leaks(text, c.RevealWritten()) {
			return nil, errLeak
		}
	}
	return pack(text)
}

// leaks reports whether JSON contains a secret.
func leaks(text []byte, secret string) bool {
	if secret == "" {
		return false
	}
	// In the spelling of JSON.
	quoted, err := json.Marshal(secret)
	return err != nil || bytes.Contains(text, bytes.Trim(quoted, `"`))
}

func pack(text []byte) ([]byte, error) {
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	if err == nil {
		_, err = z.Write(text)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("packing: %w", err)
	}
	return out.Bytes(), nil
}

// maxUnpacked is the largest result that is read.
const maxUnpacked = 1 << 30

func unpack(data []byte, into any) error {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("unpacking: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(z, maxUnpacked))
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		return fmt.Errorf("unpacking: %w", err)
	}
	return nil
}

func toWire(f *finding.Finding) wireFinding {
	w := wireFinding{
		Rule: f.Rule, Message: f.Message, Minor: f.Minor, Fingerprint: f.Fingerprint, Redacted: f.Redacted, Location: f.Location,
		Commit: f.Commit, Line: f.Line, LineColumn: f.LineColumn, LineWidth: f.LineWidth,
		NearbyEndpoint: f.NearbyEndpoint, Joined: f.Joined, Advice: f.Advice, Verdict: f.Verdict,
	}
	if c := &f.Credential; !c.IsZero() {
		w.Credential = &wireCredential{
			Kind: c.Kind, Endpoint: c.Endpoint, ControlHost: c.ControlHost, CacheHost: c.CacheHost, KeyID: c.KeyID,
			Subject: c.Subject, IssuedAt: c.IssuedAt, Expiry: c.Expiry, ExpiresAt: c.ExpiresAt, Scope: c.Scope,
			Incomplete: c.Incomplete,
		}
	}
	return w
}

// finding returns the finding, in a repository of that name.
func (w *wireFinding) finding(repository string) finding.Finding {
	f := finding.Finding{
		Rule: w.Rule, Message: w.Message, Minor: w.Minor, Fingerprint: w.Fingerprint, Redacted: w.Redacted, Location: w.Location,
		Commit: w.Commit, Line: w.Line, LineColumn: w.LineColumn, LineWidth: w.LineWidth,
		NearbyEndpoint: w.NearbyEndpoint, Joined: w.Joined, Advice: w.Advice, Verdict: w.Verdict, Repository: repository,
	}
	f.Location.File = inRepository(repository, f.Location.File)
	if c := w.Credential; c != nil {
		f.Credential = credential.Credential{
			Kind: c.Kind, Endpoint: c.Endpoint, ControlHost: c.ControlHost, CacheHost: c.CacheHost, KeyID: c.KeyID,
			Subject: c.Subject, IssuedAt: c.IssuedAt, Expiry: c.Expiry, ExpiresAt: c.ExpiresAt, Scope: c.Scope,
			Incomplete: c.Incomplete,
		}
	}
	return f
}

func inRepository(name, file string) string {
	if file == "" || file == "." {
		return name
	}
	return strings.TrimSuffix(name, "/") + "/" + file
}
