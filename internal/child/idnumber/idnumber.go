// Package idnumber checks resident identity numbers, the 17 digits and check character by which China
// knows its residents (GB 11643-1999), and says what is wrong with one.
//
// It is pure and looks nothing up. It must not put a number, or a part of one, into an error.
package idnumber

import (
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/width"

	"manyhands/internal/fault"
)

// Len is the length of a number.
const Len = 18

var (
	weights = [Len - 1]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	checks  = "10X98765432"
	// provinces are the first two digits in use (GB/T 2260), with 81 to 83 of the residence permits of
	// people from Hong Kong, Macao and Taiwan, which are built the same way.
	provinces = " 11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 "
)

// Number is a number taken apart.
type Number struct {
	Text     string // in the form that is stored: narrow, X as a capital
	Division string // six digits: where it was first given out
	Birth    time.Time
	Female   bool
}

// Normalise brings what a person typed or pasted to the form that is stored: narrow digits and X,
// without spaces, hyphens and invisible characters.
func Normalise(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' || r == '\ufeff' || r == '\u200b' {
			return -1
		}
		return unicode.ToUpper(r)
	}, width.Narrow.String(s))
}

// Parse takes a number apart, as typed. now is the present, in whose future nobody is born yet. Faults
// of kind Invalid: "idnumber.length" (Length), "idnumber.old" for the 15 digits used before 1999,
// "idnumber.letter" (Position, from 1), "idnumber.division", "idnumber.date", "idnumber.check".
func Parse(typed string, now time.Time) (Number, error) {
	s := Normalise(typed)
	switch n := len([]rune(s)); {
	case n == 15 && strings.IndexFunc(s, notDigit) < 0:
		return Number{}, fault.New(fault.Invalid, "idnumber.old")
	case n != Len:
		return Number{}, fault.New(fault.Invalid, "idnumber.length", "Length", n)
	}
	for i, r := range []rune(s) {
		if notDigit(r) && (r != 'X' || i != Len-1) {
			return Number{}, fault.New(fault.Invalid, "idnumber.letter", "Position", i+1)
		}
	}
	if !strings.Contains(provinces, " "+s[:2]+" ") {
		return Number{}, fault.New(fault.Invalid, "idnumber.division")
	}
	birth, err := time.Parse("20060102", s[6:14])
	if err != nil || birth.After(now) || birth.Year() < 1850 {
		return Number{}, fault.New(fault.Invalid, "idnumber.date")
	}
	if Check(s[:Len-1]) != s[Len-1] {
		return Number{}, fault.New(fault.Invalid, "idnumber.check")
	}
	return Number{Text: s, Division: s[:6], Birth: birth, Female: (s[16]-'0')%2 == 0}, nil
}

// Check returns the check character of the first 17 digits (ISO 7064, MOD 11-2). It panics for anything
// else.
func Check(digits string) byte {
	sum := 0
	for i, w := range weights {
		sum += int(digits[i]-'0') * w
	}
	return checks[sum%11]
}

// Masked returns what a page may show of a stored number: its last four characters.
func Masked(stored string) string {
	if len(stored) < 4 {
		return ""
	}
	return "…" + stored[len(stored)-4:]
}

func notDigit(r rune) bool { return r < '0' || r > '9' }
