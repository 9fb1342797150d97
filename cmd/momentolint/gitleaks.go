package main

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/momentolint/momentolint/scanner"
)

// gitleaksFiles looks for the files in which people tell gitleaks, and us, what
// is no finding. gitleaks reads those of the folder that it is told to scan and,
// of the ignore files, that of the current folder; but people keep them at the
// top of the repository, and names in them begin there. So they are looked for
// from what is scanned up to that top, and a scan of a part of a repository
// finds what a scan of all of it finds there.
//
// from, if not nil, is the tree that is looked at in place of the file system.
func gitleaksFiles(o *scanner.Options, paths []string, flags *scanFlags, from *configTree) {
	const config, ignore = ".gitleaks.toml", ".gitleaksignore"
	exists := onDisk
	if from != nil {
		exists, o.Gitleaks.Tree = from.exists, from.files
	}
	for i, path := range paths {
		if path == "-" {
			path = "."
		}
		folders, top := upToTheTop(path)
		if flags.inRepository() {
			// In a repository all names begin at its top.
			folders = []string{top}
		}
		for _, folder := range folders {
			if file := fromHere(filepath.Join(folder, config)); i == 0 && o.Gitleaks.Config == "" && exists(file) {
				o.Gitleaks.Config = file
			}
			if file := fromHere(filepath.Join(folder, ignore)); exists(file) && !slices.Contains(o.Gitleaks.Ignore, file) {
				o.Gitleaks.Ignore = append(o.Gitleaks.Ignore, file)
			}
		}
		switch {
		case i > 0:
		case from != nil:
			o.Gitleaks.Root = from.top
		default:
			o.Gitleaks.Root = top
		}
	}
	if exists(ignore) && !slices.Contains(o.Gitleaks.Ignore, ignore) {
		o.Gitleaks.Ignore = append(o.Gitleaks.Ignore, ignore)
	}
	if o.Gitleaks.Config == "" && len(o.Gitleaks.Ignore) == 0 {
		o.Gitleaks.Root = ""
	}
}

// upToTheTop gives the folder of a path and those around it, innermost first,
// up to the top of its work tree; outside of any up to the current folder, or
// only itself if that is elsewhere. All are absolute.
func upToTheTop(path string) (folders []string, top string) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, ""
	}
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		path = filepath.Dir(path)
	}
	here, _ := filepath.Abs(".")
	outside := 0
	for dir := path; ; dir = filepath.Dir(dir) {
		folders = append(folders, dir)
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return folders, dir
		}
		if dir == here {
			outside = len(folders) - 1
		}
		if dir == filepath.Dir(dir) {
			return folders[:outside+1], folders[outside]
		}
	}
}

// fromHere shortens a path below the current folder, for messages.
func fromHere(path string) string {
	here, err := filepath.Abs(".")
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(here, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}

// onDisk reports whether there is anything at path, so that what cannot be read
// is an error and not passed over.
func onDisk(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
