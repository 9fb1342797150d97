// Package finding holds what the parts of the scanner tell each other: a
// Finding, where it is, what became of its live check, and what a run looked
// at and left out. It is the vocabulary of all reports.
package finding

import (
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/coverage"
)

// NeverExpiringRule is the id of the policy rule for code in any language
// that creates keys without an expiry.
const NeverExpiringRule = "momento-never-expiring-key"

// FrontendRule is the id of the policy rule for long-lived credentials that are
// published in a front end.
const FrontendRule = "momento-key-in-frontend"

// Finding is one credential, or one breach of a policy rule, at one place.
type Finding struct {
	// Rule is the rule's id, e.g. momento-api-key-v1, momentoexpiry, or the id
	// of a rule from the user's own gitleaks configuration.
	Rule string
	// Credential is what was found; the zero value for policy findings and for
	// the user's own rules.
	Credential credential.Credential
	// Message says in one sentence what is wrong. It never holds a secret.
	Message string
	// Minor reports a breach of a policy that weighs less than its rule says.
	Minor bool
	// Fingerprint identifies the content: the credential's fingerprint, or for
	// other findings the first 16 hex digits of a SHA-256 over rule and text.
	Fingerprint string
	// Redacted is the safe form of what was found, for display.
	Redacted string
	// Location is where it stands.
	Location Location
	// Commit is the commit that introduced it; nil outside of histories.
	Commit *Commit
	// Line is the source line (or the first of several), cut to a displayable
	// width; "" where there is none to show. Every value in it is masked, whether
	// it is a secret or not: names, calls, keywords and punctuation are left.
	// LineColumn and LineWidth mark the finding in it, in bytes from 0.
	Line                  string
	LineColumn, LineWidth int
	// IgnoredByGit reports that git ignores the file: found on disk, not in the repository.
	IgnoredByGit bool
	// Joined reports that the text goes on after the credential without a break. Its
	// length is right, but a character may be in it that is not part of it, so that
	// a rejection says nothing of the credential that was meant.
	Joined bool
	// NearbyEndpoint is a host found near the credential (MOMENTO_ENDPOINT= …) for
	// credentials that name none; "" if none. It is data of the scanned text.
	NearbyEndpoint string
	// Advice is what to do at this very place, where that differs from the
	// general advice for the kind (a shell history, the CLI's own file); "" if not.
	Advice string
	// Verdict is the outcome of the live check.
	Verdict Verdict
	// Repository is the name of the repository that it was found in, where
	// there are several; "" else. Location.File begins with it then.
	Repository string
}

// Kind is the credential's kind, "" for policy findings.
func (f *Finding) Kind() credential.Kind { return f.Credential.Kind }

// Location is a region of a file. Lines and columns count from 1, columns in
// bytes; the end is exclusive in columns (SARIF's convention). For an encoded
// or split credential it spans the text as it stands in the file.
type Location struct {
	// File is slash-separated; members of an archive follow after "!".
	File string
	// Root is the directory that File is relative to; "" where File is not the
	// name of a file.
	Root string
	// Tracked reports that the source lists only files that git tracks.
	Tracked                                    bool
	StartLine, StartColumn, EndLine, EndColumn int
	// UTF16Shift is how many more bytes than UTF-16 code units are before
	// StartColumn on its line, for formats that count the latter; 0 if unknown.
	UTF16Shift int
	// Encoding lists the layers around the credential, outermost first, e.g.
	// zip, base64.
	Encoding []string
}

// Commit is where a finding of a history came in.
type Commit struct {
	// ID is the full object id in hex.
	ID string
	// Author is "Name <mail>" as in the commit.
	Author string
	// Date is the author date.
	Date time.Time
	// Subject is the first line of the message, with secrets redacted.
	Subject string
}

// Status is the outcome of a live check. The values are those of the JSON output.
type Status string

// The outcomes of a live check.
const (
	// StatusLive: the service accepts the credential.
	StatusLive Status = "live"
	// StatusDead: the service definitely refused it.
	StatusDead Status = "dead"
	// StatusExpired: expired by its own claim; nobody was asked.
	StatusExpired Status = "expired"
	// StatusUnverified: not known, for the reason given.
	StatusUnverified Status = "unverified"
)

