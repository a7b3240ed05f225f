package chart

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

func draw(t *testing.T, c Chart) string {
	t.Helper()
	var b strings.Builder
	if err := Draw(&b, c); err != nil {
		t.Fatal(err)
	}
	d := xml.NewDecoder(strings.NewReader(b.String()))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return b.String()
		} else if err != nil {
			t.Fatalf("no SVG: %v", err)
		}
	}
}

func TestFiguresBesideTheirLimits(t *testing.T) {
	t.Parallel()
	got := draw(t, Chart{Title: "gifts & <pools>", Notes: []string{"two cores"}, Groups: []Group{
		{Unit: "1/s", Bars: []Bar{{Name: "limit: hello", Text: "90,000", Value: 90_000, Limit: true}, {Name: "gifts", Text: "45,000", Note: "0.50 of hello", Value: 45_000, Reach: 90_000}}},
		{Unit: "ms", Bars: []Bar{{Name: "slow", Text: "900", Value: 900}, {Name: "quick", Text: "0.1", Value: 0.1}}}}})
	for _, want := range []string{"gifts &amp; &lt;pools&gt;", "<title", "<desc", "two cores. limit: hello: 90,000 1/s. gifts: 45,000 1/s, 0.50 of hello.",
		"1/s (from nought)", "ms (logarithmic", "prefers-color-scheme:dark", `class="r"`, ">100k<", ">0.01<"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
}

func TestAxes(t *testing.T) {
	t.Parallel()
	bars := func(values ...float64) Group {
		var g Group
		for _, v := range values {
			g.Bars = append(g.Bars, Bar{Value: v})
		}
		return g
	}
	for name, c := range map[string]struct {
		group Group
		value float64
		log   bool
		at    int
	}{
		"nought is at the left":      {bars(0, 8), 0, false, 0},
		"half is half the way":       {bars(50, 100), 50, false, full / 2},
		"the limit is on the axis":   {Group{Bars: []Bar{{Value: 50, Reach: 100}}}, 100, false, full},
		"manyfold":                   {bars(1.5, 15_000), 100, true, full * 2 / 5},
		"the least is to be seen":    {bars(1, 1000), 1, true, full / 4},
		"nothing at all":             {bars(0), 0, false, 0},
		"nothing, where it is manyf": {bars(0, 2, 2000), 0, true, 0},
	} {
		s := c.group.scale()
		if s.log != c.log || s.at(c.value) < c.at-1 || s.at(c.value) > c.at+1 {
			t.Errorf("%s: %v at %d, logarithmic %v; want %d, %v", name, c.value, s.at(c.value), s.log, c.at, c.log)
		}
	}
}

func TestLongNotesDoNotRunIntoNames(t *testing.T) {
	t.Parallel()
	b := Bar{Name: strings.Repeat("n", 60), Text: "160,000", Note: "0.98 × " + strings.Repeat("l", 60), Value: 1}
	got := draw(t, Chart{Groups: []Group{{Bars: []Bar{b}}}})
	if !strings.Contains(got, "160,000 · 0.98 × lll") || !strings.Contains(got, "l…<") || !strings.Contains(got, b.Note+".</desc>") {
		t.Errorf("not shortened, or not said in words:\n%s", got)
	}
}

func TestNamesOfTicks(t *testing.T) {
	t.Parallel()
	for v, want := range map[float64]string{0: "0", 0.25: "0.25", 25: "25", 2500: "2.5k", 1e6: "1M", 3e9: "3G"} {
		if got := short(v); got != want {
			t.Errorf("%v: %s, want %s", v, got, want)
		}
	}
}
