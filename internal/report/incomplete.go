package report

import (
	"strings"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/finding"
)

// links knows which findings are cut copies of which credential.
type links struct {
	// whole has the fingerprints of whole credentials by key id.
	whole map[string]string
	// texts are the whole credentials that have no key id.
	texts []*finding.Finding
}

func newLinks(list []finding.Finding) links {
	l := links{whole: map[string]string{}}
	seen := map[string]bool{}
	for i := range list {
		f := &list[i]
		if f.Credential.IsZero() || f.Credential.Incomplete || seen[f.Fingerprint] {
			continue
		}
		seen[f.Fingerprint] = true
		if id := linkID(&f.Credential); id != "" {
			l.whole[id] = f.Fingerprint
		} else {
			l.texts = append(l.texts, f)
		}
	}
	return l
}

// key returns what is the same for all copies of a credential: the fingerprint
// of the whole one. Cut copies without a whole one share their key id; those
// that have none are what the whole one begins with, or stand alone.
func (l *links) key(f *finding.Finding) string {
	c := &f.Credential
	if !c.Incomplete {
		return f.Fingerprint
	}
	if id := linkID(c); id != "" {
		if whole, ok := l.whole[id]; ok {
			return whole
		}
		return "incomplete\x00" + id
	}
	if cut := c.RevealWritten(); cut != "" {
		for _, whole := range l.texts {
			if strings.HasPrefix(whole.Credential.RevealWritten(), cut) {
				return whole.Fingerprint
			}
		}
	}
	return f.Fingerprint
}

func linkID(c *credential.Credential) string {
	if c.KeyID == "" {
		return ""
	}
	return string(c.Kind) + "\x00" + c.KeyID
}
