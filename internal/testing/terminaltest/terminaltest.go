//go:build linux

// Package terminaltest gives tests a real terminal: the kernel's, with its line
// editing and echo.
package terminaltest

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Terminal is a pseudo-terminal of 50 rows.
type Terminal struct {
	// Program is the program's end of it: its standard input, output and error.
	Program *os.File

	keyboard *os.File // what is typed, and what is shown
	mu       sync.Mutex
	screen   bytes.Buffer
	changed  *sync.Cond
	closed   bool
}

// New opens a terminal that is so many columns wide.
func New(t testing.TB, columns int) *Terminal {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = keyboard.Close() })
	fd := int(keyboard.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.OpenFile(fmt.Sprint("/dev/pts/", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 50, Col: uint16(columns)}); err != nil {
		t.Fatal(err)
	}
	tt := &Terminal{keyboard: keyboard, Program: program}
	tt.changed = sync.NewCond(&tt.mu)
	go func() {
		buffer := make([]byte, 4096)
		for {
			n, err := keyboard.Read(buffer)
			tt.mu.Lock()
			tt.screen.Write(buffer[:n])
			tt.closed = err != nil
			tt.changed.Broadcast()
			tt.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return tt
}

// WaitFor waits until the screen has shown a text, or the program has ended.
func (tt *Terminal) WaitFor(text string) {
	tt.mu.Lock()
	defer tt.mu.Unlock()
	for !strings.Contains(tt.screen.String(), text) && !tt.closed {
		tt.changed.Wait()
	}
}

// Type types a text.
func (tt *Terminal) Type(text string) { _, _ = tt.keyboard.WriteString(text) }

// WaitForSilence waits until the terminal no longer shows what is typed.
func (tt *Terminal) WaitForSilence() {
	for {
		mode, err := unix.IoctlGetTermios(int(tt.keyboard.Fd()), unix.TCGETS)
		if err != nil || mode.Lflag&unix.ECHO == 0 {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// End says that the program has ended, and returns all that was on the screen,
// control sequences included.
func (tt *Terminal) End() string {
	// When the last of the program's ends is closed, reading fails.
	_ = tt.Program.Close()
	tt.mu.Lock()
	defer tt.mu.Unlock()
	for !tt.closed {
		tt.changed.Wait()
	}
	return tt.screen.String()
}
