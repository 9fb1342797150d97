//go:build !windows

package hook

import "os"

// executable reports whether git would run the file.
func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode()&0o111 != 0
}
