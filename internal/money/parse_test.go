package money_test

import (
	"errors"
	"testing"

	"manyhands/internal/fault"
	"manyhands/internal/money"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int64{
		"35": 3500, "35.5": 3550, "35.50": 3550, "35.500": 3550, "0.01": 1, "1,234.50": 123450, "1,234,567": 123456700,
		"１００": 10000, "１，２３４．５０": 123450, "¥35": 3500, "￥35": 3500, "CNY 35": 3500, "rmb35": 3500, "35元": 3500, " 1 000 ": 100000,
		"1000000000": money.MaxMinor,
	} {
		if got, err := money.Parse(in, money.CNY); err != nil || got.Minor != want || got.Unit != money.CNY {
			t.Errorf("%q: %v %v, want %d", in, got, err, want)
		}
	}
	for in, want := range map[string]string{
		"": "money.empty", " ": "money.empty", "¥": "money.empty", "0": "money.not_positive", "0.00": "money.not_positive", "-1": "money.not_positive",
		"0.001": "money.decimals", "1.239": "money.decimals", "35,00": "money.comma", "35,5": "money.comma", "1,23,456": "money.unreadable",
		"1e9": "money.unreadable", "abc": "money.unreadable", "1.2.3": "money.unreadable", ".": "money.unreadable", "5.": "money.unreadable",
		"1000000000.01": "money.too_much", "99999999999999999999999": "money.too_much", "0x10": "money.unreadable", "+5": "money.unreadable",
	} {
		_, err := money.Parse(in, money.CNY)
		if e, ok := errors.AsType[*fault.Error](err); !ok || e.Key != want {
			t.Errorf("%q: %v, want %s", in, err, want)
		}
	}
	if _, err := money.Parse("2.5", money.Coat); err == nil {
		t.Error("half a coat")
	}
}

// What Decimal writes, Parse reads back.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"35", "1,234.50", "¥0.01", "－1", "1e9", "٣"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := money.Parse(s, money.CNY)
		if err != nil {
			return
		}
		if a.Minor <= 0 || a.Minor > money.MaxMinor {
			t.Fatalf("%q reads as %d", s, a.Minor)
		}
		if b, err := money.Parse(a.Decimal(), money.CNY); err != nil || b != a {
			t.Fatalf("%q reads as %v, written %q, reads as %v %v", s, a, a.Decimal(), b, err)
		}
	})
}
