package scanner

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/internal/detect"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/userfile"
)

// The bounds of the search in a directory for the endpoint of a credential.
const (
	maxSiblings    = 200
	maxSiblingSize = 64 << 10
)

// findEndpoints searches the file and the directory of each credential that has
// no endpoint of its own or nearby: settings often keep the two apart. An
// endpoint found so is data like any other: package verify decides whether the
// credential may go there.
func (r *Run) findEndpoints(list []finding.Finding) {
	known := map[string]string{}
	ask := func(key string, find func() string) string {
		endpoint, ok := known[key]
		if !ok {
			endpoint = find()
			known[key] = endpoint
		}
		return endpoint
	}
	for i := range list {
		f := &list[i]
		if f.Location.Root == "" || f.Credential.IsZero() || f.Credential.Endpoint != "" || f.NearbyEndpoint != "" || f.Commit != nil {
			continue
		}
		// The archive that it is in, or the file itself.
		name, _, _ := strings.Cut(f.Location.File, "!")
		file := filepath.FromSlash(name)
		if !filepath.IsAbs(file) {
			file = filepath.Join(f.Location.Root, file)
		}
		f.NearbyEndpoint = ask(file, func() string { return endpointOf(file) })
		if f.NearbyEndpoint == "" {
			dir := filepath.Dir(file)
			f.NearbyEndpoint = ask(dir+string(filepath.Separator), func() string { return endpointIn(dir) })
		}
	}
}

// endpointIn returns the endpoint that a settings file in a directory names.
func endpointIn(dir string) string {
	d, err := os.Open(dir)
	if err != nil {
		return ""
	}
	defer func() { _ = d.Close() }()
	entries, _ := d.ReadDir(maxSiblings)
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	for _, e := range entries {
		if !e.Type().IsRegular() || !isSettings(e.Name()) {
			continue
		}
		if endpoint := endpointOf(filepath.Join(dir, e.Name())); endpoint != "" {
			return endpoint
		}
	}
	return ""
}

// isSettings reports whether the name of a file is that of a settings file.
func isSettings(name string) bool {
	name = strings.ToLower(name)
	switch path.Ext(name) {
	case ".env", ".yaml", ".yml", ".json", ".toml", ".ini", ".conf", ".cfg", ".properties", ".tf", ".tfvars":
		return true
	}
	return strings.HasPrefix(name, ".env") || strings.HasPrefix(name, "dockerfile")
}

// endpointOf returns the endpoint that a small file names.
func endpointOf(name string) string {
	if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	text, err := userfile.Read(name, maxSiblingSize)
	if err != nil {
		return ""
	}
	return detect.Endpoint(text)
}
