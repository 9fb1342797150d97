package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"github.com/momentolint/momentolint/internal/config"
	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/scanner"
)

// LimitFlags bound what is scanned.
type LimitFlags struct {
	// ArchiveDepth and DecodeDepth are 0 for none.
	ArchiveDepth, DecodeDepth int
	// FileSize is 0 for no limit. Merge sets it.
	FileSize int64

	fileSize string
	flags    *pflag.FlagSet
}

const (
	archiveDepthFlag = "max-archive-depth"
	decodeDepthFlag  = "max-decode-depth"
	fileSizeFlag     = "max-file-size"
)

// Add declares the flags.
func (f *LimitFlags) Add(fs *pflag.FlagSet) {
	f.flags = fs
	fs.IntVar(&f.ArchiveDepth, archiveDepthFlag, scanner.DefaultArchiveDepth, "open nested archives to this depth (0 opens none)")
	fs.IntVar(&f.DecodeDepth, decodeDepthFlag, scanner.DefaultDecodeDepth, "decode at most this many nested encodings (0 disables decoding)")
	fs.StringVar(&f.fileSize, fileSizeFlag, "0", "exclude files larger than `SIZE` (100MB, 2GiB); 0 means no limit")
}

// Merge checks the flags, and takes the limits that they do not set from the
// configuration. The error is about the flags.
func (f *LimitFlags) Merge(c *config.Config) error {
	size, err := config.ParseSize(f.fileSize)
	if err != nil {
		return fmt.Errorf("--%s: %w", fileSizeFlag, err)
	}
	f.FileSize = size
	if f.ArchiveDepth < 0 || f.DecodeDepth < 0 {
		return errors.New("--max-archive-depth and --max-decode-depth cannot be negative")
	}
	if c.MaxArchiveDepth != nil && !f.flags.Changed(archiveDepthFlag) {
		f.ArchiveDepth = *c.MaxArchiveDepth
	}
	if c.MaxDecodeDepth != nil && !f.flags.Changed(decodeDepthFlag) {
		f.DecodeDepth = *c.MaxDecodeDepth
	}
	if c.MaxFileSize > 0 && !f.flags.Changed(fileSizeFlag) {
		f.FileSize = int64(c.MaxFileSize)
	}
	return nil
}

// SetBy returns the flags that set a limit, for the report.
func (f *LimitFlags) SetBy() map[coverage.By]string {
	set := map[coverage.By]string{}
	for flag, by := range map[string]coverage.By{
		archiveDepthFlag: coverage.ByMaxArchiveDepth, decodeDepthFlag: coverage.ByMaxDecodeDepth, fileSizeFlag: coverage.ByMaxFileSize,
	} {
		if f.flags.Changed(flag) {
			set[by] = "--" + flag
		}
	}
	return set
}
