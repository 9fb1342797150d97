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

// The bounds of the look into a folder for the endpoint of a credential.
const (
	maxNeighbours    = 200
	maxNeighbourSize = 64 << 10
)

// findEndpoints looks into the file and the folder of each credential that
// names no endpoint and has none near it: settings often keep the two apart.
// What it finds is a neighbour like any other: whether the credential may go
// there is decided where it is asked about.
func (r *Run) findEndpoints(list []finding.Finding) {
	if r.root == "" {
		return
	}
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
		if f.Credential.IsZero() || f.Credential.Endpoint != "" || f.NearbyEndpoint != "" || f.Commit != nil {
			continue
		}
		// The archive that it is in, or the file itself.
		name, _, _ := strings.Cut(f.Location.File, "!")
		file := filepath.FromSlash(name)
		if !filepath.IsAbs(file) {
			file = filepath.Join(r.root, file)
		}
		f.NearbyEndpoint = ask(file, func() string { return endpointIn(file) })
		if f.NearbyEndpoint == "" {
			folder := filepath.Dir(file)
			f.NearbyEndpoint = ask(folder+string(filepath.Separator), func() string { return endpointBeside(folder) })
		}
	}
}

// endpointBeside looks through the settings files of a folder.
func endpointBeside(folder string) string {
	d, err := os.Open(folder)
	if err != nil {
		return ""
	}
	defer func() { _ = d.Close() }()
	entries, _ := d.ReadDir(maxNeighbours)
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	for _, e := range entries {
		if !e.Type().IsRegular() || !isSettings(e.Name()) {
			continue
		}
		if endpoint := endpointIn(filepath.Join(folder, e.Name())); endpoint != "" {
			return endpoint
		}
	}
	return ""
}

// isSettings tells by its name whether a file says how a program is set up.
func isSettings(name string) bool {
	name = strings.ToLower(name)
	switch path.Ext(name) {
	case ".env", ".yaml", ".yml", ".json", ".toml", ".ini", ".conf", ".cfg", ".properties", ".tf", ".tfvars":
		return true
	}
	return strings.HasPrefix(name, ".env") || strings.HasPrefix(name, "dockerfile")
}

// endpointIn gives the endpoint that a small file names.
func endpointIn(name string) string {
	if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	text, err := userfile.Read(name, maxNeighbourSize)
	if err != nil {
		return ""
	}
	return detect.Endpoint(text)
}
