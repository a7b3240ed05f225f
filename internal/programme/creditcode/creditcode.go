// Package creditcode checks and takes apart unified social credit codes, the 18 letters and digits by
// which China registers organisations (GB 32100-2015), and says which part of a wrong one is wrong.
//
// It is pure and looks nothing up: a code that passes is well made, not necessarily registered.
package creditcode

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"manyhands/internal/fault"
)

// Len is the length of a code.
const Len = 18

const (
	prefixLen = 8                                 // registry, class, division
	letters   = "0123456789ABCDEFGHJKLMNPQRTUWXY" // GB 32100-2015 leaves out I O S V Z
)

// Code is a code taken apart.
type Code struct {
	Registry     byte   // who registered it: '5' civil affairs, '9' market regulation, '1' public bodies...
	Class        byte   // of organisation, within the registry
	Division     string // six digits of the administrative division (GB/T 2260)
	Organisation string // nine letters and digits (GB 11714)
}

// Kind says in a word what kind of organisation a code stands for, "" for kinds that the house does
// not tell apart: "association", "service_body", "foundation", "government", "institution",
// "company", "sole_trader", "cooperative", "law_body", "trade_union", "religious_site", "village".
func (c Code) Kind() string {
	switch string([]byte{c.Registry, c.Class}) {
	case "51":
		return "association"
	case "52":
		return "service_body"
	case "53":
		return "foundation"
	case "11":
		return "government"
	case "12":
		return "institution"
	case "91":
		return "company"
	case "92":
		return "sole_trader"
	case "93":
		return "cooperative"
	}
	switch c.Registry {
	case '3':
		return "law_body"
	case '7':
		return "religious_site"
	case '8':
		return "trade_union"
	case 'N':
		return "village"
	}
	return ""
}

// NonProfit reports whether the code stands for one of the three forms that a charity can have in
// China: association, service body, foundation.
func (c Code) NonProfit() bool {
	return c.Registry == '5' && (c.Class == '1' || c.Class == '2' || c.Class == '3')
}

// Normalise brings what a person typed or pasted to the form that is stored: narrow capitals without
// spaces and hyphens.
func Normalise(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' || r == '\ufeff' || r == '\u200b' {
			return -1
		}
		return unicode.ToUpper(r)
	}, width.Narrow.String(s))
}

// Valid reports whether Check finds nothing wrong.
func Valid(s string) bool { return Check(s) == nil }

// Check returns nil for a well-made code, as typed, and otherwise a fault of kind Invalid that says
// which part is wrong: "creditcode.length" (Length), "creditcode.letter" (Position, from 1),
// "creditcode.registry", "creditcode.division", "creditcode.organisation" (its own check letter does
// not fit), "creditcode.check".
func Check(s string) error {
	_, err := Parse(s)
	return err
}

// Parse takes a code apart. Faults as Check.
func Parse(s string) (Code, error) {
	s = Normalise(s)
	if n := len([]rune(s)); n != Len {
		return Code{}, fault.New(fault.Invalid, "creditcode.length", "Length", n)
	}
	for i, r := range []rune(s) {
		if !strings.ContainsRune(letters, r) || (i >= 2 && i < prefixLen && r > '9') {
			return Code{}, fault.New(fault.Invalid, "creditcode.letter", "Position", i+1)
		}
	}
	c := Code{Registry: s[0], Class: s[1], Division: s[2:prefixLen], Organisation: s[prefixLen : Len-1]}
	switch {
	case !strings.ContainsRune("123456789ANY", rune(c.Registry)):
		return Code{}, fault.New(fault.Invalid, "creditcode.registry")
	case !province(c.Division[:2]):
		return Code{}, fault.New(fault.Invalid, "creditcode.division")
	case organisationCheck(c.Organisation[:8]) != c.Organisation[8]:
		return Code{}, fault.New(fault.Invalid, "creditcode.organisation")
	case codeCheck(s[:Len-1]) != s[Len-1]:
		return Code{}, fault.New(fault.Invalid, "creditcode.check")
	}
	return c, nil
}

// Make returns the code for a prefix of eight (registry, class, division) and the first eight letters
// and digits of an organisation code, with both check letters worked out: for examples and tests.
// Faults as Check.
func Make(prefix8, org8 string) (string, error) {
	s := Normalise(prefix8 + org8)
	if n := len(s); n != Len-2 {
		return "", fault.New(fault.Invalid, "creditcode.length", "Length", n)
	}
	if i := strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune(letters, r) }); i >= 0 {
		return "", fault.New(fault.Invalid, "creditcode.letter", "Position", i+1)
	}
	s += string(organisationCheck(s[prefixLen:]))
	s += string(codeCheck(s))
	return s, Check(s)
}

// codeCheck is the check letter of GB 32100-2015 over the first 17: weights 3^i mod 31.
func codeCheck(s string) byte {
	sum, weight := 0, 1
	for i := range len(s) {
		sum += strings.IndexByte(letters, s[i]) * weight
		weight = weight * 3 % 31
	}
	return letters[(31-sum%31)%31]
}

// organisationCheck is the check letter of GB 11714 over the first 8, in which letters count from A=10
// with none left out.
func organisationCheck(s string) byte {
	sum := 0
	for i, weight := range [8]int{3, 7, 9, 10, 5, 8, 4, 2} {
		v := int(s[i] - '0')
		if s[i] >= 'A' {
			v = int(s[i]-'A') + 10
		}
		sum += v * weight
	}
	switch v := 11 - sum%11; v {
	case 10:
		return 'X'
	case 11:
		return '0'
	default:
		return byte('0' + v)
	}
}

// province reports whether two digits begin a division code of GB/T 2260; 10 stands for bodies
// registered by the central government.
func province(s string) bool {
	const known = " 10 11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 "
	return strings.Contains(known, " "+s+" ")
}
