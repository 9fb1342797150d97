package report

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/momentolint/momentolint/internal/finding"
)

// parsedPage is what a browser's parser makes of the page.
type parsedPage struct {
	policy          string
	scripts, styles []string
	data            readPageData
}

// parsePage reads a page as a browser does and fails where anything is in it
// that the template did not put there.
func parsePage(t testing.TB, text string) parsedPage {
	t.Helper()
	// With scripting what is inside of noscript is text, without it is markup.
	_ = parseWith(t, text, false)
	return parseWith(t, text, true)
}

func parseWith(t testing.TB, text string, scripting bool) parsedPage {
	t.Helper()
	root, err := html.ParseWithOptions(strings.NewReader(text), html.ParseOptionEnableScripting(scripting))
	if err != nil {
		t.Fatal(err)
	}
	allowed := strings.Fields(`html head meta title style body a header div h1 h2 span p strong main section noscript ol ul li form label input
		select option button nav details summary code footer script table thead tbody tr th td`)
	var out parsedPage
	for n := range root.Descendants() {
		if n.Type == html.CommentNode {
			t.Errorf("a comment: %q", n.Data)
		}
		if n.Type != html.ElementNode {
			continue
		}
		if !slices.Contains(allowed, n.Data) {
			t.Errorf("an element <%s>", n.Data)
		}
		attributes := map[string]string{}
		for _, a := range n.Attr {
			attributes[a.Key] = a.Val
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "src" || a.Key == "action" {
				t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
			}
		}
		if href, ok := attributes["href"]; ok && href != "#list" && href != "#rest" && href != projectURI {
			t.Errorf("a link to %q", href)
		}
		text := ""
		if n.FirstChild != nil {
			text = n.FirstChild.Data
		}
		switch {
		case attributes["http-equiv"] == "Content-Security-Policy":
			out.policy = attributes["content"]
		case n.Data == "style":
			out.styles = append(out.styles, text)
		case n.Data == "script" && attributes["type"] == "application/json":
			if err := json.Unmarshal([]byte(text), &out.data); err != nil {
				t.Fatal(err)
			}
		case n.Data == "script":
			out.scripts = append(out.scripts, text)
		}
	}
	if len(out.scripts) != 1 || len(out.styles) != 1 {
		t.Errorf("%d scripts, %d styles; want one of each", len(out.scripts), len(out.styles))
	}
	return out
}

func TestHTMLAllowsItsOwnScriptAndStyleOnly(t *testing.T) {
	p := parsePage(t, write(t, HTML, sample(t)))
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	want := "default-src 'none'; style-src " + hash(p.styles[0]) + "; script-src " + hash(p.scripts[0]) + "; base-uri 'none'; form-action 'none'"
	if p.policy != want {
		t.Errorf("policy %q, want %q", p.policy, want)
	}
	for _, word := range []string{"url(", "@import", "fetch(", "XMLHttpRequest", "innerHTML", "document.write", "eval(", "WebSocket", "sendBeacon"} {
		if strings.Contains(p.styles[0]+p.scripts[0], word) {
			t.Errorf("the page uses %s", word)
		}
	}
}

func TestHTMLHoldsEverything(t *testing.T) {
	r := many(t, 2000)
	places := 0
	for _, item := range parsePage(t, write(t, HTML, r)).data.Items {
		places += len(item.Places)
		if item.ID == "" || item.Title == "" || item.Status == "" || item.MayDo == "" || item.Ends == "" || len(item.Steps) == 0 {
			t.Fatalf("something is missing in %+v", item)
		}
	}
	if places != 2000 {
		t.Errorf("%d places, want 2000", places)
	}
}

func TestHTMLSaysWhoMayDoWhat(t *testing.T) {
	got := map[string][]readPagePermission{}
	for _, item := range parsePage(t, write(t, HTML, sample(t))).data.Items {
		got[item.Subject+"/"+item.Status] = item.Permissions
	}
	for who, want := range map[string][]readPagePermission{
		"ada@example.com/live":    {{On: "everything in the account"}},
		"dev@example.com/expired": {{"cache sessions", "read all items"}},
		"orders-service/live": {
			{"cache orders", "read all items"}, {"cache orders", "publish to topic created"}, {"cache orders", "publish to topic shipped"},
		},
	} {
		if !slices.Equal(got[who], want) {
			t.Errorf("%s: %v, want %v", who, got[who], want)
		}
	}
}

func TestHTMLOfHostileTextsIsText(t *testing.T) {
	p := parsePage(t, write(t, HTML, hostile(t)))
	found := false
	for _, item := range p.data.Items {
		for _, place := range item.Places {
			found = found || strings.Contains(place.File, `"><script>alert(1)</script>`)
		}
	}
	if !found {
		t.Error("a hostile file name does not come through as it is")
	}
}

func TestHTMLOfNothing(t *testing.T) {
	out := write(t, HTML, &finding.Report{Now: now, Summary: finding.Summary{Files: 1}})
	if p := parsePage(t, out); len(p.data.Items) != 0 || !strings.Contains(out, "No Momento credentials found.") {
		t.Error("a clean run does not say so")
	}
}
