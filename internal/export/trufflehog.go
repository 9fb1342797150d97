package export

import (
	"io"

	"go.yaml.in/yaml/v3"
)

// The format is that of TruffleHog's custom detectors:
// https://github.com/trufflesecurity/trufflehog/blob/main/pkg/custom_detectors/CUSTOM_DETECTORS.md
type trufflehogConfig struct {
	Detectors []trufflehogDetector `yaml:"detectors"`
}

type trufflehogDetector struct {
	Name        string   `yaml:"name"`
	Description string   `yaml:"description"`
	Keywords    []string `yaml:"keywords"`
	// Regex are patterns by name; all of them have to match, so there is one.
	Regex map[string]string `yaml:"regex"`
	// ExcludeRegexesCapture are for the first group, or else the whole match.
	ExcludeRegexesCapture []string `yaml:"exclude_regexes_capture,omitempty"`
	// ExcludeWords are compared in lower case.
	ExcludeWords []string `yaml:"exclude_words,omitempty"`
}

func writeTruffleHog(w io.Writer) error {
	var c trufflehogConfig
	add := func(d trufflehogDetector, regex string) {
		d.Regex = map[string]string{"token": regex}
		c.Detectors = append(c.Detectors, d)
	}
	for _, r := range jwtRules() {
		not := []string{placeholderSignature}
		if len(r.without) > 0 {
			not = []string{plain.oneOf(r.without).regex, placeholderSignature}
		}
		add(trufflehogDetector{
			Name: r.ID, Description: description(r.Rule), Keywords: r.keywords(), ExcludeRegexesCapture: not,
		}, split.jwt(r))
	}
	v1 := envelopeRule()
	add(trufflehogDetector{Name: v1.ID, Description: description(v1), Keywords: envelopeKeywords()}, split.envelope())
	for _, c := range contextRules() {
		add(trufflehogDetector{
			Name: c.ID, Description: description(c.Rule), Keywords: c.Keywords,
			ExcludeRegexesCapture: c.notSecret, ExcludeWords: c.stopWords,
		}, c.Before+"("+c.secret+")")
	}
	return writeYAML(w, header(
		"",
		"  trufflehog filesystem --config momento.yaml --results=verified,unknown,unverified .",
	), c)
}

// writeYAML prints a comment and a document.
func writeYAML(w io.Writer, comment string, document any) error {
	if _, err := io.WriteString(w, comment+"\n"); err != nil {
		return err
	}
	enc := yaml.NewEncoder(w)
	enc.SetIndent(2)
	if err := enc.Encode(document); err != nil {
		return err
	}
	return enc.Close()
}
