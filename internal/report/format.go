package report

import (
	"math"
	"strconv"

	"github.com/momentolint/momentolint/internal/redact"
)

// count is "1 file" or "1,204 files".
func count(n int, one, many string) redact.Text {
	if n == 1 {
		return redact.Of("1 " + one)
	}
	return redact.Sprintf("%s %s", thousands(int64(n)), many)
}

// thousands groups digits: 1204 is 1,204.
func thousands(n int64) redact.Text {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return redact.Of(sign + s)
}

// sizeWords is a number of bytes in decimal units: "3.4 MB".
func sizeWords(n int64) redact.Text {
	if n < 1000 {
		return count(int(n), "byte", "bytes")
	}
	f := float64(n)
	for _, unit := range []string{"kB", "MB", "GB", "TB"} {
		f /= 1000
		if f < 999.5 || unit == "TB" {
			if f < 9.95 {
				return redact.Sprintf("%.1f %s", f, unit)
			}
			return redact.Sprintf("%.0f %s", f, unit)
		}
	}
	return redact.Text{}
}

// secondsWords is a duration of work: "12 ms", "1.25 s", "12.3 s", "2 min 5 s".
func secondsWords(s float64) redact.Text {
	s = sane(s)
	switch {
	case s < 1:
		return redact.Sprintf("%d ms", int(s*1000+0.5))
	case s < 10:
		return redact.Sprintf("%.2f s", s)
	case s < 120:
		return redact.Sprintf("%.1f s", s)
	}
	return redact.Sprintf("%d min %d s", int(s)/60, int(s)%60)
}

// sane is a number that every format can write: not NaN, not infinite.
func sane(f float64) float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) || f < 0 {
		return 0
	}
	return math.Round(f*1000) / 1000
}

// labelled fills a label with blanks to the width of its column.
func labelled(label redact.Text) redact.Text {
	return redact.Concat(label, redact.Spaces(labelWidth-label.Width()))
}
