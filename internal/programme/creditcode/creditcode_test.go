package creditcode_test

import (
	"errors"
	"strings"
	"testing"

	"manyhands/internal/fault"
	"manyhands/internal/programme/creditcode"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, code, key string // key "" passes
	}{
		{"company", "9144030071526726XG", ""},
		{"foundation", "53100000500021676K", ""},
		{"lower case and spaces", " 91 440300 71526726x g ", ""},
		{"full width", "９１４４０３００７１５２６７２６ＸＧ", ""},
		{"hyphens", "53-100000-500021676-K", ""},
		{"empty", "", "creditcode.length"},
		{"short", "9144030071526726X", "creditcode.length"},
		{"long", "9144030071526726XGG", "creditcode.length"},
		{"letter I", "9144030071526726IG", "creditcode.letter"},
		{"letter in division", "91A4030071526726XG", "creditcode.letter"},
		{"chinese", "9144030071526726统一", "creditcode.letter"},
		{"no such registry", "B144030071526726XG", "creditcode.registry"},
		{"no such province", "9199030071526726XG", "creditcode.division"},
		{"organisation code mistyped", "9144030071526727XG", "creditcode.organisation"},
		{"class mistyped", "9244030071526726XG", "creditcode.check"},
		{"check letter mistyped", "9144030071526726XH", "creditcode.check"},
	}
	for _, x := range tests {
		err := creditcode.Check(x.code)
		f, _ := errors.AsType[*fault.Error](err)
		if got := key(f); got != x.key || creditcode.Valid(x.code) != (x.key == "") {
			t.Errorf("%s: %q, want %q", x.name, got, x.key)
		}
	}
}

func key(f *fault.Error) string {
	if f == nil {
		return ""
	}
	return f.Key
}

func TestEveryMistypedLetterIsFound(t *testing.T) {
	t.Parallel()
	const code = "53100000500021676K"
	for i := range len(code) {
		for _, r := range "0123456789ABCDEFGHJKLMNPQRTUWXY" {
			wrong := code[:i] + string(r) + code[i+1:]
			if wrong != code && creditcode.Valid(wrong) {
				t.Errorf("%s passes", wrong)
			}
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		code, division, kind string
		nonProfit            bool
	}{
		{"9144030071526726XG", "440300", "company", false},
		{"53100000500021676K", "100000", "foundation", true},
		{make18(t, "52310000", "MJ400001"), "310000", "service_body", true},
		{make18(t, "51440100", "50002167"), "440100", "association", true},
		{make18(t, "12510100", "45071234"), "510100", "institution", false},
		{make18(t, "N2510100", "MF000001"), "510100", "village", false},
	}
	for _, x := range tests {
		c, err := creditcode.Parse(x.code)
		if err != nil || c.Division != x.division || c.Kind() != x.kind || c.NonProfit() != x.nonProfit {
			t.Errorf("%s: %+v %q %v %v", x.code, c, c.Kind(), c.NonProfit(), err)
		}
	}
}

func make18(t *testing.T, prefix, org string) string {
	t.Helper()
	code, err := creditcode.Make(prefix, org)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestMake(t *testing.T) {
	t.Parallel()
	if got := make18(t, "91440300", "71526726"); got != "9144030071526726XG" {
		t.Errorf("made %s", got)
	}
	for _, x := range [][2]string{{"91440300", "7152672"}, {"9144030O", "71526726"}, {"99990300", "71526726"}, {"", ""}} {
		if code, err := creditcode.Make(x[0], x[1]); err == nil {
			t.Errorf("made %s of %v", code, x)
		}
	}
}

func FuzzCheck(f *testing.F) {
	for _, s := range []string{"", "9144030071526726XG", "53100000500021676K", "９１４４", "9144030071526726统一", "\xff\xfe"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := creditcode.Parse(s)
		if fault.KindOf(err) == fault.Internal && err != nil {
			t.Fatalf("no fault: %v", err)
		}
		if err != nil {
			return
		}
		n := creditcode.Normalise(s)
		if len(n) != creditcode.Len || !creditcode.Valid(n) || n != creditcode.Normalise(n) {
			t.Fatalf("%q passes and its normal form %q does not", s, n)
		}
		made, err := creditcode.Make(n[:8], c.Organisation[:8])
		if err != nil || made != n || strings.ToUpper(made) != made {
			t.Fatalf("%q made again is %q, %v", n, made, err)
		}
	})
}
