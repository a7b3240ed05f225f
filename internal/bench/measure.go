package bench

import (
	"context"
	"slices"
	"sync"
	"time"
)

// rounds is how often a rate is measured; the median counts.
const rounds = 3

// step does what is measured once and returns how many things that were. worker is 0 to workers-1.
type step func(ctx context.Context, worker int) (n int, err error)

// measure runs step from several workers at once: a warm-up first, then the rounds, all within the
// length of one figure. Value is the median round's things per second; the percentiles are of single
// steps, over all rounds.
func (b *bench) measure(ctx context.Context, name string, workers int, do step) (Figure, error) {
	b.say("%s ...", name)
	whole := b.length()
	if _, err := round(ctx, workers, whole/10, do); err != nil {
		return Figure{}, err
	}
	var all []time.Duration
	var rates []float64
	n := 0
	for range rounds {
		r, err := round(ctx, workers, whole*9/10/rounds, do)
		if err != nil {
			return Figure{}, err
		}
		all, rates, n = append(all, r.took...), append(rates, r.rate()), n+r.n
	}
	f := Figure{Name: name, Unit: "1/s", Value: median(rates), N: n}
	f.P50, f.P99 = percentiles(all)
	return f, nil
}

// result is what one round did.
type result struct {
	n    int
	in   time.Duration
	took []time.Duration // of each step
}

func (r result) rate() float64 { return float64(r.n) / r.in.Seconds() }

// round runs step until length is over; what has begun by then is let finish, and counts.
func round(ctx context.Context, workers int, length time.Duration, do step) (result, error) {
	began := time.Now()
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
	whole := result{in: time.Since(began)}
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
