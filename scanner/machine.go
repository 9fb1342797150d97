package scanner

import (
	"context"

	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/machine"
	"github.com/momentolint/momentolint/internal/source"
)

// Machine is a source: the places on a computer where keys are kept, and its
// environment. Variables are named "env:NAME" in the report.
type Machine struct {
	// System is the computer.
	System machine.System
}

func (m Machine) scan(ctx context.Context, r *Run) error {
	r.progress.phase("looking through this computer")
	places, variables := m.System.Places(func(path string, err error) {
		r.Record(coverage.Skip(path, finding.Reason(err)))
	})
	o := r.sourceOptions()
	o.FullNames = true
	// Names are absolute, in whatever directory they are.
	from := &origin{}
	for _, p := range places {
		stats, err := source.Files(ctx, []string{p.Path}, o, r.visit(ctx, from, p.Advice))
		r.count(stats)
		if err != nil {
			return err
		}
	}
	for _, v := range variables {
		// With its name before it, as rules that look at names expect.
		text := []byte(v.Name + "=" + v.Value)
		p := place{from: from, path: "env:" + v.Name, advice: v.Advice}
		if err := r.scan(ctx, 0, p, text, nil, r.keep); err != nil {
			return err
		}
	}
	return nil
}
