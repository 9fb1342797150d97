package gitcmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrProgram says that nothing is fetched because the repository's own
// configuration names a program that git would run.
var ErrProgram = errors.New("the repository's own configuration names a program, so nothing is fetched into it")

// Fetch fetches refs from a remote, which is a name or a URL, into the
// repository. Programs that the user's or the system's configuration names are
// run, as for transports and credentials; [ErrProgram] is returned where the
// repository's own names one. Only the transport of the remote's URL is
// permitted, so that a repository on this computer cannot name another.
func (g *Git) Fetch(ctx context.Context, remote string, refs []string, options ...string) error {
	if g.o.Kind != Fetch {
		return errors.New("git fetch is not among the commands that may be run here")
	}
	set, err := g.programs(ctx)
	if err != nil {
		return err
	}
	url, err := g.Output(ctx, "ls-remote", "--get-url", "--", remote)
	if err != nil {
		return err
	}
	protocols := transport(strings.TrimSuffix(string(url), "\n"))
	if protocols == "" {
		return &Error{Command: "fetch", Err: fmt.Errorf("transport '%s' not allowed", scheme(string(url)))}
	}
	own := *g
	own.env = append(slices.Clone(g.env), "GIT_ALLOW_PROTOCOL="+protocols)
	if !set["core.sshcommand"] && g.Getenv("GIT_SSH_COMMAND") == "" && g.Getenv("GIT_SSH") == "" {
		own.env = append(own.env, "GIT_SSH_COMMAND="+sshCommand)
	}
	args := append([]string{"fetch", "--quiet", "--no-recurse-submodules", "--no-write-fetch-head"}, options...)
	_, err = own.Output(ctx, slices.Concat(args, []string{"--", remote}, refs)...)
	return err
}

// sshCommand never asks, and returns up on a host that says nothing for a minute.
const sshCommand = "ssh -oBatchMode=yes -oConnectTimeout=60 -oServerAliveInterval=20 -oServerAliveCountMax=3"

// programs returns the keys of the configuration that name programs. It is an
// error if the repository's own sets one.
func (g *Git) programs(ctx context.Context) (map[string]bool, error) {
	out, err := g.Output(ctx, "config", "--show-scope", "--name-only", "-z", "--list")
	if err != nil {
		return nil, err
	}
	set := map[string]bool{}
	fields := strings.Split(string(out), "\x00")
	for i := 0; i+1 < len(fields); i += 2 {
		scope, key := fields[i], fields[i+1]
		if !namesProgram(key) {
			continue
		}
		if scope != "system" && scope != "global" && scope != "command" {
			return nil, &Error{Command: "fetch", Err: fmt.Errorf("%w: %s", ErrProgram, key)}
		}
		set[key] = true
	}
	return set, nil
}

// namesProgram reports whether a fetch runs what a key of the configuration
// names. Keys come from git, with section and variable in lower case.
func namesProgram(key string) bool {
	section, name, _ := strings.Cut(key, ".")
	name = name[strings.LastIndexByte(name, '.')+1:]
	switch section {
	case "core":
		return slices.Contains([]string{"sshcommand", "askpass", "gitproxy"}, name)
	case "credential":
		return name == "helper"
	case "remote":
		return slices.Contains([]string{"uploadpack", "vcs"}, name)
	}
	return section == "hook"
}

// transport returns the entries of GIT_ALLOW_PROTOCOL for a URL, "" if it may
// not be fetched from.
func transport(url string) string {
	switch s := scheme(url); s {
	case "http":
		return "http:https" // it may redirect
	case "https", "git", "file":
		return s
	case "ssh", "git+ssh", "ssh+git":
		return "ssh"
	}
	return ""
}

// scheme returns the name of the transport that git takes for a URL.
func scheme(url string) string {
	url = strings.TrimSpace(url)
	if name, _, ok := strings.Cut(url, "::"); ok && !strings.ContainsAny(name, "/:") {
		return name
	}
	if name, _, ok := strings.Cut(url, "://"); ok {
		return strings.ToLower(name)
	}
	// host:path, unless a slash comes first; a drive's letter is none.
	if host, _, ok := strings.Cut(url, ":"); ok && len(host) > 1 && !strings.ContainsRune(host, '/') {
		return "ssh"
	}
	return "file"
}
