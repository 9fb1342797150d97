package literal

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
)

func mustNew(tb testing.TB, needles []string) *Searcher {
	tb.Helper()
	s, err := New(needles)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// naive is the meaning of Next, by the standard library's search for one string.
func naive(needles []string, buf []byte, from int) (pos, needle int) {
	from = min(max(from, 0), len(buf))
	rest := buf[from:]
	pos, needle = -1, -1
	for i, n := range needles {
		if p := bytes.Index(rest, []byte(n)); p >= 0 && (pos < 0 || from+p < pos) {
			pos, needle = from+p, i
			rest = rest[:min(len(rest), p+MaxNeedle)]
		}
	}
	return pos, needle
}

// usable lists the kernels that can serve a searcher on this machine.
func usable(s *Searcher) []kernel {
	var list []kernel
	for _, k := range kernels() {
		if s.ascii || !k.wantsASCII() {
			list = append(list, k)
		}
	}
	return list
}

// checkAll holds every kernel against the naive search, match after match.
func checkAll(t *testing.T, s *Searcher, buf []byte, from int) {
	t.Helper()
	for _, k := range usable(s) {
		for at := from; ; {
			wantPos, wantNeedle := naive(s.needles, buf, at)
			pos, needle := s.next(k, buf, at)
			if pos != wantPos || needle != wantNeedle {
				t.Fatalf("kernel %d, %d bytes %.200q, needles %.300q, from %d: found needle %d at %d, not %d at %d",
					k, len(buf), buf, s.needles, at, needle, pos, wantNeedle, wantPos)
			}
			if pos < 0 {
				break
			}
			at = pos + 1
		}
	}
}

// needleSets are lists that are awkward in one way or another.
var needleSets = map[string][]string{
	"typical":          typicalNeedles(),
	"one":              {"eyJ"},
	"one long":         {strings.Repeat("abcdefgh", 8)},
	"three bytes only": {"abc", "bcd", "cab", "aaa"},
	"nested":           {"aaaa", "aaa", "aaaaaaaa", "baaa", "aab"},
	"equal":            {"needle", "needle", "need"},
	// The fingerprint of the first lies far behind its start, that of the second before it.
	"late fingerprint": {strings.Repeat(" ", 60) + "\x11\x12\x13\x14", " \x15 \x16", "   "},
	"no ASCII":         {"\xff\xfe\xfd", "\x80\x81\x82\x83", "日本語", "é=é"},
	"some ASCII":       {"日本語abc", "\xff\xfeabcd", "plain"},
	"zeros":            {"\x00\x00\x00", "\x00\x00\x00\x00a", "a\x00\x00\x00"},
	"256 needles":      manyNeedles(),
}

func manyNeedles() []string {
	r := rand.New(rand.NewPCG(7, 7))
	list := make([]string, MaxNeedles)
	for i := range list {
		b := make([]byte, MinNeedle+r.IntN(MaxNeedle-MinNeedle+1))
		for j := range b {
			b[j] = byte(r.Uint32())
		}
		list[i] = string(b)
	}
	return list
}

func TestNewRefusesWhatItCannotSearch(t *testing.T) {
	for name, needles := range map[string][]string{
		"none":      nil,
		"too short": {"eyJ", "ey"},
		"empty":     {""},
		"too long":  {strings.Repeat("x", MaxNeedle+1)},
		"too many":  slices.Repeat([]string{"needle"}, MaxNeedles+1),
	} {
		if s, err := New(needles); err == nil || s != nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestNewDoesNotKeepTheCallersList(t *testing.T) {
	list := []string{"first", "second"}
	s := mustNew(t, list)
	list[0] = "other"
	if pos, needle := s.Next([]byte("a first"), 0); pos != 2 || needle != 0 {
		t.Errorf("found needle %d at %d, not 0 at 2", needle, pos)
	}
}

func TestNextFindsANeedleAtEveryPlaceOfEveryShortBuffer(t *testing.T) {
	for name, needles := range needleSets {
		t.Run(name, func(t *testing.T) {
			s := mustNew(t, needles)
			some := needles
			if len(some) > MaxNeedles/2 {
				some = some[:10]
			}
			for length := range 201 {
				buf := bytes.Repeat([]byte{'.'}, length)
				checkAll(t, s, buf, 0)
				for i, n := range some {
					// Each needle at the end, and at one place that varies.
					for _, at := range []int{length - len(n), (length * (i + 1) / (len(some) + 1)) - len(n)/2} {
						if at < 0 || at+len(n) > length {
							continue
						}
						copy(buf[at:], n)
						checkAll(t, s, buf, 0)
						for j := range n {
							buf[at+j] = '.'
						}
					}
				}
			}
		})
	}
}

func TestNextFindsANeedleAtEveryAlignment(t *testing.T) {
	s := mustNew(t, typicalNeedles())
	room := make([]byte, 512)
	for offset := range 64 {
		for at := range 160 {
			buf := room[offset : offset+192]
			clear(buf)
			needle := s.needles[(offset*160+at)%len(s.needles)]
			copy(buf[at:], needle)
			checkAll(t, s, buf, 0)
		}
	}
}

func TestNextIsLikeANaiveSearchOnTextMadeOfNeedles(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, needles := range needleSets {
		t.Run(name, func(t *testing.T) {
			s := mustNew(t, needles)
			for range 300 {
				var buf []byte
				for length := r.IntN(400); len(buf) < length; {
					n := needles[r.IntN(len(needles))]
					switch r.IntN(5) {
					case 0:
						buf = append(buf, n...)
					case 1, 2: // torn apart
						i := r.IntN(len(n))
						buf = append(buf, n[i:i+r.IntN(len(n)-i)]...)
					case 3: // one byte wrong, by one bit
						at := len(buf)
						buf = append(buf, n...)
						buf[at+r.IntN(len(n))] ^= 1 << r.IntN(8)
					default:
						buf = append(buf, byte(r.Uint32()))
					}
				}
				checkAll(t, s, buf, r.IntN(len(buf)+3)-1)
			}
		})
	}
}

func TestNextTakesTheLowestIndexWhereSeveralBegin(t *testing.T) {
	buf := []byte("xx" + strings.Repeat("a", 70))
	for i, needles := range [][]string{{"aaaaaa", "aaa"}, {"aaa", "aaaaaa"}} {
		if pos, needle := mustNew(t, needles).Next(buf, 0); pos != 2 || needle != 0 {
			t.Errorf("list %d: found needle %d at %d, not 0 at 2", i, needle, pos)
		}
	}
}

func TestNextTakesTheFirstPositionThoughItsFingerprintComesLater(t *testing.T) {
	early := "zz" + strings.Repeat(" ", 50) + "\x01\x02\x03\x04"
	s := mustNew(t, []string{"\x05\x06\x07\x0e", early})
	buf := []byte(early)
	copy(buf[20:], "\x05\x06\x07\x0e")
	// The copy destroyed the long needle; only the short one is there.
	checkAll(t, s, buf, 0)
	// Beside each other, overlapping by their order of fingerprints.
	s = mustNew(t, []string{"   \x0e", "  " + strings.Repeat(" ", 30) + "\x0e\x01\x02\x03\x04"})
	checkAll(t, s, []byte("  "+strings.Repeat(" ", 30)+"\x0e\x01\x02\x03\x04"), 0)
}

func TestNextWithAStartOutsideTheBuffer(t *testing.T) {
	s := mustNew(t, []string{"eyJ"})
	for _, from := range []int{4, 5, 1000} {
		if pos, needle := s.Next([]byte("eyJ."), from); pos != -1 || needle != -1 {
			t.Errorf("from %d: found needle %d at %d in nothing", from, needle, pos)
		}
	}
	if pos, _ := s.Next([]byte("eyJ."), -3); pos != 0 {
		t.Errorf("from -3: position %d, not 0", pos)
	}
}

// The vector code is right by itself, not only after the comparison: it lets
// through exactly what its tables do.
func TestVectorCandidatesAreThoseOfTheTables(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for name, needles := range needleSets {
		s := mustNew(t, needles)
		for _, k := range usable(s) {
			if k == portable {
				continue
			}
			fits := tablesOf(s, k)
			for length := k.block(); length < k.block()+300; length++ {
				buf := make([]byte, length)
				for i := range buf {
					n := needles[r.IntN(len(needles))]
					buf[i] = n[r.IntN(len(n))]
				}
				want := -1
				for at := 0; at+fingerprintSize <= length && want < 0; at++ {
					if fits(buf[at:]) != 0 {
						want = at
					}
				}
				pos, buckets := s.candidateVector(k, buf)
				if pos != want || pos >= 0 && buckets != fits(buf[pos:]) {
					t.Fatalf("%s, kernel %d, %d bytes: candidate at %d (%08b), not at %d", name, k, length, pos, buckets, want)
				}
			}
		}
	}
}

func TestNextDoesNotAllocate(t *testing.T) {
	s := mustNew(t, typicalNeedles())
	for _, buf := range [][]byte{[]byte("short eyJ"), bytes.Repeat([]byte("no needle, but refreshTokem "), 100)} {
		if n := testing.AllocsPerRun(100, func() { s.Next(buf, 0) }); n != 0 {
			t.Errorf("%d bytes: %v allocations", len(buf), n)
		}
	}
}

func TestNextMayRunConcurrently(t *testing.T) {
	s := mustNew(t, typicalNeedles())
	buf := append(bytes.Repeat([]byte("text "), 1000), "eyJ"...)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if pos, needle := s.Next(buf, 0); pos != 5000 || needle != 0 {
				t.Errorf("found needle %d at %d, not 0 at 5000", needle, pos)
			}
		})
	}
	wg.Wait()
}

