package money

import (
	"math"
	"strings"

	"golang.org/x/text/width"

	"manyhands/internal/fault"
)

// Parse reads what a person typed as a positive quantity of u. It takes full-width digits, a
// leading ¥, ￥, "CNY" or "RMB", a trailing 元, spaces, and commas that group thousands. It refuses,
// each with its own key: nothing ("money.empty"), what is no number ("money.unreadable"), a comma
// where a point is meant ("money.comma"), more decimals than the unit has ("money.decimals"), zero
// or less ("money.not_positive") and more than MaxMinor ("money.too_much"). The fault is of kind
// Invalid; the text is never part of it.
func Parse(s string, u Unit) (Amount, error) {
	t := strip(width.Narrow.String(s))
	if t == "" {
		return Amount{}, fault.New(fault.Invalid, "money.empty")
	}
	neg := strings.HasPrefix(t, "-")
	t = strings.TrimPrefix(t, "-")
	whole, frac, hasPoint := strings.Cut(t, ".")
	whole, err := ungroup(whole, hasPoint)
	if err != nil {
		return Amount{}, err
	}
	if !digits(whole) || (hasPoint && !digits(frac)) {
		return Amount{}, fault.New(fault.Invalid, "money.unreadable")
	}
	if len(frac) > u.Digits() {
		if strings.Trim(frac[u.Digits():], "0") != "" {
			return Amount{}, fault.New(fault.Invalid, "money.decimals", "Digits", u.Digits())
		}
		frac = frac[:u.Digits()]
	}
	minor, ok := join(whole, frac, u.Digits())
	if neg || (ok && minor == 0) {
		return Amount{}, fault.New(fault.Invalid, "money.not_positive")
	}
	if !ok || minor > MaxMinor {
		return Amount{}, fault.New(fault.Invalid, "money.too_much")
	}
	return Amount{Minor: minor, Unit: u}, nil
}

func strip(s string) string {
	s = strings.TrimSpace(s)
	for _, p := range []string{"CNY", "RMB", "¥"} {
		if len(s) >= len(p) && strings.EqualFold(s[:len(p)], p) {
			s = s[len(p):]
			break
		}
	}
	s = strings.TrimSuffix(strings.TrimSpace(s), "元")
	return strings.ReplaceAll(strings.TrimSpace(s), " ", "")
}

// ungroup removes commas that stand where thousands are grouped, and calls out any other.
func ungroup(whole string, hasPoint bool) (string, error) {
	if !strings.Contains(whole, ",") {
		return whole, nil
	}
	parts := strings.Split(whole, ",")
	for i, p := range parts {
		if !digits(p) || (i > 0 && len(p) != 3) || (i == 0 && len(p) > 3) {
			if i == 1 && len(parts) == 2 && len(p) <= 2 && digits(p) && !hasPoint {
				return "", fault.New(fault.Invalid, "money.comma")
			}
			return "", fault.New(fault.Invalid, "money.unreadable")
		}
	}
	return strings.Join(parts, ""), nil
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func join(whole, frac string, places int) (int64, bool) {
	var v int64
	for _, c := range whole + frac + strings.Repeat("0", places-len(frac)) {
		if v > (math.MaxInt64-9)/10 {
			return 0, false
		}
		v = v*10 + int64(c-'0')
	}
	return v, true
}
