package lint

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/golint"
	"github.com/momentolint/momentolint/scanner"
)

// leftOut collects what a run of the analyzers leaves out on purpose, by
// absolute path.
type leftOut struct {
	l    *linter
	plan golint.Plan
	// excluded is what the configuration excludes, unbuilt what the Go build
	// leaves out, and dirs the directories of listed packages.
	excluded, unbuilt, dirs map[string]bool
	// unlisted are the directories of targets that could not be listed: they are
	// reported as skipped.
	unlisted []string
}

func newLeftOut(l *linter, plan golint.Plan) *leftOut {
	o := &leftOut{l: l, plan: plan, excluded: map[string]bool{}, unbuilt: map[string]bool{}, dirs: map[string]bool{}}
	for _, dir := range plan.Excluded {
		o.excluded[dir] = true
	}
	for _, dir := range plan.Left {
		o.unbuilt[dir] = true
	}
	return o
}

// add adds what is known of one target.
func (o *leftOut) add(t golint.Target, result golint.Result) {
	if !result.Listed {
		o.unlisted = append(o.unlisted, t.Dir)
	}
	for _, dir := range result.Dirs {
		o.dirs[dir] = true
	}
	for _, file := range result.Files {
		o.exclude(file)
	}
	for _, file := range result.LeftOut {
		o.leave(file)
	}
}

// leave records a file that the build leaves out, unless the configuration
// excludes it too.
func (o *leftOut) leave(file string) {
	if !o.exclude(file) {
		o.unbuilt[file] = true
	}
}

// exclude records a file, or the uppermost directory above it, if the
// configuration excludes it.
func (o *leftOut) exclude(file string) bool {
	excluded := ""
	if o.l.options.Config.Excluded(o.l.configPath(file), false) {
		excluded = file
	}
	for dir := filepath.Dir(file); within(o.l.root, dir); dir = filepath.Dir(dir) {
		if o.l.excluded(dir) {
			excluded = dir
		}
	}
	if excluded != "" {
		o.excluded[excluded] = true
	}
	return excluded != ""
}

// within reports whether a path is below a directory.
func within(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != "." && filepath.IsLocal(rel)
}

// exclusions returns the entries for all of it. Only if all targets have run
// is a directory without a listed package one that the build leaves out.
func (o *leftOut) exclusions(complete bool) []scanner.Entry {
	for _, file := range o.plan.GoFiles {
		below := func(dir string) bool { return strings.HasPrefix(file, dir+string(filepath.Separator)) }
		if complete && !o.dirs[filepath.Dir(file)] && !slices.ContainsFunc(o.unlisted, below) {
			o.leave(file)
		}
	}
	var list []scanner.Entry
	for range o.excluded {
		list = append(list, coverage.Exclude(coverage.ByExclude, ""))
	}
	for range o.unbuilt {
		list = append(list, coverage.Exclude(coverage.ByBuild, ""))
	}
	return list
}
