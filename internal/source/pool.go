package source

import (
	"sync"
	"sync/atomic"
)

// task is a part of the walk that one worker can do alone.
type task struct {
	// root is set for a path given by the caller.
	root *root
	// dir is a directory to be walked, or, if names is set, one with these files
	// (each name with a zero byte behind it) to be read.
	dir   directory
	node  *node
	names []byte
}

// pool shares the work. Workers keep what they find to themselves; only one
// that sees another without work hands some over. So there is nothing that
// they wait for each other at while all are busy.
type pool struct {
	// hungry is how many workers wait without a task that would be for them.
	idle atomic.Int32

	mu    sync.Mutex
	ready *sync.Cond
	queue []task
	// open counts tasks in the queue and in work.
	open    int
	waiting int
	ended   bool
	// drained is asked for more when everything is done.
	drained func() []task
}

func newPool(tasks []task, drained func() []task) *pool {
	p := &pool{queue: tasks, open: len(tasks), drained: drained}
	p.ready = sync.NewCond(&p.mu)
	return p
}

// put gives a task to a waiting worker.
func (p *pool) put(t task) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.queue = append(p.queue, t)
	p.open++
	p.count()
	p.ready.Signal()
}

// take waits for a task; false means that there will be none.
func (p *pool) take() (task, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		switch {
		case p.ended:
			return task{}, false
		case len(p.queue) > 0:
			t := p.queue[0]
			p.queue[0] = task{}
			p.queue = p.queue[1:]
			p.count()
			return t, true
		case p.open == 0:
			if p.queue = p.drained(); len(p.queue) > 0 {
				p.open = len(p.queue)
				p.ready.Broadcast()
				continue
			}
			p.ended = true
			p.ready.Broadcast()
			return task{}, false
		}
		p.waiting++
		p.count()
		p.ready.Wait()
		p.waiting--
		p.count()
	}
}

// done says that a task taken is finished.
func (p *pool) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open--; p.open == 0 {
		p.ready.Broadcast()
	}
}

// end lets all workers end, whatever is left.
func (p *pool) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
	p.ready.Broadcast()
}

// rest returns the tasks that no worker took, so that they can be closed.
func (p *pool) rest() []task {
	p.mu.Lock()
	defer p.mu.Unlock()
	rest := p.queue
	p.queue = nil
	return rest
}

func (p *pool) count() { p.idle.Store(int32(p.waiting - len(p.queue))) }
