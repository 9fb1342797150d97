package gitcmd

import (
	"os"
	"slices"
	"strings"
)

// subcommands lists what may be run. Each was tried against everything that a
// repository can configure; add none without doing so.
func subcommands(k Kind) []string {
	switch k {
	case Fetch:
		return []string{"config", "fetch", "init", "ls-remote"}
	case Settings:
		return []string{"config", "rev-parse", "version"}
	default:
		return []string{
			"cat-file", "check-ignore", "config", "diff-index", "for-each-ref", "ls-files", "ls-tree",
			"rev-list", "rev-parse", "symbolic-ref", "version", "worktree",
		}
	}
}

// settings returns the options that stand in front of every subcommand. They
// overrule what a repository could configure to have something run or fetched,
// or git's output changed.
func settings(k Kind) []string {
	list := []string{"--no-pager", "--no-optional-locks"}
	set := func(values ...string) {
		for _, v := range values {
			list = append(list, "-c", v)
		}
	}
	set(
		"core.fsmonitor=", // empty, since versions before 2.36 would run "false"
		"core.alternateRefsCommand=",
		"submodule.recurse=false",
		"fetch.recurseSubmodules=false",
		"fetch.bundleURI=",
		"transfer.bundleURI=false",
		"gc.auto=0",
		"maintenance.auto=false",
		"protocol.ext.allow=never",
	)
	if k != Settings {
		set("core.hooksPath=" + os.DevNull)
	}
	if k == Fetch {
		set(
			"fetch.unpackLimit=1",
			"fetch.writeCommitGraph=false",
			"http.lowSpeedLimit=1000",
			"http.lowSpeedTime=60",
			"core.logAllRefUpdates=false",
			"remote.pushDefault=",
		)
		return list
	}
	set(
		"core.sshCommand=",
		"core.askPass=",
		"core.gitProxy=",
		"core.editor=",
		"credential.helper=",
		"diff.external=",
		"gpg.program=",
		"gpg.ssh.program=",
		"gpg.x509.program=",
		"uploadpack.packObjectsHook=",
		"log.showSignature=false",
		"i18n.logOutputEncoding=UTF-8", // rev-list --format obeys it, even for UTF-16
		"protocol.allow=never",
	)
	return list
}

// RepositoryVars returns the variables that say which repository git works on,
// as "git rev-parse --local-env-vars" lists them, without those that only carry
// configuration.
func RepositoryVars() []string {
	return []string{
		"GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_OBJECT_DIRECTORY", "GIT_DIR", "GIT_WORK_TREE",
		"GIT_IMPLICIT_WORK_TREE", "GIT_GRAFT_FILE", "GIT_INDEX_FILE", "GIT_NO_REPLACE_OBJECTS",
		"GIT_REPLACE_REF_BASE", "GIT_PREFIX", "GIT_SHALLOW_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE",
		"GIT_QUARANTINE_PATH",
	}
}

// NamesRepository reports whether an environment names a repository.
func NamesRepository(env []string) bool {
	return slices.ContainsFunc(env, func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.Contains(RepositoryVars(), name)
	})
}

// passes reports whether a variable that begins with "GIT_" is left to git.
// Most of those that are not would have git run, print or write something more.
func passes(k Kind, name string) bool {
	switch name {
	case "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS",
		"GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM":
		return true
	case "GIT_EXEC_PATH", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_PROXY_COMMAND", "GIT_PROXY_SSL_CAINFO",
		"GIT_PROXY_SSL_CERT", "GIT_PROXY_SSL_KEY", "GIT_HTTP_PROXY_AUTHMETHOD", "GIT_HTTP_USER_AGENT",
		"GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_SSL_CERT", "GIT_SSL_KEY", "GIT_SSL_NO_VERIFY", "GIT_SSL_VERSION":
		return k == Fetch
	}
	if strings.HasPrefix(name, "GIT_CONFIG_KEY_") || strings.HasPrefix(name, "GIT_CONFIG_VALUE_") {
		return true
	}
	return (k == Own || k == Settings) && slices.Contains(RepositoryVars(), name)
}

// environment makes the environment that git is run in. GIT_ALLOW_PROTOCOL
// overrules every protocol.*.allow that a repository may set; the one entry
// that it has here has no name. [Git.Fetch] adds the one that it needs.
func environment(k Kind, env []string) []string {
	var out []string
	for _, v := range env {
		name, _, _ := strings.Cut(v, "=")
		switch {
		case strings.HasPrefix(strings.ToUpper(name), "GIT_") && !passes(k, name):
		case name == "SSH_ASKPASS", name == "PAGER", name == "EDITOR", name == "VISUAL":
		default:
			out = append(out, v)
		}
	}
	out = append(out,
		"GIT_NO_LAZY_FETCH=1", "GIT_PROTOCOL_FROM_USER=0", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0",
		"GIT_ASKPASS=", "SSH_ASKPASS=", "GIT_PAGER=cat", "GIT_FLUSH=0", "LC_ALL=C", "LANGUAGE=C")
	if k == Fetch {
		out = append(out, "GCM_INTERACTIVE=never")
	}
	return append(out, "GIT_ALLOW_PROTOCOL=:")
}
