package account

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"manyhands/internal/fault"
)

// mainland is the calling code of mainland China, which a number without one is taken to have.
const mainland = "86"

// longestNumber bounds what is read: the longest number (ITU-T E.164: 15 digits) with generous spaces.
const longestNumber = 40

// Number returns a mobile number in the form in which it is compared: "+" and the digits of ITU-T
// E.164. It accepts full-width digits, spaces, dots, hyphens and brackets, the prefixes +86, 0086 and
// 86, and mainland numbers without any. Numbers of other countries need + or 00. Landlines are refused
// where their form tells: in mainland China, Hong Kong, Macao and Taiwan. Faults: Fields naming "phone".
func Number(typed string) (string, error) {
	digits, abroad, ok := digitsOf(typed)
	switch {
	case digits == "" && ok:
		return "", bad("form.required")
	case !ok:
		return "", bad("account.phone_bad")
	}
	if !abroad {
		local := digits
		if len(digits) == mainlandDigits+len(mainland) {
			local = strings.TrimPrefix(digits, mainland)
		}
		if local[0] == '0' || len(local) == 7 || len(local) == 8 {
			return "", bad("account.phone_landline") // with its area code, and without
		}
		digits = mainland + local
	}
	if len(digits) < 8 || len(digits) > 15 || digits[0] == '0' {
		return "", bad("account.phone_bad")
	}
	return checkMobile(digits)
}

// LooksLikePhone reports whether somebody who was asked for an address or a number meant a number.
func LooksLikePhone(typed string) bool {
	digits, _, ok := digitsOf(typed)
	return ok && len(digits) >= 5
}

// digitsOf takes the digits out of what was typed. abroad says that it began with + or 00; ok is false
// when it holds anything that no number does.
func digitsOf(typed string) (digits string, abroad, ok bool) {
	if len(typed) > 4*longestNumber {
		return "", false, false
	}
	var b strings.Builder
	for i, r := range []rune(strings.TrimSpace(norm.NFKC.String(typed))) {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '+' && i == 0:
			abroad = true
		case unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || strings.ContainsRune(".()/\u00ad\u200b\u202a\u202c\ufeff", r):
			// What address books and people put between digits.
		default:
			return "", false, false
		}
	}
	digits = b.String()
	if !abroad && strings.HasPrefix(digits, "00") {
		return digits[2:], true, true
	}
	return digits, abroad, true
}

const mainlandDigits = 11

// mobiles says of the calling codes that most people here have how a mobile number goes on: how many
// digits, and which may come first.
var mobiles = map[string]struct {
	digits int
	first  string
}{
	mainland: {mainlandDigits, "1"},
	"852":    {8, "456789"},
	"853":    {8, "6"},
	"886":    {9, "9"},
}

func checkMobile(digits string) (string, error) {
	for code, m := range mobiles {
		rest, ok := strings.CutPrefix(digits, code)
		if !ok {
			continue
		}
		if len(rest) != m.digits {
			return "", bad("account.phone_bad")
		}
		if !strings.Contains(m.first, rest[:1]) || code == mainland && rest[1] < '3' {
			return "", bad("account.phone_landline")
		}
	}
	return "+" + digits, nil
}

// callingCode reports whether a number as Number returns it has that calling code. "*" is any.
func callingCode(number, code string) bool {
	return code == "*" || strings.HasPrefix(number, "+"+code)
}

// Masked shows so much of a number that its owner knows it: the last four digits.
func Masked(number string) string {
	if len(number) < 8 {
		return "••••"
	}
	return "•••• " + number[len(number)-4:]
}

func bad(key string) fault.Fields { return fault.Fields{{Name: "phone", Key: key}} }