// On typical input the fingerprints hold off nearly everything. A list of forty
// needles that lets one position in a thousand through would halve the speed.
func TestFewCandidatesOnSourceText(t *testing.T) {
	s := mustNew(t, typicalNeedles())
	text := sourceText(t, 4<<20)
	for _, k := range kernels() {
		candidates := 0
		for at := 0; at < len(text); candidates++ {
			pos, _ := s.candidate(k, text, at)
			if pos < 0 {
				break
			}
			at = pos + 1
		}
		if limit := len(text) / 1000; candidates > limit {
			t.Errorf("kernel %d: %d candidates in %d bytes, more than %d", k, candidates, len(text), limit)
		}
	}
}

func TestBase64CoresOfTheTokenPrefix(t *testing.T) {
	// Both facts stand in RFC 4648's alphabet and can be checked by hand.
	if got, want := fmt.Sprint(base64Cores("eyJ")), "[ZXlK V5S leU]"; got != want {
		t.Errorf("got %s, not %s", got, want)
	}
}

// FuzzNext holds every kernel against the naive search.
func FuzzNext(f *testing.F) {
	f.Add("eyJ", "leU", "refreshToken", []byte("text eyJhbGci leU refreshToken"), 0)
	f.Add("\x00\x00\x00", "\xff\xff\xff", "aaa", bytes.Repeat([]byte{0, 0xff, 'a'}, 50), 3)
	f.Add("   ", strings.Repeat(" ", 60)+"x", "x  ", bytes.Repeat([]byte(" "), 130), 1)
	f.Fuzz(func(t *testing.T, a, b, c string, buf []byte, from int) {
		s, err := New([]string{a, b, c})
		if err != nil || len(buf) > 4096 {
			return
		}
		checkAll(t, s, buf, from)
		// And where no needle would be by chance.
		if len(buf) > 0 && from >= 0 {
			at := from % len(buf)
			checkAll(t, s, append(append(append([]byte(nil), buf[:at]...), b...), buf[at:]...), 0)
		}
	})
}
