package gittest

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// A Canary is something that makes git run a program, or contact a server,
// that a repository or the environment names.
type Canary struct {
	Name string
	// Springs are git commands each of which, run plainly, sets the canary off.
	Springs [][]string
	// Unsprung says why there are none.
	Unsprung string
	// Fetches says that it may happen in a fetch that was asked for: the caller's
	// own variables count there.
	Fetches bool

	set func(l *Lure, program string)
}

// A Lure is a repository with one canary. It has credentials in a commit, in
// the index and in files that git does not know.
type Lure struct {
	*Repo
	// Partial says that a blob is missing that a remote could give.
	Partial bool

	base  string // the repository that it is a copy of
	fired string
	calls atomic.Int64
	// server refuses everything and asks for a password.
	server *httptest.Server
}

// NewLures returns a function that makes lures of one repository. key is a
// credential to put into it.
func NewLures(t testing.TB, key string) func(testing.TB, Canary) *Lure {
	t.Helper()
	base := New(t)
	base.Write("README.md", "nothing\n")
	base.Write("list.txt", "one\n")
	base.Commit("One")
	base.Git("branch", "other")
	base.Git("tag", "base")
	base.Write("list.txt", "changed\n")
	base.Write(".gitignore", "node_modules\n")
	base.Write("deploy/app.env", "MOMENTO_API_KEY="+key+"\n")
	base.Write("go.mod", "module example.com/e\n\ngo 1.25.0\n")
	base.Write("main.go", "package e\n\nvar Key = \""+key+"\"\n")
	signed := base.Commit("Two")
	// The commit has a signature that git would verify.
	text := base.Git("cat-file", "commit", signed)
	head, body, _ := strings.Cut(text, "\n\n")
	signature := "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ\n -----END PGP SIGNATURE-----"
	base.Git("update-ref", "refs/heads/main", base.GitInput(head+signature+"\n\n"+body+"\n", "hash-object", "-t", "commit", "-w", "--stdin"))
	base.Git("checkout", "-q", "other")
	base.Write("list.txt", "changed otherwise\n")
	base.Commit("Three")
	base.Git("checkout", "-q", "main")
	base.Write("staged.env", "MOMENTO_API_KEY="+key+"\n")
	base.Git("add", "staged.env")
	base.Write("node_modules/x/.env", "MOMENTO_API_KEY="+key+"\n")
	return func(t testing.TB, c Canary) *Lure {
		t.Helper()
		l := &Lure{Repo: Open(t, t.TempDir()), base: base.Dir, fired: filepath.Join(t.TempDir(), "fired")}
		if err := os.CopyFS(l.Dir, os.DirFS(base.Dir)); err != nil {
			t.Fatal(err)
		}
		l.Git("update-index", "-q", "--refresh")
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l.server = &httptest.Server{Listener: listener, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			l.calls.Add(1)
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			w.WriteHeader(http.StatusUnauthorized)
		})}}
		l.server.Start()
		t.Cleanup(l.server.Close)
		program := filepath.Join(filepath.Dir(l.fired), "canary")
		l.file(program, "#!/bin/sh\necho \"$*\" >>'"+l.fired+"'\nexit 1\n")
		c.set(l, program)
		return l
	}
}

// Fired returns what the canary said since the last call, "" if nothing ran.
func (l *Lure) Fired() string {
	l.t.Helper()
	text, err := os.ReadFile(l.fired)
	if err != nil && !os.IsNotExist(err) {
		l.t.Fatal(err)
	}
	if err == nil {
		if err := os.Remove(l.fired); err != nil {
			l.t.Fatal(err)
		}
		text = append([]byte("it ran: "), text...)
	}
	if n := l.calls.Swap(0); n > 0 {
		text = fmt.Appendf(text, "%d connections", n)
	}
	return string(text)
}

// Plain runs git so that the canary stays silent, for tests to look something
// up.
func (l *Lure) Plain(args ...string) string {
	l.t.Helper()
	quiet := &Repo{Dir: l.Dir, t: l.t, Env: []string{"GIT_NO_LAZY_FETCH=1", "GIT_TEST_ASSUME_DIFFERENT_OWNER=0"}}
	out := quiet.Git(append([]string{"-c", "core.fsmonitor=", "-c", "safe.directory=*", "-c", "core.hooksPath=/dev/null"}, args...)...)
	return out
}

