package childdesk

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"manyhands/internal/child"
	"manyhands/internal/consent"
	"manyhands/internal/i18n"
)

// endingLine is one record of which consents end soon.
type endingLine struct {
	child.Record
	matters []consent.Purpose
	ends    time.Time // the soonest
	paper   bool      // one of the guardians has no account, and is told by nobody else
}

// withEnding adds a consent to the line of its record.
func withEnding(list []endingLine, e child.Ending) []endingLine {
	i := slices.IndexFunc(list, func(x endingLine) bool { return x.ID == e.Record.ID })
	if i < 0 {
		i = len(list)
		list = append(list, endingLine{Record: e.Record, ends: e.Ends})
	}
	x := &list[i]
	if !slices.Contains(x.matters, e.Matter.Purpose) {
		x.matters = append(x.matters, e.Matter.Purpose)
	}
	x.paper = x.paper || e.Paper
	if e.Ends.Before(x.ends) {
		x.ends = e.Ends
	}
	return list
}

// firstEndings orders the lines and keeps as many as are shown.
func firstEndings(list []endingLine) []endingLine {
	slices.SortStableFunc(list, func(a, b endingLine) int {
		if a.paper != b.paper {
			return map[bool]int{true: -1, false: 1}[a.paper]
		}
		return cmp.Compare(a.ends.UnixMicro(), b.ends.UnixMicro())
	})
	return list[:min(len(list), mostEnding)]
}

// text says what ends, and the last day on which it counts.
func (x endingLine) text(ctx context.Context) string {
	var names []string
	for _, p := range x.matters {
		names = append(names, i18n.T(ctx, "consent.purpose."+string(p)))
	}
	return i18n.T(ctx, "record.ending_line", "Matters", strings.Join(names, i18n.T(ctx, "word.separator")), "Day", x.ends.Add(-time.Microsecond))
}

// fewEndings is how many lines stand open without a tap, where somebody has to be asked.
const fewEndings = 8

// mustAsk reports whether somebody has to be asked who is not told by the house, and the list is short enough to
// stand open.
func (v homeView) mustAsk() bool {
	return len(v.ending) <= fewEndings && slices.ContainsFunc(v.ending, func(x endingLine) bool { return x.paper })
}
