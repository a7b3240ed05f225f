package programmeweb

import (
	"context"
	"math"
	"testing"

	"manyhands/internal/i18n"
	"manyhands/internal/programme"
)

func spot(lat, lng float64) programme.Position {
	return programme.Position{Latitude: int64(lat * programme.Micro), Longitude: int64(lng * programme.Micro)}
}

func spread(at ...programme.Position) (list []listing) {
	for i, p := range at {
		e := listing{Metres: int64(i)}
		e.Detail.Places = []programme.Place{{Placed: true, At: p, Town: i18n.Text{ZH: "晨镇", EN: "Dawn"}}}
		list = append(list, e)
	}
	return list
}

// Places lie to each other as they do on earth, wherever they are.
func TestMapIsTrue(t *testing.T) {
	t.Parallel()
	for name, x := range map[string][]programme.Position{
		"city":      {spot(31.2, 121.4), spot(31.25, 121.4), spot(31.2, 121.5), spot(31.22, 121.45)},
		"date line": {spot(-17, 179.95), spot(-17, -179.95), spot(-17.1, 179.99), spot(-16.95, -179.99)},
		"country":   {spot(25, 102.7), spot(31.2, 121.5), spot(32, 118.8)},
	} {
		c := drawn(t.Context(), spread(x...), nil)
		if c == nil || len(c.marks) != len(x) {
			t.Errorf("%s: %+v", name, c)
			continue
		}
		scale := 0.0
		for i := range x {
			if m := c.marks[i]; m.x < 0 || m.x > mapWidth || m.y < 0 || m.y > c.height {
				t.Errorf("%s: %d lies outside, at %.0f, %.0f", name, i, m.x, m.y)
			}
			for j := range i {
				s := math.Hypot(c.marks[i].x-c.marks[j].x, c.marks[i].y-c.marks[j].y) / float64(x[i].Metres(x[j]))
				if scale == 0 {
					scale = s
				}
				if s/scale > 1.05 || s/scale < 0.95 {
					t.Errorf("%s: from %d to %d the scale is %.3f times another", name, i, j, s/scale)
				}
			}
		}
		if got := c.bar / float64(c.metres) / scale; got < 0.95 || got > 1.05 {
			t.Errorf("%s: the scale bar is %.3f times what it says", name, got)
		}
	}
	c := drawn(t.Context(), spread(spot(31.2, 121.4), spot(31.3, 121.4)), nil)
	if c.marks[1].y >= c.marks[0].y {
		t.Error("north is not up")
	}
}

func TestMapLeavesOutWhatIsFar(t *testing.T) {
	t.Parallel()
	list := spread(spot(31.2, 121.4), spot(31.2, 121.41), spot(31.21, 121.4), spot(39, 116))
	from := spot(31.2, 121.4)
	for i := range list {
		list[i].Metres = from.Metres(list[i].Detail.Places[0].At)
	}
	c := drawn(t.Context(), list, &from)
	if c.beyond != 1 || len(c.rings) != 3 || !c.from {
		t.Errorf("%+v", c)
	}
	if got := c.rings[0].r; math.Abs(got/c.bar-float64(round(int64(mapWidth/(c.bar/float64(c.metres))/5)))/float64(c.metres)) > 0.01 {
		t.Errorf("the first ring is %.1f wide, the bar %.1f for %d m", got, c.bar, c.metres)
	}
	if c := drawn(t.Context(), spread(), nil); c != nil {
		t.Error("a map of nothing")
	}
	same := drawn(context.Background(), spread(from, from, from), &from)
	if len(same.marks) != 1 || same.marks[0].label() != "×3" || math.IsNaN(same.marks[0].x) {
		t.Errorf("%+v", same.marks)
	}
}

func TestRoundDistances(t *testing.T) {
	t.Parallel()
	for in, want := range map[int64]int64{0: 1, 1: 1, 3: 2, 7: 5, 999: 500, 1000: 1000, 4_999: 2000, 20_000_000: 20_000_000} {
		if got := round(in); got != want {
			t.Errorf("%d: %d, want %d", in, got, want)
		}
	}
}
