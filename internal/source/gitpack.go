package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/git/odb"
)

// What a pack keeps to make objects from deltas: git writes a base and what is
// made from it side by side, so little is enough. The larger amount is for one
// file at a time.
const (
	packKept     = 16 << 20
	packKeptLess = 2 << 20
)

// gitPack shows the objects of a pack of git's, and those of a bundle, which is
// a list of references and a pack. A repository on the disk is read better from
// its own object store, by the history of a scan; this is for the one that was
// saved in an archive, or copied into a container's image.
func (w *worker) gitPack(s *stream, f *format, d depth) error {
	defer w.spool.release(w.spool.used)
	s, err := w.toMemory(s) // most are small enough to go back in them
	if err != nil {
		return err
	}
	in := w.input(s, d)
	o := odb.PackStreamOptions{Hash: packHash(s.path), MaxKept: packKeptLess}
	if h, err := w.takeHeavy(); err == nil {
		defer func() { h.used = false }()
		o.MaxKept, o.MaxObject = packKept, packKept/2
	}
	begin := 0
	if f.name == bundle {
		in.commit()
		header, err := bundleHeader(in)
		if ends(err) {
			return err
		}
		if err := w.show(&stream{path: s.path, encoding: s.encoding, head: header}); err != nil {
			return err
		}
		begin = len(header)
		if bytes.Contains(header, []byte("\n@object-format=sha256\n")) {
			o.Hash = odb.SHA256
		}
	}
	if s.at != nil {
		o.At = io.NewSectionReader(s.at, int64(begin), s.size-int64(begin))
	}
	p, err := odb.NewPackStream(in, o)
	if ends(err) {
		return err
	}
	if err != nil {
		if s.sound() {
			w.undecoded(s.path, "git "+f.name, "looks like a git "+f.name+" but cannot be opened", err)
		}
		if f.name == bundle {
			return w.remains(in)
		}
		return w.undo(in)
	}
	in.commit()
	shown, partly, limited := 0, 0, false
	for {
		object, err := p.Next()
		switch {
		case errors.Is(err, io.EOF):
			if partly > 0 {
				reason := fmt.Sprintf("%d of %d objects of the git %s were scanned in part only: their delta bases are missing", partly, shown, f.name)
				if limited {
					w.complain(s.path, reason+" or were too large to keep")
				} else {
					w.unread(s.path, "git "+f.name, reason)
				}
			}
			return w.remainder(p.Rest(), nil, 0, s, d)
		case ends(err):
			return err
		case err != nil:
			if s.sound() {
				w.unread(s.path, "git "+f.name, fmt.Sprintf("damaged or truncated git %s: %d of %d objects were read, then: %s", f.name, shown, shown+int(p.Left()), finding.Reason(err)))
			}
			return w.showReader(p.Rest(), s)
		}
		if err := w.member(); err != nil {
			return err
		}
		shown++
		if object.Partial {
			partly++
			limited = limited || object.Limited
		}
		if err := w.gitObject(s, f, d, &object); err != nil {
			return err
		}
	}
}

// gitObject shows one object of a pack.
func (w *worker) gitObject(s *stream, f *format, d depth, o *odb.PackObject) error {
	name := s.path + "!" + o.String()
	inner := stream{path: name, encoding: s.within(f.name)}
	switch {
	case o.Size == 0, w.excluded(name, false):
		return nil
	case w.tooLarge(o.Size):
		w.leaveOut(name)
		return nil
	}
	if o.Body == nil {
		if w.outer.used += int64(len(o.Data)); w.outer.used > w.limit() {
			return errExpansion
		}
		inner.head, inner.at, inner.size = o.Data, &sliceAt{o.Data}, int64(len(o.Data))
		if o.Type != odb.Blob {
			return w.show(&inner)
		}
		return w.handle(&inner, d)
	}
	dec := &decoded{r: o.Body, w: w}
	l := w.level(d.level)
	n, err := fill(dec, l.head)
	inner.head, inner.carrier = l.head[:n], dec
	if err == nil {
		inner.rest = dec
	}
	if err := w.handle(&inner, d); err != nil {
		return err
	}
	if ends(dec.err) {
		return dec.err
	}
	return nil
}

// packHash determines the function of a pack's object names by the length of its own.
func packHash(name string) odb.Hash {
	const digits = 64
	if base := strings.TrimSuffix(path.Base(name), ".pack"); len(base) == len("pack-")+digits {
		return odb.SHA256
	}
	return odb.SHA1
}

// maxBundleHeader is the longest list of references that is read.
const maxBundleHeader = 16 << 20

var errBundle = errors.New("no pack follows its references")

// bundleHeader reads the references of a bundle, up to the empty line before
// its pack.
func bundleHeader(in *input) ([]byte, error) {
	var header []byte
	for len(header) < maxBundleHeader {
		line, err := in.ReadSlice('\n')
		header = append(header, line...)
		if err != nil {
			return header, err
		}
		if len(line) == 1 {
			return header, nil
		}
	}
	return header, errBundle
}
