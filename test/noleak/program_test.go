//go:build integration

package noleak_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/momentolint/momentolint/analyzers/credential"
	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/testing/detecttest"
	"github.com/momentolint/momentolint/momentotest"
	"github.com/momentolint/momentolint/test/noleak"
)

// world is what the program is let loose on: places full of credentials, and
// a service that knows some of them.
type world struct {
	bin string
	// fleet is the program behind "momentolint fleet"; it stands beside bin.
	fleet string
	// files holds every kind in every spelling; few is a small part of that.
	files, few string
	// odd holds credentials where a program looks for names: of files, keys,
	// caches, rules, reasons.
	odd string
	// repo has them in every corner of a history, with some staged; head is its
	// last commit.
	repo, head string
	// hooked has the hooks installed, and something staged.
	hooked string
	// broken has damaged objects; brokenHead is its last commit.
	broken, brokenHead string
	// org holds repositories, one below a directory that is named by a key.
	org string
	// home is a user's.
	home string
	// module is Go code.
	module  string
	service *momentotest.Server
	// goCache is the go command's: what it keeps of code is its own affair.
	goCache string
	// manager is the key id's account's own key; live and id are one of the service's.
	manager, live, id string

	mu      sync.Mutex
	secrets map[string]string // text to name
}

// key mints a key and has everybody look for it.
func (w *world) key(name string, o ct.Options) string {
	o.Seed = name
	text := ct.V2(o)
	w.secret(name, text)
	return text
}

func (w *world) secret(name, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.secrets[text] = name
}

// finder looks for everything that was hidden anywhere.
func (w *world) finder(t *testing.T) *noleak.Finder {
	t.Helper()
	var all []noleak.Secret
	for _, text := range slices.Sorted(maps.Keys(w.secrets)) {
		s := noleak.Secret{Name: w.secrets[text], Text: text}
		// Header and claims of a JWT are the same for many, and no secret: it
		// is worth nothing without its signature.
		if strings.HasPrefix(text, "eyJ") {
			s.Public = strings.LastIndexByte(text, '.') + 1
		}
		// The members of a JWK before its private ones are public, and its id is
		// shown.
		if strings.HasPrefix(text, `{"kty"`) {
			s.Public = strings.Index(text, `,"d":"`)
		}
		all = append(all, s)
	}
	f, err := noleak.New(all)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

func newWorld(t *testing.T) *world {
	t.Helper()
	dir := t.TempDir()
	w := &world{
		bin: filepath.Join(dir, "momentolint"), fleet: filepath.Join(dir, "momentolint-fleet"), files: filepath.Join(dir, "files"), few: filepath.Join(dir, "few"), odd: filepath.Join(dir, "odd"),
		repo: filepath.Join(dir, "repo"), hooked: filepath.Join(dir, "hooked"), broken: filepath.Join(dir, "broken"), org: filepath.Join(dir, "org"), home: filepath.Join(dir, "home"), goCache: filepath.Join(dir, "go-cache"), module: filepath.Join(dir, "module"), secrets: map[string]string{},
	}
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", dir+string(filepath.Separator), "../../cmd/momentolint", "../../fleet/cmd/momentolint-fleet")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building the program: %v\n%s", err, out)
	}
	w.fillFiles(t)
	w.fillOdd(t)
	w.fillRepo(t)
	w.fillHooked(t)
	w.fillBroken(t)
	w.fillHome(t)
	w.fillModule(t)
	w.startService(t)
	w.fillOrg(t)
	return w
}

