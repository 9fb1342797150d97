package scanner_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/report"
	"github.com/momentolint/momentolint/internal/testing/gittest"
	"github.com/momentolint/momentolint/internal/verify"
	"github.com/momentolint/momentolint/scanner"
)

// scanned is the outcome of one scan: its report as JSON without the times, and
// how many bytes were looked at.
type scanned struct {
	json  string
	bytes int64
	*finding.Report
}

var seconds = regexp.MustCompile(`"seconds": ?[0-9.e-]+`)

func scanWithCache(t *testing.T, dir, cacheDir string, change func(*scanner.Options)) scanned {
	t.Helper()
	o := scanner.Options{
		Version: "1", CacheDir: cacheDir, Progress: &scanner.Progress{}, Live: scanner.Live{Options: verify.Options{Offline: true}},
	}
	if change != nil {
		change(&o)
	}
	run, err := scanner.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Scan(t.Context(), scanner.History{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	r := run.Report(t.Context())
	return scanned{jsonOf(t, r), o.Progress.Bytes.Load(), r}
}

// jsonOf writes a report without the times.
func jsonOf(t *testing.T, r *finding.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.JSON(&b, r); err != nil {
		t.Fatal(err)
	}
	return seconds.ReplaceAllString(b.String(), "")
}

// cacheFiles returns the files in a cache directory.
func cacheFiles(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return files
}

func TestHistoryReadsOnlyNewObjectsTheSecondTime(t *testing.T) {
	gittest.Isolate(t)
	c := newSmall(t)
	dir := t.TempDir()
	without := scanWithCache(t, c.Dir, "", nil)
	first := scanWithCache(t, c.Dir, dir, nil)
	second := scanWithCache(t, c.Dir, dir, nil)
	if first.json != without.json || second.json != without.json {
		t.Errorf("the reports differ:\n%s\nwith a new cache\n%s\nwith a cache\n%s", without.json, first.json, second.json)
	}
	// The list without a key is the only content that need not be read again.
	if saved := first.bytes - second.bytes; saved < int64(len("a line of a longer file\n")*200) {
		t.Errorf("the second scan read %d bytes, the first %d", second.bytes, first.bytes)
	}
	c.Write("new.env", c.env("new"))
	c.at("new", "new.env", c.Commit("One more"))
	third := scanWithCache(t, c.Dir, dir, nil)
	compare(t, c.found(third.Findings), c.expected(byRefs))
	if full := scanWithCache(t, c.Dir, "", nil); third.json != full.json {
		t.Errorf("the reports differ:\n%s\nwith a cache\n%s", full.json, third.json)
	}
}

func TestHistoryCacheHoldsNoSecrets(t *testing.T) {
	gittest.Isolate(t)
	c := newSmall(t)
	dir := t.TempDir()
	scanWithCache(t, c.Dir, dir, nil)
	files := cacheFiles(t, dir)
	if len(files) == 0 {
		t.Fatal("no cache was written")
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range c.cases {
			parsed, err := credential.Parse([]byte(h.key))
			if err != nil {
				t.Fatal(err)
			}
			// Nor anything that tells one from another.
			for _, text := range []string{h.key, h.key[20:60], parsed.Fingerprint(), parsed.KeyID, "eyJ"} {
				if text != "" && bytes.Contains(data, []byte(text)) {
					t.Errorf("%s holds %.6s… of a key", file, text)
				}
			}
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("others can read %s: %v %v", file, info.Mode(), err)
		}
	}
}

func TestHistoryCacheIsForOneSetOfRules(t *testing.T) {
	gittest.Isolate(t)
	c := newSmall(t)
	config := filepath.Join(t.TempDir(), "rules.toml")
	if err := os.WriteFile(config, []byte("[[rules]]\nid = \"mine\"\ndescription = \"Lines of longer files\"\nregex = '''longer file'''\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	changes := map[string]func(*scanner.Options){
		"a rule of the user's": func(o *scanner.Options) { o.Gitleaks.Config = config },
		"another version":      func(o *scanner.Options) { o.Version = "2" },
		"another depth":        func(o *scanner.Options) { o.Limits.DecodeDepth = 1 },
		"archives left closed": func(o *scanner.Options) { o.Limits.ArchiveDepth = scanner.Off },
		"a limit for files":    func(o *scanner.Options) { o.Limits.FileSize = 100 },
	}
	for name, change := range changes {
		dir := t.TempDir()
		scanWithCache(t, c.Dir, dir, nil)
		want, got := scanWithCache(t, c.Dir, "", change), scanWithCache(t, c.Dir, dir, change)
		if got.json != want.json || got.bytes != want.bytes {
			t.Errorf("%s: the cache of other settings was used: %d bytes instead of %d\n%s", name, got.bytes, want.bytes, got.json)
		}
	}
}

func TestHistoryCacheIsNeverTrusted(t *testing.T) {
	gittest.Isolate(t)
	c := newSmall(t)
	want := scanWithCache(t, c.Dir, "", nil)
	dir := t.TempDir()
	scanWithCache(t, c.Dir, dir, nil)
	for _, file := range cacheFiles(t, dir) {
		good, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		// The other one tells where findings came in: nothing is read less for it.
		objects := bytes.Contains(good, []byte("scanned objects"))
		damages := map[string][]byte{"empty": {}, "text": []byte("hello\n"), "cut": good[:len(good)/2], "longer": append(bytes.Clone(good), 0)}
		for at := 0; at < len(good); at += 13 {
			flipped := bytes.Clone(good)
			flipped[at] ^= 0x10
			damages["flipped"+string(rune('A'+at%26))] = flipped
		}
		for name, data := range damages {
			if err := os.WriteFile(file, data, 0o600); err != nil {
				t.Fatal(err)
			}
			got := scanWithCache(t, c.Dir, dir, nil)
			if objects && got.bytes != want.bytes {
				t.Errorf("%s: %d bytes were read, want %d", name, got.bytes, want.bytes)
			}
			// A remark says that the file was of no use.
			got.Notes = nil
			if text := jsonOf(t, got.Report); text != want.json {
				t.Errorf("%s: reported:\n%s\nwant:\n%s", name, text, want.json)
			}
		}
	}
}

func TestHistoryCacheNoticesWhatIsGone(t *testing.T) {
	gittest.Isolate(t)
	c := newSmall(t)
	c.loosen()
	dir := t.TempDir()
	scanWithCache(t, c.Dir, dir, nil)
	id := c.id("main:list.txt")
	if err := os.Remove(c.Path(".git", "objects", id[:2], id[2:])); err != nil {
		t.Fatal(err)
	}
	if r := scanWithCache(t, c.Dir, dir, nil); !r.Summary.Incomplete() {
		t.Error("a file that was scanned earlier is lost, and the scan calls itself complete")
	}
}

func TestHistoryWorksWhereTheCacheCannotBeWritten(t *testing.T) {
	gittest.Isolate(t)
	c := newSmall(t)
	// A file where the directory should be, which stops even root.
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r := scanWithCache(t, c.Dir, filepath.Join(blocked, "cache"), nil)
	compare(t, c.found(r.Findings), c.expected(byRefs))
	if r.Summary.Incomplete() || !hasNote(r.Report, "cache") {
		t.Errorf("incomplete %t, notes %q", r.Summary.Incomplete(), r.Notes)
	}
}

func TestHistoryCachesSurviveTwoRunsAtOnce(t *testing.T) {
	gittest.Isolate(t)
	c := newSmall(t)
	dir := t.TempDir()
	want := scanWithCache(t, c.Dir, "", nil)
	var runs sync.WaitGroup
	for range 4 {
		runs.Go(func() {
			if got := scanWithCache(t, c.Dir, dir, nil); got.json != want.json {
				t.Errorf("a run beside others reports\n%s\nwant\n%s", got.json, want.json)
			}
		})
	}
	runs.Wait()
	if got := scanWithCache(t, c.Dir, dir, nil); got.json != want.json || got.bytes >= want.bytes {
		t.Errorf("after them the cache is of no use: %d bytes, want less than %d", got.bytes, want.bytes)
	}
	for _, f := range cacheFiles(t, dir) {
		if strings.Contains(filepath.Base(f), "new-") {
			t.Errorf("%s was left behind", f)
		}
	}
}

// What is missing is told by every scan, not only by the first that met it.
func TestASecondScanTellsWhatIsMissing(t *testing.T) {
	repo := gittest.New(t)
	repo.Write("kept.txt", "kept")
	repo.Write("lost.txt", "lost")
	commit := repo.Commit("two files")
	lost := repo.Git("rev-parse", "HEAD:lost.txt")
	if err := os.Remove(repo.Path(".git", "objects", lost[:2], lost[2:])); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for i := range 3 {
		r := scanWithCache(t, repo.Dir, dir, nil)
		if len(r.Summary.Skipped) != 1 || r.Summary.Skipped[0].Path != commit+":lost.txt" || r.Summary.Skipped[0].Reason != "object "+lost+" is missing" {
			t.Errorf("scan %d tells %+v", i+1, r.Summary.Skipped)
		}
	}
	// Once it is there again, it is scanned.
	repo.Write("lost.txt", "lost")
	repo.Git("hash-object", "-w", "lost.txt")
	if r := scanWithCache(t, repo.Dir, dir, nil); len(r.Summary.Skipped) != 0 || r.Summary.Blobs != 2 {
		t.Errorf("after the repair: %+v", r.Summary)
	}
}
