package ui

import "math"

// RippleNode is one act; Children are the acts that it led to.
type RippleNode struct {
	Label    string // read out and shown on pointing: "A mother starts work"
	Tone     Tone
	Weight   int64  // 1 and up: how much it was, draws the dot larger
	Href     string // or ""
	Children []RippleNode
}

// RippleView is the picture of an act and what it set going: the act in the middle, what it led to
// on the rings around it.
type RippleView struct {
	Root  RippleNode
	Label string // what the picture says, in a sentence
}

// The ripple is drawn on a field of 520 by 480. More than rippleRings steps or rippleDots acts are
// not drawn: the page says the figures in words beside it.
const (
	rippleW, rippleH = 520.0, 480.0
	rippleRings      = 4
	rippleDots       = 120
	rippleStep       = 54.0
	rippleElbow      = 2 // room that each dot gets beyond that of its leaves, lest slender branches overlap
)

type rippleDot struct {
	x, y, r float64
	node    RippleNode
}

type rippleEdge struct{ d string }

type rippleLayout struct {
	rings []float64
	dots  []rippleDot
	edges []rippleEdge
}

// layoutRipple places the tree: each act gets a sector of its parent's in proportion to the leaves
// below it, so that lines never cross.
func layoutRipple(root RippleNode) rippleLayout {
	l := rippleLayout{}
	for i := range min(depth(root), rippleRings) {
		l.rings = append(l.rings, rippleStep*float64(i+1))
	}
	cx, cy := rippleW/2, rippleH/2
	l.place(root, cx, cy, 0, -math.Pi/2, 2*math.Pi)
	return l
}

func (l *rippleLayout) place(n RippleNode, x, y float64, level int, from, span float64) {
	if len(l.dots) >= rippleDots {
		return
	}
	l.dots = append(l.dots, rippleDot{x: x, y: y, r: dotRadius(n.Weight, level), node: n})
	if level == rippleRings {
		return
	}
	total := 0
	for _, c := range n.Children {
		total += leaves(c) + rippleElbow
	}
	for i, c := range n.Children {
		if len(l.dots) >= rippleDots {
			return
		}
		share := span * float64(leaves(c)+rippleElbow) / float64(total)
		angle := from + share/2
		radius := rippleStep*float64(level+1) + wobble(level, i)
		px, py := rippleW/2+radius*math.Cos(angle), rippleH/2+radius*math.Sin(angle)
		l.edges = append(l.edges, rippleEdge{d: curve(x, y, px, py, i)})
		l.place(c, px, py, level+1, from, share)
		from += share
	}
}

// role is "img", or "group" when acts are links: what an image holds cannot be reached by keyboard.
func (l rippleLayout) role() string {
	for _, d := range l.dots {
		if d.node.Href != "" {
			return "group"
		}
	}
	return "img"
}

// wobble keeps the dots from standing like soldiers, always in the same way.
func wobble(level, i int) float64 { return float64((level*5+i*7)%5-2) * 2.5 }

func dotRadius(weight int64, level int) float64 {
	if level == 0 {
		return 15
	}
	return min(4+1.6*math.Log10(float64(max(weight, 1))+1)*2, 11)
}

func curve(x, y, px, py float64, i int) string {
	bend := 0.16
	if i%2 == 1 {
		bend = -bend
	}
	mx, my := (x+px)/2-(py-y)*bend, (y+py)/2+(px-x)*bend
	return "M" + num(x) + " " + num(y) + " Q" + num(mx) + " " + num(my) + " " + num(px) + " " + num(py)
}

func leaves(n RippleNode) int {
	if len(n.Children) == 0 {
		return 1
	}
	sum := 0
	for _, c := range n.Children {
		sum += leaves(c)
	}
	return sum
}

func depth(n RippleNode) int {
	deepest := 0
	for _, c := range n.Children {
		deepest = max(deepest, depth(c)+1)
	}
	return deepest
}
