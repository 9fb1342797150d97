//go:build !linux

package source

func openRoot(path string) (directory, error) { return openPortable(path) }

func openRootFile(path string) (file, error) { return openPortableFile(path) }

func isPseudo(string) bool { return false }

// maxOpenDirs is how many directories a worker may hold open; they are not parked here.
func maxOpenDirs(int) int { return 1 << 30 }
