package i18n_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/money"
)

func TestCatalogues(t *testing.T) {
	t.Parallel()
	i18ntest.CheckCatalogues(t, i18n.Texts())
}

func TestEveryUnitAndKindHasWords(t *testing.T) {
	t.Parallel()
	b := i18ntest.Bundle(t)
	for _, u := range money.Units() {
		if !b.Has("unit_name."+string(u)) || (!u.IsMoney() && !b.Has("unit."+string(u))) {
			t.Errorf("unit %s has no words", u)
		}
	}
	for k := fault.Internal; k <= fault.Busy; k++ {
		if !b.Has("fault."+k.String()+".title") || !b.Has("fault."+k.String()+".sentence") {
			t.Errorf("kind %s has no words", k)
		}
	}
	for _, key := range []string{"empty", "unreadable", "comma", "decimals", "not_positive", "too_much"} {
		if !b.Has("money." + key) {
			t.Errorf("money.%s has no words", key)
		}
	}
}

func file(en, zh string) fstest.MapFS {
	return fstest.MapFS{"text/en.toml": {Data: []byte(en)}, "text/zh.toml": {Data: []byte(zh)}}
}

func ctxOf(b *i18n.Bundle, l i18n.Lang) context.Context {
	return i18n.With(context.Background(), b, l, nil)
}

func TestT(t *testing.T) {
	t.Parallel()
	b := i18ntest.Bundle(t, file(
		"\"x.plain\" = \"Hello\"\n\"x.gift\" = \"{{.Who}} gave {{.Amount}} on {{.Day}}\"\n[\"x.gifts\"]\none = \"{{.Count}} gift\"\nother = \"{{.Count}} gifts\"",
		"\"x.plain\" = \"你好\"\n\"x.gift\" = \"{{.Who}}于{{.Day}}捐出 {{.Amount}}\"\n[\"x.gifts\"]\nother = \"{{.Count}} 笔捐赠\""))
	day := time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC) // the 23rd in China
	args := []any{"Who", i18n.Text{ZH: "林", EN: "Lin"}, "Amount", money.Amount{Minor: 1, Unit: money.Loaf}, "Day", day}
	for _, c := range []struct {
		lang i18n.Lang
		key  string
		args []any
		want string
	}{
		{i18n.EN, "x.plain", nil, "Hello"},
		{i18n.ZH, "x.plain", nil, "你好"},
		{i18n.EN, "x.plain", []any{"Spare", 1}, "Hello"},
		{i18n.EN, "x.gift", args, "Lin gave 1 loaf on 23 November 2026"},
		{i18n.ZH, "x.gift", args, "林于2026年11月23日捐出 1 个面包"},
		{i18n.EN, "x.gifts", []any{"Count", 1}, "1 gift"},
		{i18n.EN, "x.gifts", []any{"Count", 0}, "0 gifts"},
		{i18n.EN, "x.gifts", []any{"Count", int64(12318)}, "12,318 gifts"},
		{i18n.ZH, "x.gifts", []any{"Count", 1}, "1 笔捐赠"},
		{i18n.ZH, "x.absent", nil, "[x.absent]"},
	} {
		if got := i18n.T(ctxOf(b, c.lang), c.key, c.args...); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.lang, c.key, got, c.want)
		}
	}
	if got := b.Missing(); !slices.Equal(got, []string{"x.absent"}) {
		t.Errorf("missing = %v", got)
	}
}

