//go:build integration && linux

package fleet

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/verify"
	"github.com/momentolint/momentolint/momentotest"
)

// large adds a repository of a few thousand commits in a pack, some with a
// credential.
func large(t testing.TB, dir, name string, commits int, secrets []secret, places int) []place {
	t.Helper()
	r := newRepo(t, filepath.Join(dir, filepath.FromSlash(name)+".git"))
	var stream bytes.Buffer
	every := max(commits/places, 1)
	var found []place
	marks := map[int]int{}
	for i := range commits {
		text := fmt.Sprintf("package p\n\nconst n = %d\n%s", i, strings.Repeat("// more\n", i%50))
		name := fmt.Sprintf("src/p%d/f%d.go", i%23, i%211)
		message := fmt.Sprintf("Change %d", i)
		fmt.Fprintf(&stream, "commit refs/heads/main\nmark :%d\nauthor Ada <ada@example.com> %d +0000\ncommitter Con <con@example.com> %d +0000\ndata %d\n%s\n",
			i+1, 1_700_000_000+i*60, 1_700_000_000+i*60, len(message), message)
		fmt.Fprintf(&stream, "M 100644 inline %s\ndata %d\n%s\n", name, len(text), text)
		if i%every == every/2 && len(found) < places {
			s := secrets[len(found)%len(secrets)]
			file := fmt.Sprintf("conf/%d.env", i)
			text := fmt.Sprintf("A=b\nMOMENTO_API_KEY=%s\n", s.text)
			fmt.Fprintf(&stream, "M 100644 inline %s\ndata %d\n%s\n", file, len(text), text)
			marks[len(found)] = i + 1
			found = append(found, place{file: file, line: 2, fingerprint: s.fingerprint})
		}
	}
	cmd := exec.Command("git", "--git-dir="+r.dir, "-c", "fastimport.unpackLimit=1", "fast-import", "--quiet", "--export-marks="+filepath.Join(r.dir, "marks"))
	cmd.Stdin = &stream
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git fast-import: %v\n%s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(r.dir, "marks"))
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]string{}
	for line := range strings.Lines(string(text)) {
		mark, id, _ := strings.Cut(strings.TrimSpace(line), " ")
		ids[mark] = id
	}
	for i := range found {
		found[i].repository, found[i].commit = name, ids[fmt.Sprintf(":%d", marks[i])]
	}
	return found
}

// The size of the large test.
const (
	smallRepositories = 2000
	largeRepositories = 5
	credentials       = 300
	credentialPlaces  = 700
)

func TestAnOrganisationOf2005Repositories(t *testing.T) {
	secrets := mint(t, credentials)
	server := service(t, secrets)
	dir, store := t.TempDir(), t.TempDir()
	began := time.Now()
	const inLarge = 10
	want := organisation(t, dir, smallRepositories, secrets, credentialPlaces-inLarge*largeRepositories)
	for i := range largeRepositories {
		want = append(want, large(t, dir, fmt.Sprintf("large/%d", i), 3000, secrets[i*20:], inLarge)...)
	}
	if len(want) != credentialPlaces {
		t.Fatalf("%d places", len(want))
	}
	t.Logf("the repositories are there after %v", time.Since(began))
	f := connect(t, store)
	s := DefaultSettings()
	s.SplitObjects = 4000
	run := order(t, f, s, dir)
	var workers sync.WaitGroup
	for i := range 2 {
		workers.Go(func() {
			work(t, connect(t, store), WorkerOptions{
				Name: fmt.Sprint("worker ", i), Dir: filepath.Join(store, fmt.Sprint(i)), Parallel: 2, Version: "test",
				Verify: verify.Options{LiveTarget: server.Addr(), Rate: 10_000},
			})
		})
	}
	workers.Wait()
	t.Logf("and scanned after %v", time.Since(began))
	got := gather(t, run)
	checkPlaces(t, got, want)
	checkVerdicts(t, got, secrets, server)
	if n := smallRepositories + largeRepositories; got.Summary.Incomplete() || len(got.Repositories) != n || got.Summary.Credentials != credentials {
		t.Errorf("incomplete %v, %d repositories, %d credentials", got.Summary.Incomplete(), len(got.Repositories), got.Summary.Credentials)
	}
	checkEqualToScans(t, got, dir)
	t.Logf("and compared with scans one by one after %v", time.Since(began))
	checkNothingRests(t, f, run, store, secrets)
}

// program builds momentolint-fleet.
func program(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "momentolint-fleet")
	cmd := exec.Command("go", "build", "-o", path, "./cmd/momentolint-fleet")
	cmd.Env = append(os.Environ(), "HOME="+testersHome)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	return path
}

// process is one that the test started.
type process struct {
	*exec.Cmd
	done chan struct{}
	out  bytes.Buffer
}