// ExpiryLeeway is how much this computer's clock may differ from the service's.
// A credential that ended less than that ago is not called expired without
// asking the service.
const ExpiryLeeway = 5 * time.Minute

// Ended reports whether a credential with that status has ended, if its own
// claim says that it ends at that time. A service that accepts a credential
// knows better.
func (s Status) Ended(at, now time.Time) bool {
	return s == StatusExpired || s != StatusLive && !now.Before(at.Add(ExpiryLeeway))
}

// Verdict is what is known about whether a credential works.
type Verdict struct {
	Status Status
	// Reason says why, in a few words without secrets: "offline", "timeout", …
	Reason string
	// CheckedAt is when the service answered; the zero time if it was not asked.
	CheckedAt time.Time
	// Unfinished: the service was to be asked, and gave no answer that tells (it
	// was out of reach, throttling, not to be trusted, or the time was over);
	// asking again may help. Offline and kinds that cannot be asked about are
	// not unfinished.
	Unfinished bool
	// Caches are the names of the caches that the credential may list, where
	// the service told them; CachesKnown says whether it did.
	Caches      []string
	CachesKnown bool
	// Expiry and ExpiresAt, Role and Scope override what the credential tells
	// of itself where the management API knew; nil and "" otherwise.
	Account *AccountInfo
}

// AccountInfo is what the management API tells about a key.
type AccountInfo struct {
	// Expiry is never or at; ExpiresAt is set with the latter.
	Expiry      credential.Expiry
	ExpiresAt   time.Time
	IssuedAt    time.Time
	Description string
	RoleID      string
	RoleName    string
	// Scope is the role's permission set.
	Scope credential.Scope
	// AllowedCIDRs are the role's IP filter; empty = from anywhere.
	AllowedCIDRs []string
}

// Summary is how much a run scanned, and what it did not scan. Its JSON form is
// part of the contract.
type Summary struct {
	Findings    int   `json:"findings"`
	Credentials int   `json:"credentials"`
	Live        int   `json:"live"`
	Files       int64 `json:"files"`
	Blobs       int64 `json:"blobs"`
	Commits     int64 `json:"commits"`
	Bytes       int64 `json:"bytes"`
	coverage.Ledger
	Seconds float64 `json:"seconds"`
}

// Report is everything a run has to tell, in final order.
type Report struct {
	// ToolVersion is momentolint's version.
	ToolVersion string
	Findings    []Finding
	Summary     Summary
	// Now is the time that "expired" and "in 12 days" refer to.
	Now time.Time
	// ExpiryWarning is how far ahead an expiry counts as soon.
	ExpiryWarning time.Duration
	// StaleBaseline lists entries of the baseline that no longer match.
	StaleBaseline []string
	// Notes are further remarks for people ("the history is cut: shallow clone").
	Notes []string
	// Root is the directory that relative file names refer to, "" if unknown. It
	// is never printed; reports use it to relate paths to a repository.
	Root string
	// ShowSecrets: the user asked for credentials in full.
	ShowSecrets bool
	// Repositories tells of each repository of a fleet, in the order of their
	// names; nil for a run over one place.
	Repositories []Repository
}

// RepositoryStatus is what became of a repository of a fleet. The values are
// those of the JSON output.
type RepositoryStatus string

// What becomes of a repository.
const (
	// RepositoryScanned: its history was scanned, all or all but what Skipped counts.
	RepositoryScanned RepositoryStatus = "scanned"
	// RepositoryFailed: it could not be scanned.
	RepositoryFailed RepositoryStatus = "failed"
	// RepositoryWaiting: it has not been scanned yet.
	RepositoryWaiting RepositoryStatus = "waiting"
)

// Repository is what became of one repository of a fleet.
type Repository struct {
	// Name is the beginning of the findings' Location.File.
	Name string
	// URL is the clone URL, or the path.
	URL    string
	Status RepositoryStatus
	// Reason says why it is not scanned; "" if it is.
	Reason string
	// Tries is how often it was begun.
	Tries int
	// Findings, Skipped and Opaque are the numbers of findings, and of entries of
	// the ledger, in it.
	Findings, Skipped, Opaque int
	Commits, Blobs, Bytes     int64
	// Read is how many of the bytes were read in this run; the others were
	// known from an earlier one.
	Read int64
	// Seconds is how long it took.
	Seconds float64
}
