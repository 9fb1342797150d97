package scanner

import (
	"context"

	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/machine"
	"github.com/momentolint/momentolint/internal/source"
)

// Machine scans the well-known places of a computer and its environment. The
// names of variables stand as "env:NAME" in the report.
func (r *Run) Machine(ctx context.Context, system machine.System) error {
	r.progress.phase("looking through this computer")
	places, variables := system.Places(func(path string, err error) {
		r.Record(coverage.Skip(path, finding.Reason(err)))
	})
	for _, p := range places {
		stats, err := source.Files(ctx, []string{p.Path}, r.machineOptions(), r.visit(ctx, p.Advice))
		r.count(stats)
		if err != nil {
			return r.stop(ctx, err)
		}
	}
	for _, v := range variables {
		// With its name before it, as rules that look at names expect.
		text := []byte(v.Name + "=" + v.Value)
		p := place{path: "env:" + v.Name, advice: v.Advice}
		if err := r.scan(ctx, 0, p, text, nil, r.keep); err != nil {
			return r.stop(ctx, err)
		}
	}
	return nil
}

// machineOptions are the source's options for well-known places: names are
// absolute, whatever folder they stand in.
func (r *Run) machineOptions() source.Options {
	o := r.sourceOptions()
	o.FullNames = true
	return o
}
