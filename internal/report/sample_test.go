package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/finding"
)

// now is the time of every report in these tests.
var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

const cell = "cell-4-us-west-2-1.prod.a.momentohq.com"

// parse turns a minted text into a credential.
func parse(t testing.TB, text string) credential.Credential {
	t.Helper()
	c, err := credential.Parse([]byte(text))
	if err != nil {
		t.Fatalf("the minted credential does not parse: %v", err)
	}
	return c
}

// at makes the finding of a credential in a line of a file: before and after
// are what surrounds it in the line.
func at(c credential.Credential, file string, line int, before, after string) finding.Finding {
	written := len(c.RevealWritten())
	return finding.Finding{
		Rule: c.Kind.Rule(), Credential: c, Fingerprint: c.Fingerprint(), Redacted: c.Redacted(),
		Location: finding.Location{
			File: file, StartLine: line, EndLine: line,
			StartColumn: len(before) + 1, EndColumn: len(before) + 1 + written,
		},
		Line: before + c.Redacted() + after, LineColumn: len(before), LineWidth: len(c.Redacted()),
		Verdict: finding.Verdict{Status: finding.StatusUnverified, Reason: "offline"},
	}
}

// policy makes a finding without a credential.
func policy(ruleID, file string, line, column, width int, source, message string) finding.Finding {
	sum := sha256.Sum256([]byte(ruleID + source))
	return finding.Finding{
		Rule: ruleID, Message: message, Fingerprint: hex.EncodeToString(sum[:8]),
		Location: finding.Location{File: file, StartLine: line, StartColumn: column + 1, EndLine: line, EndColumn: column + 1 + width},
		Line:     source, LineColumn: column, LineWidth: width,
	}
}

// sample is a report with something of everything, as a scan of a leaky
// service would give it.
func sample(t testing.TB) *finding.Report {
	t.Helper()
	live := parse(t, credentialtest.V1(credentialtest.Options{
		Endpoint: cell, Subject: "ada@example.com", Seed: "live", Permissions: credentialtest.SuperUser(),
		IssuedAt: now.AddDate(-1, -2, 0),
	}))
	v2 := parse(t, credentialtest.V2(credentialtest.Options{KeyID: "01JD2MKQ7V9T3R", Seed: "v2", IssuedAt: now.AddDate(0, -3, 0)}))
	soon := parse(t, credentialtest.V1(credentialtest.Options{
		Endpoint: cell, Subject: "orders-service", Seed: "soon", IssuedAt: now.AddDate(0, -3, 0), ExpiresAt: now.AddDate(0, 0, 12),
		Permissions: credentialtest.Explicit(
			credentialtest.Cache(2, "orders", "*"),
			credentialtest.Topic(3, "orders", "created"), credentialtest.Topic(3, "orders", "shipped"),
		),
	}))
	refresh := credential.ParseAll([]byte(credentialtest.ConsoleJSON(credentialtest.Options{
		Endpoint: cell, Seed: "console", IssuedAt: now.AddDate(0, -1, 0), ExpiresAt: now.AddDate(0, 2, 0),
	})))
	old := parse(t, credentialtest.Disposable(credentialtest.Options{
		Endpoint: cell, Seed: "old", IssuedAt: now.AddDate(0, 0, -9), ExpiresAt: now.AddDate(0, 0, -9).Add(time.Hour),
		Permissions: credentialtest.CacheReadOnly("sessions"),
	}))
	legacy := parse(t, credentialtest.Legacy(credentialtest.Options{Endpoint: cell, Subject: "grace@example.com", Seed: "legacy"}))

	alive := finding.Verdict{Status: finding.StatusLive, CheckedAt: now, CachesKnown: true, Caches: []string{"orders", "sessions", "rate-limits"}}
	inArchive := at(live, "deploy/app.zip!conf/.env", 3, "MOMENTO_AUTH_TOKEN=", "")
	inArchive.Location.Encoding = []string{"zip"}
	inArchive.Verdict = alive
	inSource := at(live, "src/cache.ts", 14, "  const provider = CredentialProvider.fromString(\"", "\");")
	inSource.Verdict = alive
	first := at(live, "config/production.yml", 8, "  momento_token: ", "")
	first.Verdict = alive
	first.Commit = &finding.Commit{
		ID: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", Author: "Ada Lovelace <ada@example.com>",
		Date: time.Date(2025, 10, 2, 9, 30, 0, 0, time.UTC), Subject: "Deploy the cache",
	}
	second := first
	second.Location.StartLine, second.Location.EndLine = 11, 11
	second.Commit = &finding.Commit{
		ID: "60303ae22b998861bce3b28f33eec1be758a213c", Author: "Grace Hopper <grace@example.com>",
		Date: time.Date(2026, 3, 14, 16, 0, 0, 0, time.UTC), Subject: "Tune the pool",
	}

	ignored := at(v2, ".env", 2, "MOMENTO_API_KEY=", "")
	ignored.IgnoredByGit = true
	inSecret := at(v2, "k8s/secret.yaml", 7, "  api-key: ", "")
	inSecret.Location.Encoding = []string{"base64"}
	expiring := at(soon, "src/publisher.go", 31, "\tconst key = \"", "\"")
	expiring.Verdict = finding.Verdict{Status: finding.StatusLive, CheckedAt: now, Reason: "may not list caches"}
	gone := at(old, "test/fixtures/token.json", 1, `{"token": "`, `"}`)
	gone.Verdict = finding.Verdict{Status: finding.StatusExpired}
	refused := at(legacy, "notebooks/demo.ipynb", 120, `    "token = '`, `'\n",`)
	refused.Verdict = finding.Verdict{Status: finding.StatusDead, Reason: "revoked or never valid", CheckedAt: now}

	findings := []finding.Finding{inArchive, inSource, first, second, ignored, inSecret, expiring, gone, refused}
	for _, c := range refresh {
		f := at(c, "momento_token.info.json", 3, `  "`+map[bool]string{true: "refreshToken", false: "apiKey"}[c.Kind == credential.RefreshToken]+`": "`, `",`)
		if c.Kind == credential.RefreshToken {
			f.Location.StartLine, f.Location.EndLine = 4, 4
		}
		findings = append(findings, f)
	}
	findings = append(findings,
		policy("momentoexpiry", "internal/keys/keys.go", 42, 13, 23, "\t\tExpiresIn: utils.ExpiresInNever(),", "this key never expires: ExpiresIn is utils.ExpiresInNever()"),
		policy("momentoexpiry", "internal/keys/rotate.go", 17, 13, 25, "\t\tExpiresIn: utils.ExpiresInDays(3650),", "this key lives 3650 days, more than the 365 allowed"),
		policy("acme-internal-token", "config/acme.toml", 5, 9, 12, `token = "…(24 characters)"`, "Acme internal token"),
	)
	return &finding.Report{
		ToolVersion: "v0.1.0",
		Findings:    findings,
		Summary: finding.Summary{
			Findings: len(findings), Credentials: 7, Live: 2, Files: 1204, Blobs: 310, Commits: 87, Bytes: 3_400_000, Seconds: 0.124,
			Ledger: coverage.Ledger{
				Skipped: []coverage.SkippedEntry{
					{Path: "var/lib/private", Reason: "permission denied"},
					{Path: "var/lib/secret.key", Reason: "permission denied"},
				},
				Opaque: []coverage.OpaqueEntry{{Path: "backup/2024.zip!db.sql", Reason: "encrypted", Format: "zip"}},
				Excluded: []coverage.Exclusion{
					{By: coverage.ByBaseline, Count: 3, Source: "baseline.json"},
					{By: coverage.ByComment, Count: 1, Source: "deploy/app.env"},
				},
			},
		},
		Now: now, ExpiryWarning: 30 * 24 * time.Hour,
		Notes: []string{"the history is cut: this is a shallow clone"},
	}
}

