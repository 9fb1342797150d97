package detect

import "bytes"

// maxLogLine is the longest line of a log whose beginning is looked for:
// container runtimes cut lines after 16 KiB.
const maxLogLine = 20 << 10

// logHeader is what a log writes before each line.
type logHeader struct {
	// length is that of the header, 0 if there is none.
	length int
	// partial: the line goes on in the next one. continues: the line goes on with
	// the one before.
	partial, continues bool
	// stream tells lines of several outputs apart.
	stream string
}

// logPrefix returns the length of the header that a log has written at d[next],
// the beginning of the line after the one that ends at d[end]; 0 if there is
// none, or none before that line. goesOn reports that by these headers the
// lines are one.
func logPrefix(d []byte, end, next int) (n int, goesOn bool) {
	second := headerOf(d[next:])
	if second.length == 0 {
		return 0, false
	}
	from := max(0, end-maxLogLine)
	first := headerOf(d[from+bytes.LastIndexByte(d[from:end], '\n')+1 : end])
	if first.stream != second.stream {
		return 0, false
	}
	return second.length, first.partial || second.continues
}

// headerOf reads the header of a line of a container runtime's log (the format
// of the Container Runtime Interface),
//
//	2026-11-30T10:00:00.000000001Z stdout P text
//
// where P marks a line that is partial and F one that is full, or of a job's
// log in GitLab,
//
//	2026-11-30T10:00:00.123456Z 01O+text
//
// where a plus sign marks a line that goes on with the one before.
func headerOf(line []byte) logHeader {
	n := timestamp(line)
	if n == 0 || n+1 >= len(line) || line[n] != ' ' {
		return logHeader{}
	}
	n++
	rest := line[n:]
	for _, stream := range [...]string{"stdout ", "stderr "} {
		if !hasPrefix(rest, 0, stream) {
			continue
		}
		tag := rest[len(stream):]
		space := bytes.IndexByte(tag[:min(len(tag), 64)], ' ')
		if space < 1 || tag[0] != 'P' && tag[0] != 'F' || space > 1 && tag[1] != ':' {
			return logHeader{}
		}
		return logHeader{length: n + len(stream) + space + 1, partial: tag[0] == 'P', stream: stream}
	}
	if len(rest) > 3 && hexSet[rest[0]] && hexSet[rest[1]] && (rest[2] == 'O' || rest[2] == 'E') && (rest[3] == '+' || rest[3] == ' ') {
		return logHeader{length: n + 4, continues: rest[3] == '+', stream: string(rest[:3])}
	}
	return logHeader{}
}

// timestamp returns the length of the RFC 3339 time that a line begins with; 0
// if there is none.
func timestamp(line []byte) int {
	const form = "0000-00-00T00:00:00"
	if len(line) <= len(form) {
		return 0
	}
	for i, c := range []byte(form) {
		if c == '0' && !isDigit(line[i]) || c != '0' && line[i] != c {
			return 0
		}
	}
	n := len(form)
	if line[n] == '.' {
		n++
		for n < len(line) && isDigit(line[n]) {
			n++
		}
	}
	switch {
	case n < len(line) && line[n] == 'Z':
		return n + 1
	case n+6 <= len(line) && (line[n] == '+' || line[n] == '-') && line[n+3] == ':':
		return n + 6
	}
	return 0
}