func start(t testing.TB, env []string, name string, args ...string) *process {
	t.Helper()
	p := &process{Cmd: exec.Command(name, args...), done: make(chan struct{})}
	// It ends with the test, even if that is killed, and its namespaces and
	// mounts with it.
	p.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	p.Env = append(os.Environ(), env...)
	p.Stdout, p.Stderr = &p.out, &p.out
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = p.Wait(); close(p.done) }()
	t.Cleanup(p.kill)
	return p
}

// kill kills the process and waits for its end.
func (p *process) kill() {
	_ = p.Process.Kill()
	<-p.done
}

func startServer(t testing.TB, prefix []string, spec serverSpec) *process {
	t.Helper()
	value, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	args := append(prefix, self)
	return start(t, []string{actAsServer + "=" + string(value)}, args[0], args[1:]...)
}

// ports returns free ports.
func ports(t testing.TB, n int) []int {
	t.Helper()
	var list []int
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = l.Close() }()
		list = append(list, l.Addr().(*net.TCPAddr).Port)
	}
	return list
}

func command(t testing.TB, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}

// connectTo connects to a server that may still be starting.
func connectTo(t testing.TB, url string) *Fleet {
	t.Helper()
	var f *Fleet
	eventually(t, "connecting", func() error {
		var err error
		f, err = Connect(t.Context(), Connection{URL: url, Name: "test", Plaintext: true})
		return err
	})
	t.Cleanup(f.Close)
	return f
}

// bounded returns a context that ends a little before the test's deadline, so that
// the test can report its progress and clean up.
func bounded(t testing.TB) context.Context {
	ctx := t.Context()
	if test, ok := t.(*testing.T); ok {
		if deadline, ok := test.Deadline(); ok {
			bounded, cancel := context.WithDeadline(ctx, deadline.Add(-20*time.Second))
			t.Cleanup(cancel)
			return bounded
		}
	}
	return ctx
}

