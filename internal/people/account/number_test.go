package account_test

import (
	"strings"
	"testing"

	"manyhands/internal/people/account"
)

func TestNumbersAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"13800000001":     "+8613800000001",
		" 138 0000 0001 ": "+8613800000001",
		"１３８０００００００１":     "+8613800000001", // full-width
		"＋８６ １３８－００００－０００１": "+8613800000001",
		"+86-138-0000-0001":       "+8613800000001",
		"0086 13800000001":        "+8613800000001",
		"8613800000001":           "+8613800000001",
		"(+86) 138":               "account.phone_bad", // a bracket before the plus: too rare to guess at
		"+86 (138) 0000.0001":     "+8613800000001",
		"\u202d13800000001\u202c": "account.phone_bad",
		"\u202a13800000001\u202c": "+8613800000001", // as address books copy it
		"+852 5123 4567":          "+85251234567",
		"00886 912 345 678":       "+886912345678",
		"+44 7700 900123":         "+447700900123",
		"":                        "form.required",
		"   ":                     "form.required",
		"010-62345678":            "account.phone_landline",
		"62345678":                "account.phone_landline",
		"+86 10 6234 5678":        "account.phone_bad", // ten digits
		"+86 755 2345 6789":       "account.phone_landline",
		"+852 2123 4567":          "account.phone_landline",
		"12800000001":             "account.phone_landline",
		"1380000000":              "account.phone_bad",
		"138000000012":            "account.phone_bad",
		"+1":                      "account.phone_bad",
		"+1234567890123456":       "account.phone_bad", // sixteen digits
		"+0123456789":             "account.phone_bad",
		"a13800000001":            "account.phone_bad",
		"138+00000001":            "account.phone_bad",
		"१३८००००००००१":            "account.phone_bad", // other digits
		"13800000001\x00":         "account.phone_bad",
		"13800000001\r\nBcc: x":   "account.phone_bad",
		strings.Repeat("1", 900):  "account.phone_bad",
	} {
		got, err := account.Number(typed)
		if err != nil {
			got = key(err)
		}
		if got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}

func TestAddressOrNumber(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]bool{"13800000001": true, "＋８６ 138": true, "a@b.org": false, "138@b.org": false, "": false, "123": false} {
		if account.LooksLikePhone(typed) != want {
			t.Errorf("%q: want %v", typed, want)
		}
	}
}

func FuzzNumber(f *testing.F) {
	for _, s := range []string{"13800000001", "+852 5123 4567", "００86１３８", "0", "+", "00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		n, err := account.Number(typed)
		if err != nil {
			return
		}
		if again, err := account.Number(n); err != nil || again != n {
			t.Errorf("%q became %q, which becomes %q, %v", typed, n, again, err)
		}
		if len(n) < 9 || len(n) > 16 || n[0] != '+' || strings.Trim(n[1:], "0123456789") != "" {
			t.Errorf("%q became %q", typed, n)
		}
	})
}
