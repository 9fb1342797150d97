package main

// platformTrees are the trees whose parts only this system has.
func platformTrees() []uncovered {
	return []uncovered{
		// The file's first page is not mapped, so that reading it fails for root too.
		{"an I/O error", "skipped", "input/output error", map[string]string{"a": "x"}, []string{"/proc/self/mem"}, nil},
	}
}
