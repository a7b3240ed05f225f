package ledgersim

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/ledger"
)

// followed is about how many entries a thorough comparison follows.
const followed = 12

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return clock.Micros(t)
}

// compareTraces follows some entries, others at each step, and asks where they came from.
func (s *sim) compareTraces(ctx context.Context, r *db.Reader, step int) error {
	ids := slices.Sorted(maps.Keys(s.model.moves.things))
	stride := max(1, len(ids)/followed)
	for i := step % stride; i < len(ids); i += stride {
		e := s.model.moves.get(ids[i])
		if err := s.compareTrail(ctx, r, e, 0, e.Quantity); err != nil {
			return fmt.Errorf("follow %d: %w", e.ID, err)
		}
		if start, end := e.Quantity/3, e.Quantity-e.Quantity/4; start < end {
			if err := s.compareTrail(ctx, r, e, start, end); err != nil {
				return fmt.Errorf("follow [%d, %d) of %d: %w", start, end, e.ID, err)
			}
		}
		if err := s.compareSources(ctx, r, e); err != nil {
			return fmt.Errorf("sources of %d: %w", e.ID, err)
		}
	}
	return nil
}

func (s *sim) compareTrail(ctx context.Context, r *db.Reader, e *move, start, end int64) error {
	trail, err := ledger.Follow(ctx, r, e.ID, start, end)
	if err != nil {
		return err
	}
	total, got, want := trail.Rest, map[fate]int64{}, map[fate]int64{}
	for kind, parts := range map[string][]ledger.Part{"leaf": trail.Leaves, "returned": trail.Returned} {
		for _, p := range parts {
			if p.Quantity != p.End-p.Start || p.Quantity < 1 {
				return fmt.Errorf("[%d, %d) of %d is said to be %d", p.Start, p.End, p.Entry.ID, p.Quantity)
			}
			total += p.Quantity
			for k := p.Start; k < p.End; k++ {
				got[fate{kind: kind, id: p.Entry.ID, at: k, via: fmt.Sprint(p.Via)}]++
			}
		}
	}
	for _, w := range trail.Waiting {
		total += w.Quantity
		got[fate{kind: "waiting", id: w.Account}] += w.Quantity
	}
	if total != end-start {
		return fmt.Errorf("[%d, %d) came to %d", start, end, total)
	}
	if trail.Truncated {
		s.met.add("trail truncated")
		return nil
	}
	for k := start; k < end; k++ {
		f := s.model.follow(e.ID, k, nil)
		s.met.add("followed to " + f.kind)
		if f.kind == "waiting" {
			f.id = s.accounts[f.id]
		}
		want[f]++
	}
	return differ(got, want)
}

func (s *sim) compareSources(ctx context.Context, r *db.Reader, e *move) error {
	sources, err := ledger.Sources(ctx, r, e.ID, 1000)
	if err != nil {
		return err
	}
	var got []fate
	for _, x := range sources {
		if x.Quantity != x.End-x.Start || x.Quantity < 1 {
			return fmt.Errorf("[%d, %d) is said to be %d", x.Start, x.End, x.Quantity)
		}
		for k := x.Start; k < x.End; k++ {
			got = append(got, fate{kind: "source", id: x.Entry.ID, at: k})
		}
	}
	want := s.model.sources(e.ID)
	if !slices.Equal(got, want) {
		return fmt.Errorf("got %v, the model has %v", got, want)
	}
	if len(sources) < 3 {
		return nil
	}
	first, err := ledger.Sources(ctx, r, e.ID, 2)
	if err == nil && !slices.Equal(first, sources[:2]) {
		err = fmt.Errorf("the first two are %v, of %v", first, sources)
	}
	return err
}

func differ(got, want map[fate]int64) error {
	for f, n := range got {
		if want[f] != n {
			return fmt.Errorf("%d times %+v, the model has it %d times", n, f, want[f])
		}
	}
	for f, n := range want {
		if got[f] != n {
			return fmt.Errorf("%d times %+v, the model has it %d times", got[f], f, n)
		}
	}
	return nil
}
