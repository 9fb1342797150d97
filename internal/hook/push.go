package hook

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Update is what a push is about to do to one ref of the remote.
type Update struct {
	// LocalRef is what is pushed, as the user named it; "(delete)" for deletions.
	LocalRef string
	// LocalID is the object that the ref is to have; "" for deletions.
	LocalID string
	// RemoteRef is the ref on the remote.
	RemoteRef string
	// RemoteID is the object that the ref has now; "" if the remote does not have it.
	RemoteID string
}

// maxLine bounds a line of what git tells a pre-push hook: names of refs are
// names of files.
const maxLine = 64 << 10

// ReadUpdates reads what git writes to a pre-push hook: a line
// "<local ref> <local id> <remote ref> <remote id>" for each ref (githooks(5)).
// Nothing to read is nothing to push.
func ReadUpdates(r io.Reader) ([]Update, error) { return readUpdates(r, parseUpdate) }

// maxUpdates bounds how many refs a push may change.
const maxUpdates = 1 << 20

func readUpdates(r io.Reader, parse func(string) (Update, error)) ([]Update, error) {
	var updates []Update
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 4096), maxLine)
	for lines.Scan() {
		if lines.Text() == "" {
			continue
		}
		u, err := parse(lines.Text())
		if err == nil && len(updates) == maxUpdates {
			err = errors.New("too many refs")
		}
		if err != nil {
			return nil, fmt.Errorf("reading what git pushes, line %d: %w", len(updates)+1, err)
		}
		updates = append(updates, u)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading what git pushes: %w", err)
	}
	return updates, nil
}

// parseUpdate reads one line. The local ref is whatever was typed and may hold
// blanks (":/fix the build"), the rest does not.
func parseUpdate(line string) (Update, error) {
	words := strings.Split(line, " ")
	n := len(words)
	if n < 4 {
		return Update{}, errors.New("want a local ref, its id, a remote ref and its id")
	}
	u := Update{LocalRef: strings.Join(words[:n-3], " "), RemoteRef: words[n-2]}
	var err error
	if u.LocalID, err = parseID(words[n-3]); err != nil {
		return Update{}, err
	}
	if u.RemoteID, err = parseID(words[n-1]); err != nil {
		return Update{}, err
	}
	return u, nil
}

// parseID checks an object id, SHA-1 or SHA-256; that of no object is "".
func parseID(text string) (string, error) {
	if len(text) != 40 && len(text) != 64 || strings.Trim(text, "0123456789abcdef") != "" {
		return "", fmt.Errorf("%.70q is not an object id", text)
	}
	if strings.Trim(text, "0") == "" {
		return "", nil
	}
	return text, nil
}
