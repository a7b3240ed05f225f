package ui

import (
	"context"
	"math"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"manyhands/internal/i18n"
)

func TestRingDash(t *testing.T) {
	t.Parallel()
	for percent, want := range map[int]float64{-5: 0, 0: 0, 50: ringLength / 2, 100: ringLength, 250: ringLength} {
		on, _, _ := strings.Cut(ringDash(percent), " ")
		got, err := strconv.ParseFloat(on, 64)
		if err != nil || math.Abs(got-want) > 0.06 {
			t.Errorf("%d%%: %v, want %v (%v)", percent, got, want, err)
		}
	}
}

func wideTree(breadth, levels int) RippleNode {
	n := RippleNode{Weight: int64(breadth * levels)}
	if levels > 0 {
		for range breadth {
			n.Children = append(n.Children, wideTree(breadth, levels-1))
		}
	}
	return n
}

func TestRippleStaysInItsField(t *testing.T) {
	t.Parallel()
	for name, tree := range map[string]RippleNode{
		"alone": {}, "one line": wideTree(1, 9), "small": wideTree(3, 3), "too many": wideTree(9, 4),
		"heavy": {Children: []RippleNode{{Weight: math.MaxInt64}, {Weight: -1}}},
	} {
		l := layoutRipple(tree)
		if len(l.dots) == 0 || len(l.dots) > rippleDots || len(l.edges) != len(l.dots)-1 || len(l.rings) > rippleRings {
			t.Errorf("%s: %d dots, %d edges, %d rings", name, len(l.dots), len(l.edges), len(l.rings))
		}
		for _, d := range l.dots {
			r := d.r + 5
			if !(d.x-r >= 0 && d.x+r <= rippleW && d.y-r >= 0 && d.y+r <= rippleH) {
				t.Errorf("%s: dot %v,%v,%v leaves the field", name, d.x, d.y, d.r)
			}
		}
		for _, e := range l.edges {
			if strings.Contains(e.d, "NaN") || strings.Contains(e.d, "Inf") {
				t.Errorf("%s: edge %s", name, e.d)
			}
		}
	}
}

func TestRippleIsTheSameEachTime(t *testing.T) {
	t.Parallel()
	a, b := layoutRipple(wideTree(3, 3)), layoutRipple(wideTree(3, 3))
	for i := range a.edges {
		if a.edges[i] != b.edges[i] {
			t.Fatalf("edge %d differs", i)
		}
	}
}

func ends(sizes ...int64) []FlowEnd {
	var out []FlowEnd
	for _, s := range sizes {
		out = append(out, FlowEnd{Label: "x", Size: s})
	}
	return out
}

func TestFlowConserves(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]FlowView{
		"usual":     {Sources: ends(5000, 5000), Outcomes: ends(5700, 2800, 1500)},
		"nothing":   {},
		"zero":      {Sources: ends(0), Outcomes: ends(0, 0)},
		"one sided": {Sources: ends(100)},
		"minute":    {Sources: ends(100_000_000_000), Outcomes: ends(1, 99_999_999_999)},
		"many":      {Sources: ends(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), Outcomes: ends(55)},
	} {
		for _, s := range []flowShape{flowWide, flowNarrow} {
			l := layoutFlow(v, s)
			if len(l.ribbons) != len(v.Sources)+len(v.Outcomes) {
				t.Errorf("%s: %d ribbons", name, len(l.ribbons))
			}
			checkColumn(t, name, l, l.sources)
			checkColumn(t, name, l, l.outs)
			for _, r := range l.ribbons {
				if strings.Contains(r.d, "NaN") || strings.Contains(r.d, "Inf") {
					t.Errorf("%s: %s", name, r.d)
				}
			}
		}
	}
	l := layoutFlow(FlowView{Sources: ends(5000, 5000), Outcomes: ends(5700, 2800, 1500)}, flowWide)
	in := l.sources[0].h + l.sources[1].h
	if math.Abs(in-l.midH) > 0.01 || math.Abs(l.outs[0].h/l.outs[1].h-57.0/28) > 0.01 {
		t.Errorf("the ribbons do not show the sizes: %v of %v", in, l.midH)
	}
}

func checkColumn(t *testing.T, name string, l flowLayout, bars []flowBar) {
	t.Helper()
	below := 0.0
	for _, b := range bars {
		if !(b.y >= below && b.y+b.h <= l.height && b.h > 0 && b.x >= 0 && b.x+l.shape.bar <= l.shape.width) {
			t.Errorf("%s %s: bar %+v of %v", name, l.shape.id, b, l.height)
		}
		below = b.y + b.h
	}
}

func TestEveryIconIsDrawn(t *testing.T) {
	t.Parallel()
	for _, n := range append(append(mainNav(), tabNav()...), deskNav()...) {
		if n.icon != "" && iconPaths[n.icon] == "" {
			t.Errorf("no icon %q", n.icon)
		}
	}
	for _, name := range []string{noticeIcon(OK), noticeIcon(Hot), noticeIcon(Plain), "up", "down", "next", "menu", "moon"} {
		if iconPaths[name] == "" {
			t.Errorf("no icon %q", name)
		}
	}
}

func TestSortLinks(t *testing.T) {
	t.Parallel()
	ctx := With(i18n.With(context.Background(), nil, i18n.EN, nil), Env{URL: &url.URL{Path: "/desk/gifts", RawQuery: "sort=day&after=9&q=a+b"}})
	c := Column{Sort: "day"}
	if got := sortHref(ctx, c); got != "/desk/gifts?q=a+b&sort=-day" {
		t.Errorf("%q", got)
	}
	if sortState(ctx, c) != "ascending" || sortState(ctx, Column{Sort: "sum"}) != "none" {
		t.Error("wrong state")
	}
	if got := exportHref(ctx, "csv"); got != "/desk/gifts.csv?q=a+b&sort=day" {
		t.Errorf("%q", got)
	}
}
