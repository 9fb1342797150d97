//go:build !linux

package source

func openRoot(path string) (folder, error) { return openPortable(path) }

func openRootFile(path string) (file, error) { return openPortableFile(path) }

func isPseudo(string) bool { return false }

// openFolders is how many folders a worker may hold open; they are not parked here.
func openFolders(int) int { return 1 << 30 }
