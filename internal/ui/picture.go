package ui

import "strconv"

func ringOpacity(i int) string { return strconv.FormatFloat(0.55-0.12*float64(i), 'f', 2, 64) }

// ribbonFill shades what comes in from amber to indigo and what goes out from indigo to jade.
func ribbonFill(l flowLayout, i int) string {
	if i < len(l.sources) {
		return "url(#flow-in-" + l.shape.id + ")"
	}
	return "url(#flow-out-" + l.shape.id + ")"
}

// ribbonClass greys the ribbon of an outcome that has not happened yet.
func ribbonClass(l flowLayout, i int) string {
	if k := i - len(l.sources); k >= 0 && l.outs[k].end.Tone == Plain {
		return "ribbon waiting"
	}
	return "ribbon"
}

// labelRise centres a label on its bar: one line, or the upper of two.
func labelRise(e FlowEnd) float64 {
	if e.Note == "" {
		return 5
	}
	return -2
}
