package bench

import (
	"fmt"
	"strings"

	"manyhands/internal/bench/chart"
)

// chart returns the report as a picture: an axis for each unit, each figure beside its limit.
func (r *Report) chart() chart.Chart {
	m := r.Machine
	c := chart.Chart{Title: "Manyhands bench " + r.Suite, Notes: []string{fmt.Sprintf("%d cores, %s/%s, %s, %s%s, client included; %d s a figure; dashed: the limit of the same run",
		m.Cores, m.OS, m.Arch, m.Go, m.Engine, on(m.Filesystem), r.Seconds)}}
	at := map[string]int{}
	for _, f := range r.Figures {
		i, known := at[f.Unit]
		if !known {
			i, at[f.Unit] = len(c.Groups), len(c.Groups)
			c.Groups = append(c.Groups, chart.Group{Unit: f.Unit})
		}
		c.Groups[i].Bars = append(c.Groups[i].Bars, r.bar(f))
	}
	return c
}

func (r *Report) bar(f Figure) chart.Bar {
	x := chart.Bar{Name: f.Name, Text: amount(f.Value), Value: f.Value, Limit: strings.HasPrefix(f.Name, "limit: ")}
	if f.P99 > 0 && f.Unit == "ms" {
		x.Note = "p99 " + number(f.P99)
	}
	if l, ok := r.figure(f.Limit); ok {
		x.Reach = l.Value
		if x.Note != "" {
			x.Note += ", "
		}
		x.Note += number(f.Ratio) + " × " + strings.TrimPrefix(f.Limit, "limit: ")
	}
	return x
}

// amount is number, but says nought where there is nothing.
func amount(v float64) string {
	if v == 0 {
		return "0"
	}
	return number(v)
}
