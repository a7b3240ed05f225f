package programmeweb

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"manyhands/internal/i18n"
	"manyhands/internal/programme"
)

// The field of the map, in its own units.
const (
	mapWidth   = 480.0
	mapHeight  = 420.0 // at most
	mapLow     = 260.0 // at least
	mapMargin  = 44.0
	mapTouch   = 36.0  // dots nearer to each other become one
	mapLeast   = 900.0 // metres across the field, at least
	perDegree  = 111_195.0
	mapNumbers = 2 // as many numbers stand in one dot; more are counted
)

// mark is a dot of the map: the listings of the list that are there.
type mark struct {
	x, y     float64
	at       programme.Position
	listings []int // indexes in the list, each once
}

// caption is a name or a distance on the map.
type caption struct {
	x, y float64
	text string
}

// circle is a ring of equal distance from where the reader looks from.
type circle struct {
	r     float64
	label caption
}

// chart is a drawn map: places at their true relative positions (equirectangular, longitudes by the
// cosine of the middle latitude). It has no borders and no ground: nothing is fetched to draw it.
type chart struct {
	marks  []mark
	towns  []caption
	rings  []circle
	x, y   float64 // where the reader looks from, when rings or from say so
	from   bool
	bar    float64 // length of the scale
	height float64
	metres int64 // that it stands for
	beyond int   // listings without a place on the map
	reach  int64 // metres from where the reader looks from, beyond which nothing is drawn; 0: no limit
}

// plane turns positions into points of the field.
type plane struct {
	origin     programme.Position
	cos        float64
	left, top  float64 // metres
	scale      float64 // units per metre
	height     float64
	offX, offY float64
}

func (p plane) metres(at programme.Position) (x, y float64) {
	turn := math.Mod(float64(at.Longitude-p.origin.Longitude)/programme.Micro+540, 360) - 180
	return turn * p.cos * perDegree, -float64(at.Latitude) / programme.Micro * perDegree
}

func (p plane) point(at programme.Position) (x, y float64) {
	mx, my := p.metres(at)
	return (mx-p.left)*p.scale + p.offX, (my-p.top)*p.scale + p.offY
}

// drawn lays the places of the list out, nil when there is none to show.
func drawn(ctx context.Context, list []listing, near *programme.Position) *chart {
	var spots []programme.Position
	c := &chart{}
	if near != nil {
		c.reach = reach(list)
	}
	list = slices.Clone(list)
	for i := range list {
		shown := c.shown(list[i], near)
		list[i].Detail.Places = shown
		for _, p := range shown {
			spots = append(spots, p.At)
		}
		if len(shown) == 0 {
			c.beyond++
		}
	}
	if len(spots) == 0 {
		return nil
	}
	if near != nil {
		spots = append(spots, *near)
	}
	p := fitted(spots)
	c.gather(list, p)
	c.height = p.height
	c.metres = round(int64(mapWidth / p.scale / 4))
	c.bar = float64(c.metres) * p.scale
	if near != nil {
		c.from = true
		c.x, c.y = p.point(*near)
		c.circles(ctx, p)
	}
	c.names(ctx, list, p)
	return c
}

// shown are the places of an listing that are drawn.
func (c *chart) shown(e listing, near *programme.Position) (out []programme.Place) {
	for _, p := range e.Detail.Places {
		if p.Placed && (c.reach == 0 || near.Metres(p.At) <= c.reach) {
			out = append(out, p)
		}
	}
	return out
}

// reach keeps a few that are far away from making all others one dot: it is three times the distance
// within which most of the list lies.
func reach(list []listing) int64 {
	most := list[len(list)*3/5].Metres // the list is sorted by distance
	return max(3*most, 3000)
}

// fitted is the plane that shows all spots as large as the field allows.
func fitted(spots []programme.Position) plane {
	middle := (slices.MinFunc(spots, byLatitude).Latitude + slices.MaxFunc(spots, byLatitude).Latitude) / 2
	p := plane{origin: spots[0], cos: math.Cos(float64(middle) / programme.Micro * math.Pi / 180)}
	left, top, right, bottom := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, at := range spots {
		x, y := p.metres(at)
		left, right, top, bottom = min(left, x), max(right, x), min(top, y), max(bottom, y)
	}
	p.left, p.top = (left+right)/2, (top+bottom)/2
	p.scale = min((mapWidth-2*mapMargin)/max(right-left, mapLeast), (mapHeight-2*mapMargin)/max(bottom-top, mapLeast))
	p.height = min(max((bottom-top)*p.scale+2*mapMargin, mapLow), mapHeight)
	p.offX, p.offY = mapWidth/2, p.height/2
	return p
}

func byLatitude(a, b programme.Position) int { return int(a.Latitude - b.Latitude) }

