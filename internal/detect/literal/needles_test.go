package literal

import (
	"encoding/base64"
	"strings"
)

// typicalNeedles are of the kinds that the scanner searches for: what begins a
// credential, spelled in the ways that occur, and words beside credentials.
func typicalNeedles() []string {
	list := []string{"eyJ"}
	once := base64Cores("eyJ")
	list = append(list, once...)
	for _, core := range once {
		list = append(list, base64Cores(core)...)
	}
	return append(list,
		"e\x00y\x00J\x00", "\x00e\x00y\x00J",
		"65794a", "65794A",
		"%65%79%4", `\u0065\u0079`, `\x65\x79\x4`,
		"efreshToken", "efresh_token", "EFRESH_TOKEN", "momento_session",
		".never(", ".Never(", "::never(", `"never"`,
		"api_key_v2", "MOMENTO_", "momentohq",
		"e=\r\nyJ", "ey=\r\nJ", "ey=\nJ", "e=\nyJ",
		"ey\" + \"J", "&#101;&#121;&#74;",
		"eyJ\\u", "Zlb\\n", "e\r\ny\r\nJ",
	)
}

// base64Cores returns, for each of the three ways that text can lie in a
// longer one, the base64 characters that depend on text alone.
func base64Cores(text string) []string {
	var list []string
	for before := range 3 {
		enc := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\x00", before) + text))
		first := (8*before + 5) / 6
		last := 8 * (before + len(text)) / 6
		list = append(list, enc[first:last])
	}
	return list
}
