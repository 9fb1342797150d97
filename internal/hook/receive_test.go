package hook

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestEveryLineOfAReceivedPushIsRead(t *testing.T) {
	one, two := strings.Repeat("1", 40), strings.Repeat("2", 64)
	input := none + " " + one + " refs/heads/new\n" + one + " " + none + " refs/heads/old\n\n" + two + " " + two + " refs/heads/with blanks\n"
	got, err := readUpdates(strings.NewReader(input), parseReceived)
	want := []Update{{RemoteRef: "refs/heads/new", LocalID: one}, {RemoteRef: "refs/heads/old", RemoteID: one}, {RemoteRef: "refs/heads/with blanks", LocalID: two, RemoteID: two}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
	for _, input := range []string{one + " " + one, one + "\n", "HEAD " + one + " refs/heads/x", one + " --all refs/heads/x", strings.Repeat("x", 70<<10)} {
		if got, err := readUpdates(strings.NewReader(input), parseReceived); err == nil {
			t.Errorf("%.60q is accepted: %+v", input, got)
		}
	}
}

func FuzzReadReceived(f *testing.F) {
	f.Add([]byte(none + " " + strings.Repeat("1", 40) + " refs/heads/x\n"))
	f.Add([]byte("a b c\n\n"))
	f.Fuzz(func(t *testing.T, input []byte) {
		updates, err := readUpdates(bytes.NewReader(input), parseReceived)
		if err != nil {
			return
		}
		for _, u := range updates {
			// Ids become arguments of git.
			for _, id := range []string{u.LocalID, u.RemoteID} {
				if id != "" && (len(id) != 40 && len(id) != 64 || strings.Trim(id, "0123456789abcdef") != "") {
					t.Errorf("%q: the id %q", input, id)
				}
			}
		}
	})
}

func TestPushOptionsThatSkip(t *testing.T) {
	for _, tt := range []struct {
		variables []string
		want      string
	}{
		{nil, ""},
		{[]string{"GIT_PUSH_OPTION_COUNT=0", "GIT_PUSH_OPTION_0=momentolint.skip"}, ""},
		{[]string{"GIT_PUSH_OPTION_COUNT=x"}, ""},
		{[]string{"GIT_PUSH_OPTION_COUNT=-1", "GIT_PUSH_OPTION_0=momentolint.skip"}, ""},
		{[]string{"GIT_PUSH_OPTION_COUNT=1", "GIT_PUSH_OPTION_0=momentolint.skipped"}, ""},
		{[]string{"GIT_PUSH_OPTION_COUNT=1", "GIT_PUSH_OPTION_0=momentolint.skip"}, "momentolint.skip"},
		{[]string{"GIT_PUSH_OPTION_COUNT=2", "GIT_PUSH_OPTION_0=ci.skip", "GIT_PUSH_OPTION_1=momentolint.skip=a = b"}, "momentolint.skip=a = b"},
	} {
		got, ok := pushOption(variables(tt.variables...))
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("%v: %q, %t, want %q", tt.variables, got, ok, tt.want)
		}
	}
}

// A scan that hangs, or that ends without an error because its time is up, must not
// look like one that found nothing.
func TestBoundedWorkThatIsNotDoneIsAnError(t *testing.T) {
	failed := errors.New("failed")
	for name, tt := range map[string]struct {
		work  func(context.Context) error
		limit time.Duration
		ended bool
		want  string
	}{
		"done":            {func(context.Context) error { return nil }, time.Minute, true, ""},
		"failed":          {func(context.Context) error { return failed }, time.Minute, true, "failed"},
		"no limit":        {func(context.Context) error { time.Sleep(time.Hour); return nil }, 0, true, ""},
		"stopped":         {func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, time.Minute, true, "within 1m0s"},
		"stopped quietly": {func(ctx context.Context) error { <-ctx.Done(); return nil }, time.Minute, true, "within 1m0s"},
		"hangs":           {func(context.Context) error { time.Sleep(time.Hour); return nil }, time.Minute, false, "within 1m0s"},
	} {
		synctest.Test(t, func(t *testing.T) {
			ended, err := Bounded(t.Context(), tt.limit, tt.work)
			if ended != tt.ended || (err != nil) != (tt.want != "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s: %t, %v", name, ended, err)
			}
			time.Sleep(2 * time.Hour)
		})
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if ended, err := Bounded(ctx, time.Minute, func(context.Context) error { time.Sleep(time.Hour); return nil }); ended || err == nil {
			t.Errorf("interrupted: %t, %v", ended, err)
		}
		time.Sleep(2 * time.Hour)
	})
}
