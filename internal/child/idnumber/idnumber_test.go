package idnumber_test

import (
	"strings"
	"testing"
	"time"

	"manyhands/internal/child/idnumber"
	"manyhands/internal/fault"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// made returns the digits with their check character: the tests hold no number of a real person.
func made(digits string) string { return digits + string(idnumber.Check(digits)) }

func TestParse(t *testing.T) {
	t.Parallel()
	// The example of the standard itself.
	n, err := idnumber.Parse("11010519491231002X", now)
	if err != nil || n.Birth.Format(time.DateOnly) != "1949-12-31" || !n.Female || n.Division != "110105" {
		t.Fatalf("%v, %v", n, err)
	}
	for typed, want := range map[string]string{
		"11010519491231002x":      "",
		" 110105 19491231 002X\n": "",
		"110105-19491231-002X":    "",
		"１１０１０５１９４９１２３１００２Ｘ":             "",
		"\ufeff11010519491231\u200b002X": "",
		"110105194912310021":             "idnumber.check",
		"11010519491231X02X":             "idnumber.letter",
		"1101051949123100一X":             "idnumber.letter",
		"110105491231002":                "idnumber.old",
		"11010549123100X":                "idnumber.length",
		"":                               "idnumber.length",
		"1101051949123100２XX":            "idnumber.length",
		made("10010519491231002"):        "idnumber.division",
		made("11010520270101002"):        "idnumber.date", // not born yet
		made("11010520170229002"):        "idnumber.date", // no leap year
		made("11010520161301002"):        "idnumber.date",
		made("11010500000000002"):        "idnumber.date",
		made("11010520160229002"):        "",
		made("81000020160229002"):        "",
	} {
		_, err := idnumber.Parse(typed, now)
		got := ""
		if e, ok := err.(*fault.Error); ok {
			got = e.Key
			if strings.Contains(e.Error(), "1949") {
				t.Errorf("an error tells the number: %v", e)
			}
		}
		if got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}

func TestMasked(t *testing.T) {
	t.Parallel()
	if got := idnumber.Masked("11010519491231002X"); got != "…002X" {
		t.Error(got)
	}
	if got := idnumber.Masked("12"); got != "" {
		t.Error(got)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"11010519491231002X", "１１０１０５１９４９１２３１００２Ｘ", "110105491231002", "𠀀"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := idnumber.Parse(s, now)
		if err != nil {
			return
		}
		again, err := idnumber.Parse(n.Text, now)
		if err != nil || again != n || len(n.Text) != idnumber.Len || n.Birth.After(now) {
			t.Fatalf("%v, then %v, %v", n, again, err)
		}
		// One digit changed is always found: that is what the check character is for.
		b := []byte(n.Text)
		b[16] = '0' + (b[16]-'0'+1)%10
		if _, err := idnumber.Parse(string(b), now); err == nil {
			t.Fatal("a wrong digit passes")
		}
	})
}
