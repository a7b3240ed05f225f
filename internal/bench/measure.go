package bench

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// rounds is how often a rate is measured; the median counts.
const rounds = 3

// step does what is measured once and returns how many things that were. worker is 0 to workers-1.
type step func(ctx context.Context, worker int) (n int, err error)

// task is one figure to be measured.
type task struct {
	name    string
	limit   string // what it is held against; "" for a limit itself
	workers int
	waiting bool // the figure is how long one waits, in milliseconds, not how many there are a second
	do      step
}

// measure measures tasks side by side: first each is warmed up, then they take turns for the rounds,
// so that a neighbour who comes and goes on the machine meets a figure and its limit alike. A rate is
// that of the median round; percentiles are of single steps, over all rounds.
func (b *bench) measure(ctx context.Context, tasks ...task) error {
	for _, t := range tasks {
		if _, err := round(ctx, b.workers(t), b.length/10, t.do); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	all := make([][]result, len(tasks))
	for n := range rounds {
		for i, t := range tasks {
			b.say("%d/%d %s", n+1, rounds, t.name)
			r, err := round(ctx, b.workers(t), b.length*9/10/rounds, t.do)
			if err != nil {
				return fmt.Errorf("%s: %w", t.name, err)
			}
			all[i] = append(all[i], r)
		}
	}
	for i, t := range tasks {
		b.report.add(figure(t, all[i]), t.limit)
	}
	return nil
}

// workers is how many do a task at once: all that it names, but in a run that only proves that the suites
// work.
func (b *bench) workers(t task) int {
	if b.most > 0 {
		return min(t.workers, b.most)
	}
	return t.workers
}

func figure(t task, all []result) Figure {
	f := Figure{Name: t.name, Unit: "1/s"}
	var took []time.Duration
	var rates []float64
	var used time.Duration
	for _, r := range all {
		f.N, took, rates, used = f.N+r.n, append(took, r.took...), append(rates, r.rate()), used+r.used
	}
	f.Value = median(rates)
	f.P50, f.P99 = percentiles(took)
	if f.N > 0 {
		f.CPU = float64(used) / float64(f.N) / float64(time.Microsecond)
	}
	if t.waiting {
		f.Unit, f.Value = "ms", f.P50
	}
	return f
}

// result is what one round did.
type result struct {
	n    int
	in   time.Duration
	used time.Duration   // of the processor
	took []time.Duration // of each step
}

func (r result) rate() float64 { return float64(r.n) / r.in.Seconds() }

// round runs step until length is over; what has begun by then is let finish, and counts.
func round(ctx context.Context, workers int, length time.Duration, do step) (result, error) {
	began, used := time.Now(), processor()
	parts, errs := make([]result, workers), make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for time.Since(began) < length && ctx.Err() == nil {
				at := time.Now()
				n, err := do(ctx, w)
				if err != nil {
					errs[w] = err
					return
				}
				parts[w].n += n
				parts[w].took = append(parts[w].took, time.Since(at))
			}
		})
	}
	wg.Wait()
	whole := result{in: time.Since(began), used: processor() - used}
	for w := range workers {
		if errs[w] != nil {
			return whole, errs[w]
		}
		whole.n += parts[w].n
		whole.took = append(whole.took, parts[w].took...)
	}
	return whole, ctx.Err()
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

// percentiles returns the 50th and the 99th in milliseconds, by nearest rank; it sorts took.
func percentiles(took []time.Duration) (p50, p99 float64) {
	if len(took) == 0 {
		return 0, 0
	}
	slices.Sort(took)
	rank := func(p int) float64 {
		return float64(took[(len(took)*p+99)/100-1]) / float64(time.Millisecond)
	}
	return rank(50), rank(99)
}