// fillFiles writes the detector's corpus, as files and in archives.
func (w *world) fillFiles(t *testing.T) {
	t.Helper()
	var zipped, tarred bytes.Buffer
	z, g := zip.NewWriter(&zipped), gzip.NewWriter(&tarred)
	tr := tar.NewWriter(g)
	shapes := map[string]bool{}
	for i, c := range detecttest.Corpus() {
		for _, want := range c.Want {
			w.secret(c.Name, want.Secret)
		}
		name := fmt.Sprintf("%04d/%s", i, c.File)
		write(t, filepath.Join(w.files, name), c.Content)
		if !shapes[c.Shape] && len(shapes) < 120 {
			write(t, filepath.Join(w.few, name), c.Content)
		}
		shapes[c.Shape] = true
		if i%10 != 0 {
			continue
		}
		member, err := z.Create(name)
		if err == nil {
			_, err = member.Write(c.Content)
		}
		if err == nil {
			err = tr.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(c.Content))})
		}
		if err == nil {
			_, err = tr.Write(c.Content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []io.Closer{z, tr, g} {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(w.files, "all.zip"), zipped.Bytes())
	write(t, filepath.Join(w.files, "all.tar.gz"), tarred.Bytes())
	write(t, filepath.Join(w.files, "broken.zip"), zipped.Bytes()[:zipped.Len()/2])
	write(t, filepath.Join(w.few, "all.tar.gz"), tarred.Bytes())
}

// fillOdd hides credentials in names.
func (w *world) fillOdd(t *testing.T) {
	t.Helper()
	in := func(name string, content ...string) {
		write(t, filepath.Join(w.odd, name), []byte(strings.Join(content, "\n")+"\n"))
	}
	in(w.key("name of a file", ct.Options{}), "KEY="+w.key("in a file named by a key", ct.Options{}))
	in(w.key("name of a directory", ct.Options{})+"/.env", "KEY="+w.key("in a directory named by a key", ct.Options{}))
	in(w.key("name of a broken archive", ct.Options{})+".zip", "PK\x03\x04 and no more")
	in("b64-"+w.key("name of a file, again", ct.Options{})+".txt", "KEY="+w.key("below it", ct.Options{}))
	var zipped bytes.Buffer
	z := zip.NewWriter(&zipped)
	member, err := z.Create(w.key("name of a member", ct.Options{}))
	if err == nil {
		_, err = io.WriteString(member, "KEY="+w.key("in a member named by a key", ct.Options{}))
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	in("names.zip", zipped.String())
	// A key in a key.
	in("id.env", "KEY="+w.key("key with a key for an id", ct.Options{KeyID: w.key("id of a key", ct.Options{})}))
	v1 := func(name string, o ct.Options) string {
		o.Seed = name
		c, err := credential.Parse([]byte(ct.V1(o)))
		if err != nil {
			t.Fatal(err)
		}
		w.secret(name, c.Reveal())
		return ct.V1(o)
	}
	in("subject.env", "KEY="+v1("key with a key for a subject", ct.Options{Subject: w.key("subject of a key", ct.Options{})}))
	in("scope.env", "KEY="+v1("key with keys for names", ct.Options{Permissions: ct.Explicit(
		ct.Cache(1, w.key("name of a cache", ct.Options{}), "*"),
		ct.Cache(2, "orders", w.key("name of an item", ct.Options{})),
		ct.Topic(1, "orders", w.key("name of a topic", ct.Options{})),
		ct.Function(1, "orders", w.key("name of a function", ct.Options{})),
	)}))
	in("endpoint.env", "MOMENTO_ENDPOINT="+w.key("an endpoint", ct.Options{}), "KEY="+w.key("beside an endpoint", ct.Options{}))
	// Rules and reasons of the scanned directory.
	in("custom.txt", "the word is CUSTOMSECRETWORD today")
	in(".gitleaks.toml", "[extend]\nuseDefault = true\n[[rules]]\nid = \"custom\"\ndescription = \""+w.key("description of a rule", ct.Options{})+
		"\"\nregex = '''CUSTOMSECRETWORD'''\nkeywords = [\"customsecretword\"]\n[[allowlists]]\ndescription = \""+w.key("description of an allowlist", ct.Options{})+"\"\npaths = ['''nowhere''']\n")
	in(".gitleaksignore", "a.txt:"+w.key("rule of an ignore file", ct.Options{})+":1")
	in(".momentolint.yaml", "version: 1", "exclude: [\""+w.key("an excluded path", ct.Options{})+"/**\"]", "allow:",
		"  - path: "+w.key("an allowed path", ct.Options{}), "    reason: "+w.key("a reason", ct.Options{}))
	in("allowed.env", "KEY="+w.key("an allowed key", ct.Options{})+" # momentolint:allow -- "+w.key("why it is allowed", ct.Options{}))
	in("unallowed.env", "KEY="+w.key("a key not quite allowed", ct.Options{})+" # momentolint:allow "+w.key("a rule that is none", ct.Options{}))
}

// people are the variables that tell git who commits.
var people = []string{"GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=C", "GIT_COMMITTER_EMAIL=c@example.com"}

// git runs git in a repository and returns what it says.
func git(t *testing.T, repo string, env []string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", append([]string{"-C", repo}, args...)...)
	cmd.Env = append(append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + repo, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull,
	}, people...), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %.20q: %v\n%s", args[0], err, out)
	}
	return strings.TrimSpace(string(out))
}

// repository makes one with a commit.
func repository(t *testing.T, dir string) {
	t.Helper()
	write(t, filepath.Join(dir, "README"), []byte("nothing here\n"))
	git(t, dir, nil, "init", "-q", "-b", "main")
	git(t, dir, nil, "add", "-A")
	git(t, dir, nil, "commit", "-q", "-m", "First")
}

// fillRepo hides credentials in everything that a repository has.
func (w *world) fillRepo(t *testing.T) {
	t.Helper()
	repository(t, w.repo)
	commit := func(env []string, message, name string, content ...string) {
		write(t, filepath.Join(w.repo, name), []byte(strings.Join(content, "\n")+"\n"))
		git(t, w.repo, nil, "add", "-A", "-f")
		git(t, w.repo, env, "commit", "-q", "-m", message)
	}
	for i, c := range detecttest.Corpus() {
		if i%60 != 0 {
			continue
		}
		commit(nil, "Add "+c.Shape, fmt.Sprintf("%d/%s", i, c.File), string(c.Content))
	}
	commit(nil, "Use "+w.key("message of a commit", ct.Options{})+"\n\nand "+w.key("body of a message", ct.Options{}), "a.env", "KEY="+w.key("in a commit", ct.Options{}))
	commit([]string{"GIT_AUTHOR_NAME=" + w.key("name of an author", ct.Options{})}, "By a strange author", "b.env", "KEY="+w.key("by a strange author", ct.Options{}))
	commit([]string{"GIT_AUTHOR_EMAIL=" + w.key("mail of an author", ct.Options{})}, "By another", "c.env", "KEY="+w.key("by another author", ct.Options{}))
	commit(nil, "A strange name", w.key("name of a file in git", ct.Options{}), "KEY="+w.key("in a file with a strange name", ct.Options{}))
	git(t, w.repo, nil, "tag", "-a", "-m", "tag with "+w.key("message of a tag", ct.Options{}), w.key("name of a tag", ct.Options{}))
	git(t, w.repo, nil, "branch", w.key("name of a branch", ct.Options{}))
	git(t, w.repo, nil, "config", "remote.origin.url", "https://user:"+w.key("password of a remote", ct.Options{})+"@example.com/x.git")
	w.head = git(t, w.repo, nil, "rev-parse", "HEAD")
	write(t, filepath.Join(w.repo, "staged.env"), []byte("KEY="+w.key("staged", ct.Options{})+"\n"))
	write(t, filepath.Join(w.repo, w.key("name of a staged file", ct.Options{})), []byte("KEY="+w.key("staged under a strange name", ct.Options{})+"\n"))
	git(t, w.repo, nil, "add", "-A", "-f")
}

