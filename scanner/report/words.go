package report

import (
	"math"
	"strconv"
	"strings"
)

// count is "1 file" or "1,204 files".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(int64(n)) + " " + many
}

// thousands groups digits: 1204 is 1,204.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// sizeWords is a number of bytes in decimal units: "3.4 MB".
func sizeWords(n int64) string {
	if n < 1000 {
		return count(int(n), "byte", "bytes")
	}
	f := float64(n)
	for _, unit := range []string{"kB", "MB", "GB", "TB"} {
		f /= 1000
		if f < 999.5 || unit == "TB" {
			if f < 9.95 {
				return strconv.FormatFloat(f, 'f', 1, 64) + " " + unit
			}
			return strconv.FormatFloat(f, 'f', 0, 64) + " " + unit
		}
	}
	return ""
}

// secondsWords is a duration of work: "12 ms", "1.25 s", "12.3 s", "2 min 5 s".
func secondsWords(s float64) string {
	s = sane(s)
	switch {
	case s < 1:
		return strconv.Itoa(int(s*1000+0.5)) + " ms"
	case s < 10:
		return strconv.FormatFloat(s, 'f', 2, 64) + " s"
	case s < 120:
		return strconv.FormatFloat(s, 'f', 1, 64) + " s"
	}
	return strconv.Itoa(int(s)/60) + " min " + strconv.Itoa(int(s)%60) + " s"
}

// sane is a number that every format can write: not NaN, not infinite.
func sane(f float64) float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) || f < 0 {
		return 0
	}
	return math.Round(f*1000) / 1000
}

// join puts the texts that are not empty together.
func join(sep string, parts ...string) string {
	out := ""
	for _, p := range parts {
		switch {
		case p == "":
		case out == "":
			out = p
		default:
			out += sep + p
		}
	}
	return out
}

// labelled fills a label with blanks to the width of its column.
func labelled(s string) string {
	return s + strings.Repeat(" ", max(0, labelWidth-textWidth(s)))
}

// upperFirst makes the first letter of a sentence a capital.
func upperFirst(s string) string {
	if s != "" && 'a' <= s[0] && s[0] <= 'z' {
		return string(s[0]-'a'+'A') + s[1:]
	}
	return s
}

// glue is a blank at which wrap does not break if it need not. (No text that is
// shown holds it otherwise: it is a control character.)
const glue = "\x00"

// wrap breaks a text at blanks into lines of at most that many cells; a word
// that is longer than a line is broken too. There is at least one line.
func wrap(s string, cells int) []string {
	cells = max(cells, 8)
	for word := range strings.FieldsSeq(s) {
		if textWidth(word) > cells {
			s = strings.ReplaceAll(s, word, strings.ReplaceAll(word, glue, " "))
		}
	}
	lines := breakWords(s, cells)
	for i := range lines {
		lines[i] = strings.ReplaceAll(lines[i], glue, " ")
	}
	return lines
}

// wrapParts joins parts into lines of at most that many cells, broken between
// parts: a separator stands in the middle of a line only. A part that is longer
// than a line is broken as wrap does.
func wrapParts(parts []string, separator string, cells int) []string {
	var lines []string
	line := ""
	for _, part := range parts {
		if line != "" && textWidth(line)+textWidth(separator)+textWidth(part) <= cells {
			line += separator + part
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		broken := wrap(part, cells)
		lines = append(lines, broken[:len(broken)-1]...)
		line = broken[len(broken)-1]
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// breakWords breaks a text at blanks.
func breakWords(s string, cells int) []string {
	var lines []string
	line := ""
	used := 0
	for word := range strings.FieldsSeq(s) {
		w := textWidth(word)
		if used > 0 && used+1+w > cells {
			lines = append(lines, line)
			line, used = "", 0
		}
		for used == 0 && w > cells {
			head, tail := splitCells(word, cells)
			lines = append(lines, head)
			word, w = tail, w-textWidth(head)
		}
		if used > 0 {
			line += " "
			used++
		}
		line += word
		used += w
	}
	if line != "" || len(lines) == 0 {
		lines = append(lines, line)
	}
	return lines
}

// splitCells cuts a word after that many cells.
func splitCells(word string, cells int) (head, tail string) {
	used := 0
	for i, r := range word {
		if used += runeWidth(r); used > cells && i > 0 {
			return word[:i], word[i:]
		}
	}
	return word, ""
}