// gather makes one dot of what would lie on top of each other.
func (c *chart) gather(list []listing, p plane) {
	for i, e := range list {
		for _, at := range e.spots() {
			x, y := p.point(at)
			j := slices.IndexFunc(c.marks, func(m mark) bool { return math.Hypot(m.x-x, m.y-y) < mapTouch })
			if j < 0 {
				c.marks = append(c.marks, mark{x: x, y: y, at: at, listings: []int{i}})
			} else if !slices.Contains(c.marks[j].listings, i) {
				c.marks[j].listings = append(c.marks[j].listings, i)
			}
		}
	}
}

// circles draws up to three rings of round distances.
func (c *chart) circles(ctx context.Context, p plane) {
	step := round(int64(mapWidth / p.scale / 5))
	for i := int64(1); i <= 3; i++ {
		r := float64(i*step) * p.scale
		ring := circle{r: r, label: caption{c.x, c.y - r - 4, length(ctx, i*step)}}
		if ring.label.y < 14 {
			ring.label.y = c.y + r + 14
		}
		c.rings = append(c.rings, ring)
	}
}

// names writes each town once, above its dots, where there is room.
func (c *chart) names(ctx context.Context, list []listing, p plane) {
	type group struct{ x, y, n float64 }
	towns, order := map[string]*group{}, []string{}
	for _, e := range list {
		for _, place := range e.Detail.Places {
			name := place.Town.In(ctx)
			if !place.Placed || name == "" {
				continue
			}
			g := towns[name]
			if g == nil {
				g = &group{y: math.Inf(1)}
				towns[name], order = g, append(order, name)
			}
			x, y := p.point(place.At)
			g.x, g.n, g.y = g.x+x, g.n+1, min(g.y, y)
		}
	}
	for _, name := range order {
		g := towns[name]
		half := width(name) / 2
		for _, y := range []float64{g.y - 22, g.y - 40, g.y + 32} {
			label := caption{min(max(g.x/g.n, half), mapWidth-half), y, name}
			if y > 14 && y < c.height-40 && !slices.ContainsFunc(c.towns, label.touches) && !slices.ContainsFunc(c.marks, label.covers) {
				c.towns = append(c.towns, label)
				break
			}
		}
	}
}

// covers reports whether a caption would lie over a dot.
func (a caption) covers(m mark) bool {
	return math.Abs(m.x-a.x) < width(a.text)/2+m.radius() && math.Abs(m.y-a.y+5) < m.radius()+8
}

// touches reports whether two captions would run into each other.
func (a caption) touches(b caption) bool {
	return math.Abs(a.y-b.y) < 19 && math.Abs(a.x-b.x) < (width(a.text)+width(b.text))/2+6
}

// width is about how wide a caption is.
func width(s string) float64 {
	return 8.6*float64(utf8.RuneCountInString(s)) + 3*float64(len(s)-utf8.RuneCountInString(s))
}

// round is the greatest of 1, 2 or 5 times a power of ten that is not above n, at least 1.
func round(n int64) int64 {
	best := int64(1)
	for unit := int64(1); unit <= n; unit *= 10 {
		for _, k := range []int64{1, 2, 5} {
			if k*unit <= n {
				best = k * unit
			}
		}
	}
	return best
}

// length writes a round distance: "500 m", "20 km".
func length(ctx context.Context, metres int64) string {
	if metres < 1000 {
		return i18n.T(ctx, "directory.metres", "N", i18n.Number(ctx, metres))
	}
	return i18n.T(ctx, "directory.km", "N", i18n.Number(ctx, metres/1000))
}

// away writes how far something is. Where the reader stands is known to about a kilometre, so it is
// no more exact than that is worth.
func away(ctx context.Context, metres int64) string {
	switch {
	case metres < 1000:
		return i18n.T(ctx, "directory.within_km")
	case metres < 10_000:
		return i18n.T(ctx, "directory.km_about", "N", strconv.FormatFloat(float64(metres/100)/10, 'f', -1, 64))
	}
	return i18n.T(ctx, "directory.km_about", "N", i18n.Number(ctx, (metres+500)/1000))
}

// label is what stands in a dot: its numbers in the list, or how many there are.
func (m mark) label() string {
	if len(m.listings) > mapNumbers {
		return "×" + strconv.Itoa(len(m.listings))
	}
	var n []string
	for _, i := range m.listings {
		n = append(n, strconv.Itoa(i+1))
	}
	return strings.Join(n, "·")
}

func (m mark) radius() float64 { return 12 + 3*float64(utf8.RuneCountInString(m.label())-1) }

// title names what a dot stands for.
func (m mark) title(ctx context.Context, list []listing) string {
	var names []string
	for _, i := range m.listings {
		names = append(names, strconv.Itoa(i+1)+" "+list[i].Name.In(ctx))
	}
	return strings.Join(names, "\n")
}

// unit writes a coordinate of the field.
func unit(f float64) string { return strconv.FormatFloat(math.Round(f*10)/10, 'f', -1, 64) }
