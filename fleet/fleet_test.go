package fleet

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"

	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/report"
	"github.com/momentolint/momentolint/internal/verify"
	"github.com/momentolint/momentolint/momentotest"
	"github.com/momentolint/momentolint/scanner"
)

func connect(t testing.TB, dir string) *Fleet {
	t.Helper()
	f, err := Connect(t.Context(), Connection{Dir: dir, Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

// shared is the connection of the tests that need no server of their own. Their
// workers work for one run only.
func shared(t testing.TB) *Fleet {
	t.Helper()
	sharing.Do(share)
	if sharing.err != nil {
		t.Fatal(sharing.err)
	}
	return sharing.fleet
}

// share opens the shared connection, which outlives the first test that uses it.
func share() {
	sharing.dir, sharing.err = os.MkdirTemp("", "fleet")
	if sharing.err == nil {
		sharing.fleet, sharing.err = Connect(context.Background(), Connection{Dir: sharing.dir, Name: "test"})
	}
}

// sharing is what the tests share; TestMain removes it.
var sharing struct {
	sync.Once
	dir   string
	fleet *Fleet
	err   error
}

// order submits a run over the repositories in a directory.
func order(t testing.TB, f *Fleet, s Settings, dir string) *Run {
	t.Helper()
	targets, err := Directory(dir, func(path string, err error) { t.Errorf("%s: %v", path, err) })
	if err != nil {
		t.Fatal(err)
	}
	return orderTargets(t, f, s, targets...)
}

func orderTargets(t testing.TB, f *Fleet, s Settings, targets ...Target) *Run {
	t.Helper()
	r, err := f.NewRun(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if added, err := r.Submit(t.Context(), targets...); err != nil || added != len(targets) {
		t.Fatalf("submitted %d of %d: %v", added, len(targets), err)
	}
	if err := r.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

// work runs a worker until everything is done.
func work(t testing.TB, f *Fleet, o WorkerOptions) {
	t.Helper()
	o.Drain = true
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	w, err := f.NewWorker(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func gather(t testing.TB, r *Run) *finding.Report {
	t.Helper()
	report, err := r.Report(t.Context(), ReportOptions{Version: "test", ExpiryWarning: scanner.DefaultExpiryWarning})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func offline() Settings {
	s := DefaultSettings()
	s.Offline = true
	return s
}

// places returns a report's findings in the form of the tests' expectations.
func placesOf(r *finding.Report) []place {
	var list []place
	for i := range r.Findings {
		f := &r.Findings[i]
		list = append(list, place{
			f.Repository, strings.TrimPrefix(f.Location.File, f.Repository+"/"), f.Location.StartLine, f.Fingerprint, f.CommitID(),
		})
	}
	return list
}

func checkPlaces(t testing.TB, r *finding.Report, want []place) {
	t.Helper()
	got, expected := sortedPlaces(placesOf(r)), sortedPlaces(want)
	if slices.Equal(got, expected) {
		return
	}
	for _, g := range got {
		if !slices.Contains(expected, g) {
			t.Errorf("found and not there: %s", g)
		}
	}
	for _, w := range expected {
		if !slices.Contains(got, w) {
			t.Errorf("not found: %s", w)
		}
	}
	if !t.Failed() {
		t.Errorf("%d findings, want %d: some are there twice", len(got), len(expected))
	}
}

// checkVerdicts compares the verdicts with the states in the service, and checks
// that each credential was checked once.
func checkVerdicts(t testing.TB, r *finding.Report, secrets []secret, server *momentotest.Server) {
	t.Helper()
	want := map[string]finding.Status{}
	for _, s := range secrets {
		want[s.fingerprint] = finding.StatusDead
		if s.state == momentotest.Live {
			want[s.fingerprint] = finding.StatusLive
		}
	}
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Verdict.Status != want[f.Fingerprint] {
			t.Errorf("%s: %s (%s), want %s", f.Location.File, f.Verdict.Status, f.Verdict.Reason, want[f.Fingerprint])
		}
	}
	for fingerprint, n := range calls(server) {
		// A live credential is confirmed by a second call. The closing controls
		// may need a third.
		closing := 0
		if want[fingerprint] == finding.StatusLive && n == 3 {
			closing = 1
		}
		if times := map[finding.Status]int{"": n, finding.StatusDead: 1, finding.StatusLive: 2 + closing}[want[fingerprint]]; n != times {
			t.Errorf("%s was asked about %d times, want %d", fingerprint, n, times)
		}
	}
}

// calls counts the calls of the service by credential.
func calls(server *momentotest.Server) map[string]int {
	n := map[string]int{}
	for _, c := range server.Calls() {
		n[c.Fingerprint]++
	}
	return n
}

func TestAFleetFindsEveryCredentialAndChecksItOnce(t *testing.T) {
	t.Parallel()
	secrets := mint(t, 8)
	server := service(t, secrets)
	dir, store := t.TempDir(), t.TempDir()
	want := organisation(t, dir, 14, secrets, 20)
	newRepo(t, filepath.Join(dir, "empty.git")).git("fsck", "--strict")
	f := connect(t, store)
	run := order(t, f, DefaultSettings(), dir)

	// Two workers at once, each with a connection of its own.
	var workers sync.WaitGroup
	for i := range 2 {
		workers.Go(func() {
			other := connect(t, store)
			// The log is searched as well.
			file, err := os.Create(filepath.Join(store, fmt.Sprint("log", i)))
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = file.Close() }()
			work(t, other, WorkerOptions{
				Log:  slog.New(slog.NewTextHandler(file, &slog.HandlerOptions{Level: slog.LevelDebug})),
				Name: fmt.Sprint("worker ", i), Dir: filepath.Join(store, fmt.Sprint(i)), Parallel: 2, Version: "test",
				Verify: verify.Options{LiveTarget: server.Addr(), Rate: 10_000},
			})
		})
	}
	workers.Wait()
	got := gather(t, run)
	checkPlaces(t, got, want)
	checkVerdicts(t, got, secrets, server)
	if got.Summary.Incomplete() || len(got.Repositories) != 15 || got.Summary.Credentials != len(secrets) {
		t.Errorf("incomplete %v, %d repositories, %d credentials", got.Summary.Incomplete(), len(got.Repositories), got.Summary.Credentials)
	}
	made := 0
	for _, s := range secrets {
		if s.state == momentotest.Live {
			made += 2
		}
	}
	// The closing controls send one more counterfeit for each check in which a
	// credential was live: from one, if all were checked together, to one for each.
	least := len(secrets) + made
	if n := len(calls(server)); n < least+1+1 || n > least+2+made/2 {
		t.Errorf("%d credentials were shown to the service, want the %d, %d counterfeits, a made-up one of each worker and the closing ones", n, len(secrets), made)
	}
	checkEqualToScans(t, got, dir)
	checkNothingRests(t, f, run, store, secrets)

	status, err := run.Status(t.Context())
	if err != nil || !status.Finished() || status.Done != 15 || status.Failed != 0 {
		t.Errorf("status %+v, %v", status, err)
	}
}

// checkEqualToScans scans each repository by itself and compares the findings,
// except for their verdicts.
func checkEqualToScans(t testing.TB, got *finding.Report, dir string) {
	t.Helper()
	scans := make([][]wireFinding, len(got.Repositories))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range got.Repositories {
		repo := &got.Repositories[i]
		group.Go(func() error {
			run, err := scanner.New(scanner.Options{
				Version: "test",
				Live:    scanner.Live{Options: verify.Options{Offline: true}}, Limits: scanner.Limits{Jobs: 1},
			})
			if err == nil {
				err = run.Scan(t.Context(), scanner.History{Dir: filepath.Join(dir, filepath.FromSlash(repo.Name)+".git")})
			}
			if err != nil {
				return err
			}
			one := run.Report(t.Context())
			if one.Summary.Commits != repo.Commits || one.Summary.Blobs != repo.Blobs || one.Summary.Bytes != repo.Bytes {
				t.Errorf("%s: %d commits, %d blobs, %d bytes; a scan looks at %d, %d, %d", repo.Name,
					repo.Commits, repo.Blobs, repo.Bytes, one.Summary.Commits, one.Summary.Blobs, one.Summary.Bytes)
			}
			for j := range one.Findings {
				w := toWire(&one.Findings[j])
				w.Location.File = repo.Name + "/" + w.Location.File
				scans[i] = append(scans[i], w)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	want := slices.Concat(scans...)
	if len(want) != len(got.Findings) {
		t.Fatalf("%d findings, one by one %d", len(got.Findings), len(want))
	}
	// Both are sorted.
	for i := range want {
		if g, w := comparableForm(t, toWire(&got.Findings[i])), comparableForm(t, want[i]); g != w {
			t.Errorf("the fleet says\n%s\na scan\n%s", g, w)
			return
		}
	}
}

// comparableForm returns a finding without its verdict, as text.
func comparableForm(t testing.TB, w wireFinding) string {
	t.Helper()
	w.Verdict = finding.Verdict{}
	if w.Commit != nil {
		c := *w.Commit
		c.Date = c.Date.UTC()
		w.Commit = &c
	}
	text, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// checkNothingRests searches everything that the server stores for credentials: its
// files as they are, and every decoded message.
func checkNothingRests(t testing.TB, f *Fleet, run *Run, store string, secrets []secret) {
	t.Helper()
	var needles [][]byte
	for _, s := range secrets {
		for _, text := range []string{s.credential.Reveal(), s.text} {
			needles = append(needles, []byte(text), []byte(base64.StdEncoding.EncodeToString([]byte(text))), []byte(hex.EncodeToString([]byte(text))))
		}
		// The signature alone is secret.
		parts := strings.Split(s.credential.Reveal(), ".")
		needles = append(needles, []byte(parts[len(parts)-1]))
	}
	look := func(where string, text []byte) {
		for _, n := range needles {
			if bytes.Contains(text, n) {
				t.Errorf("a credential rests in %s", where)
			}
		}
	}
	files, messages := 0, 0
	err := filepath.WalkDir(store, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Type() != 0 {
			return err
		}
		text, err := os.ReadFile(path)
		look(path, text)
		files++
		return err
	})
	if err != nil || files == 0 {
		t.Fatalf("%d files: %v", files, err)
	}
	var names []string
	streams := f.js.StreamNames(t.Context())
	for name := range streams.Name() {
		names = append(names, name)
	}
	for _, name := range names {
		stream, err := f.js.Stream(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		state := stream.CachedInfo().State
		for seq := max(state.FirstSeq, 1); seq <= state.LastSeq; seq++ {
			var msg *jetstream.RawStreamMsg
			err := retry(t.Context(), func(ctx context.Context) error {
				var err error
				msg, err = stream.GetMsg(ctx, seq)
				return err
			})
			if errors.Is(err, jetstream.ErrMsgNotFound) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			messages++
			look(name, msg.Data)
			look(name, []byte(msg.Subject))
			var r result
			if len(msg.Data) > 0 && msg.Data[0] == whole && unpack(msg.Data[1:], &r) == nil {
				look(name+", decoded", fmt.Appendf(nil, "%+v", r))
				for i := range r.Findings {
					look(name+", decoded", fmt.Appendf(nil, "%+v %+v", r.Findings[i].Credential, r.Findings[i].Commit))
				}
			}
		}
	}
	if streams.Err() != nil || messages == 0 {
		t.Fatalf("%d messages: %v", messages, streams.Err())
	}
	if !slices.ContainsFunc(gather(t, run).Findings, func(f finding.Finding) bool { return !f.Credential.IsZero() }) {
		t.Error("the run has no findings: nothing could have leaked")
	}
}

func TestAResultThatWouldLeakIsNotStored(t *testing.T) {
	t.Parallel()
	s := mint(t, 1)[0]
	leak := &finding.Report{Findings: []finding.Finding{{
		Rule: "momento-api-key-v1", Credential: s.credential, Fingerprint: s.fingerprint,
		// A field that is not scrubbed.
		Location: finding.Location{File: "a", Encoding: []string{s.text}},
	}}}
	if _, err := (&result{}).encode(leak); !errors.Is(err, errLeak) {
		t.Errorf("error %v, want errLeak", err)
	}
	leak.Findings[0].Location.Encoding = nil
	leak.Findings[0].Location.File = "keys/" + s.text
	leak.Findings[0].Commit = &finding.Commit{Subject: "Use " + s.credential.Reveal(), Author: s.text}
	leak.Findings[0].Line = "key = " + s.text
	leak.Summary.Add(coverage.Skip(s.text, s.text))
	leak.Summary.Add(coverage.Unread(s.text, s.text, s.text))
	leak.Summary.Add(coverage.Exclude(coverage.ByComment, s.text))
	leak.Notes = []string{s.text}
	if _, err := (&result{}).encode(leak); err != nil {
		t.Errorf("what can be scrubbed is no reason to fail: %v", err)
	}
}

func TestAllOfAFindingIsTransmitted(t *testing.T) {
	t.Parallel()
	s := mint(t, 4)[3]
	in := finding.Finding{
		Rule: "momento-api-key-v1", Credential: s.credential, Message: "m", Fingerprint: s.fingerprint, Redacted: "r",
		Location: finding.Location{File: "a/b", StartLine: 1, StartColumn: 2, EndLine: 3, EndColumn: 4, Encoding: []string{"base64"}},
		Commit:   &finding.Commit{ID: "c", Author: "a", Date: time.Unix(5, 0).UTC(), Subject: "s"},
		Line:     "l", LineColumn: 1, LineWidth: 2, NearbyEndpoint: "n", Joined: true, Advice: "a",
		Verdict: finding.Verdict{Status: finding.StatusLive, Reason: "r", CheckedAt: time.Unix(6, 0).UTC(), Unfinished: true, Caches: []string{"x"}, CachesKnown: true, Account: &finding.AccountInfo{RoleID: "1"}},
	}
	w := toWire(&in)
	out := w.finding("repo")
	minor := finding.Finding{Rule: finding.NeverExpiringRule, Minor: true}
	if w := toWire(&minor); !w.Minor || !new(w.finding("repo")).Minor {
		t.Error("that a finding is a minor one has not travelled")
	}
	in.Repository, in.Location.File = "repo", "repo/a/b"
	var texts []string
	for _, f := range []finding.Finding{in, out} {
		var b bytes.Buffer
		r := &finding.Report{Findings: []finding.Finding{f}}
		for _, format := range report.Formats() {
			write, err := report.ByName(format)
			if err != nil {
				t.Fatal(err)
			}
			if err := write(&b, r); err != nil {
				t.Fatal(err)
			}
		}
		texts = append(texts, b.String())
	}
	if texts[0] != texts[1] {
		t.Error("a finding that has travelled is reported differently")
	}
	if out.Credential.Reveal() != "" {
		t.Error("the credential has travelled")
	}
}

func TestTheSameItemTwiceIsOneResult(t *testing.T) {
	t.Parallel()
	secrets := mint(t, 2)
	dir := t.TempDir()
	want := organisation(t, dir, 3, secrets, 4)
	f := shared(t)
	run := order(t, f, offline(), dir)
	targets, _ := Directory(dir, nil)
	if added, err := run.Submit(t.Context(), append(targets, targets...)...); err != nil || added != 0 {
		t.Errorf("submitted again: %d new, %v", added, err)
	}
	o := WorkerOptions{Run: run.ID, Dir: t.TempDir(), Parallel: 1, Drain: true}
	w, err := f.NewWorker(o)
	if err != nil {
		t.Fatal(err)
	}
	w.scanning <- struct{}{}
	w.scanning = make(chan struct{}, 10)
	// A worker that loses its connection after storing: the item is done twice.
	for _, target := range targets {
		for range 2 {
			w.scanning <- struct{}{}
			task := &task{run: run, item: item{Name: target.Name, URL: target.URL}, tries: 1, began: time.Now(), w: w}
			if err := w.do(t.Context(), task); err != nil {
				t.Fatal(err)
			}
		}
	}
	work(t, f, o)
	checkPlaces(t, gather(t, run), want)
}

func TestARepositoryThatKillsWorkersIsADeadLetterAndTheRestIsScanned(t *testing.T) {
	t.Parallel()
	secrets := mint(t, 2)
	dir := t.TempDir()
	want := organisation(t, dir, 3, secrets, 4)
	f := shared(t)
	s := offline()
	s.Tries, s.AckWait = 2, time.Second
	run := order(t, f, s, dir)
	if err := run.Reopen(t.Context()); err != nil {
		t.Fatal(err)
	}
	killer, gone := Target{Name: "killer", URL: filepath.Join(dir, "killer")}, Target{Name: "gone", URL: filepath.Join(dir, "gone")}
	if _, err := run.Submit(t.Context(), killer, gone); err != nil {
		t.Fatal(err)
	}
	if err := run.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Workers that take it and die.
	id := (&item{Name: killer.Name, URL: killer.URL}).id()
	for deaths := 0; deaths < s.Tries; {
		batch, err := run.consumer.Fetch(1)
		if err != nil {
			t.Fatal(err)
		}
		for msg := range batch.Messages() {
			if strings.HasSuffix(msg.Subject(), id) {
				deaths++
			}
			if err := msg.Nak(); err != nil {
				t.Fatal(err)
			}
		}
	}
	// The others have lost tries as well, since they were in the same workers.
	run.Settings.Tries = 2
	work(t, f, WorkerOptions{Run: run.ID, Parallel: 2})
	got := gather(t, run)
	if !got.Summary.Incomplete() {
		t.Error("the report says it is complete")
	}
	reasons := map[string]string{}
	for _, r := range got.Repositories {
		if r.Status == finding.RepositoryFailed {
			reasons[r.Name] = r.Reason
		}
	}
	if !strings.Contains(reasons["killer"], "2 workers crashed") {
		t.Errorf("the dead letter of what kills workers: %q", reasons["killer"])
	}
	if !strings.Contains(reasons["gone"], "no such file") {
		t.Errorf("the dead letter of what is not there: %q", reasons["gone"])
	}
	status, err := run.Status(t.Context())
	if err != nil || !status.Finished() || int(status.Failed) != len(reasons) {
		t.Errorf("status %+v, %v", status, err)
	}
	if len(reasons) == 2 {
		checkPlaces(t, got, want)
	}
}

func TestOfARepositorySubmittedAgainOnlyNewObjectsAreRead(t *testing.T) {
	t.Parallel()
	secrets := mint(t, 2)
	dir, home := t.TempDir(), t.TempDir()
	r := newRepo(t, filepath.Join(dir, "a.git"))
	r.commit("Begin", map[string]string{"big.txt": strings.Repeat("nothing here\n", 10_000)})
	first := place{"a", "key.env", 1, secrets[0].fingerprint, r.commit("Leak", map[string]string{"key.env": "KEY=" + secrets[0].text + "\n"})}
	f := shared(t)
	run := order(t, f, offline(), dir)
	work(t, f, WorkerOptions{Run: run.ID, Dir: home})
	one := gather(t, run)
	checkPlaces(t, one, []place{first})
	if one.Repositories[0].Read < 100_000 {
		t.Errorf("read %d bytes at first", one.Repositories[0].Read)
	}
	second := place{"a", "new.env", 1, secrets[1].fingerprint, r.commit("Leak more", map[string]string{"new.env": "KEY=" + secrets[1].text + "\n"})}
	run = order(t, f, offline(), dir)
	work(t, f, WorkerOptions{Run: run.ID, Dir: home})
	two := gather(t, run)
	checkPlaces(t, two, []place{first, second})
	if two.Repositories[0].Read > 10_000 {
		t.Errorf("read %d bytes again", two.Repositories[0].Read)
	}
	if two.Repositories[0].Bytes < 100_000 {
		t.Errorf("the report covers %d bytes", two.Repositories[0].Bytes)
	}
}

func TestALargeRepositoryIsSplit(t *testing.T) {
	t.Parallel()
	secrets := mint(t, 5)
	dir, home := t.TempDir(), t.TempDir()
	want := organisation(t, dir, 1, secrets, 40)
	for _, name := range []string{"team00/repo0000"} {
		r := &repo{t: t, dir: filepath.Join(dir, filepath.FromSlash(name)+".git")}
		r.git("repack", "-a", "-d", "-q")
	}
	f := shared(t)
	s := offline()
	s.SplitObjects = 60
	for again := range 2 {
		run := order(t, f, s, dir)
		work(t, f, WorkerOptions{Run: run.ID, Dir: home, Parallel: 2})
		got := gather(t, run)
		checkPlaces(t, got, want)
		status, err := run.Status(t.Context())
		if err != nil || status.Total < 3 {
			t.Errorf("%+v items, want the repository and its parts: %v", status, err)
		}
		if got.Summary.Incomplete() || len(got.Repositories) != 1 {
			t.Errorf("incomplete %v, repositories %+v", got.Summary.Incomplete(), got.Repositories)
		}
		if again == 1 && got.Repositories[0].Read > got.Repositories[0].Bytes/2+40*700 {
			t.Errorf("read %d of %d bytes again", got.Repositories[0].Read, got.Repositories[0].Bytes)
		}
	}
}

func TestAResultLargerThanAMessageIsStoredInPieces(t *testing.T) {
	t.Parallel()
	f := shared(t)
	run := orderTargets(t, f, offline(), Target{Name: "a", URL: "/a"})
	w, err := f.NewWorker(WorkerOptions{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	r := &result{Version: run.Version, Item: item{Name: "a", URL: "/a"}}
	full := &finding.Report{}
	random := make([]byte, 600)
	for i := range 2500 {
		_, _ = rand.Read(random) // incompressible
		full.Findings = append(full.Findings, finding.Finding{
			Rule: "r", Fingerprint: fmt.Sprint(i), Location: finding.Location{File: hex.EncodeToString(random), StartLine: i},
		})
	}
	data, err := r.encode(full)
	if err != nil {
		t.Fatal(err)
	}
	if int64(len(data)) < f.nc.MaxPayload() {
		t.Fatalf("the result has only %d bytes", len(data))
	}
	if err := w.store(t.Context(), &task{run: run, item: r.Item}, data); err != nil {
		t.Fatal(err)
	}
	if got := gather(t, run); len(got.Findings) != len(full.Findings) {
		t.Errorf("%d findings came back, want %d", len(got.Findings), len(full.Findings))
	}
}

func TestWhatWasJustSubmittedIsWaiting(t *testing.T) {
	t.Parallel()
	f := shared(t)
	run, err := f.NewRun(t.Context(), offline())
	if err != nil {
		t.Fatal(err)
	}
	for n := range int64(200) {
		if _, err := run.Submit(t.Context(), Target{Name: "a", URL: fmt.Sprint("/a", n)}); err != nil {
			t.Fatal(err)
		}
		if total, waiting, running, err := run.progress(t.Context()); err != nil || total != n+1 || waiting != n+1 || running != 0 {
			t.Fatalf("after %d: %d, %d waiting, %d running, %v", n+1, total, waiting, running, err)
		}
	}
}

// A script may create two runs within a second and open the latest.
func TestTheLatestRunIsTheOneMadeLast(t *testing.T) {
	t.Parallel()
	f := shared(t)
	var ids []string
	for range 10 {
		r, err := f.NewRun(t.Context(), offline())
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, r.ID)
	}
	if !slices.IsSorted(ids) {
		t.Errorf("made in this order: %q", ids)
	}
}

func TestAWorkerForARunThatIsRemovedEnds(t *testing.T) {
	t.Parallel()
	f := shared(t)
	run := orderTargets(t, f, offline())
	w, err := f.NewWorker(WorkerOptions{Dir: t.TempDir(), Run: run.ID})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- w.Work(t.Context()) }()
	if err := f.Remove(t.Context(), run.ID); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, errNoRun) {
		t.Errorf("it ends with %v", err)
	}
}

// Workers of two versions use one server: each works for the runs of its own
// version, and reports do not mix their results.
func TestWorkersOfAnotherVersionAreRefused(t *testing.T) {
	t.Parallel()
	f := connect(t, t.TempDir())
	older := *f
	older.version = "1"
	dir := t.TempDir()
	organisation(t, dir, 1, mint(t, 2), 4)
	first := order(t, &older, offline(), dir)
	second := order(t, f, offline(), dir)
	for _, c := range []struct {
		name   string
		worker *Fleet
		run    *Run
	}{{"a new worker, an old run", f, first}, {"an old worker, a new run", &older, second}} {
		w, err := c.worker.NewWorker(WorkerOptions{Dir: t.TempDir(), Run: c.run.ID, Drain: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Work(t.Context()); !errors.Is(err, errVersion) || !strings.Contains(err.Error(), c.run.ID) || !strings.Contains(err.Error(), f.version) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	// A worker for all runs ignores those of another version, and logs that.
	var log bytes.Buffer
	work(t, f, WorkerOptions{Log: slog.New(slog.NewTextHandler(&log, nil))})
	if text := log.String(); strings.Count(text, "another version of momentolint") != 1 || !strings.Contains(text, first.ID) {
		t.Errorf("the log says %q", text)
	}
	for run, want := range map[*Run]finding.RepositoryStatus{first: finding.RepositoryWaiting, second: finding.RepositoryScanned} {
		if got := gather(t, run).Repositories[0].Status; got != want {
			t.Errorf("run %s: %s, want %s", run.Version, got, want)
		}
	}
	if r := gather(t, second); len(r.Findings) == 0 || r.Summary.Incomplete() {
		t.Errorf("%d findings, skipped %v", len(r.Findings), r.Summary.Skipped)
	}
	// An old worker ignores a run's version, and its results have none.
	work(t, &older, WorkerOptions{Run: first.ID})
	replaceResult(t, first, func(r *result) { r.Version = "" })
	r := gather(t, first)
	if got := r.Repositories[0]; len(r.Findings) != 0 || got.Status != finding.RepositoryFailed || !strings.Contains(got.Reason, "another version") || !r.Summary.Incomplete() {
		t.Errorf("%d findings, %+v, skipped %v", len(r.Findings), got, r.Summary.Skipped)
	}
}

// Results of programs without a version are still reported, with the files that
// they skipped.
func TestRunsOfEarlierProgramsAreStillReported(t *testing.T) {
	t.Parallel()
	earlier := *shared(t)
	earlier.version = ""
	dir := t.TempDir()
	organisation(t, dir, 1, mint(t, 2), 4)
	run := order(t, &earlier, offline(), dir)
	work(t, &earlier, WorkerOptions{Run: run.ID})
	want := len(gather(t, run).Findings)
	replaceResult(t, run, func(r *result) { r.Skipped = []coverage.SkippedEntry{{Path: "a", Reason: "damaged"}} })
	now, err := shared(t).Run(t.Context(), run.ID)
	if err != nil {
		t.Fatal(err)
	}
	r := gather(t, now)
	if len(r.Findings) != want || want == 0 || len(r.Summary.Skipped) != 1 || r.Summary.Skipped[0].Reason != "damaged" || r.Repositories[0].Skipped != 1 {
		t.Errorf("%d findings, want %d; skipped %v, %+v", len(r.Findings), want, r.Summary.Skipped, r.Repositories)
	}
}

// replaceResult changes the only stored result of a run.
func replaceResult(t *testing.T, run *Run, change func(*result)) {
	t.Helper()
	keys, err := run.results.Keys(t.Context())
	if err != nil || len(keys) != 1 {
		t.Fatalf("%d results: %v", len(keys), err)
	}
	entry, err := run.results.Get(t.Context(), keys[0])
	if err != nil {
		t.Fatal(err)
	}
	var r result
	if err := unpack(entry.Value()[1:], &r); err != nil {
		t.Fatal(err)
	}
	change(&r)
	text, err := json.Marshal(&r)
	if err != nil {
		t.Fatal(err)
	}
	data, err := pack(text)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := run.results.Put(t.Context(), keys[0], append([]byte{whole}, data...)); err != nil {
		t.Fatal(err)
	}
}

func TestAClaimIsOneWorkersUntilItDies(t *testing.T) {
	t.Parallel()
	f := shared(t)
	key := rand.Text()       // the server is shared, also with this test run again
	const life = time.Second // JetStream's minimum
	ctx := t.Context()
	alive, other, err := f.acquire(ctx, f.limits, key, "a", life)
	if err != nil || alive == nil || other != nil {
		t.Fatalf("%v %v %v", alive, other, err)
	}
	if l, other, err := f.acquire(ctx, f.limits, key, "b", life); err != nil || l != nil || other.Worker != "a" {
		t.Fatalf("a second claim: %v %v %v", l, other, err)
	}
	// Its worker dies and no longer renews it.
	alive.stop()
	var heir *lease
	for heir == nil {
		if heir, _, err = f.acquire(ctx, f.limits, key, "b", life); err != nil {
			t.Fatal(err)
		}
		select {
		case <-ctx.Done():
			t.Fatal("the claim of a dead worker does not expire")
		case <-time.After(50 * time.Millisecond):
		}
	}
	if ok, err := alive.settle(ctx, []byte(`{"worker":"a"}`)); ok || err != nil {
		t.Errorf("the dead worker's verdict counts: %v %v", ok, err)
	}
	if ok, err := heir.settle(ctx, []byte(`{"worker":"b","nonce":"n","verdict":{"Status":"dead"}}`)); !ok || err != nil {
		t.Errorf("the heir's verdict does not: %v %v", ok, err)
	}
	if _, other, err := f.acquire(ctx, f.limits, key, "c", life); err != nil || other == nil || other.Verdict == nil || other.Verdict.Status != finding.StatusDead {
		t.Errorf("the third takes %+v, %v", other, err)
	}
}

func TestCallsAreSpacedAcrossWorkers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := connect(t, dir)
	const every, workers, each = 50 * time.Millisecond, 4, 6
	var mu sync.Mutex
	var turns []time.Time
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			l := newLimiter(f, float64(time.Second)/float64(every))
			for range each {
				turn, err := l.take(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				// By the server's clock, which all share.
				turns = append(turns, turn.Add(l.offset))
				mu.Unlock()
			}
		})
	}
	group.Wait()
	slices.SortFunc(turns, time.Time.Compare)
	if len(turns) != workers*each {
		t.Fatalf("%d turns", len(turns))
	}
	for i := 1; i < len(turns); i++ {
		if gap := turns[i].Sub(turns[i-1]); gap < every {
			t.Errorf("turns %d and %d are %v apart, want %v", i-1, i, gap, every)
		}
	}
}

func TestParseTarget(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ in, name, host string }{
		{"https://github.com/acme/api.git", "github.com/acme/api", "github.com"},
		{"https://GitHub.com/acme/api/", "github.com/acme/api", "github.com"},
		{"ssh://git@host.example:2222/acme/api.git", "host.example/acme/api", "host.example"},
		{"git@github.com:acme/web.git", "github.com/acme/web", "github.com"},
		{"file:///srv/git/a.git", "srv/git/a", ""},
		{"/srv/git/a", "/srv/git/a", ""},
		{"repos/a", "repos/a", ""},
	} {
		got, err := ParseTarget(test.in)
		if err != nil || got.Name != test.name || got.host() != test.host {
			t.Errorf("%s: %+v, host %q, %v", test.in, got, got.host(), err)
		}
	}
	// A Windows path has no host, although it contains a colon.
	for _, path := range []string{`C:\src\api`, "C:/src/api", `D:api`, `\\server\share\api`, `\\?\C:\src\api`, `\\?\UNC\server\share\api`} {
		if got, err := ParseTarget(path); err != nil || !got.isPath() || got.host() != "" {
			t.Errorf("%s: %+v, host %q, %v", path, got, got.host(), err)
		}
	}
	for _, bad := range []string{
		"", "-upload-pack=x", "ext::sh -c id", "https://user:pass@host/a", "https://token@host/a", "ftp://host/a", "https:///a",
		"-x:y", "host:-y", "a\nb", "ssh://-oProxyCommand=x/a", "user:pass@host/a",
	} {
		if got, err := ParseTarget(bad); err == nil {
			t.Errorf("%q is taken as %+v", bad, got)
		} else if strings.Contains(err.Error(), "pass@") || strings.Contains(err.Error(), "token@") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}

// The server's files store whatever is submitted.
func TestACredentialIsNotSubmitted(t *testing.T) {
	t.Parallel()
	secret := mint(t, 1)[0].text
	for _, text := range []string{"/srv/" + secret + "/repo", secret, "https://host.example/" + secret + ".git", "git@host.example:" + secret, "file:///" + secret} {
		if got, err := ParseTarget(text); err == nil || strings.Contains(err.Error(), secret[20:]) {
			t.Errorf("taken as %d bytes of URL, or shown by the error", len(got.URL))
		}
	}
	s := DefaultSettings()
	s.Config = "# " + secret + "\nversion: 1\n"
	if _, err := shared(t).NewRun(t.Context(), s); err == nil || strings.Contains(err.Error(), secret[20:]) {
		t.Error("a configuration with a credential in it is submitted, or shown by the error")
	}
}

// The strings of the service are in the claim that all workers share.
func TestAVerdictIsTransmittedWithoutCredentials(t *testing.T) {
	t.Parallel()
	s := mint(t, 2)
	other := s[1].text
	v := finding.Verdict{
		Status: finding.StatusLive, Reason: "because of " + other, CheckedAt: time.Unix(1e9, 0), Caches: []string{"orders", other}, CachesKnown: true,
		Account: &finding.AccountInfo{Description: "key " + s[0].text, RoleName: other},
	}
	text, err := json.Marshal(scrubbed(s[0].credential, v))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(text, []byte(other[20:])) || bytes.Contains(text, []byte(s[0].text[20:])) {
		t.Error("it holds a credential")
	}
	var back finding.Verdict
	if err := json.Unmarshal(text, &back); err != nil || back.Status != v.Status || !back.CheckedAt.Equal(v.CheckedAt) || back.Caches[0] != "orders" || !back.CachesKnown {
		t.Errorf("what else it says is lost: %+v, %v", back, err)
	}
}

// A report is about the time when it is made: credentials that have expired since
// the scan are expired.
func TestCredentialsThatExpireAfterTheScanAreExpired(t *testing.T) {
	t.Parallel()
	secrets := mint(t, 4)[3:] // the one that expires
	_, target := remote(t, filepath.Join(t.TempDir(), "a.git"), secrets)
	f := shared(t)
	run := orderTargets(t, f, offline(), target)
	work(t, f, WorkerOptions{Run: run.ID})
	end := secrets[0].credential.ExpiresAt
	expired := end.Add(finding.ExpiryLeeway)
	for _, now := range []time.Time{expired.Add(-time.Second), expired} {
		r, err := run.Report(t.Context(), ReportOptions{Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		want := finding.StatusUnverified
		if now.Equal(expired) {
			want = finding.StatusExpired
		}
		if len(r.Findings) != 1 || r.Findings[0].Verdict.Status != want {
			t.Errorf("at %v: %+v, want one that is %s", now, r.Findings, want)
		}
	}
}

func TestConnectionRejectsWrongSettings(t *testing.T) {
	t.Parallel()
	for _, c := range []Connection{
		{URL: "http://localhost"}, {URL: "://"}, {URL: "nats://localhost:1", CertFile: "x"}, {URL: "nats://localhost:1", CredsFile: "/no/such/file"},
		{URL: "nats://localhost:1", NKeyFile: "/no/such/file"}, {URL: "nats://joe:secret@localhost:1"},
	} {
		f, err := Connect(context.WithoutCancel(t.Context()), c)
		if err == nil {
			f.Close()
			t.Errorf("%+v is taken", c)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}
