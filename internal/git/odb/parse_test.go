package odb

import (
	"strconv"
	"strings"
	"testing"
)

// The usual modes are read in one go, the others digit by digit; both are what
// the digits say.
func TestModesOfTreeEntriesAreTheirDigits(t *testing.T) {
	for _, mode := range []string{
		"100644", "40000", "100755", "120000", "160000", "100664", "040000", "0100644", "1", "644", "4000", "400000", "10064", "1006440", "7777777",
	} {
		want, err := strconv.ParseUint(mode, 8, 32)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"a", "644 a", strings.Repeat("n", 40)} {
			r := ReadTree(SHA1, []byte(mode+" "+name+"\x00"+strings.Repeat("i", 20)))
			var e TreeEntry
			if !r.Next(&e) || e.Mode != uint32(want) || string(e.Name) != name {
				t.Errorf("%s %q: %o %q, %v", mode, name, e.Mode, e.Name, r.Err())
			}
			if r.Next(&e) || r.Err() != nil {
				t.Errorf("%s: %v", mode, r.Err())
			}
		}
	}
	for _, bad := range []string{"100648", "1006444444", "", "10o644", "100644\x00"} {
		r := ReadTree(SHA1, []byte(bad+" name\x00"+strings.Repeat("i", 20)))
		var e TreeEntry
		if r.Next(&e) || r.Err() == nil {
			t.Errorf("%q is a mode: %o", bad, e.Mode)
		}
	}
}
