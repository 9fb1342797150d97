package source

import (
	"context"
	"sync"
)

// Files reads files, and directories with everything in them, except what git
// keeps for itself (see gitdir.go). Symbolic links inside a directory are not
// followed, for what they name inside it is reached anyway; a path that is a
// link itself is. Devices, pipes and sockets are not opened.
//
// Names for display are relative to the path if it is the only one and a
// directory, else they begin with the path as given. A path given twice, or inside
// another one, is read once.
//
// What could not be read is recorded through Options.Record, and the run goes
// on. The error is that of the visitor or of the context.
func Files(ctx context.Context, paths []string, o Options, visit Visitor) (Stats, error) {
	r := newRun(o, visit)
	roots := r.resolve(paths)
	if len(roots) == 0 || ctx.Err() != nil {
		return r.result(ctx)
	}
	tasks := make([]task, 0, len(roots))
	for _, x := range roots {
		tasks = append(tasks, task{root: x})
	}
	git := newGitDirs(roots)
	p := newPool(tasks, git.release)
	r.wake = p.end
	defer r.bind(ctx)()

	var workers sync.WaitGroup
	for i := range r.Jobs {
		w := &walker{worker: newWorker(r, i), pool: p, git: git, maxOpen: maxOpenDirs(r.Jobs)}
		workers.Go(func() {
			w.work()
			r.add(w.stats)
		})
	}
	workers.Wait()
	for _, t := range p.rest() {
		if t.dir != nil {
			t.dir.close()
		}
	}
	return r.result(ctx)
}
