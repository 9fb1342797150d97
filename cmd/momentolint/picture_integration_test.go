//go:build integration

package main

import (
	"image"
	_ "image/png" // decodes the pictures
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The README's picture of the HTML report shows the report that is written
// today. Browsers and fonts differ, so pictures are compared by the mean
// brightness of their parts. With UPDATE_DOCS=1 the picture is taken again.
func TestThePictureOfTheReportIsTrue(t *testing.T) {
	t.Chdir(filepath.Join("..", ".."))
	const picture = "docs/images/report.png"
	shot := screenshot(t, "testdata/leaky-service")
	if os.Getenv("UPDATE_DOCS") != "" {
		content, err := os.ReadFile(shot)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(picture, content, 0o644); err != nil { // #nosec G306 -- a document
			t.Fatal(err)
		}
	}
	stored := decodePNG(t, picture)
	if n := differences(stored, decodePNG(t, shot)); n > 40 {
		t.Errorf("%s differs in %d of %d parts: UPDATE_DOCS=1 go test -tags integration -run Picture ./cmd/momentolint takes it again", picture, n, parts*parts)
	}
	// The comparison must be able to fail.
	if n := differences(stored, decodePNG(t, screenshot(t, "testdata/leaky-service/cmd"))); n <= 40 {
		t.Errorf("the report on another directory differs in %d parts only", n)
	}
}

// screenshot returns a file with a picture of the top of the report on path.
func screenshot(t *testing.T, path string) string {
	t.Helper()
	dir := t.TempDir()
	report, shot := filepath.Join(dir, "report.html"), filepath.Join(dir, "report.png")
	if r := call(t, "", nil, "scan", "--offline", "--report", "html="+report, path); r.code != exitFound {
		t.Fatalf("exit %d: %s", r.code, r.stderr)
	}
	cmd := exec.CommandContext(t.Context(), "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
		"--user-data-dir="+filepath.Join(dir, "profile"), "--window-size=1200,800", "--screenshot="+shot, "file://"+report)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("chromium: %v\n%s", err, out)
	}
	return shot
}

func decodePNG(t *testing.T, name string) image.Image {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	m, _, err := image.Decode(f)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return m
}

// parts is how many parts a picture has in each direction.
const parts = 24

// differences returns how many parts of two pictures differ in brightness.
func differences(a, b image.Image) int {
	if a.Bounds() != b.Bounds() {
		return parts * parts
	}
	n := 0
	for y := range parts {
		for x := range parts {
			if d := brightness(a, x, y) - brightness(b, x, y); d > 12 || d < -12 {
				n++
			}
		}
	}
	return n
}

// brightness returns the mean brightness of one part, from 0 to 255.
func brightness(m image.Image, x, y int) int {
	w, h := m.Bounds().Dx()/parts, m.Bounds().Dy()/parts
	sum := 0
	for j := y * h; j < (y+1)*h; j++ {
		for i := x * w; i < (x+1)*w; i++ {
			r, g, b, _ := m.At(i, j).RGBA()
			sum += int(r+g+b) / 3 / 257
		}
	}
	return sum / (w * h)
}
