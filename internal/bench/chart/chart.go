// Package chart draws figures beside their limits as one SVG picture that is read like text: every
// bar carries its name and its number in words, the colours follow the reader's light or dark, and a
// screen reader hears the same.
//
// An axis begins at nought, or is logarithmic and says so. The package knows nothing of what was
// measured and must not choose what to show.
package chart

import (
	"fmt"
	"html"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Chart is a picture with one axis per group.
type Chart struct {
	Title  string
	Notes  []string // one line each, below the title
	Groups []Group
}

// Group is figures of one unit, on an axis of their own.
type Group struct {
	Unit string // "1/s", "ms"
	Bars []Bar
}

// Bar is one figure.
type Bar struct {
	Name  string
	Text  string  // the value as it is to be read: "5,120"
	Note  string  // beside it: "0.054 of the limit"; "" for none
	Value float64 // 0 or more
	Limit bool    // what others are held against: drawn hollow
	Reach float64 // the value of its limit, marked on its row; 0: none
}

// The measures of the picture, in its own units: it is readable from about 800 pixels on.
const (
	width   = 800
	margin  = 16
	full    = width - 2*margin // the axis
	row     = 40
	thick   = 14
	axis    = 44 // from a group's heading to its first row
	spacing = 22 // after a group
	head    = 34
	letters = 108 // in a row, at 13 units each
	line    = 16  // of the notes
)

const style = `svg{color:#1c1b19;background:#fffdf8;font:13px system-ui,"Noto Sans","Noto Sans SC",sans-serif}
.c{fill:currentColor}.h{font-size:17px;font-weight:600}.u{font-weight:600}.s{font-size:11px;opacity:.75}.e{text-anchor:end}.m{text-anchor:middle}
.b{fill:#b4541a}.l{fill:none;stroke:currentColor;stroke-width:1.5}.g{stroke:currentColor;opacity:.2}.r{stroke:currentColor;stroke-width:2;stroke-dasharray:3 2}
@media (prefers-color-scheme:dark){svg{color:#f1ede4;background:#1c1b19}.b{fill:#f0a35e}}`

// Draw writes the picture.
func Draw(w io.Writer, c Chart) error {
	var b strings.Builder
	y := head + line*len(c.Notes) + 10
	for _, g := range c.Groups {
		y = g.draw(&b, y)
	}
	var p strings.Builder
	fmt.Fprintf(&p, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-labelledby="t d"><title id="t">%s</title><desc id="d">%s</desc><style>%s</style>`+"\n",
		width, y+4, html.EscapeString(c.Title), html.EscapeString(c.words()), style)
	text(&p, margin, head-10, "c h", c.Title)
	for i, n := range c.Notes {
		text(&p, margin, head+line*(i+1)-6, "c s", n)
	}
	p.WriteString(b.String())
	p.WriteString("</svg>\n")
	_, err := io.WriteString(w, p.String())
	return err
}

// words says the whole picture in words.
func (c Chart) words() string {
	var b strings.Builder
	for _, n := range c.Notes {
		b.WriteString(n + ". ")
	}
	for _, g := range c.Groups {
		for _, x := range g.Bars {
			fmt.Fprintf(&b, "%s: %s %s", x.Name, x.Text, g.Unit)
			if x.Note != "" {
				b.WriteString(", " + x.Note)
			}
			b.WriteString(". ")
		}
	}
	return strings.TrimSpace(b.String())
}

func text(b *strings.Builder, x, y int, class, s string) {
	fmt.Fprintf(b, `<text x="%d" y="%d" class="%s">%s</text>`+"\n", x, y, class, html.EscapeString(s))
}

// draw draws a group from y downwards and returns where the next may begin.
func (g Group) draw(b *strings.Builder, y int) int {
	s := g.scale()
	text(b, margin, y+14, "c u", g.Unit+s.name())
	bottom := y + axis + row*len(g.Bars)
	for _, t := range s.ticks {
		x := margin + s.at(t)
		class := "c s m"
		switch {
		case x <= margin+8:
			class = "c s"
		case x >= margin+full-8:
			class = "c s e"
		}
		fmt.Fprintf(b, `<line x1="%d" y1="%d" x2="%d" y2="%d" class="g"/>`, x, y+axis-8, x, bottom)
		text(b, x, y+axis-12, class, short(t))
	}
	for i, x := range g.Bars {
		x.draw(b, y+axis+i*row, s)
	}
	return bottom + spacing
}

func (x Bar) draw(b *strings.Builder, y int, s scale) {
	class := "b"
	if x.Limit {
		class = "l"
	}
	text(b, margin, y+13, "c", x.Name)
	right := x.Text
	if x.Note != "" {
		right += " · " + x.Note
	}
	text(b, margin+full, y+13, "c e", shorten(right, letters-utf8.RuneCountInString(x.Name)))
	fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" class="%s"/>`+"\n", margin, y+18, max(1, s.at(x.Value)), thick, class)
	if x.Reach > 0 {
		at := margin + s.at(x.Reach)
		fmt.Fprintf(b, `<line x1="%d" y1="%d" x2="%d" y2="%d" class="r"/>`+"\n", at, y+15, at, y+18+thick+3)
	}
}

// shorten cuts what would run into the name; the picture's words have it whole.
func shorten(s string, room int) string {
	r := []rune(s)
	if len(r) <= room || room < 1 {
		return s
	}
	return strings.TrimRight(string(r[:room-1]), " ,·×") + "…"
}

// scale maps values to the axis.
type scale struct {
	log      bool
	low, top float64
	ticks    []float64
}

// manyfold is from which spread on an axis is logarithmic: smaller bars would be lines.
const manyfold = 60

// scale chooses an axis that begins at nought, or, where the values differ manyfold, a logarithmic one.
func (g Group) scale() scale {
	least, most := math.Inf(1), 0.0
	for _, x := range g.Bars {
		for _, v := range []float64{x.Value, x.Reach} {
			if v > 0 {
				least, most = min(least, v), max(most, v)
			}
		}
	}
	if most == 0 {
		return scale{top: 1, ticks: []float64{0, 1}}
	}
	if most/least < manyfold {
		step := nice(most / 4)
		s := scale{top: math.Ceil(most/step) * step}
		for i := 0; float64(i)*step <= s.top; i++ {
			s.ticks = append(s.ticks, float64(i)*step)
		}
		return s
	}
	s := scale{log: true, low: math.Floor(math.Log10(least)), top: math.Ceil(math.Log10(most))}
	if math.Log10(least)-s.low < 0.1 {
		s.low-- // a bar of hardly any length would say nought
	}
	for d := s.low; d <= s.top; d++ {
		s.ticks = append(s.ticks, math.Pow(10, d))
	}
	return s
}

func (s scale) name() string {
	if s.log {
		return " (logarithmic: each line is ten times the one before)"
	}
	return " (from nought)"
}

// at is how far along the axis a value lies.
func (s scale) at(v float64) int {
	share := v / s.top
	if s.log {
		share = 0
		if v > 0 {
			share = (math.Log10(v) - s.low) / (s.top - s.low)
		}
	}
	return int(math.Round(full * max(0, min(1, share))))
}

// nice rounds a step up to 1, 2, 2.5 or 5 times a power of ten.
func nice(v float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 2.5, 5} {
		if v <= m*unit {
			return m * unit
		}
	}
	return 10 * unit
}

// short writes the number of a tick: "25k", "0.5".
func short(v float64) string {
	for _, u := range []struct {
		from float64
		sign string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if v >= u.from {
			return strconv.FormatFloat(v/u.from, 'g', 4, 64) + u.sign
		}
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}
