package ui

// FlowEnd is where a flow begins or ends.
type FlowEnd struct {
	Label string // "14 hot meals"
	Note  string // "three evenings, ¥57", or ""
	Size  int64  // all in one unit: decides the width of the ribbon
	Tone  Tone
}

// FlowView is the picture of where gifts came from and what they became. The sizes of Outcomes
// should sum to those of Sources; what is not yet spent is an outcome too, with the tone Plain.
type FlowView struct {
	Label    string // what the picture says, in a sentence
	Sources  []FlowEnd
	Middle   string // the programme
	Outcomes []FlowEnd
}

// flowShape is one of two drawings of the same flow: labels beside the bars where there is room, and
// on the ribbons on a phone.
type flowShape struct {
	id                      string
	width                   float64
	left, middle, right     float64 // x of the bars
	bar                     float64 // width of a bar
	leftText, rightText     float64 // x of the labels
	leftAnchor, rightAnchor string
}

var (
	flowWide = flowShape{id: "w", width: 900, left: 190, middle: 420, right: 660, bar: 12,
		leftText: 178, rightText: 684, leftAnchor: "end", rightAnchor: "start"}
	flowNarrow = flowShape{id: "n", width: 360, left: 2, middle: 172, right: 346, bar: 12,
		leftText: 22, rightText: 338, leftAnchor: "start", rightAnchor: "end"}
)

type flowBar struct {
	x, y, h float64
	textX   float64
	anchor  string
	end     FlowEnd
}

type flowRibbon struct{ d string }

type flowLayout struct {
	shape          flowShape
	height         float64
	middleY, midH  float64
	sources, outs  []flowBar
	ribbons        []flowRibbon
	middleX, textY float64
}

const (
	flowScale = 190.0 // height of the larger side's ribbons together
	flowSlot  = 52.0  // least height of one end, so that its two lines of text fit
	flowGap   = 14.0
	flowTop   = 34.0 // room for the middle's name
)

func layoutFlow(v FlowView, s flowShape) flowLayout {
	in, out := total(v.Sources), total(v.Outcomes)
	scale := flowScale / float64(max(in, out, 1))
	l := flowLayout{shape: s, midH: max(float64(max(in, out))*scale, 4), middleX: s.middle}
	leftH, rightH := columnHeight(v.Sources, scale), columnHeight(v.Outcomes, scale)
	inner := max(leftH, rightH, l.midH)
	l.height = inner + flowTop + 12
	l.middleY = flowTop + (inner-l.midH)/2
	l.textY = l.middleY - 12
	l.sources = column(v.Sources, scale, flowTop+(inner-leftH)/2, s.left, s.leftText, s.leftAnchor)
	l.outs = column(v.Outcomes, scale, flowTop+(inner-rightH)/2, s.right, s.rightText, s.rightAnchor)
	l.ribbons = append(ribbons(l.sources, s.left+s.bar, s.middle, l.middleY, false),
		ribbons(l.outs, s.middle+s.bar, s.right, l.middleY, true)...)
	return l
}

func total(ends []FlowEnd) int64 {
	var sum int64
	for _, e := range ends {
		sum += max(e.Size, 0)
	}
	return sum
}

func barHeight(e FlowEnd, scale float64) float64 { return max(float64(max(e.Size, 0))*scale, 3) }

func columnHeight(ends []FlowEnd, scale float64) float64 {
	h := 0.0
	for i, e := range ends {
		if i > 0 {
			h += flowGap
		}
		h += max(barHeight(e, scale), flowSlot)
	}
	return h
}

func column(ends []FlowEnd, scale, y, x, textX float64, anchor string) []flowBar {
	var out []flowBar
	for _, e := range ends {
		h := barHeight(e, scale)
		slot := max(h, flowSlot)
		out = append(out, flowBar{x: x, y: y + (slot-h)/2, h: h, textX: textX, anchor: anchor, end: e})
		y += slot + flowGap
	}
	return out
}

// ribbons joins the bars with the middle bar between x1 and x2; outward ones start at the middle.
func ribbons(bars []flowBar, x1, x2, midY float64, outward bool) []flowRibbon {
	var out []flowRibbon
	for _, b := range bars {
		if outward {
			out = append(out, flowRibbon{ribbon(x1, midY, x2, b.y, b.h)})
		} else {
			out = append(out, flowRibbon{ribbon(x1, b.y, x2, midY, b.h)})
		}
		midY += b.h
	}
	return out
}

func ribbon(x1, y1, x2, y2, h float64) string {
	m := (x1 + x2) / 2
	return "M" + num(x1) + " " + num(y1) + " C" + num(m) + " " + num(y1) + " " + num(m) + " " + num(y2) + " " + num(x2) + " " + num(y2) +
		" L" + num(x2) + " " + num(y2+h) + " C" + num(m) + " " + num(y2+h) + " " + num(m) + " " + num(y1+h) + " " + num(x1) + " " + num(y1+h) + "Z"
}

func (l flowLayout) viewBox() string { return "0 0 " + num(l.shape.width) + " " + num(l.height) }
