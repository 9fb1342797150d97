package cli

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/scanner"
)

// The progress line appears after progressDelay, so that short runs show none,
// and is drawn progressRate times a second.
const (
	progressDelay = 500 * time.Millisecond
	progressRate  = 10
)

// ShowProgress draws a live line about p on w until the function that it returns
// is called, which clears the line and may be called more than once. The caller
// has checked LiveLine.
func ShowProgress(ctx context.Context, w io.Writer, p *scanner.Progress) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		started := time.Now()
		select {
		case <-done:
			return
		case <-ctx.Done():
			return
		case <-time.After(progressDelay):
		}
		tick := time.NewTicker(time.Second / progressRate)
		defer tick.Stop()
		for {
			Draw(w, redact.Of(progressLine(p, time.Since(started), Width(w))))
			select {
			case <-done:
				Draw(w, redact.Text{})
				return
			case <-tick.C:
			}
		}
	}()
	var once sync.Once
	return func() {
		once.Do(func() { close(done) })
		<-ended
	}
}

// progressLine returns the line, no wider than the terminal.
func progressLine(p *scanner.Progress, elapsed time.Duration, columns int) string {
	phase, _ := p.Phase.Load().(string)
	bytes := p.Bytes.Load()
	line := phase
	if done, total := p.Done.Load(), p.Total.Load(); total > 0 && done >= total {
		// The phases after the objects show no more than their name.
		return fitLine(fmt.Sprintf("%s  %d found", line, p.Findings.Load()), columns)
	} else if total > 0 {
		line += fmt.Sprintf("  %s %d of %d objects", bar(done, total), done, total)
	} else {
		line += fmt.Sprintf("  %d files", p.Files.Load())
	}
	line += fmt.Sprintf("  %s", sizeWords(bytes))
	if s := elapsed.Seconds(); s > 0 {
		line += fmt.Sprintf("  %s/s", sizeWords(int64(float64(bytes)/s)))
	}
	return fitLine(line+fmt.Sprintf("  %d found", p.Findings.Load()), columns)
}

// fitLine cuts a line to fewer characters than columns.
func fitLine(line string, columns int) string {
	if runes := []rune(line); columns > 1 && len(runes) >= columns {
		return string(runes[:columns-1])
	}
	return line
}

const barWidth = 20

func bar(done, total int64) string {
	filled := int(min(done, total) * barWidth / total)
	b := make([]rune, barWidth)
	for i := range b {
		b[i] = '░'
		if i < filled {
			b[i] = '█'
		}
	}
	return string(b)
}

func sizeWords(n int64) string {
	const unit = 1000
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	value, suffix := float64(n), ""
	for _, suffix = range []string{"KB", "MB", "GB", "TB"} {
		if value /= unit; value < unit {
			break
		}
	}
	return fmt.Sprintf("%.1f %s", value, suffix)
}