func (w *world) fillHome(t *testing.T) {
	t.Helper()
	write(t, filepath.Join(w.home, ".bash_history"), []byte("export MOMENTO_API_KEY="+w.key("in a shell's history", ct.Options{})+"\n"))
	write(t, filepath.Join(w.home, "shop", ".env"), []byte("KEY="+w.key("in a dot-env file", ct.Options{})+"\n"))
	o := ct.Options{Seed: "the CLI's file"}
	file := ct.CredentialsFile(o)
	for _, c := range credential.ParseAll([]byte(file)) {
		w.secret("in the CLI's file: "+string(c.Kind), c.Reveal())
	}
	write(t, filepath.Join(w.home, ".momento", "credentials"), []byte(file))
	download := ct.ConsoleJSON(ct.Options{Seed: "the console's download"})
	for _, c := range credential.ParseAll([]byte(download)) {
		w.secret("in the console's download: "+string(c.Kind), c.Reveal())
	}
	write(t, filepath.Join(w.home, "Downloads", "momento_key_info.json"), []byte(download))
}

func (w *world) fillModule(t *testing.T) {
	t.Helper()
	in := func(name, content string) { write(t, filepath.Join(w.module, name), []byte(content)) }
	half := w.key("in two halves", ct.Options{})
	in("go.mod", "module example.com/m\n\ngo 1.25.0\n")
	in("a/key.go", "package a\n\nvar Key = \""+w.key("in Go code", ct.Options{})+"\"\n\n//nolint:momentolint // "+w.key("in a comment", ct.Options{})+"\nvar Other = \""+w.key("in silenced Go code", ct.Options{})+"\"\n")
	in("b/two.go", "package b\n\nconst one = \""+half[:60]+"\"\n\nvar Both = one + \""+half[60:]+"\"\n\nvar Raw = `token: "+w.key("in a raw string", ct.Options{})+"`\n")
	in("broken/types/x.go", "package types\n\nvar n int = \""+w.key("in code of the wrong type", ct.Options{})+"\"\n")
	in("broken/syntax/x.go", "package syntax\n\nfunc { \""+w.key("in code that is none", ct.Options{})+"\" }\n")
	in("broken/imports/x.go", "package imports\n\nimport _ \"example.com/"+w.key("an import path", ct.Options{})+"\"\n")
	in("broken/mod/go.mod", "module example.com/b\n\ngo 1.25.0\n\n"+w.key("in go.mod", ct.Options{})+"\n")
	in("broken/mod/x.go", "package b\n")
}

