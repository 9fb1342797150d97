package verify

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/momentolint/momentolint/scanner/finding"
)

// cacheLife is how long a verdict is remembered: long enough for the second
// run of a hook, short enough that a revoked key is soon seen as dead.
const cacheLife = 5 * time.Minute

const (
	cacheKeyFile = "key"
	cacheSuffix  = ".verdict"
)

// verdictCache keeps definite verdicts for some minutes in files that are
// named by a keyed hash. It holds no credential, and no hash of one that could
// be looked up without the key beside it; neither does it hold the names of an
// account's caches. What cannot be read is as if it were not there.
type verdictCache struct {
	dir string
	key []byte
	now func() time.Time
}

// remembered is the content of a file.
type remembered struct {
	Status    finding.Status `json:"status"`
	Reason    string         `json:"reason"`
	CheckedAt time.Time      `json:"checked_at"`
}

// openCache makes the folder and its key if need be, for the user alone, and
// removes what is too old.
func openCache(dir string, now func() time.Time) (*verdictCache, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	c := &verdictCache{dir: dir, now: now}
	path := filepath.Join(dir, cacheKeyFile)
	key, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		key, err = c.newKey(path)
	}
	if err != nil {
		return nil, err
	}
	if len(key) != sha256.Size {
		return nil, fmt.Errorf("%s is not a key", path)
	}
	c.key = key
	c.prune()
	return c, nil
}

// newKey writes a key under another name first: another run may be doing the
// same, and must not read half of one. Whichever link comes first counts.
func (c *verdictCache) newKey(path string) ([]byte, error) {
	key := make([]byte, sha256.Size)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	tmp, err := c.write(key)
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(tmp) }()
	if err := os.Link(tmp, path); err != nil {
		if kept, readErr := os.ReadFile(path); readErr == nil {
			return kept, nil
		}
		// No hard links here: a rename is nearly as good.
		if err := os.Rename(tmp, path); err != nil {
			return nil, err
		}
	}
	return key, nil
}

// write puts content into a new file, for the user alone.
func (c *verdictCache) write(content []byte) (string, error) {
	f, err := os.CreateTemp(c.dir, "new-*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(content)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

// path is the file of a job. It depends on where the job would be asked, so
// that one server's verdict is never given for another's.
func (c *verdictCache) path(j *job) string {
	mac := hmac.New(sha256.New, c.key)
	_, _ = mac.Write([]byte(j.credential.Reveal()))
	for _, r := range j.routes {
		_, _ = fmt.Fprintf(mac, "\x00%s\x00%s\x00%d\x00%t", r.control, r.cache, r.origin, r.control.Plaintext())
	}
	return filepath.Join(c.dir, hex.EncodeToString(mac.Sum(nil))+cacheSuffix)
}

func (c *verdictCache) fresh(at time.Time) bool {
	age := c.now().Sub(at)
	return age >= 0 && age < cacheLife
}

func (c *verdictCache) get(j *job) (finding.Verdict, bool) {
	content, err := os.ReadFile(c.path(j))
	if err != nil {
		return finding.Verdict{}, false
	}
	var m remembered
	if json.Unmarshal(content, &m) != nil || !c.fresh(m.CheckedAt) {
		return finding.Verdict{}, false
	}
	if m.Status != finding.StatusLive && m.Status != finding.StatusDead {
		return finding.Verdict{}, false
	}
	return finding.Verdict{Status: m.Status, Reason: m.Reason, CheckedAt: m.CheckedAt}, true
}

func (c *verdictCache) put(j *job, v finding.Verdict) {
	content, err := json.Marshal(remembered{v.Status, v.Reason, v.CheckedAt})
	if err != nil {
		return
	}
	tmp, err := c.write(content)
	if err != nil {
		return
	}
	if os.Rename(tmp, c.path(j)) != nil {
		_ = os.Remove(tmp)
	}
}

// prune removes verdicts whose files are older than they are good for.
func (c *verdictCache) prune() {
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), cacheSuffix) && !strings.HasPrefix(e.Name(), "new-") {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > 2*cacheLife {
			_ = os.Remove(filepath.Join(c.dir, e.Name()))
		}
	}
}

// recall takes verdicts from the cache and gives the jobs that are left.
func (v *Verifier) recall(jobs []*job, verdicts map[string]finding.Verdict) []*job {
	if v.cache == nil {
		return jobs
	}
	var open []*job
	for _, j := range jobs {
		if verdict, ok := v.cache.get(j); ok {
			verdicts[j.fingerprint] = verdict
			continue
		}
		open = append(open, j)
	}
	return open
}

// remember puts the definite verdicts into the cache.
func (v *Verifier) remember(jobs []*job, verdicts map[string]finding.Verdict) {
	if v.cache == nil {
		return
	}
	for _, j := range jobs {
		if verdict := verdicts[j.fingerprint]; verdict.Status == finding.StatusLive || verdict.Status == finding.StatusDead {
			v.cache.put(j, verdict)
		}
	}
}