func TestBundleRefuses(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]fstest.MapFS{
		"a key of the house again": file(`"do.save" = "Keep"`, `"x.a" = "甲"`),
		"unreadable":               file(`"x.a" = `, `"x.a" = "甲"`),
		"no Chinese file":          {"text/en.toml": {Data: []byte(`"x.a" = "a"`)}},
	} {
		if _, err := i18n.NewBundle(f); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestQuantities(t *testing.T) {
	t.Parallel()
	b := i18ntest.Bundle(t)
	for _, c := range []struct {
		a      money.Amount
		en, zh string
	}{
		{money.Yuan(3500), "¥35", "¥35"},
		{money.Yuan(123450), "¥1,234.50", "¥1,234.50"},
		{money.Yuan(1), "¥0.01", "¥0.01"},
		{money.Yuan(0), "¥0", "¥0"},
		{money.Yuan(-123456789), "-¥1,234,567.89", "-¥1,234,567.89"},
		{money.Yuan(100_000_000_000), "¥1,000,000,000", "¥1,000,000,000"},
		{money.Amount{Minor: 14, Unit: money.Meal}, "14 meals", "14 顿饭"},
		{money.Amount{Minor: 1, Unit: money.Meal}, "1 meal", "1 顿饭"},
		{money.Amount{Minor: 1200, Unit: money.Child}, "1,200 children", "1,200 名儿童"},
	} {
		if en, zh := i18n.Quantity(ctxOf(b, i18n.EN), c.a), i18n.Quantity(ctxOf(b, i18n.ZH), c.a); en != c.en || zh != c.zh {
			t.Errorf("%v: %q %q, want %q %q", c.a, en, zh, c.en, c.zh)
		}
	}
}

func TestNumbersAndPercent(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -1000: "-1,000", 123456789: "123,456,789", -100: "-100"} {
		if got := i18n.Number(ctx, n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	for _, c := range []struct {
		part, whole int64
		want        string
	}{{0, 100, "0%"}, {1, 100_000, "1%"}, {999, 1000, "99%"}, {1000, 1000, "100%"}, {2500, 1000, "250%"}, {5, 0, "0%"}, {-5, 10, "0%"}, {29, 100, "29%"}, {57, 100, "57%"}} {
		if got := i18n.Percent(ctx, c.part, c.whole); got != c.want {
			t.Errorf("%d of %d: %q, want %q", c.part, c.whole, got, c.want)
		}
	}
}

func TestMoments(t *testing.T) {
	t.Parallel()
	b := i18ntest.Bundle(t)
	en, zh := ctxOf(b, i18n.EN), ctxOf(b, i18n.ZH)
	now := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{i18n.Date(en, now), "23 November 2026"}, {i18n.Date(zh, now), "2026年11月23日"},
		{i18n.DateTime(en, now), "23 November 2026, 16:30"}, {i18n.DateTime(zh, now), "2026年11月23日 16:30"},
		{i18n.DateShort(zh, now), "11月23日"}, {i18n.Month(en, now), "November 2026"}, {i18n.Time(zh, now), "16:30"},
		{i18n.Date(en, time.Time{}), ""},
		{i18n.Ago(en, now.Add(-30*time.Second), now), "just now"}, {i18n.Ago(en, now.Add(-time.Minute), now), "1 minute ago"},
		{i18n.Ago(zh, now.Add(-3*time.Hour), now), "3 小时前"}, {i18n.Ago(en, now.Add(-49*time.Hour), now), "2 days ago"},
		{i18n.Ago(en, now.AddDate(0, -2, 0), now), "23 September 2026"}, {i18n.Ago(en, now.Add(time.Hour), now), "just now"},
		{i18n.Until(zh, now.Add(72*time.Hour), now), "3 天后"}, {i18n.Until(en, now.Add(90*time.Minute), now), "in 1 hour"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestAccept(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]i18n.Lang{
		"zh-CN,zh;q=0.9": i18n.ZH, "zh-Hant-TW": i18n.ZH, "zh-Hans-SG,zh;q=0.9": i18n.ZH, "en-GB,en;q=0.9,zh;q=0.8": i18n.EN,
		"en;q=0.3,zh;q=0.8": i18n.ZH, "fr": i18n.EN, "fr,zh;q=0.5": i18n.ZH, "": i18n.ZH, ";;;": i18n.ZH, "*": i18n.EN,
	} {
		if got := i18n.Accept(header, i18n.ZH); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	b := i18ntest.Bundle(t)
	for _, c := range []struct {
		text i18n.Text
		lang i18n.Lang
		want string
		used i18n.Lang
	}{
		{i18n.Text{ZH: "甲", EN: "A"}, i18n.EN, "A", i18n.EN}, {i18n.Text{ZH: "甲", EN: "A"}, i18n.ZH, "甲", i18n.ZH},
		{i18n.Text{ZH: "甲"}, i18n.EN, "甲", i18n.ZH}, {i18n.Text{EN: "A"}, i18n.ZH, "A", i18n.EN}, {i18n.Text{}, i18n.ZH, "", i18n.ZH},
	} {
		ctx := ctxOf(b, c.lang)
		if got, used := c.text.In(ctx), c.text.Lang(ctx); got != c.want || used != c.used {
			t.Errorf("%+v in %s: %q (%s)", c.text, c.lang, got, used)
		}
	}
}

func TestFault(t *testing.T) {
	t.Parallel()
	b := i18ntest.Bundle(t)
	en := ctxOf(b, i18n.EN)
	for _, c := range []struct {
		err  error
		want string
	}{
		{fault.New(fault.Invalid, "money.decimals", "Digits", 2), "Use no more than 2 decimal places."},
		{fault.Fields{{Name: "a", Key: "form.required"}}, i18n.T(en, "form.check")},
		{errors.New("disk on fire"), i18n.T(en, "fault.internal.sentence")},
		{fault.New(fault.Gone, "x.unknown"), i18n.T(en, "fault.gone.sentence")},
	} {
		if got := i18n.Fault(en, c.err); got != c.want {
			t.Errorf("%v: %q, want %q", c.err, got, c.want)
		}
	}
	if got := b.Missing(); !slices.Equal(got, []string{"x.unknown"}) {
		t.Errorf("a fault without a text is not noted: %v", got)
	}
}

func TestWithoutBundle(t *testing.T) {
	t.Parallel()
	if got := i18n.T(context.Background(), "do.save"); got != "[do.save]" {
		t.Errorf("%q", got)
	}
	if got := i18n.Money(context.Background(), money.Yuan(5)); got != "¥0.05" {
		t.Errorf("%q", got)
	}
}

func FuzzAccept(f *testing.F) {
	f.Add("zh-CN,zh;q=0.9,en;q=0.8")
	f.Add("en-US;q=NaN, \x00")
	f.Fuzz(func(t *testing.T, header string) {
		if l := i18n.Accept(header, i18n.ZH); l != i18n.ZH && l != i18n.EN {
			t.Errorf("%q gives %q", header, l)
		}
	})
}

func FuzzTArgs(f *testing.F) {
	b := i18ntest.Bundle(f)
	f.Add("{{.X}}", int64(3))
	f.Fuzz(func(t *testing.T, value string, n int64) {
		got := i18n.T(ctxOf(b, i18n.EN), "form.too_long", "Max", value, "Count", n)
		if !strings.Contains(got, value) {
			t.Errorf("%q lost in %q", value, got)
		}
	})
}