// startService starts an account whose every text may be a credential.
func (w *world) startService(t *testing.T) {
	t.Helper()
	w.manager = w.key("the manager", ct.Options{KeyID: "manager-1"})
	w.live, w.id = w.key("a live key", ct.Options{KeyID: "key-1"}), "key-1"
	write(t, filepath.Join(w.few, "live.env"), []byte("KEY="+w.live+"\n"))
	scope := `{"rules":[{"type":"cache","permissions":["read"],"caches":[{"name":"` + w.key("cache of a role", ct.Options{}) + `"}],"items":"*"},
		{"type":"auth_management","permissions":["read","write","list"],"items":"*"}],"conditions":[]}`
	s, err := momentotest.Start(momentotest.Options{
		Caches: []string{"orders", w.key("name of a listed cache", ct.Options{})},
		Roles: []momentotest.Role{
			{ID: "r-1", Name: w.key("name of a role", ct.Options{}), Type: "custom", Permissions: scope, Description: w.key("description of a role", ct.Options{})},
			{ID: w.key("id of a role", ct.Options{}), Name: "Viewer", Type: "system", Permissions: `{"rules":[]}`},
		},
		Keys: []momentotest.Key{
			{Text: w.manager, State: momentotest.Live, List: true, ReadKeys: true, WriteKeys: true, Listed: true, RoleID: "r-1", Description: w.key("description of a key", ct.Options{}), IssuedAt: time.Now()},
			{Text: w.live, State: momentotest.Live, List: true, Listed: true, RoleID: "r-1", Description: "my key: " + w.key("in a description", ct.Options{}), IssuedAt: time.Now()},
			{Text: w.key("with a role named by a key", ct.Options{KeyID: "key-2"}), State: momentotest.Live, Listed: true, RoleID: w.key("id of a role", ct.Options{}), IssuedAt: time.Now()},
			{Text: w.key("with a key for an id", ct.Options{KeyID: w.key("id of a listed key", ct.Options{})}), State: momentotest.Live, Listed: true, RoleID: "r-1", IssuedAt: time.Now()},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	w.service = s
}

// run is one call of the program.
type run struct {
	name string
	// bin is the program, w.bin if empty.
	bin  string
	args []string
	in   string
	dir  string
	env  []string
	// codes are the exit codes that it may have; none = any.
	codes []int
	// says is something that standard output or error holds where the program
	// did what the run is for.
	says string
	// prefix goes before the program, as in bash -c '…' bash.
	prefix []string
	// directory is for runs that share what they leave behind; "" = one of its own.
	folder string
	// meanwhile is called once the program has started.
	meanwhile func(*exec.Cmd)
}

// trace is everything that a run left behind.
type trace struct {
	folder      string
	out, stderr []byte
	code        int
}

// out is the directory for reports, which a run's arguments name as OUT.
const outDir = "OUT"

// do runs the program with a home, a cache and a directory for temporary files of
// its own.
func (w *world) do(t *testing.T, r run) trace {
	t.Helper()
	tr := trace{folder: r.folder}
	if tr.folder == "" {
		tr.folder = t.TempDir()
	}
	for _, name := range []string{"tmp", "cache", "out", "home"} {
		if err := os.MkdirAll(filepath.Join(tr.folder, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	in := func(name string) string { return filepath.Join(tr.folder, name) }
	args := slices.Clone(r.args)
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], outDir, in("out"))
	}
	argv := append(append(slices.Clone(r.prefix), cmp.Or(r.bin, w.bin)), args...)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = r.dir
	if cmd.Dir == "" {
		cmd.Dir = in("home")
	}
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + in("home"), "TMPDIR=" + in("tmp"), "XDG_CACHE_HOME=" + in("cache"),
		"GOTRACEBACK=all", "GOCACHE=" + w.goCache, "GOFLAGS=-mod=mod", "GOPROXY=off", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull,
	}, r.env...)
	cmd.Stdin = strings.NewReader(r.in)
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	err := cmd.Start()
	if err == nil {
		if r.meanwhile != nil {
			r.meanwhile(cmd)
		}
		err = cmd.Wait()
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("running the program: %v", err)
	}
	tr.out, tr.stderr, tr.code = out.Bytes(), stderr.Bytes(), cmd.ProcessState.ExitCode()
	appendTo(t, in("stdout"), tr.out)
	appendTo(t, in("stderr"), tr.stderr)
	return tr
}

func appendTo(t *testing.T, path string, content []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = f.Write(content)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// leaks searches everything that a run left behind, the names of files too.
func leaks(t *testing.T, f *noleak.Finder, folder string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(path, folder)
		for _, l := range f.Find([]byte(name)) {
			found = append(found, "the name of a file: "+l.String())
		}
		if !d.Type().IsRegular() {
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, l := range f.Find(content) {
			found = append(found, name+": "+l.String())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// detected has the program itself search what runs left behind.
func (w *world) detected(t *testing.T, folder string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), w.bin, "scan", "--offline", "--format", "json", "--no-cache", folder)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	var report struct {
		Findings []struct {
			Kind *string
			File string
			Line int
		}
	}
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, f := range report.Findings {
		// The policy rule's findings are about code, which may be shown.
		if f.Kind != nil {
			found = append(found, fmt.Sprintf("%s:%d: %s", f.File, f.Line, *f.Kind))
		}
	}
	return found
}

var formats = []string{"text", "compact", "json", "sarif", "github", "html", "junit", "csv", "gitlab"}

// reports are the flags that write every format to a file.
func reports() []string {
	var args []string
	for _, f := range formats {
		args = append(args, "--report", f+"="+outDir+"/report."+f)
	}
	return args
}

func (w *world) runs() []run {
	args := func(list ...string) []string { return list }
	live := args("--live-target", w.service.Addr(), "--management-url", w.service.ManagementURL(), "--management-key-env", "MANAGER")
	manager := []string{"MANAGER=" + w.manager, "MOMENTO_API_KEY=" + w.manager}
	var all []run
	add := func(r run) { all = append(all, r) }
	for _, format := range formats {
		f := args("--format", format, "--verbose", "--offline")
		add(run{name: "scan files " + format, args: append(args("scan", w.few), f...), codes: []int{1}})
		add(run{name: "scan odd names " + format, args: append(args("scan", w.odd), f...), codes: []int{1}, says: " characters)"})
		add(run{name: "scan history " + format, args: append(args("scan", "--history", w.repo), f...), codes: []int{1, 2}})
		add(run{name: "scan live " + format, args: append(args("scan", w.few, "--format", format, "--verbose", "--verify-timeout", "3s"), live...), env: manager, codes: []int{1, 2}})
	}
	for _, format := range []string{"text", "json", "sarif"} {
		f := args("--format", format, "--verbose", "--offline")
		add(run{name: "scan range " + format, args: append(args("scan", "--range", "main~5..main", w.repo), f...), codes: []int{1, 2}})
		add(run{name: "scan staged " + format, args: append(args("scan", "--staged", w.repo), f...), codes: []int{1}})
		add(run{name: "scan machine " + format, args: append(args("scan", "--machine"), f...), codes: []int{1}, env: []string{"HOME=" + w.home, "THE_KEY=" + w.key("in a variable", ct.Options{})}})
		add(run{name: "lint " + format, args: append(args("lint", "./a", "./b"), f...), codes: []int{1}, dir: w.module})
	}
	add(run{name: "scan with every report", args: append(args("scan", "--offline", "--no-progress", w.files), reports()...), codes: []int{1}})
	add(run{name: "scan standard input", args: args("scan", "--offline", "-"), in: "KEY=" + w.live, codes: []int{1}})
	add(run{name: "scan an archive on standard input", args: args("scan", "--offline", "--verbose", "-"), in: read(filepath.Join(w.files, "all.zip")), codes: []int{1}})
	add(run{name: "scan quietly", args: args("scan", "--offline", "--quiet", w.few, w.odd), codes: []int{1}})
	add(run{name: "write a baseline", args: args("scan", "--offline", "--write-baseline", outDir+"/baseline.json", w.files), codes: []int{0, 2}})
	add(run{name: "write a baseline of odd names", args: args("scan", "--offline", "--write-baseline", outDir+"/baseline.json", w.odd), codes: []int{0, 2}})
	add(run{name: "write a baseline of a history", args: args("scan", "--history", "--offline", "--write-baseline", outDir+"/baseline.json", w.repo), codes: []int{0, 2}})
	add(run{name: "lint code that does not compile", args: args("lint", "--offline", "--verbose", "./..."), codes: []int{2}, dir: w.module})
	add(run{name: "lint a broken go.mod", args: args("lint", "--offline", "--verbose"), codes: []int{2}, dir: filepath.Join(w.module, "broken", "mod")})
	add(run{name: "go vet -vettool", prefix: args("go", "vet", "-vettool="+w.bin, "./a", "./b"), args: nil, codes: []int{1}, dir: w.module})
	for _, format := range []string{"text", "json"} {
		f := args("--format", format)
		add(run{name: "inspect " + format, args: append(append(args("inspect", "--verbose"), f...), live...), env: manager, in: w.live, codes: []int{0}, says: "key-1"})
		add(run{name: "inspect a manager " + format, args: append(append(args("inspect", "--verbose"), f...), live...), env: manager, in: w.manager, codes: []int{0}, says: "CAN CREATE"})
		add(run{name: "audit " + format, args: append(args("audit", "--verbose", "--management-url", w.service.ManagementURL()), f...), env: manager, codes: []int{1}, says: "key-1"})
		add(run{name: "revoke, asked " + format, args: append(args("revoke", "--management-url", w.service.ManagementURL(), w.id), f...), env: manager, in: w.live + "\n", codes: []int{2}, says: "nothing was revoked"})
		add(run{name: "revoke, dry " + format, args: append(args("revoke", "--dry-run", "--management-url", w.service.ManagementURL(), "manager-1", w.id, "key-2"), f...), env: manager, codes: []int{0, 2}})
	}
	for _, name := range []string{"id.env", "subject.env", "scope.env"} {
		content := read(filepath.Join(w.odd, name))
		add(run{name: "inspect " + name, args: args("inspect", "--offline", "--verbose"), in: content, codes: []int{0}})
		add(run{name: "inspect json " + name, args: args("inspect", "--offline", "--format", "json"), in: content, codes: []int{0}})
	}
	for _, format := range []string{"gitleaks", "betterleaks", "trufflehog", "kingfisher", "semgrep", "github"} {
		add(run{name: "rules " + format, args: args("rules", "--format", format), codes: []int{0}})
	}
	return slices.Concat(all, w.hookRuns(), w.mistakes(), w.hookMistakes())
}

func read(path string) string {
	content, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(content)
}

// mistakes are runs that fail, with a credential in what is wrong.
func (w *world) mistakes() []run {
	n := 0
	key := func() string { n++; return w.key(fmt.Sprint("in mistake ", n), ct.Options{}) }
	dir := filepath.Join(filepath.Dir(w.few), "mistakes")
	file := func(name, content string) string {
		path := filepath.Join(dir, fmt.Sprint(n), name)
		_ = os.MkdirAll(filepath.Dir(path), 0o755)
		_ = os.WriteFile(path, []byte(content), 0o644)
		return path
	}
	var all []run
	fails := func(name string, r run) {
		r.name = "mistake: " + name
		if r.codes == nil {
			r.codes = []int{2}
		}
		all = append(all, r)
	}
	for _, list := range [][]string{
		{"KEY"}, {"scan", "--offline", "KEY"}, {"scan", "--KEY"}, {"scan", "--format", "KEY"}, {"scan", "--report", "KEY"}, {"scan", "--report", "json=" + dir + "/none/KEY"},
		{"scan", "--report", "KEY=x"}, {"scan", "--fail-on", "KEY"}, {"scan", "--baseline", "KEY"}, {"scan", "--write-baseline", dir + "/none/KEY", "--offline", w.few},
		{"scan", "--config", "KEY"}, {"scan", "--jobs", "KEY"}, {"scan", "--expiry-warning", "KEY"}, {"scan", "--max-file-size", "KEY"}, {"scan", "--max-archive-depth", "KEY"},
		{"scan", "--verify-timeout", "KEY"}, {"scan", "--endpoint", "KEY", w.few}, {"scan", "--live-target", "KEY", w.few}, {"scan", "--live-target", "KEY:1", w.few},
		{"scan", "--allow-host", "KEY", w.few}, {"scan", "--management-url", "KEY", w.few}, {"scan", "--management-url", "https://u:KEY@h", w.few}, {"scan", "--management-key-env", "KEY", w.few},
		{"scan", "--range", "KEY..HEAD", w.repo}, {"scan", "--range", "KEY", w.repo}, {"scan", "--history", "KEY"}, {"scan", "--staged", "KEY"}, {"scan", "--offline=KEY"}, {"scan", "--import", "KEY"},
		{"lint", "KEY"}, {"lint", "--tags", "KEY", "./a"}, {"lint", "--disable", "KEY"}, {"lint", "--momentoexpiry.max-lifetime", "KEY"}, {"lint", "--config", "KEY"},
		{"inspect", "KEY"}, {"inspect", "--env", "KEY"}, {"inspect", "--env=KEY"}, {"inspect", "--format", "KEY"}, {"inspect", "--KEY"},
		{"audit", "KEY"}, {"audit", "--key-env", "KEY"}, {"audit", "--max-age", "KEY"}, {"audit", "--format", "KEY"}, {"audit", "--management-url", "http://KEY"},
		{"revoke", "KEY"}, {"revoke", "--from", "KEY"}, {"revoke", "--format", "KEY", "x"}, {"rules", "KEY"}, {"rules", "--format", "KEY"}, {"version", "KEY"}, {"completion", "KEY"},
		{"hook", "KEY"}, {"hook", "run", "KEY"}, {"fleet", "KEY"}, {"help", "KEY"},
	} {
		k := key()
		args := slices.Clone(list)
		for i := range args {
			args[i] = strings.ReplaceAll(args[i], "KEY", k)
		}
		r := run{args: args, dir: w.module, in: ""}
		if list[0] == "help" || list[0] == "completion" || list[0] == "lint" && list[1] == "--tags" {
			r.codes = []int{0, 1, 2}
		}
		for i := range list {
			list[i] = strings.TrimPrefix(list[i], filepath.Dir(w.few))
		}
		fails(strings.Join(list, " "), r)
	}
	scan := func(more ...string) []string { return append([]string{"scan", "--offline", w.few}, more...) }
	k := key()
	fails("configuration: an unknown field", run{args: scan("--config", file("c.yaml", "version: 1\n"+k+": x\n"))})
	k = key()
	fails("configuration: no YAML", run{args: scan("--config", file("c.yaml", "version: [\n "+k+" : : {\n"))})
	k = key()
	fails("configuration: a wrong value", run{args: scan("--config", file("c.yaml", "version: "+k+"\n"))})
	k = key()
	fails("configuration: a wrong rule", run{args: scan("--config", file("c.yaml", "version: 1\nrules: {disable: ["+k+"]}\n")), codes: []int{1, 2}})
	k = key()
	fails("configuration: a wrong size", run{args: scan("--config", file("c.yaml", "version: 1\nmax-file-size: "+k+"\n"))})
	k = key()
	fails("configuration: a wrong path", run{args: scan("--config", file("c.yaml", "version: 1\nexclude: [\"["+k+"\"]\n")), codes: []int{1, 2}})
	k = key()
	fails("configuration: a wrong fingerprint", run{args: scan("--config", file("c.yaml", "version: 1\nallow: [{fingerprint: "+k+", reason: x}]\n"))})
	k = key()
	fails("baseline: no JSON", run{args: scan("--baseline", file("b.json", `{"version": 1, `+k))})
	k = key()
	fails("baseline: a wrong type", run{args: scan("--baseline", file("b.json", `{"schema_version": "`+k+`"}`))})
	k = key()
	fails("baseline: stale entries", run{args: scan("--baseline", file("b.json", `{"schema_version":1,"findings":[{"rule":"`+k+`","path":"`+key()+`","fingerprint":"`+key()+`"}]}`)), codes: []int{1, 2}})
	k = key()
	fails("baseline: of gitleaks", run{args: scan("--verbose", "--baseline", file("b.json", `[{"RuleID":"`+k+`","Secret":"`+k+`","Match":"`+k+`","File":"`+k+`","Fingerprint":"`+k+`"}]`)), codes: []int{1, 2}})
	for name, text := range map[string]string{
		"no TOML": "[[rules]\n%s", "a wrong expression": "[[rules]]\nid='x'\nregex='''(%s'''", "a wrong type": "[[rules]]\nid=1\nregex='%s'", "a wrong path": "[extend]\npath='%s'",
		"no id": "[[rules]]\ndescription='%s'\nregex='x'",
	} {
		k = key()
		path := file(".gitleaks.toml", fmt.Sprintf(text, k))
		_ = os.WriteFile(filepath.Join(filepath.Dir(path), "x.env"), []byte("KEY="+key()), 0o644)
		fails("gitleaks configuration: "+name, run{args: []string{"scan", "--offline", filepath.Dir(path)}, codes: []int{0, 1, 2}})
	}
	for name, text := range map[string]string{
		"no JSON": `{"schema_version": 1, %s`, "a wrong version": `{"schema_version": "%s"}`, "a wrong type": `{"schema_version": 1, "findings": [{"kind": {"%s": 1}}]}`,
		"a wrong id": `{"schema_version": 1, "findings": [{"kind": "api-key-v2", "status": "live", "fingerprint": "a", "key_id": "%s"}]}`,
	} {
		k = key()
		fails("revoke from a report with "+name, run{args: []string{"revoke", "--yes", "--management-url", w.service.ManagementURL(), "--from", file("r.json", fmt.Sprintf(text, k))}, env: []string{"MOMENTO_API_KEY=" + w.manager}})
	}
	k = key()
	fails("a proxy with a password", run{args: []string{"scan", "--verify-timeout", "2s", filepath.Join(w.few, "live.env")}, env: []string{"HTTPS_PROXY=http://u:" + k + "@127.0.0.1:1"}, codes: []int{1}})
	k = key()
	fails("a proxy that is none", run{args: []string{"scan", "--verify-timeout", "2s", filepath.Join(w.few, "live.env")}, env: []string{"HTTPS_PROXY=" + k}, codes: []int{1, 2}})
	k = key()
	fails("MOMENTO_ENDPOINT", run{args: []string{"scan", w.few}, env: []string{"MOMENTO_ENDPOINT=" + k}, codes: []int{1}})
	k = key()
	fails("inspect of what is nearly a credential", run{args: []string{"inspect", "--offline"}, in: k[:len(k)-1] + "!", codes: []int{0, 2}})
	k = key()
	fails("inspect of a text around one", run{args: []string{"inspect", "--offline"}, in: "this is " + k + " and that is all", codes: []int{0, 2}})
	k = key()
	fails("a key that is none", run{args: []string{"audit", "--management-url", w.service.ManagementURL()}, env: []string{"MOMENTO_API_KEY=x" + k}})
	k = key()
	fails("a revoked key", run{args: []string{"audit", "--management-url", w.service.ManagementURL()}, env: []string{"MOMENTO_API_KEY=" + k}})
	k = key()
	fails("nobody there", run{args: []string{"audit", "--management-url", "http://127.0.0.1:1"}, env: []string{"MOMENTO_API_KEY=" + k}})
	bad := file(".gitleaksignore", "line of an ignore file: "+key()+"\n")
	_ = os.WriteFile(filepath.Join(filepath.Dir(bad), "x.env"), []byte("KEY="+key()), 0o644)
	fails("a line of .gitleaksignore", run{args: []string{"scan", "--offline", filepath.Dir(bad)}, codes: []int{1}})
	k = key()
	fails("import: no report", run{args: []string{"scan", "--offline", "--import", file("i.json", `[{"RuleID": "`+k)}})
	k = key()
	fails("import: gitleaks", run{args: []string{"scan", "--offline", "--verbose", "--import", file("i.json",
		`[{"RuleID":"jwt","Description":"`+key()+`","StartLine":1,"EndLine":1,"StartColumn":1,"EndColumn":9,"Match":"KEY=`+k+`","Secret":"`+k+`","File":"`+key()+`","SymlinkFile":"","Commit":"","Entropy":1,"Author":"`+key()+`","Email":"","Date":"","Message":"`+key()+`","Tags":[],"Fingerprint":"`+key()+`"}]`)}, codes: []int{1, 2}})
	return all
}

// No command, no format, no mistake and no signal has the program give away a
// credential: not on its streams, in reports, in its cache, a baseline or a
// temporary file.
func TestNothingIsGivenAway(t *testing.T) {
	w := newWorld(t)
	runs := append(w.runs(), w.fleetMistakes()...)
	finder := w.finder(t)
	t.Logf("%d credentials, %d runs", len(w.secrets), len(runs))
	before := listing(t, w.files, w.few, w.odd, w.repo, w.broken, w.org, w.home, w.module)

	t.Run("the search sees what is shown on request", func(t *testing.T) {
		for _, format := range []string{"text", "json"} {
			tr := w.do(t, run{args: []string{"scan", "--offline", "--show-secrets", "--format", format, w.few}})
			if len(leaks(t, finder, tr.folder)) == 0 || len(w.detected(t, tr.folder)) == 0 {
				t.Errorf("%s: nothing is seen with --show-secrets", format)
			}
		}
	})
	t.Run("runs", func(t *testing.T) {
		names := map[string]bool{}
		for _, r := range runs {
			if names[r.name] {
				t.Errorf("two runs are called %q", r.name)
			}
			names[r.name] = true
			t.Run(r.name, func(t *testing.T) {
				t.Parallel()
				w.check(t, finder, r)
			})
		}
	})
	t.Run("killed", func(t *testing.T) { w.killed(t, finder) })
	t.Run("hooks that git runs", func(t *testing.T) { w.hooks(t, finder) })
	t.Run("fleet", func(t *testing.T) { w.fleets(t, finder) })
	t.Run("the service repeats what it is told", func(t *testing.T) { w.repeating(t, finder) })
	for path, now := range listing(t, w.files, w.few, w.odd, w.repo, w.broken, w.org, w.home, w.module) {
		// The hook keeps digests of the remotes' URLs there.
		if own := filepath.Join(".git", "momentolint", "remotes.json"); before[path] != now && !strings.HasSuffix(path, own) {
			t.Errorf("a run changed what it looked at: %s was %q, is %q", path[max(0, len(path)-40):], before[path], now)
		}
	}
}

// check makes a run and looks through what it left.
func (w *world) check(t *testing.T, finder *noleak.Finder, r run) {
	t.Helper()
	tr := w.do(t, r)
	if w.search(t, finder, tr.folder) {
		tr.expect(t, r)
	}
}

// search looks through what runs left behind; true = there is nothing.
func (w *world) search(t *testing.T, finder *noleak.Finder, folder string) bool {
	t.Helper()
	for _, l := range leaks(t, finder, folder) {
		t.Error(l)
	}
	for _, l := range w.detected(t, folder) {
		t.Errorf("momentolint finds in what it wrote: %s", l)
	}
	return !t.Failed()
}

// expect sees that a run did what it is for. What it wrote is shown, so it must
// have been searched.
func (tr trace) expect(t *testing.T, r run) {
	t.Helper()
	if len(r.codes) > 0 && !slices.Contains(r.codes, tr.code) {
		t.Errorf("%s: exit %d, want one of %v\n%.2000s\n%.500s", r.name, tr.code, r.codes, tr.stderr, tr.out)
	}
	if !bytes.Contains(append(tr.out, tr.stderr...), []byte(r.says)) {
		t.Errorf("%s: %q is not in\n%.2000s\n%.2000s", r.name, r.says, tr.stderr, tr.out)
	}
}

// killed ends runs at any moment, by every signal that a program may get: what
// it leaves holds nothing, neither do the stacks that it prints.
func (w *world) killed(t *testing.T, finder *noleak.Finder) {
	t.Helper()
	long := []run{
		{args: append([]string{"scan", "--offline", "--verbose", w.files}, reports()...)},
		{args: append([]string{"scan", "--offline", "--history", w.repo}, reports()...)},
		{args: []string{"scan", "--live-target", w.service.Addr(), w.few}},
		{args: []string{"inspect", "--live-target", w.service.Addr()}, in: w.live},
		{args: []string{"hook", "run", "pre-push"}, dir: w.repo, in: w.pushed()},
	}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 40 {
		sig := []syscall.Signal{syscall.SIGKILL, syscall.SIGQUIT, syscall.SIGABRT, syscall.SIGTERM, syscall.SIGINT, syscall.SIGSEGV}[i%6]
		wait := time.Duration(random.IntN(600)) * time.Millisecond
		t.Run(fmt.Sprint(i, " ", sig), func(t *testing.T) {
			t.Parallel()
			w.check(t, finder, struck(long[i%len(long)], sig, wait))
		})
	}
}

// struck is a run that gets a signal after a while.
func struck(r run, sig syscall.Signal, after time.Duration) run {
	// Some stacks are long: all of them, and no core.
	r.prefix = []string{"bash", "-c", `ulimit -c 0; exec "$@"`, "bash"}
	r.meanwhile = func(cmd *exec.Cmd) {
		time.Sleep(after)
		_ = cmd.Process.Signal(sig) // it may be over
	}
	return r
}

// repeating has the service send back the key that it was shown, and others,
// wherever an answer has room for text.
func (w *world) repeating(t *testing.T, finder *noleak.Finder) {
	t.Helper()
	defer w.service.SetFault(nil)
	defer w.service.SetWebFault(nil)
	manager := []string{"MANAGER=" + w.manager, "MOMENTO_API_KEY=" + w.manager}
	at := []string{"--live-target", w.service.Addr(), "--management-url", w.service.ManagementURL()}
	for _, code := range []codes.Code{codes.ResourceExhausted, codes.Internal, codes.InvalidArgument, codes.Unavailable} {
		w.service.SetFault(func(momentotest.Call) momentotest.Fault { return momentotest.Fault{Code: code, Err: w.live} })
		w.check(t, finder, run{args: append([]string{"inspect", "--verbose"}, at...), in: w.live, says: "UNVERIFIED"})
	}
	w.service.SetFault(nil)
	for _, status := range []int{200, 302, 400, 401, 403, 404, 429, 500, 503} {
		w.service.SetWebFault(func(momentotest.Call) momentotest.WebFault {
			return momentotest.WebFault{
				Status: status, Body: `{"code": "` + w.live + `", "message": "your key is ` + w.manager + `", "err": "` + w.live + `"}`,
				Header: map[string]string{"Location": "https://example.com/" + w.live, "Retry-After": w.live, "X-Err": w.live},
			}
		})
		for _, args := range [][]string{
			{"audit", "--verbose", "--management-url", w.service.ManagementURL()},
			{"revoke", "--yes", "--management-url", w.service.ManagementURL(), "key-9"},
			append([]string{"inspect", "--management-key-env", "MANAGER"}, at...),
		} {
			w.check(t, finder, run{args: args, env: manager, in: w.live})
		}
	}
}

// listing tells size and time of every file.
func listing(t *testing.T, folders ...string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			info, err := d.Info()
			if err == nil {
				all[path] = fmt.Sprint(info.Size(), " ", info.ModTime())
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}
