package fleet

import (
	"bytes"
	"cmp"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/momentotest"
)

// testersHome is the home directory with the caches of the go command.
var testersHome string

// TestMain isolates all tests from the user's git configuration.
func TestMain(m *testing.M) {
	if os.Getenv(actAsServer) != "" {
		os.Exit(serveForTest())
	}
	testersHome = os.Getenv("HOME")
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "GIT_") {
			_ = os.Unsetenv(name)
		}
	}
	for name, value := range map[string]string{
		"GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_NOSYSTEM": "1", "HOME": filepath.Join(os.TempDir(), "no-home-for-git"),
	} {
		_ = os.Setenv(name, value)
	}
	code := m.Run()
	if sharing.fleet != nil {
		sharing.fleet.Close()
	}
	_ = os.RemoveAll(sharing.dir)
	os.Exit(code)
}

// repo is a bare repository written object by object, which is faster than with git.
// git fsck checks it.
type repo struct {
	t    testing.TB
	dir  string
	tree map[string]string // path → blob, of the last commit
	tip  string
	time int64
	// objects are not yet in a pack.
	objects map[string]object
}

// object is an object in the form of a pack.
type object struct {
	kind byte // as gitformat-pack numbers them
	size int
	body []byte // compressed
}

func newRepo(t testing.TB, dir string) *repo {
	t.Helper()
	for _, sub := range []string{"objects/pack", "refs/heads"} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.FromSlash(sub)), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	r := &repo{t: t, dir: dir, tree: map[string]string{}, time: 1_700_000_000, objects: map[string]object{}}
	r.write("HEAD", "ref: refs/heads/main\n")
	r.write("config", "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n")
	return r
}

