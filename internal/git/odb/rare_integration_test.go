//go:build integration

package odb_test

import "testing"

func TestYieldsExactlyWhatGitHasInRareShapes(t *testing.T) {
	all := shapes()
	for _, name := range rareShapes {
		build := all[name]
		if build == nil {
			t.Fatalf("there is no shape %q", name)
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			yieldsWhatGitHas(t, build)
		})
	}
}
