package history

import (
	"container/heap"
	"slices"

	"github.com/momentolint/momentolint/internal/git"
)

// topological orders the reached commits: parents before children, and the
// oldest of those that are ready first.
func topological(commits []commitNode, of map[git.OID]int32) []int32 {
	waits := make([]int32, len(commits))
	children := make([][]int32, len(commits))
	q := commitQueue{commits: commits}
	reached := 0
	for i := range commits {
		c := &commits[i]
		if !c.reached {
			continue
		}
		reached++
		for _, p := range c.parents {
			if j, ok := of[p]; ok {
				children[j] = append(children[j], int32(i))
				waits[i]++
			}
		}
		if waits[i] == 0 {
			q.order = append(q.order, int32(i))
		}
	}
	heap.Init(&q)
	order := make([]int32, 0, reached)
	done := make([]bool, len(commits))
	for {
		for len(q.order) > 0 {
			i, _ := heap.Pop(&q).(int32)
			if done[i] {
				continue
			}
			done[i] = true
			order = append(order, i)
			for _, c := range children[i] {
				if waits[c]--; waits[c] == 0 {
					heap.Push(&q, c)
				}
			}
		}
		if len(order) == reached {
			return order
		}
		// Replacements and grafts may form a cycle. Break it anywhere.
		var left []int32
		for i := range commits {
			if commits[i].reached && !done[i] {
				left = append(left, int32(i))
			}
		}
		first := slices.MinFunc(left, func(a, b int32) int {
			if q.before(a, b) {
				return -1
			}
			return 1
		})
		heap.Push(&q, first)
	}
}

// commitQueue is a heap of commits, the oldest first.
type commitQueue struct {
	commits []commitNode
	order   []int32
}

func (q *commitQueue) before(i, j int32) bool {
	a, b := &q.commits[i], &q.commits[j]
	switch {
	case a.date != b.date:
		return a.date < b.date
	case a.replacement != b.replacement:
		return b.replacement
	}
	return a.id.Compare(b.id) < 0
}

// Len, Less, Swap, Push and Pop make it a heap.
func (q *commitQueue) Len() int           { return len(q.order) }
func (q *commitQueue) Less(i, j int) bool { return q.before(q.order[i], q.order[j]) }
func (q *commitQueue) Swap(i, j int)      { q.order[i], q.order[j] = q.order[j], q.order[i] }
func (q *commitQueue) Push(x any) {
	if i, ok := x.(int32); ok {
		q.order = append(q.order, i)
	}
}
func (q *commitQueue) Pop() any {
	last := q.order[len(q.order)-1]
	q.order = q.order[:len(q.order)-1]
	return last
}