func (r *repo) write(name, text string) {
	r.t.Helper()
	if err := os.WriteFile(filepath.Join(r.dir, filepath.FromSlash(name)), []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// deflate compresses, with one writer for all, since it is expensive.
var deflate = sync.OnceValue(func() func([]byte) []byte {
	var mu sync.Mutex
	z, _ := zlib.NewWriterLevel(nil, zlib.BestSpeed)
	return func(body []byte) []byte {
		mu.Lock()
		defer mu.Unlock()
		var out bytes.Buffer
		z.Reset(&out)
		_, _ = z.Write(body)
		_ = z.Close()
		return out.Bytes()
	}
})

// object adds an object to the next pack and returns its id.
func (r *repo) object(kind string, body []byte) string {
	r.t.Helper()
	hash := sha1.New()
	_, _ = fmt.Fprintf(hash, "%s %d\x00", kind, len(body))
	_, _ = hash.Write(body)
	id := hex.EncodeToString(hash.Sum(nil))
	if _, ok := r.objects[id]; !ok {
		number := map[string]byte{"commit": 1, "tree": 2, "blob": 3}[kind]
		r.objects[id] = object{number, len(body), deflate()(body)}
	}
	return id
}

// pack writes the objects that are in no pack to one, with its index (version 2),
// and moves main to the last commit.
func (r *repo) pack() {
	r.t.Helper()
	ids := slices.Sorted(maps.Keys(r.objects))
	pack := binary.BigEndian.AppendUint32([]byte("PACK\x00\x00\x00\x02"), uint32(len(ids)))
	index := []byte("\xfftOc\x00\x00\x00\x02")
	var names, sums, offsets []byte
	first := 0
	for lead := range 256 {
		for first < len(ids) && ids[first][:2] <= fmt.Sprintf("%02x", lead) {
			first++
		}
		index = binary.BigEndian.AppendUint32(index, uint32(first))
	}
	for _, id := range ids {
		o, start := r.objects[id], len(pack)
		head, rest := o.kind<<4|byte(o.size&15), o.size>>4
		for ; rest > 0; rest >>= 7 {
			pack = append(pack, head|0x80)
			head = byte(rest & 127)
		}
		pack = append(append(pack, head), o.body...)
		name, _ := hex.DecodeString(id)
		names = append(names, name...)
		sums = binary.BigEndian.AppendUint32(sums, crc32.ChecksumIEEE(pack[start:]))
		offsets = binary.BigEndian.AppendUint32(offsets, uint32(start))
	}
	sum := sha1.Sum(pack)
	pack = append(pack, sum[:]...)
	index = append(slices.Concat(index, names, sums, offsets), sum[:]...)
	own := sha1.Sum(index)
	index = append(index, own[:]...)
	base := "objects/pack/pack-" + hex.EncodeToString(sum[:])
	r.write(base+".pack", string(pack))
	r.write(base+".idx", string(index))
	r.write("refs/heads/main", r.tip+"\n")
	clear(r.objects)
}

// commit adds files to those of the last commit, and returns the id of the new one.
func (r *repo) commit(message string, files map[string]string) string {
	r.t.Helper()
	id := r.prepare(message, files)
	r.pack()
	return id
}

// prepare is like commit, but writes no pack.
func (r *repo) prepare(message string, files map[string]string) string {
	r.t.Helper()
	for name, text := range files {
		r.tree[name] = r.object("blob", []byte(text))
	}
	tree := r.object("tree", r.treeOf(""))
	r.time += 60
	var b strings.Builder
	fmt.Fprintf(&b, "tree %s\n", tree)
	if r.tip != "" {
		fmt.Fprintf(&b, "parent %s\n", r.tip)
	}
	fmt.Fprintf(&b, "author Ada <ada@example.com> %d +0000\ncommitter Con <con@example.com> %d +0000\n\n%s\n", r.time, r.time, message)
	r.tip = r.object("commit", []byte(b.String()))
	return r.tip
}

// treeOf writes the tree of a directory ("" or with a slash at its end).
func (r *repo) treeOf(dir string) []byte {
	type entry struct{ mode, name, id string }
	var list []entry
	seen := map[string]bool{}
	for path, id := range r.tree {
		rest, ok := strings.CutPrefix(path, dir)
		if !ok {
			continue
		}
		name, _, deeper := strings.Cut(rest, "/")
		if !deeper {
			list = append(list, entry{"100644", name, id})
		} else if !seen[name] {
			seen[name] = true
			list = append(list, entry{"40000", name, r.object("tree", r.treeOf(dir+name+"/"))})
		}
	}
	sortName := func(e entry) string {
		if e.mode == "40000" {
			return e.name + "/"
		}
		return e.name
	}
	slices.SortFunc(list, func(a, b entry) int { return cmp.Compare(sortName(a), sortName(b)) })
	var out bytes.Buffer
	for _, e := range list {
		id, _ := hex.DecodeString(e.id)
		fmt.Fprintf(&out, "%s %s\x00", e.mode, e.name)
		out.Write(id)
	}
	return out.Bytes()
}

// git runs git in the repository.
func (r *repo) git(args ...string) string {
	r.t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "protocol.file.allow=always", "--git-dir=" + r.dir}, args...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// place is the place of a credential, which a report must name.
type place struct {
	repository, file string
	line             int
	fingerprint      string
	commit           string
}

func (p place) String() string {
	return fmt.Sprintf("%s/%s:%d %s %s", p.repository, p.file, p.line, p.fingerprint, p.commit)
}

// secret is a credential in a test's repositories.
type secret struct {
	text        string
	credential  credential.Credential
	state       momentotest.State
	fingerprint string
}

// mint returns credentials of the kinds that can be checked.
func mint(t testing.TB, n int) []secret {
	t.Helper()
	list := make([]secret, 0, n)
	for i := range n {
		o := credentialtest.Options{Seed: fmt.Sprint("fleet ", i), Subject: fmt.Sprintf("dev%d@example.com", i)}
		var text string
		switch i % 4 {
		case 0:
			text = credentialtest.V1(o)
		case 1:
			text = credentialtest.V2(o)
		case 2:
			text = credentialtest.Legacy(o)
		default:
			o.ExpiresAt = time.Now().Add(400 * 24 * time.Hour)
			text = credentialtest.V1(o)
		}
		c, err := credential.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, secret{text, c, []momentotest.State{momentotest.Live, momentotest.Revoked, momentotest.Unknown}[i%3], c.Fingerprint()})
	}
	return list
}

// service starts a stand-in for Momento that knows the credentials.
func service(t testing.TB, secrets []secret) *momentotest.Server {
	t.Helper()
	var keys []momentotest.Key
	for i, s := range secrets {
		if s.state != momentotest.Unknown {
			keys = append(keys, momentotest.Key{Text: s.text, State: s.state, List: i%2 == 0})
		}
	}
	server, err := momentotest.Start(momentotest.Options{Caches: []string{"orders"}, Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server
}

// organisation writes n repositories with the credentials in a number of places, and
// returns the places. Every repository has some commits without credentials.
func organisation(t testing.TB, dir string, n int, secrets []secret, places int) []place {
	t.Helper()
	in := make([][]int, n)
	for p := range places {
		// Spread so that a repository has several, and a credential is in
		// several repositories.
		i := (p*7919 + p/3) % n
		in[i] = append(in[i], p%len(secrets))
	}
	var all []place
	for i := range n {
		name := fmt.Sprintf("team%02d/repo%04d", i%17, i)
		r := newRepo(t, filepath.Join(dir, filepath.FromSlash(name)+".git"))
		r.prepare("Begin", map[string]string{"README.md": fmt.Sprintf("# Repository %d\n", i), "src/main.go": "package main\n"})
		for j, s := range in[i] {
			file := fmt.Sprintf("deploy/%d/settings-%d.env", j%2, j)
			text := fmt.Sprintf("# of %s\nNAME=x%d\nMOMENTO_API_KEY=%s\n", name, j, secrets[s].text)
			commit := r.prepare(fmt.Sprint("Add settings ", j), map[string]string{file: text})
			all = append(all, place{name, file, 3, secrets[s].fingerprint, commit})
		}
		r.prepare("Grow", map[string]string{"src/main.go": fmt.Sprintf("package main\n\nconst n = %d\n", i)})
		r.pack()
	}
	return all
}

func sortedPlaces(list []place) []string {
	out := make([]string, len(list))
	for i, p := range list {
		out[i] = p.String()
	}
	slices.Sort(out)
	return out
}
