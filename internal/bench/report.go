package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"
)

// Report is what a run found.
type Report struct {
	Suite   string   `json:"suite"`
	Seconds int      `json:"seconds"` // for each figure
	Machine Machine  `json:"machine"`
	Figures []Figure `json:"figures"`
	Notes   []string `json:"notes,omitempty"` // what was proved at the end
}

// Machine is where it was found, without anything that names the machine.
type Machine struct {
	Cores      int    `json:"cores"`
	OS         string `json:"os"`
	Arch       string `json:"arch"`
	Go         string `json:"go"`
	Engine     string `json:"engine"`
	Filesystem string `json:"filesystem,omitempty"` // of the folder that was measured
}

// Figure is one thing that was measured. A limit is a figure without a limit of its own.
type Figure struct {
	Name  string  `json:"name"`
	Unit  string  `json:"unit"` // "1/s", "ms", "s", "B", "KiB", "MiB", or what is counted
	Value float64 `json:"value"`
	N     int     `json:"n"`                // how many times it was done
	P50   float64 `json:"p50_ms,omitempty"` // milliseconds
	P99   float64 `json:"p99_ms,omitempty"`
	CPU   float64 `json:"cpu_us,omitempty"` // processor time of each, client included, in microseconds
	Limit string  `json:"limit,omitempty"`  // name of the figure that it is held against
	Ratio float64 `json:"ratio,omitempty"`  // Value by the limit's Value
}

func machine(folder, engine string) Machine {
	return Machine{Cores: runtime.GOMAXPROCS(0), OS: runtime.GOOS, Arch: runtime.GOARCH, Go: runtime.Version(), Engine: engine, Filesystem: filesystem(folder)}
}

// add notes a figure, and its ratio to the limit that was measured before it ("" for none).
func (r *Report) add(f Figure, limit string) {
	if l, ok := r.figure(limit); ok && l.Value > 0 {
		f.Limit, f.Ratio = limit, f.Value/l.Value
	}
	r.Figures = append(r.Figures, f)
}

func (r *Report) figure(name string) (Figure, bool) {
	for _, f := range r.Figures {
		if f.Name == name {
			return f, true
		}
	}
	return Figure{}, false
}

// any returns the first figure there is under one of the names.
func (r *Report) any(names ...string) (Figure, bool) {
	for _, name := range names {
		if f, ok := r.figure(name); ok && f.Value > 0 {
			return f, true
		}
	}
	return Figure{}, false
}

func (r *Report) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// addMemory notes the most memory that a process has held so far.
func (r *Report) addMemory(name string, pid int) {
	if peak := memoryPeak(pid); peak > 0 {
		r.add(Figure{Name: name, Unit: "MiB", Value: peak, N: 1}, "")
	}
}

func readReport(file string) (*Report, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("bench: read the earlier run: %w", err)
	}
	var r Report
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, fmt.Errorf("bench: %s is no report of an earlier run: %w", file, err)
	}
	return &r, nil
}

// print writes the table; before, which may be nil, adds a column with what it was then.
func (r *Report) print(w io.Writer, before *Report) error {
	m := r.Machine
	fmt.Fprintf(w, "%s: %d cores, %s/%s, %s, %s%s; %d s a figure\n\n", r.Suite, m.Cores, m.OS, m.Arch, m.Go, m.Engine, on(m.Filesystem), r.Seconds)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	head := "figure\tvalue\tunit\tp50 ms\tp99 ms\tcpu µs\tratio\tto the limit"
	if before != nil {
		head += "\tbefore\tby before"
	}
	fmt.Fprintln(t, head)
	for _, f := range r.Figures {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s", f.Name, amount(f.Value), f.Unit, number(f.P50), number(f.P99), number(f.CPU), number(f.Ratio), f.Limit)
		if before != nil {
			old, _ := before.figure(f.Name)
			change := ""
			if old.Value > 0 {
				change = number(f.Value / old.Value)
			}
			fmt.Fprintf(t, "\t%s\t%s", number(old.Value), change)
		}
		fmt.Fprintln(t)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, n := range r.Notes {
		if _, err := fmt.Fprintln(w, "\n"+n); err != nil {
			return err
		}
	}
	return nil
}

func on(filesystem string) string {
	if filesystem == "" {
		return ""
	}
	return " on " + filesystem
}

// number writes a figure as precisely as it was measured: "22,700", "4.31", "0.083"; "" for none.
func number(v float64) string {
	switch {
	case v == 0:
		return ""
	case v < 1:
		return fmt.Sprintf("%.3f", v)
	case v < 100:
		return fmt.Sprintf("%.2f", v)
	}
	s := fmt.Sprintf("%.0f", v)
	var out strings.Builder
	for i, c := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			out.WriteByte(',')
		}
		out.WriteRune(c)
	}
	return out.String()
}
