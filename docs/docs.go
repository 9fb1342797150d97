// Package docs holds the pages that the program shows by itself: the help of
// the rules is one text, in the repository's documentation, in SARIF reports
// and in "momentolint rules".
package docs

import "embed"

// Rules are the pages of the rules, as rules/<id>.md.
//
//go:embed rules/*.md
var Rules embed.FS
