// Package words helps with words that people type: "did you mean".
package words

// Nearest is the candidate that differs least from the typed word, "" if none
// is near: at most two letters put in, left out or changed.
func Nearest(typed string, candidates []string) string {
	best, distance := "", 3
	for _, c := range candidates {
		if d := editDistance(typed, c); d < distance && d < len(typed) {
			best, distance = c, d
		}
	}
	return best
}

// editDistance is the Levenshtein distance of two short ASCII words.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
