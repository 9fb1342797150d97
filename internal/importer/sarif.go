package importer

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// maxHeld is how many bytes of texts one run may hold.
const maxHeld = 1 << 30

// sarifResult is one result of a SARIF 2.1.0 log, as far as it matters.
type sarifResult struct {
	RuleID  string `json:"ruleId"`
	Rule    struct{ ID string }
	Message struct{ Text, Markdown string }
	// Locations are where it is; the first one counts.
	Locations []struct {
		PhysicalLocation struct {
			ArtifactLocation      sarifPath
			Region, ContextRegion sarifRegion
		}
	}
	// PartialFingerprints hold the commit in gitleaks' logs.
	PartialFingerprints map[string]string
	// Suppressions are why a result does not count.
	Suppressions []struct{ Status string }
}

type sarifPath struct {
	URI       string `json:"uri"`
	URIBaseID string `json:"uriBaseId"`
}

type sarifRegion struct {
	StartLine, StartColumn, EndLine, EndColumn int
	Snippet                                    struct{ Text string }
}

// readRuns reads the runs of a SARIF log and returns the tools' names.
func readRuns(s *stream, take func(*Entry) error) (string, error) {
	if err := s.open('['); err != nil {
		return "", err
	}
	var tools []string
	for s.more() {
		name, err := readRun(s, take)
		if err != nil {
			return "", err
		}
		if name != "" && !slices.Contains(tools, name) {
			tools = append(tools, name)
		}
	}
	if len(tools) == 0 {
		tools = []string{"an unnamed scanner"}
	}
	return strings.Join(tools, ", "), s.close()
}

// readRun reads one run. Its results may come before what explains their
// paths, so they are kept until the run is over.
func readRun(s *stream, take func(*Entry) error) (tool string, err error) {
	if err := s.open('{'); err != nil {
		return "", err
	}
	var results []pendingResult
	bases := map[string]sarifPath{}
	for s.more() {
		key, err := s.key()
		if err != nil {
			return "", err
		}
		switch key {
		case "tool":
			tool, err = readTool(s)
		case "originalUriBaseIds":
			err = s.decode(&bases)
		case "results":
			results, err = readResults(s, results)
		default:
			err = s.skip()
		}
		if err != nil {
			return "", err
		}
	}
	if err := s.close(); err != nil {
		return "", err
	}
	for i := range results {
		r := &results[i]
		r.entry.File = r.path.resolve(bases)
		if tool == "gitleaks" || tool == "betterleaks" {
			r.entry.gitleaksColumns()
		}
		if err := take(&r.entry); err != nil {
			return "", err
		}
	}
	return tool, nil
}

// pendingResult waits for the bases that its path may refer to.
type pendingResult struct {
	entry Entry
	path  sarifPath
}

// readTool returns the name of the tool; its rules may be many.
func readTool(s *stream) (name string, err error) {
	if err := s.open('{'); err != nil {
		return "", err
	}
	for s.more() {
		key, err := s.key()
		if err != nil {
			return "", err
		}
		if key != "driver" {
			if err := s.skip(); err != nil {
				return "", err
			}
			continue
		}
		if err := s.open('{'); err != nil {
			return "", err
		}
		for s.more() {
			key, err := s.key()
			if err != nil {
				return "", err
			}
			if key == "name" {
				err = s.decode(&name)
			} else {
				err = s.skip()
			}
			if err != nil {
				return "", err
			}
		}
		if err := s.close(); err != nil {
			return "", err
		}
	}
	return name, s.close()
}

func readResults(s *stream, list []pendingResult) ([]pendingResult, error) {
	if err := s.open('['); err != nil {
		return nil, err
	}
	held := 0
	for s.more() {
		var r sarifResult
		if err := s.decode(&r); err != nil {
			return nil, err
		}
		if r.suppressed() {
			continue
		}
		p := r.pending()
		for _, t := range p.entry.Texts {
			held += len(t)
		}
		if len(list) >= maxEntries || held > maxHeld {
			return nil, fmt.Errorf("one run has more than %d findings, or %d GiB of them", maxEntries, maxHeld>>30)
		}
		list = append(list, p)
	}
	return list, s.close()
}

// suppressed reports whether somebody has accepted the result: any suppression
// counts that is not merely asked for or turned down.
func (r *sarifResult) suppressed() bool {
	for _, s := range r.Suppressions {
		if s.Status == "" || s.Status == "accepted" {
			return true
		}
	}
	return false
}

func (r *sarifResult) pending() pendingResult {
	p := pendingResult{entry: Entry{Rule: r.RuleID}}
	if p.entry.Rule == "" {
		p.entry.Rule = r.Rule.ID
	}
	e := &p.entry
	if len(r.Locations) > 0 {
		l := r.Locations[0].PhysicalLocation
		p.path = l.ArtifactLocation
		e.StartLine, e.StartColumn = max(0, l.Region.StartLine), max(0, l.Region.StartColumn)
		e.EndLine, e.EndColumn = max(0, l.Region.EndLine), max(0, l.Region.EndColumn)
		e.Texts = append(e.Texts, l.Region.Snippet.Text, l.ContextRegion.Snippet.Text)
		e.Spanned = l.Region.Snippet.Text
	}
	if len(e.Texts) == 0 || e.Texts[0] == "" {
		// A message names the secret at best, and masks it as a rule.
		e.Texts = append(e.Texts, "…")
	}
	e.Texts = append(e.Texts, r.Message.Text, r.Message.Markdown)
	f := r.PartialFingerprints
	e.Commit = commit(f["commitSha"], f["author"], f["email"], f["date"], f["commitMessage"])
	return p
}

// resolve returns the path: relative if it is relative to the root of a
// repository or unknown, absolute if the log says so.
func (p sarifPath) resolve(bases map[string]sarifPath) string {
	path := fromURI(p.URI)
	for base, seen := p.URIBaseID, 0; base != "" && !isAbsolute(path) && seen < 10; seen++ {
		b, ok := bases[base]
		if !ok || b.URI == "" {
			break
		}
		path = strings.TrimSuffix(fromURI(b.URI), "/") + "/" + path
		base = b.URIBaseID
	}
	return path
}

// isAbsolute tells a slash-separated path that begins at a root, of whatever
// system.
func isAbsolute(path string) bool { return strings.HasPrefix(path, "/") || hasDrive(path) }

// fromURI undoes percent-encoding and takes off file://. What is no URI (many
// tools write plain paths) stays as it is.
func fromURI(uri string) string {
	if strings.Contains(uri, `\`) && !strings.HasPrefix(uri, "file:") {
		return toSlash(uri) // no URI has one
	}
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "" && u.Scheme != "file" {
		return toSlash(uri)
	}
	path := u.Path
	if u.Opaque != "" {
		path = u.Opaque
	}
	switch {
	case u.Scheme != "file":
	case hasDrive(strings.TrimPrefix(path, "/")):
		// A drive stands behind a third slash,
		path = strings.TrimPrefix(path, "/")
	case hasDrive(u.Host):
		// or, wrongly and often, behind the second,
		path = u.Host + path
	case u.Host != "" && u.Host != "localhost":
		// where the computer stands that has a share.
		path = "//" + u.Host + path
	}
	return toSlash(path)
}
