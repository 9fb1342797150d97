package report

import (
	"fmt"
	"io"
	"io/fs"

	"github.com/momentolint/momentolint/internal/atomicfile"
	"github.com/momentolint/momentolint/internal/finding"
)

// reportMode are the permissions of a new report without credentials: for
// everybody, less the umask.
const reportMode fs.FileMode = 0o644

// WriteFile writes the report to a file in the given format. The file appears,
// or is replaced, only when all of it has been written: after any error
// (a full disk, a format that does not exist) what was there before is still
// there. A file that exists keeps its permissions, but a report with
// credentials in full is always for its owner alone. Where path names
// something that cannot be replaced (a pipe, /dev/stdout), it is written to.
func WriteFile(path, format string, r *finding.Report) error {
	f, err := formatByName(format)
	if err != nil {
		return err
	}
	mode := reportMode
	if f.secrets && r.ShowSecrets {
		mode = atomicfile.Private
	}
	if err := atomicfile.Write(path, mode, func(w io.Writer) error { return f.write(w, r) }); err != nil {
		return fmt.Errorf("writing the %s report to %s: %w", f.name, path, err)
	}
	return nil
}
