package ledgersim

import (
	"math/rand/v2"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/ledger"
	"manyhands/internal/money"
)

// workload draws steps from a seed. It looks at the model only to make most calls plausible.
type workload struct {
	*rand.Rand
	clock   *clock.Sim
	nextID  int64
	slots   []int64        // of accounts that are open
	entries []ledger.Entry // that were accepted
	holds   []ledger.Hold  // that were accepted
	past    []Body
	advance time.Duration // how far the step under way moves the clock
}

// opening is the step that each run begins with: eleven accounts, of which five are traced.
func opening() Step {
	var step Step
	for i, o := range []Open{
		{Unit: money.CNY}, {Unit: money.CNY}, {Unit: money.CNY, Floored: true},
		{Unit: money.CNY, Floored: true, Traced: true}, {Unit: money.CNY, Floored: true, Traced: true},
		{Unit: money.CNY, Floored: true, Traced: true},
		{Unit: money.Evening}, {Unit: money.Evening, Floored: true, Traced: true}, {Unit: money.Evening, Floored: true},
		{Unit: money.Loaf}, {Unit: money.Loaf, Floored: true, Traced: true},
	} {
		o.Slot = int64(i + 1)
		step.Bodies = append(step.Bodies, Body{Ops: []Op{{Open: &o}}})
	}
	return step
}

// more are accounts that may be opened later, each under a slot of its own.
const firstMore, more = 20, 5

// step draws one step.
func (w *workload) step(m *model) Step {
	s := Step{}
	if w.IntN(12) == 0 {
		s.Advance = time.Duration(w.IntN(50)-15) * time.Minute
	}
	w.advance = s.Advance
	switch n := w.IntN(40); {
	case n < 2:
		s = w.race(s)
	case n < 6:
		for range 2 + w.IntN(4) {
			s.Bodies = append(s.Bodies, w.body(m))
		}
	default:
		s.Bodies = []Body{w.body(m)}
	}
	for len(s.Faults) < 3 && w.IntN(4) == 0 {
		s.Faults = append(s.Faults, w.fault(s.Bodies))
	}
	w.past = append(w.past, s.Bodies...)
	return s
}

func (w *workload) fault(bodies []Body) Fault {
	at := []string{"statement", "statement", "statement", "after", "panic", "commit", "committed",
		"lost statement", "lost commit", "lost committed"}[w.IntN(10)]
	f := Fault{At: at, Body: w.IntN(len(bodies))}
	if at != "statement" && at != "lost statement" {
		return f
	}
	if ops := bodies[f.Body].Ops; w.IntN(3) > 0 {
		kinds := ops[w.IntN(len(ops))].statements()
		f.Nth, f.Only = w.IntN(2), kinds[w.IntN(len(kinds))]
	} else {
		f.Nth = w.IntN(12)
	}
	return f
}

// statements are the kinds that the call may make.
func (o Op) statements() []string {
	switch {
	case o.Open != nil:
		return []string{"insert account", "select account"}
	case o.Reserve != nil:
		return []string{"select hold", "select account", "insert hold", "update account"}
	case o.Release != 0 || o.Expire != 0:
		return []string{"select hold", "select account", "update hold", "update account"}
	}
	return []string{"select entry", "select account", "select hold", "select carve",
		"insert entry", "insert carve", "update hold", "update account"}
}

// race has expiry and confirmation of a hold meet in one transaction, when it has just lapsed.
func (w *workload) race(s Step) Step {
	id, due := w.holdID(), time.Time{}
	for _, h := range w.holds[max(0, len(w.holds)-8):] {
		if !h.ExpiresAt.IsZero() {
			id, due = h.ID, h.ExpiresAt
		}
	}
	if late := due.Sub(w.clock.Now()); !due.IsZero() && late > 0 {
		s.Advance = late
	}
	s.Bodies = []Body{{Ops: []Op{{Expire: id}}}, {Ops: []Op{w.confirm(id)}}}
	if w.IntN(2) == 0 {
		s.Bodies[0], s.Bodies[1] = s.Bodies[1], s.Bodies[0]
	}
	return s
}

// body draws the body of one write, of one call or of several.
func (w *workload) body(m *model) Body {
	if len(w.past) > 0 && w.IntN(14) == 0 {
		return w.past[w.IntN(len(w.past))] // the same again
	}
	b := Body{Ops: []Op{w.op(m)}, Stops: w.IntN(2) == 0}
	for len(b.Ops) < 4 && w.IntN(8) == 0 {
		b.Ops = append(b.Ops, w.op(m))
	}
	return b
}

// op draws one call.
func (w *workload) op(m *model) Op {
	switch n := w.IntN(100); {
	case n < 40:
		return w.post(m)
	case n < 53:
		return w.reserve(m)
	case n < 64:
		return w.confirm(w.holdID())
	case n < 68:
		return Op{Release: w.holdID()}
	case n < 73:
		return Op{Expire: w.holdID()}
	case n < 82:
		return w.giveBack(m)
	case n < 86:
		return w.drain(m)
	case n < 92:
		return w.reverse()
	case n < 97:
		return w.spoilt(m)
	}
	unit := []money.Unit{money.CNY, money.CNY, money.CNY, money.Loaf}[w.IntN(4)]
	return Op{Open: &Open{Slot: firstMore + w.Int64N(more), Unit: unit, Floored: w.IntN(3) > 0, Traced: w.IntN(2) == 0}}
}

// accepted notes what a call that succeeded has made.
func (w *workload) accepted(o Op) {
	for _, s := range o.Post {
		w.entries = append(w.entries, s.Entries...)
	}
	w.holds = append(w.holds, o.Reserve...)
	if o.Reverse != nil {
		w.entries = append(w.entries, ledger.Entry{ID: o.Reverse.By, Quantity: 1})
	}
	if o.Open != nil {
		w.slots = append(w.slots, o.Open.Slot)
	}
}