// secretsOf lists every form in which a report's credentials must not appear.
func secretsOf(r *finding.Report) []string {
	var all []string
	for i := range r.Findings {
		c := &r.Findings[i].Credential
		if !c.IsZero() {
			all = append(all, c.Reveal(), c.RevealWritten())
		}
	}
	return all
}

// wantNoSecret fails where an output holds a credential, whole or the
// signature that makes it one.
func wantNoSecret(t testing.TB, format, output string, secrets []string) {
	t.Helper()
	for _, s := range secrets {
		tail := s[len(s)-20:]
		if strings.Contains(output, s) || strings.Contains(output, tail) {
			t.Errorf("%s shows the credential %s", format, credential.Redact(s))
		}
	}
}

// many is a report with n findings of n/3 credentials, all kinds and states.
func many(t testing.TB, n int) *finding.Report {
	t.Helper()
	states := []finding.Verdict{
		{Status: finding.StatusUnverified, Reason: "offline"},
		{Status: finding.StatusLive, CheckedAt: now},
		{Status: finding.StatusDead, Reason: "revoked or never valid", CheckedAt: now},
	}
	r := &finding.Report{ToolVersion: "v0.1.0", Now: now, ExpiryWarning: 30 * 24 * time.Hour}
	for i := 0; len(r.Findings) < n; i++ {
		o := credentialtest.Options{
			Endpoint: cell, Seed: fmt.Sprint("many", i), Subject: fmt.Sprintf("service-%d", i%40),
			KeyID: fmt.Sprintf("key%05d", i), IssuedAt: now.AddDate(0, 0, -i%700),
		}
		var text string
		switch i % 4 {
		case 0:
			o.Permissions = credentialtest.SuperUser()
			text = credentialtest.V1(o)
		case 1:
			text = credentialtest.V2(o)
		case 2:
			o.ExpiresAt = now.AddDate(0, 0, i%500-60)
			o.IssuedAt = o.ExpiresAt.AddDate(0, -3, 0)
			o.Permissions = credentialtest.CacheReadOnly(fmt.Sprintf("cache-%d", i%17))
			text = credentialtest.V1(o)
		case 3:
			text = credentialtest.Legacy(o)
		}
		c := parse(t, text)
		for j := range min(3, n-len(r.Findings)) {
			f := at(c, fmt.Sprintf("services/team-%02d/app-%03d/config-%d.env", i%23, i%211, j), 1+i%90, "MOMENTO_API_KEY=", "")
			f.Verdict = states[i%3]
			r.Findings = append(r.Findings, f)
		}
	}
	r.Summary = finding.Summary{Findings: n, Credentials: (n + 2) / 3, Files: int64(n), Bytes: int64(n) * 4000, Seconds: 1.5}
	return r
}
