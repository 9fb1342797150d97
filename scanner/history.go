package scanner

import (
	"context"
	"errors"
)

type History struct{ Reflog, AllObjects bool }

func (r *Run) History(ctx context.Context, repo string, h History) error { return errors.New("not yet") }
func (r *Run) Range(ctx context.Context, repo, spec string) error        { return errors.New("not yet") }
func (r *Run) Staged(ctx context.Context, repo string) error             { return errors.New("not yet") }
