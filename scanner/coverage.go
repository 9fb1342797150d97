package scanner

import (
	"path/filepath"

	"github.com/momentolint/momentolint/internal/coverage"
)

// setBy names what excludes things in the way given, for the report: a flag, or
// a file without the directory that it was found in.
func (o *Options) setBy(by coverage.By) string {
	if source, ok := o.SetBy[by]; ok {
		return source
	}
	switch by {
	case coverage.ByGitleaksConfig:
		return base(o.Gitleaks.Config)
	case coverage.ByGitleaksIgnore:
		for _, path := range o.Gitleaks.Ignore {
			return base(path)
		}
	case coverage.ByBaseline, coverage.ByComment, coverage.ByBuild:
	default:
		return base(o.Config.Path)
	}
	return ""
}

// base is the name of a file that was looked for, and a named file as it was
// named.
func base(path string) string {
	if filepath.IsAbs(path) {
		path = filepath.Base(path)
	}
	return filepath.ToSlash(path)
}

// chosenDepth reports whether a depth is less than the default: the user chose
// not to look deeper.
func chosenDepth(depth, usual int) bool { return depth < usual }
