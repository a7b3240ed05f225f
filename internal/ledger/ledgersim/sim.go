package ledgersim

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/ledger"
)

// Every so many steps the book is checked against itself, and some entries are followed.
const checkEvery, followed = 50, 12

// Run draws steps calls from seed and makes them on the database and on the model, comparing after
// each. The database must be fresh, tell c's time and be struck by f. An error names seed and step.
func Run(ctx context.Context, d *db.DB, c *clock.Sim, f *Faults, seed uint64, steps int) error {
	r := rand.New(rand.NewPCG(seed, 0))
	s := &sim{d: d, clock: c, faults: f, model: newModel(), w: &workload{Rand: r, now: c.Now, nextID: 100}}
	for _, o := range opening() {
		if err := s.do(ctx, o); err != nil {
			return fmt.Errorf("seed %d, opening: %w", seed, err)
		}
	}
	for step := range steps {
		if r.IntN(12) == 0 {
			c.Advance(time.Duration(r.IntN(50)-15) * time.Minute)
		}
		o := s.w.next(s.model)
		err := s.do(ctx, o)
		if err == nil {
			err = s.compare(ctx, step%checkEvery == checkEvery-1 || step == steps-1)
		}
		if err != nil {
			return fmt.Errorf("seed %d, step %d, %T%+v: %w", seed, step, o, o, err)
		}
	}
	return nil
}

type sim struct {
	d      *db.DB
	clock  *clock.Sim
	faults *Faults
	model  *model
	w      *workload
}

// do makes one call, again after each simulated fault, and holds its answer against the model's.
func (s *sim) do(ctx context.Context, o op) error {
	var err error
	for {
		s.faults.arm(s.w.Rand)
		err = s.d.Write(ctx, func(tx *db.Tx) error { return o.run(ctx, tx) })
		if !s.faults.disarm() {
			break
		}
		if err == nil {
			return errors.New("a fault was swallowed")
		}
	}
	got := ""
	if err != nil {
		e, ok := errors.AsType[*fault.Error](err)
		if !ok {
			return err
		}
		got = e.Key
	}
	next := s.model.clone()
	want := o.predict(next, s.clock.Now())
	if got != want {
		return fmt.Errorf("answered %q, the model says %q", got, want)
	}
	if want == "" {
		s.model = next
		s.w.accepted(o)
	}
	return nil
}

// compare holds what is written against the model.
func (s *sim) compare(ctx context.Context, thorough bool) error {
	return s.d.Read(ctx, func(r *db.Reader) error {
		if err := s.compareAccounts(ctx, r); err != nil {
			return err
		}
		if err := s.compareHolds(ctx, r); err != nil || !thorough {
			return err
		}
		if err := s.compareTraces(ctx, r); err != nil {
			return err
		}
		return ledger.Check(ctx, r, nil)
	})
}

func (s *sim) compareAccounts(ctx context.Context, r *db.Reader) error {
	accounts, err := ledger.Accounts(ctx, r, s.w.accounts)
	if err != nil {
		return err
	}
	for id, p := range s.model.places {
		a := accounts[id]
		if a.InTotal != p.in || a.OutTotal != p.out || a.HeldOut != p.heldOut || a.HeldIn != p.heldIn || a.SpentTo != p.spentTo() {
			return fmt.Errorf("account %s is %+v, the model has in %d out %d held out %d in %d spent to %d",
				a.Code, a, p.in, p.out, p.heldOut, p.heldIn, p.spentTo())
		}
	}
	return nil
}

func (s *sim) compareHolds(ctx context.Context, r *db.Reader) error {
	rows, err := r.QueryContext(ctx, "SELECT id, state, posted, entry_id FROM hold")
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // rows.Err tells
	n := 0
	for rows.Next() {
		var h pledge
		if err := rows.Scan(&h.ID, &h.state, &h.posted, &h.entry); err != nil {
			return err
		}
		want := s.model.pledges[h.ID]
		if want == nil || h.state != want.state || h.posted != want.posted || h.entry != want.entry {
			return fmt.Errorf("hold %d is %s posted %d by %d, the model has %+v", h.ID, h.state, h.posted, h.entry, want)
		}
		n++
	}
	if n != len(s.model.pledges) {
		return fmt.Errorf("%d holds, the model has %d", n, len(s.model.pledges))
	}
	return rows.Err()
}

// compareTraces follows some entries and asks where they came from.
func (s *sim) compareTraces(ctx context.Context, r *db.Reader) error {
	for range followed {
		e := s.model.moves[s.w.entry().ID]
		if e == nil {
			continue // was refused
		}
		start := s.w.Int64N(e.Quantity)
		if err := s.compareTrail(ctx, r, e, start, start+1+s.w.Int64N(e.Quantity-start)); err != nil {
			return fmt.Errorf("follow %d: %w", e.ID, err)
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
		return nil
	}
	for k := start; k < end; k++ {
		want[s.model.follow(e.ID, k, nil)]++
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
		for k := x.Start; k < x.End; k++ {
			got = append(got, fate{kind: "source", id: x.Entry.ID, at: k})
		}
	}
	if want := s.model.sources(e.ID); !slices.Equal(got, want) {
		return fmt.Errorf("got %v, the model has %v", got, want)
	}
	return nil
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
