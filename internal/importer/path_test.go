package importer

import "testing"

// Reports travel: what a scanner wrote on Windows is read everywhere.
func TestPathsOfReports(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"src/app.env":                           "src/app.env",
		"./src/app.env":                         "src/app.env",
		`src\app.env`:                           "src/app.env",
		`.\src\app.env`:                         "src/app.env",
		`src\a#1%20?.env`:                       "src/a#1%20?.env",
		`C:\src\app.env`:                        "C:/src/app.env",
		`C:\src/app.env`:                        "C:/src/app.env",
		"c:/src/app.env":                        "c:/src/app.env",
		`\\server\share\app.env`:                "//server/share/app.env",
		`\\server\share/app.env`:                "//server/share/app.env",
		`\\?\C:\src\app.env`:                    "C:/src/app.env",
		`\\?\UNC\server\share\app.env`:          "//server/share/app.env",
		"file:///home/dev/app.env":              "/home/dev/app.env",
		"file:///C:/src/a%20b.env":              "C:/src/a b.env",
		"file:///c%3A/src/app.env":              "c:/src/app.env",
		"file://C:/src/app.env":                 "C:/src/app.env",
		"file:C:/src/app.env":                   "C:/src/app.env",
		"file://server/share/app.env":           "//server/share/app.env",
		"file://localhost/home/dev/app.env":     "/home/dev/app.env",
		"a%20b/app.env":                         "a b/app.env",
		"folder/a\\b":                           `folder/a\b`,
		"https://example.com/src/app.env":       "https://example.com/src/app.env",
		"100%/app.env":                          "100%/app.env",
		"file:///home/dev/%E2%82%AC/app%3F.env": "/home/dev/€/app?.env",
	} {
		if got := fromURI(in); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func TestBasesOfSARIF(t *testing.T) {
	t.Parallel()
	bases := map[string]sarifPath{
		"SRC":   {URI: "services/", URIBaseID: "TOP"},
		"TOP":   {URI: "file:///C:/work/"},
		"SHARE": {URI: "file://server/share/"},
		"ROOT":  {},
		"LOOP":  {URI: "x/", URIBaseID: "LOOP"},
	}
	for _, test := range []struct{ uri, base, want string }{
		{"app.env", "SRC", "C:/work/services/app.env"},
		{"app.env", "SHARE", "//server/share/app.env"},
		{"app.env", "ROOT", "app.env"},
		{"app.env", "", "app.env"},
		{"C:/other/app.env", "TOP", "C:/other/app.env"},
		{"file:///C:/other/app.env", "SRC", "C:/other/app.env"},
		{"/home/dev/app.env", "TOP", "/home/dev/app.env"},
	} {
		if got := (sarifPath{URI: test.uri, URIBaseID: test.base}).resolve(bases); got != test.want {
			t.Errorf("%s below %s: %q, want %q", test.uri, test.base, got, test.want)
		}
	}
	if got := (sarifPath{URI: "a", URIBaseID: "LOOP"}).resolve(bases); len(got) > 100 {
		t.Errorf("a base of itself: %q", got)
	}
}
