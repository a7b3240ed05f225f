package slug_test

import (
	"strings"
	"testing"

	"manyhands/internal/clock"
	"manyhands/internal/slug"
)

func TestMake(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Winter coats": "winter-coats", "  A -- B ": "a-b", "Café René's": "cafe-renes", "冬衣": "", "Route 3 三号线": "route-3", "ＡＢＣ": "abc",
		strings.Repeat("long ", 30): strings.Repeat("long-", 11) + "long-l",
	} {
		if got := slug.Make(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if a, b := slug.Unique("冬衣", 1), slug.Unique("冬衣", 2); a == b || a == "" {
		t.Errorf("%q %q", a, b)
	}
}

// Things of one name that are made one after the other have different addresses.
func TestUniqueTellsIDsOfOneMomentApart(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	ids := clock.NewIDs(clock.System{}, 0)
	for range 2000 {
		seen[slug.Unique("冬衣", ids.Next())] = true
	}
	for ms := range int64(2000) { // one id a millisecond
		seen[slug.Unique("冬衣", (900_000_000+ms)<<22)] = true
	}
	if len(seen) < 3995 { // of 30 bits some few may meet; more is a mistake
		t.Fatalf("%d addresses for 4000 things", len(seen))
	}
}

func FuzzMake(f *testing.F) {
	f.Add("Winter coats 冬衣")
	f.Fuzz(func(t *testing.T, s string) {
		got := slug.Make(s)
		if len(got) > 61 || strings.Trim(got, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || strings.Contains(got, "--") {
			t.Fatalf("%q: %q", s, got)
		}
	})
}
