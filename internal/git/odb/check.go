package odb

// check looks whether the objects exist that an object names. A malformed
// object is damage: what it names cannot be known.
func (w *worker) check(o *Object, seams []span) {
	var err error
	switch o.Type {
	case Tree:
		err = w.checkTree(o, seams)
	case Commit:
		if err = ParseCommit(o.hash, o.Data, &w.commit); err == nil {
			w.need(o, w.commit.Tree.bytes(), Tree)
			for i := range w.commit.Parents {
				w.need(o, w.commit.Parents[i].bytes(), Commit)
			}
		}
	case Tag:
		var t TagInfo
		if t, err = ParseTag(o.hash, o.Data); err == nil {
			w.need(o, t.Object.bytes(), 0)
		}
	case Blob:
	}
	if err != nil {
		w.walk.mu.Lock()
		w.walk.malformed = append(w.walk.malformed, &DamageError{ID: o.ID, Type: o.Type, Err: err})
		w.walk.mu.Unlock()
	}
}

// checkTree looks up the entries that are not, in one piece, copied from the
// tree that this one is a delta of: those were looked up with that one. It
// leaves about one entry in twenty.
func (w *worker) checkTree(o *Object, seams []span) error {
	r := ReadTree(o.hash, o.Data)
	var e TreeEntry
	from := 0
	for r.Next(&e) {
		to := len(o.Data) - len(r.rest)
		for len(seams) > 0 && seams[0].to < to {
			seams = seams[1:]
		}
		if (len(seams) == 0 || seams[0].from > from) && !e.IsGitlink() {
			w.need(o, e.ID, e.Type())
		}
		from = to
	}
	return r.Err()
}

// need notes an object as missing if it does not exist.
func (w *worker) need(by *Object, id []byte, t Type) {
	if w.walk.exists(id) {
		return
	}
	missing := oidOf(id)
	if missing == by.hash.EmptyTree() || w.walk.o.Expected != nil && w.walk.o.Expected(missing) {
		return
	}
	w.walk.mu.Lock()
	if _, ok := w.walk.missing[missing]; !ok {
		w.walk.missing[missing] = Missing{ID: missing, Type: t, By: by.ID, ByType: by.Type}
	}
	w.walk.mu.Unlock()
}