// eventually waits for a condition, for as long as the test may take.
func eventually(t testing.TB, what string, try func() error) {
	t.Helper()
	ctx := bounded(t)
	for {
		err := try()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s: %v", what, err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// asURLs returns file URLs of the repositories, so that they are cloned.
func asURLs(t testing.TB, dir string) []Target {
	t.Helper()
	targets, err := Directory(dir, func(path string, err error) { t.Errorf("%s: %v", path, err) })
	if err != nil {
		t.Fatal(err)
	}
	for i := range targets {
		targets[i].URL = "file://" + targets[i].URL
	}
	return targets
}

// wholeSize makes the test below use as many repositories as the test above:
// go test -tags integration ./fleet -run Whatever -whole -timeout 1h.
var wholeSize = flag.Bool("whole", false, "2,005 repositories where workers are killed, not 251")

func TestNothingIsLostAndNothingTwiceWhateverHappens(t *testing.T) {
	small, big, minted, places, inBig := 250, 1, 60, 156, 6
	if *wholeSize {
		small, big, minted, places, inBig = smallRepositories, largeRepositories, credentials, credentialPlaces, 10
	}
	secrets := mint(t, minted)
	port := ports(t, 3)
	nats, live, inner := port[0], port[1], port[2]
	var keys []momentotest.Key
	for _, s := range secrets {
		if s.state != momentotest.Unknown {
			keys = append(keys, momentotest.Key{Text: s.text, State: s.state})
		}
	}
	server, err := momentotest.Start(momentotest.Options{Keys: keys, Addr: fmt.Sprintf("0.0.0.0:%d", live)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	dir, scratch := t.TempDir(), t.TempDir()
	want := organisation(t, dir, small, secrets, places-inBig*big)
	for i := range big {
		want = append(want, large(t, dir, fmt.Sprintf("large/%d", i), 2000, secrets[i*20:], inBig)...)
	}

	// A network namespace for one worker. It belongs to a process, and ends with
	// it.
	holder := start(t, nil, "unshare", "--net", "sleep", "infinity")
	pid := strconv.Itoa(holder.Process.Pid)
	enter := []string{"nsenter", "--net=/proc/" + pid + "/ns/net"}
	eventually(t, "a network namespace", func() error {
		theirs, err := os.Readlink("/proc/" + pid + "/ns/net")
		if ours, _ := os.Readlink("/proc/self/ns/net"); err == nil && ours == theirs {
			err = errors.New("not yet")
		}
		return err
	})
	outside, inside := "fo"+pid, "fi"+pid
	command(t, "ip", "link", "add", outside, "type", "veth", "peer", "name", inside, "netns", pid)
	command(t, "ip", "addr", "add", "10.213.77.1/30", "dev", outside)
	command(t, "ip", "link", "set", outside, "up")
	for _, args := range [][]string{{"addr", "add", "10.213.77.2/30", "dev", inside}, {"link", "set", inside, "up"}, {"link", "set", "lo", "up"}} {
		command(t, enter[0], append([]string{enter[1], "ip"}, args...)...)
	}
	startServer(t, enter, serverSpec{Host: "127.0.0.1", Port: inner, Forward: fmt.Sprintf("10.213.77.1:%d", live)})

	// A full disk, of one worker only.
	disk := filepath.Join(scratch, "full")
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	full := []string{"unshare", "--mount", "sh", "-c", `mount -t tmpfs -o size=16k none "$1" && shift && exec "$@"`, "sh", disk}

	spec := serverSpec{Host: "0.0.0.0", Port: nats, Dir: filepath.Join(scratch, "jetstream")}
	natsServer := startServer(t, nil, spec)
	url := fmt.Sprintf("nats://127.0.0.1:%d", nats)
	f := connectTo(t, url)
	s := DefaultSettings()
	s.AckWait, s.Tries, s.SplitObjects = 3*time.Second, 25, 3000
	run := orderTargets(t, f, s, asURLs(t, dir)...)

	binary := program(t)
	worker := func(i int) *process {
		home := filepath.Join(scratch, fmt.Sprint("worker", i))
		args := []string{binary, "worker", "--name", fmt.Sprint(i), "--jobs", "1", "--rate", "1000"}
		switch i {
		case 0:
			args = append(slices.Clone(enter), append(args, "--dir", home, "--nats", fmt.Sprintf("nats://10.213.77.1:%d", nats), "--nats-plaintext",
				"--live-target", fmt.Sprintf("127.0.0.1:%d", inner))...)
		case 1:
			args = append(slices.Clone(full), append(args, "--dir", disk, "--nats", url, "--live-target", fmt.Sprintf("127.0.0.1:%d", live))...)
		default:
			args = append(args, "--dir", home, "--nats", url, "--live-target", fmt.Sprintf("127.0.0.1:%d", live))
		}
		return start(t, nil, args[0], args[1:]...)
	}
	workers := make([]*process, 5)
	for i := range workers {
		workers[i] = worker(i)
	}
	// Each second a worker is killed.
	kills, restarts, fulls := 0, 0, 0
	cut := false
	began, ctx := time.Now(), bounded(t)
	random := rand.New(rand.NewPCG(1, 2))
	for second := 0; ; second++ {
		status, err := run.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		part := float64(status.Done+status.Failed) / float64(status.Total)
		if status.Finished() && restarts == 2 && !cut {
			break
		}
		if second%10 == 0 {
			t.Log(status)
		}
		victim := random.IntN(len(workers))
		workers[victim].kill()
		kills++
		fulls += strings.Count(workers[victim].out.String(), "the disk is full")
		workers[victim] = worker(victim)
		if restarts < 2 && (part > 0.2*float64(restarts+1) || status.Finished()) {
			natsServer.kill()
			natsServer = startServer(t, nil, spec)
			restarts++
		}
		if second == 2 {
			cut = true
			command(t, "ip", "link", "set", outside, "down")
		}
		if second > 2 && cut && time.Since(began) > 13*time.Second {
			cut = false
			command(t, "ip", "link", "set", outside, "up")
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			t.Fatalf("not finished: %s", status)
		}
	}
	t.Logf("%d workers killed, the server restarted %d times, the disk full %d times, in %v", kills, restarts, fulls, time.Since(began))
	if fulls == 0 {
		t.Error("no disk was full")
	}
	for _, w := range workers {
		w.kill()
	}
	got := gather(t, run)
	checkPlaces(t, got, want)
	if got.Summary.Incomplete() || len(got.Repositories) != small+big {
		t.Errorf("incomplete %v, %d repositories, %+v", got.Summary.Incomplete(), len(got.Repositories), got.Summary.Skipped)
	}
	// If a worker dies between the check and storing its verdict, the check is
	// repeated, which cannot be prevented. A check of a live credential takes two
	// calls, and a third if it is the witness of the closing controls.
	n := calls(server)
	again := 0
	for _, s := range secrets {
		once := 1
		if s.state == momentotest.Live {
			once = 3
		}
		if n[s.fingerprint] == 0 {
			t.Errorf("%s was never asked about", s.fingerprint)
		}
		again += max(0, (n[s.fingerprint]-1)/once)
	}
	if again > kills {
		t.Errorf("%d checks were made again, with %d workers killed", again, kills)
	}
	t.Logf("%d of %d checks were made again", again, len(secrets))
	for i := range got.Findings {
		if v := got.Findings[i].Verdict; v.Status != finding.StatusLive && v.Status != finding.StatusDead {
			t.Errorf("%s: %s %s", got.Findings[i].Location.File, v.Status, v.Reason)
		}
	}
	checkProgram(t, binary, url, run.ID, got)
}

// An item that takes longer than the server waits stays with its worker, which sends
// heartbeats.
func TestAWorkerKeepsALongItemByItsHeartbeats(t *testing.T) {
	secrets := mint(t, 1)
	home := t.TempDir()
	_, target := remote(t, filepath.Join(t.TempDir(), "a.git"), secrets)
	f := shared(t)
	s := offline()
	s.AckWait = 4 * time.Second
	run := orderTargets(t, f, s, target)
	// The clone is locked for two and a half times as long.
	sum := sha256.Sum256([]byte(target.URL))
	clone := filepath.Join(home, "clones", hex.EncodeToString(sum[:10]))
	if err := os.MkdirAll(clone, 0o700); err != nil {
		t.Fatal(err)
	}
	lock, err := tryLock(filepath.Join(clone, cloneLock), true)
	if err != nil || lock == nil {
		t.Fatalf("%v %v", lock, err)
	}
	time.AfterFunc(10*time.Second, func() { _ = lock.Close() })
	began := time.Now()
	work(t, f, WorkerOptions{Run: run.ID, Dir: home})
	if took := time.Since(began); took < 10*time.Second {
		t.Fatalf("done after %v, with the clone locked", took)
	}
	got := gather(t, run)
	if r := got.Repositories[0]; got.Summary.Incomplete() || r.Tries != 1 || len(got.Findings) != 1 {
		t.Errorf("%+v", r)
	}
}

// checkProgram compares the program's output about a run, and its exit code, with
// the report.
func checkProgram(t testing.TB, binary, url, run string, want *finding.Report) {
	t.Helper()
	cmd := exec.Command(binary, "report", run, "--format", "json", "--nats", url)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("the report exits with %v, want 1\n%s", err, errs.String())
	}
	var r struct {
		Summary      finding.Summary
		Repositories []struct{ Name, Status string }
		Credentials  []struct{ Fingerprint string }
	}
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	if r.Summary.Findings != len(want.Findings) || len(r.Repositories) != len(want.Repositories) || len(r.Credentials) != want.Summary.Credentials {
		t.Errorf("the report says %+v, %d repositories, %d credentials", r.Summary, len(r.Repositories), len(r.Credentials))
	}
	status, err := exec.Command(binary, "status", run, "--nats", url).CombinedOutput()
	if err != nil || !strings.Contains(string(status), "0 running, 0 waiting, 0 failed") {
		t.Errorf("status: %v\n%s", err, status)
	}
}

func TestAClusterGoesOnWithoutOneOfItsServers(t *testing.T) {
	secrets := mint(t, 10)
	server := service(t, secrets)
	dir, scratch := t.TempDir(), t.TempDir()
	want := organisation(t, dir, 120, secrets, 40)
	port := ports(t, 6)
	var urls []string
	var nodes []*process
	for i := range 3 {
		urls = append(urls, fmt.Sprintf("nats://127.0.0.1:%d", port[i]))
		nodes = append(nodes, startServer(t, nil, serverSpec{
			Host: "127.0.0.1", Port: port[i], Name: fmt.Sprint("n", i), Dir: filepath.Join(scratch, fmt.Sprint("n", i)),
			Cluster: port[3+i], Routes: port[3:],
		}))
	}
	all := strings.Join(urls, ",")
	f := connectTo(t, all)
	s := DefaultSettings()
	s.AckWait = 3 * time.Second
	run := order(t, f, s, dir)
	if replicas := run.items.CachedInfo().Config.Replicas; replicas != 3 {
		t.Fatalf("%d replicas", replicas)
	}
	var workers sync.WaitGroup
	for i := range 2 {
		workers.Go(func() {
			work(t, connectTo(t, all), WorkerOptions{
				Name: fmt.Sprint(i), Parallel: 1, Version: "test", Verify: verify.Options{LiveTarget: server.Addr(), Rate: 10_000},
			})
		})
	}
	// The leader of the stream of items, which disturbs most.
	eventually(t, "some work", func() error {
		if status, err := run.Status(t.Context()); err != nil || status.Done < 10 {
			return errors.Join(errors.New("not yet"), err)
		}
		return nil
	})
	info, err := run.items.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range nodes {
		if fmt.Sprint("n", i) == info.Cluster.Leader {
			nodes[i].kill()
			t.Logf("killed %s", info.Cluster.Leader)
		}
	}
	workers.Wait()
	got := gather(t, run)
	checkPlaces(t, got, want)
	checkVerdicts(t, got, secrets, server)
	if got.Summary.Incomplete() || len(got.Repositories) != 120 {
		t.Errorf("incomplete %v, %d repositories", got.Summary.Incomplete(), len(got.Repositories))
	}
}
