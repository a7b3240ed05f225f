package i18n

import (
	"context"
	"math"
	"math/bits"
	"strconv"
	"time"

	"github.com/bojanz/currency"

	"manyhands/internal/money"
)

// yuanSign: readers of both languages write ¥ for CNY here; CLDR's "CN¥" serves readers abroad.
const yuanSign = "¥"

func formatter(lang Lang, whole bool) *currency.Formatter {
	f := currency.NewFormatter(currency.NewLocale(lang.Tag()))
	f.SymbolMap = map[string]string{"CNY": yuanSign}
	f.MinDigits = 2
	if whole {
		f.MinDigits = 0
	}
	return f
}

// Money writes an amount of a currency: "¥1,234.50"; a whole number of yuan without decimals:
// "¥35". A quantity of another unit is written by [Quantity].
func Money(ctx context.Context, a money.Amount) string {
	if !a.Unit.IsMoney() {
		return Quantity(ctx, a)
	}
	whole := a.Minor%100 == 0
	amount, err := currency.NewAmount(a.Decimal(), string(a.Unit))
	if err != nil { // a code that CLDR does not know
		return string(a.Unit) + " " + a.Decimal()
	}
	return formatter(LangOf(ctx), whole).Format(amount)
}

// Quantity writes an amount of any unit: "¥35", "14 meals", "14 顿饭".
func Quantity(ctx context.Context, a money.Amount) string {
	if a.Unit.IsMoney() {
		return Money(ctx, a)
	}
	return T(ctx, "unit."+string(a.Unit), "Count", a.Minor)
}

// Unit names a unit without a count, for labels and table heads: "yuan", "meals", "热饭（顿）".
func Unit(ctx context.Context, u money.Unit) string { return T(ctx, "unit_name."+string(u)) }

// Number writes an integer with its thousands grouped: "12,318".
func Number(_ context.Context, n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// Percent writes part of whole as a percentage, rounded down so that 100% means all of it, and at
// least 1% once there is anything. A whole of zero or less is 0%.
func Percent(ctx context.Context, part, whole int64) string {
	return Number(ctx, int64(PercentOf(part, whole))) + "%"
}

// PercentOf is the number that Percent writes: 0 and up, over 100 when part exceeds whole.
func PercentOf(part, whole int64) int {
	if whole <= 0 || part <= 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(part), 100)
	if hi >= uint64(whole) {
		return math.MaxInt
	}
	q, _ := bits.Div64(hi, lo, uint64(whole))
	return int(max(1, min(q, math.MaxInt)))
}

// Date writes the day of t in the reader's zone: "23 November 2026", "2026年11月23日". The zero time
// is written as nothing, as it is by all functions below.
func Date(ctx context.Context, t time.Time) string { return layout(ctx, t, "date.day") }

// DateShort writes the day without its year: "23 Nov", "11月23日".
func DateShort(ctx context.Context, t time.Time) string { return layout(ctx, t, "date.short") }

// Month writes "November 2026", "2026年11月".
func Month(ctx context.Context, t time.Time) string { return layout(ctx, t, "date.month") }

// Time writes the time of day: "16:30".
func Time(ctx context.Context, t time.Time) string { return layout(ctx, t, "date.time") }

// DateTime writes day and time: "23 November 2026, 16:30", "2026年11月23日 16:30".
func DateTime(ctx context.Context, t time.Time) string { return layout(ctx, t, "date.day_time") }

func layout(ctx context.Context, t time.Time, key string) string {
	if t.IsZero() {
		return ""
	}
	return t.In(ZoneOf(ctx)).Format(T(ctx, key))
}

// Ago writes how long before now t was: "just now", "5 minutes ago", "3 天前". From a month on it
// writes the date.
func Ago(ctx context.Context, t, now time.Time) string { return relative(ctx, t, now.Sub(t), "ago") }

// Until writes how long after now t is: "in 3 days", "3 天后". Up to a minute it says "now"; from
// a month on it writes the date.
func Until(ctx context.Context, t, now time.Time) string {
	return relative(ctx, t, t.Sub(now), "until")
}

func relative(ctx context.Context, t time.Time, d time.Duration, way string) string {
	const day = 24 * time.Hour
	switch {
	case t.IsZero():
		return ""
	case d < time.Minute:
		return T(ctx, way+".now")
	case d < time.Hour:
		return T(ctx, way+".minutes", "Count", int(d/time.Minute))
	case d < day:
		return T(ctx, way+".hours", "Count", int(d/time.Hour))
	case d < 31*day:
		return T(ctx, way+".days", "Count", int(d/day))
	}
	return Date(ctx, t)
}