// file writes a file that may be executed.
func (l *Lure) file(path, text string) {
	l.t.Helper()
	if !filepath.IsAbs(path) {
		path = l.Path(filepath.FromSlash(path))
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		l.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil { // #nosec G306 -- programs
		l.t.Fatal(err)
	}
}

// config adds to the repository's configuration.
func (l *Lure) config(text string) {
	l.t.Helper()
	l.append(".git/config", text)
}

func (l *Lure) append(name, text string) {
	l.t.Helper()
	old, err := os.ReadFile(l.Path(filepath.FromSlash(name)))
	if err != nil && !os.IsNotExist(err) {
		l.t.Fatal(err)
	}
	l.file(name, string(old)+text)
}

// attributes has all files be of driver x.
func (l *Lure) attributes() { l.file(".git/info/attributes", "* filter=x diff=x merge=x\n") }

// partial removes a blob that the last commit, the index and the patterns of
// ignored files need, and makes the repository a partial clone of a URL.
func (l *Lure) partial(url, more string) {
	l.t.Helper()
	l.Partial = true
	id := l.Git("rev-parse", "main:.gitignore")
	l.Git("update-index", "--skip-worktree", ".gitignore")
	l.Git("update-index", "--add", "--cacheinfo", "100644,"+id+",staged.txt")
	l.Git("update-index", "--skip-worktree", "staged.txt")
	for _, path := range []string{l.Path(".gitignore"), l.Path(".git", "objects", id[:2], id[2:])} {
		if err := os.Remove(path); err != nil {
			l.t.Fatal(err)
		}
	}
	l.config("[core]\n\trepositoryFormatVersion = 1\n[extensions]\n\tpartialClone = origin\n[protocol]\n\tallow = always\n[protocol \"ext\"]\n\tallow = always\n" +
		"[remote \"origin\"]\n\tpromisor = true\n\tpartialCloneFilter = blob:none\n\turl = " + url + "\n" + more)
}

// mirror returns another repository on this computer, which has everything.
func (l *Lure) mirror() string {
	l.t.Helper()
	dir := filepath.Join(l.t.TempDir(), "mirror.git")
	Open(l.t, l.base).Git("clone", "-q", "--mirror", "--template=", l.base, dir)
	return filepath.ToSlash(dir)
}

// Origin sees to it that there is a remote "origin" to fetch from.
func (l *Lure) Origin() {
	l.t.Helper()
	if !l.Partial {
		l.Plain("config", "remote.origin.url", l.mirror())
	}
}

// lazy are the commands that fetch on demand.
var lazy = [][]string{{"check-ignore", "x"}, {"cat-file", "-p", "main:.gitignore"}}

// hookNames are the hooks that any command may run.
var hookNames = []string{
	"pre-commit", "post-checkout", "post-index-change", "pre-auto-gc", "fsmonitor-watchman", "query-watchman",
	"reference-transaction", "pre-push", "post-rewrite", "post-merge", "update", "pre-receive",
}

// Canaries returns all of them.
func Canaries() []Canary {
	config := func(format string) func(*Lure, string) {
		return func(l *Lure, program string) { l.config(strings.ReplaceAll(format, "X", program)) }
	}
	driver := func(format string) func(*Lure, string) {
		return func(l *Lure, program string) {
			l.attributes()
			l.config(strings.ReplaceAll(format, "X", program))
		}
	}
	env := func(format string) func(*Lure, string) {
		return func(l *Lure, program string) {
			for v := range strings.SplitSeq(strings.ReplaceAll(format, "CANARY", program), "\n") {
				l.Env = append(l.Env, v)
			}
		}
	}
	fsmonitor := [][]string{{"status"}, {"diff-files"}}
	return []Canary{
		{Name: "lazy fetch through ext::", Springs: lazy, set: func(l *Lure, x string) { l.partial("ext::"+x, "") }},
		{Name: "lazy fetch through core.sshCommand", Springs: lazy, set: func(l *Lure, x string) {
			l.partial("ssh://host.invalid/x", "[core]\n\tsshCommand = "+x+"\n")
		}},
		{Name: "lazy fetch through core.gitProxy", Springs: lazy, set: func(l *Lure, x string) {
			l.partial("git://host.invalid/x", "[core]\n\tgitProxy = "+x+"\n")
		}},
		{Name: "lazy fetch through remote.uploadpack", Springs: lazy, set: func(l *Lure, x string) {
			l.partial(l.mirror(), "\tuploadpack = "+x+"\n")
		}},
		{Name: "lazy fetch through remote.vcs", Springs: lazy, set: func(l *Lure, x string) { l.partial(x, "\tvcs = ext\n") }},
		{Name: "lazy fetch through url.insteadOf", Springs: lazy, set: func(l *Lure, x string) {
			l.partial("https://host.invalid/x", "[url \"ext::"+x+" \"]\n\tinsteadOf = https://host.invalid/\n")
		}},
		{Name: "lazy fetch with core.alternateRefsCommand", Springs: lazy[:1], set: func(l *Lure, x string) {
			l.file(".git/objects/info/alternates", filepath.ToSlash(New(l.t, "--bare").Path("objects"))+"\n")
			l.partial(l.mirror(), "[core]\n\talternateRefsCommand = "+x+"\n")
		}},
		{Name: "lazy fetch over http", Fetches: true, Springs: lazy, set: func(l *Lure, _ string) { l.partial(l.server.URL+"/x.git", "") }},
		{Name: "credential.helper", Springs: lazy, set: func(l *Lure, x string) {
			l.partial(l.server.URL+"/x.git", "[credential]\n\thelper = !"+x+"\n[credential \"http://127.0.0.1\"]\n\thelper = "+x+"\n")
		}},
		{Name: "core.askPass", Springs: lazy, set: func(l *Lure, x string) {
			l.partial(l.server.URL+"/x.git", "[core]\n\taskPass = "+x+"\n")
		}},
		{Name: "bundle URI", Unsprung: "it takes git 2.40", set: func(l *Lure, _ string) {
			l.partial(l.mirror()+"-gone", "[fetch]\n\tbundleURI = "+l.server.URL+"/bundle\n[transfer]\n\tbundleURI = true\n")
		}},
		{Name: "lazy fetch of a promisor that is no extension", Springs: lazy, set: func(l *Lure, x string) {
			l.partial("https://host.invalid/x", "[remote \"other\"]\n\tpromisor = true\n\turl = ext::"+x+"\n")
		}},
		{Name: "core.fsmonitor", Springs: fsmonitor, set: config("[core]\n\tfsmonitor = X\n")},
		{Name: "include.path", Springs: fsmonitor, set: func(l *Lure, x string) {
			l.file("build/settings", "[core]\n\tfsmonitor = "+x+"\n")
			l.config("[include]\n\tpath = ../build/settings\n")
		}},
		{Name: "includeIf", Springs: fsmonitor, set: func(l *Lure, x string) {
			l.file("build/settings", "[core]\n\tfsmonitor = "+x+"\n")
			l.config("[includeIf \"gitdir:**\"]\n\tpath = ../build/settings\n")
		}},
		{Name: "config.worktree", Springs: fsmonitor, set: func(l *Lure, x string) {
			l.config("[core]\n\trepositoryFormatVersion = 1\n[extensions]\n\tworktreeConfig = true\n")
			l.file(".git/config.worktree", "[core]\n\tfsmonitor = "+x+"\n")
		}},
		{Name: ".git is a file", Springs: fsmonitor, set: func(l *Lure, x string) {
			l.config("[core]\n\tfsmonitor = " + x + "\n")
			if err := os.Rename(l.Path(".git"), l.Path("build")); err != nil {
				l.t.Fatal(err)
			}
			l.file(".git", "gitdir: build\n")
		}},
		{Name: "a repository in a directory below", Springs: [][]string{{"-C", "deploy", "status"}}, set: func(l *Lure, x string) {
			l.Git("init", "-q", "deploy")
			l.append("deploy/.git/config", "[core]\n\tfsmonitor = "+x+"\n")
		}},
		{Name: "a bare repository below", Springs: [][]string{{"-C", "deploy", "--work-tree=.", "status"}}, set: func(l *Lure, x string) {
			l.Git("init", "-q", "--bare", "deploy")
			l.append("deploy/config", "[core]\n\tfsmonitor = "+x+"\n")
		}},
		{Name: "a submodule", Springs: [][]string{{"status"}}, set: func(l *Lure, x string) {
			l.submodule()
			l.append("module/.git/config", "[core]\n\tfsmonitor = "+x+"\n")
			l.config("[submodule]\n\trecurse = true\n[fetch]\n\trecurseSubmodules = true\n[diff]\n\tignoreSubmodules = none\n")
		}},
		{Name: "submodule.update", Springs: [][]string{{"submodule", "update"}}, set: func(l *Lure, x string) {
			l.submodule()
			l.config("[submodule \"module\"]\n\tactive = true\n\turl = ./module\n\tupdate = !" + x + "\n")
		}},
		{Name: "hooks", Springs: [][]string{{"commit", "--allow-empty", "-m", "x"}, {"update-index", "--force-remove", "README.md"}}, set: func(l *Lure, x string) {
			for _, name := range hookNames {
				l.file(".git/hooks/"+name, "#!/bin/sh\nexec "+x+" "+name+"\n")
			}
		}},
		{Name: "core.hooksPath", Springs: [][]string{{"commit", "--allow-empty", "-m", "x"}}, set: func(l *Lure, x string) {
			for _, name := range hookNames {
				l.file("build/"+name, "#!/bin/sh\nexec "+x+" "+name+"\n")
			}
			l.config("[core]\n\thooksPath = build\n")
		}},
		{Name: "hooks of the configuration", Unsprung: "it takes git 2.54", set: func(l *Lure, x string) {
			var text strings.Builder
			text.WriteString("[hook \"x\"]\n\tcommand = " + x + "\n")
			for _, name := range hookNames {
				text.WriteString("\tevent = " + name + "\n")
			}
			l.config(text.String())
		}},
		{Name: "filter.clean", Springs: [][]string{{"hash-object", "list.txt"}}, set: driver("[filter \"x\"]\n\tclean = X\n\trequired = true\n")},
		{Name: "filter.smudge", Springs: [][]string{{"cat-file", "--filters", "main:list.txt"}}, set: driver("[filter \"x\"]\n\tsmudge = X\n")},
		{Name: "filter.process", Springs: [][]string{{"cat-file", "--filters", "main:list.txt"}}, set: driver("[filter \"x\"]\n\tprocess = X\n")},
		{Name: "diff.textconv", Springs: [][]string{{"cat-file", "--textconv", "main:list.txt"}, {"log", "-p", "-1"}}, set: driver("[diff \"x\"]\n\ttextconv = X\n\tcachetextconv = true\n")},
		{Name: "diff.command", Springs: [][]string{{"diff", "main~1"}}, set: driver("[diff \"x\"]\n\tcommand = X\n")},
		{Name: "diff.external", Springs: [][]string{{"diff", "main~1"}}, set: config("[diff]\n\texternal = X\n")},
		{Name: "merge.driver", Springs: [][]string{{"merge-tree", "--write-tree", "main", "other"}}, set: driver("[merge \"x\"]\n\tdriver = X\n")},
		{Name: ".gitattributes", Springs: [][]string{{"cat-file", "--filters", "main:list.txt"}}, set: func(l *Lure, x string) {
			l.file(".gitattributes", "* filter=x diff=x\n")
			l.config("[filter \"x\"]\n\tclean = " + x + "\n\tsmudge = " + x + "\n[diff \"x\"]\n\ttextconv = " + x + "\n")
		}},
		{Name: "core.attributesFile", Springs: [][]string{{"cat-file", "--filters", "main:list.txt"}}, set: func(l *Lure, x string) {
			l.file("build/attributes", "* filter=x diff=x\n")
			l.config("[core]\n\tattributesFile = build/attributes\n[filter \"x\"]\n\tclean = " + x + "\n\tsmudge = " + x + "\n")
		}},
		{Name: "core.worktree", Springs: [][]string{{"status"}}, set: func(l *Lure, x string) {
			l.file("build/.gitattributes", "* filter=x\n")
			l.file("build/list.txt", "other!!\n")
			l.config("[core]\n\tworktree = ../build\n\tfsmonitor = " + x + "\n[filter \"x\"]\n\tclean = " + x + "\n")
		}},
		{Name: "gpg.program", Springs: [][]string{{"log", "-1", "main"}}, set: config("[gpg]\n\tprogram = X\n[gpg \"openpgp\"]\n\tprogram = X\n[log]\n\tshowSignature = true\n[format]\n\tpretty = %G?\n")},
		{Name: "core.pager", Unsprung: "it takes a terminal", set: config("[core]\n\tpager = X\n[pager]\n\tconfig = true\n\trev-list = X\n\tfor-each-ref = X\n\trev-parse = X\n\tcat-file = X\n\tworktree = X\n\tls-files = X\n\tls-tree = X\n")},
		{Name: "core.editor", Springs: [][]string{{"commit", "--amend"}}, set: config("[core]\n\teditor = X\n[sequence]\n\teditor = X\n")},
		{Name: "alias", Springs: [][]string{{"x"}}, set: config("[alias]\n\tx = !X\n\trev-parse = !X\n\trev-list = !X\n\tcat-file = !X\n\tconfig = !X\n\tcheck-ignore = !X\n\tdiff-index = !X\n\tfor-each-ref = !X\n\tworktree = !X\n\tls-files = !X\n\tls-tree = !X\n\tfetch = !X\n\tsymbolic-ref = !X\n\tls-remote = !X\n")},
		{Name: "trailer.command", Springs: [][]string{{"interpret-trailers", "README.md"}}, set: config("[trailer \"x\"]\n\tkey = x\n\tifmissing = add\n\tcommand = X\n")},
		{Name: "uploadpack.packObjectsHook", Unsprung: "git ignores it in a repository", set: config("[uploadpack]\n\tpackObjectsHook = X\n")},
		{Name: "interactive.diffFilter and others", Unsprung: "it takes a terminal", set: config("[interactive]\n\tdiffFilter = X\n[sendemail]\n\ttoCmd = X\n[man]\n\tviewer = x\n[man \"x\"]\n\tcmd = X\n[browser \"x\"]\n\tcmd = X\n[difftool \"x\"]\n\tcmd = X\n[mergetool \"x\"]\n\tcmd = X\n[gc]\n\tauto = 1\n\trecentObjectsHook = X\n[receive]\n\tprocReceiveRefs = refs\n[tar \"x\"]\n\tcommand = X\n[guitool \"x\"]\n\tcmd = X\n[imap]\n\ttunnel = X\n[instaweb]\n\thttpd = X\n[lfs]\n\turl = X\n[lfs \"customtransfer.x\"]\n\tpath = X\n")},
		{Name: "safe.directory of another user's repository", Unsprung: "git refuses it", set: func(l *Lure, x string) {
			l.config("[safe]\n\tdirectory = *\n\tbareRepository = all\n[core]\n\tfsmonitor = " + x + "\n")
			if os.Getuid() == 0 {
				for _, name := range []string{"", ".git", ".git/config"} {
					if err := os.Chown(l.Path(filepath.FromSlash(name)), 65534, 65534); err != nil {
						l.t.Fatal(err)
					}
				}
			}
		}},
		{Name: "a program git in the tree", Unsprung: "a plain git is not the one in the tree", set: func(l *Lure, x string) {
			for _, name := range []string{"git", "git.exe", "git-rev-parse", "momentolint", "deploy/git"} {
				l.file(name, "#!/bin/sh\nexec "+x+"\n")
			}
		}},
		{Name: "variable GIT_EXTERNAL_DIFF", Fetches: true, Springs: [][]string{{"diff", "main~1"}}, set: env("GIT_EXTERNAL_DIFF=CANARY")},
		{Name: "variable GIT_EDITOR", Fetches: true, Springs: [][]string{{"commit", "--amend"}}, set: env("GIT_EDITOR=CANARY\nGIT_SEQUENCE_EDITOR=CANARY\nEDITOR=CANARY\nVISUAL=CANARY\nGIT_PAGER=CANARY\nPAGER=CANARY")},
		{Name: "variable GIT_TRACE", Fetches: true, Springs: [][]string{{"status"}}, set: func(l *Lure, _ string) {
			l.Env = append(l.Env, "GIT_TRACE="+l.fired, "GIT_TRACE2="+l.fired, "GIT_TRACE_SETUP="+l.fired, "GIT_TRACE_PACKET="+l.fired)
		}},
		{Name: "variable GIT_SSH_COMMAND", Fetches: true, Springs: lazy, set: func(l *Lure, x string) {
			l.partial("ssh://host.invalid/x", "")
			l.Env = append(l.Env, "GIT_SSH_COMMAND="+x, "GIT_SSH="+x, "GIT_ALLOW_PROTOCOL=ssh", "GIT_NO_LAZY_FETCH=0")
		}},
		{Name: "variable GIT_PROXY_COMMAND", Fetches: true, Springs: lazy, set: func(l *Lure, x string) {
			l.partial("git://host.invalid/x", "")
			l.Env = append(l.Env, "GIT_PROXY_COMMAND="+x, "GIT_ALLOW_PROTOCOL=git", "GIT_NO_LAZY_FETCH=0")
		}},
		{Name: "variable GIT_ASKPASS", Fetches: true, Springs: lazy, set: func(l *Lure, x string) {
			l.partial(l.server.URL+"/x.git", "")
			l.Env = append(l.Env, "GIT_ASKPASS="+x, "SSH_ASKPASS="+x, "GIT_ALLOW_PROTOCOL=http", "GIT_NO_LAZY_FETCH=0")
		}},
		{Name: "variable GIT_EXEC_PATH", Fetches: true, Springs: lazy, set: func(l *Lure, x string) {
			l.partial("ext::false", "")
			for _, name := range []string{"git", "git-fetch", "git-remote-ext", "git-rev-parse", "git-x"} {
				l.file("build/"+name, "#!/bin/sh\nexec "+x+" "+name+"\n")
			}
			l.Env = append(l.Env, "GIT_EXEC_PATH="+l.Path("build"))
		}},
		{Name: "variable GIT_CONFIG_COUNT", Fetches: true, Springs: fsmonitor, set: env("GIT_CONFIG_COUNT=1\nGIT_CONFIG_KEY_0=core.fsmonitor\nGIT_CONFIG_VALUE_0=CANARY")},
		{Name: "variable GIT_CONFIG_PARAMETERS", Fetches: true, Springs: fsmonitor, set: env("GIT_CONFIG_PARAMETERS='core.fsmonitor=CANARY'")},
		{Name: "variable GIT_ALTERNATE_OBJECT_DIRECTORIES", Fetches: true, Springs: lazy[:1], set: func(l *Lure, x string) {
			l.Env = append(l.Env, "GIT_ALTERNATE_OBJECT_DIRECTORIES="+New(l.t, "--bare").Path("objects"))
			l.partial(l.mirror(), "[core]\n\talternateRefsCommand = "+x+"\n")
		}},
	}
}

// submodule adds a submodule that is checked out at another commit than the
// index says.
func (l *Lure) submodule() {
	l.t.Helper()
	l.Git("init", "-q", "-b", "main", "module")
	m := Open(l.t, l.Path("module"))
	m.Write("file", "one\n")
	wanted := m.Commit("One")
	m.Tick()
	m.Write("file", "two\n")
	m.Commit("Two")
	l.file(".gitmodules", "[submodule \"module\"]\n\tpath = module\n\turl = ./module\n")
	l.Git("update-index", "--add", "--cacheinfo", "160000,"+wanted+",module")
}
