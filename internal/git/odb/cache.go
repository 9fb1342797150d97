package odb

// baseCache keeps what was unpacked last, up to a number of bytes: the bases
// of deltas, mostly, which neighbours in a history share. It belongs to one
// goroutine.
type baseCache struct {
	limit, size int
	entries     map[baseKey]*baseEntry
	// newest and oldest are the ends of a list in order of use.
	newest, oldest *baseEntry
}

type baseKey struct {
	pack   *pack
	offset int64
}

type baseEntry struct {
	key          baseKey
	kind         Type
	data         []byte
	newer, older *baseEntry
}

func (c *baseCache) get(key baseKey) (Type, []byte, bool) {
	e := c.entries[key]
	if e == nil {
		return 0, nil, false
	}
	c.unlink(e)
	c.link(e)
	return e.kind, e.data, true
}

func (c *baseCache) put(key baseKey, kind Type, data []byte) {
	if len(data) > c.limit/4 || c.entries[key] != nil {
		return
	}
	if c.entries == nil {
		c.entries = make(map[baseKey]*baseEntry)
	}
	e := &baseEntry{key: key, kind: kind, data: data}
	c.entries[key] = e
	c.link(e)
	c.size += len(data)
	for c.size > c.limit {
		last := c.oldest
		c.unlink(last)
		c.size -= len(last.data)
		delete(c.entries, last.key)
	}
}

func (c *baseCache) link(e *baseEntry) {
	e.newer, e.older = nil, c.newest
	if c.newest != nil {
		c.newest.newer = e
	} else {
		c.oldest = e
	}
	c.newest = e
}

func (c *baseCache) unlink(e *baseEntry) {
	if e.newer != nil {
		e.newer.older = e.older
	} else {
		c.newest = e.older
	}
	if e.older != nil {
		e.older.newer = e.newer
	} else {
		c.oldest = e.newer
	}
}
