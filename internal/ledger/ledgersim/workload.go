package ledgersim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"manyhands/internal/ledger"
	"manyhands/internal/money"
)

// workload draws calls from a seed. It looks at the model only to make most of them plausible.
type workload struct {
	*rand.Rand
	now      func() time.Time
	nextID   int64
	accounts []int64
	entries  []ledger.Entry // that were accepted
	holds    []ledger.Hold  // that were accepted
	past     []op
}

// opening are the accounts that each run begins with.
func opening() []opOpen {
	var out []opOpen
	for _, a := range []opOpen{
		{code: "gateway", unit: money.CNY}, {code: "shop", unit: money.CNY}, {code: "cash", unit: money.CNY, floored: true},
		{code: "fund", unit: money.CNY, floored: true, traced: true}, {code: "red", unit: money.CNY, floored: true, traced: true},
		{code: "pool", unit: money.CNY, floored: true, traced: true},
		{code: "volunteers", unit: money.Evening}, {code: "centre", unit: money.Evening, floored: true, traced: true},
		{code: "done", unit: money.Evening, floored: true},
	} {
		a.id = new(int64)
		out = append(out, a)
	}
	return out
}

// next draws one call.
func (w *workload) next(m *model) op {
	var o op
	switch n := w.IntN(100); {
	case n < 38:
		o = w.post(m)
	case n < 50:
		o = w.reserve(m)
	case n < 60:
		o = w.postHold()
	case n < 68:
		o = opEnd{hold: w.holdID(), as: []ledger.State{ledger.Released, ledger.Expired}[w.IntN(2)]}
	case n < 76:
		o = w.giveBack(m)
	case n < 80:
		o = w.drain(m)
	case n < 86:
		o = opReverse{entry: w.recent().ID, by: w.id(), subject: w.Int64N(3), kind: "mistake"}
	case n < 92 && len(w.past) > 0:
		return w.past[w.IntN(len(w.past))] // the same again
	case n < 97:
		o = w.spoilt(m)
	default:
		o = opOpen{code: fmt.Sprint("more ", w.IntN(4)), unit: money.CNY, floored: w.IntN(3) > 0, traced: w.IntN(2) == 0, id: new(int64)}
	}
	w.past = append(w.past, o)
	return o
}

// id is a new id, mostly in order of time.
func (w *workload) id() int64 {
	w.nextID += 10
	if w.IntN(10) == 0 {
		return w.nextID - 35 // late: below ids that exist
	}
	return w.nextID
}

func (w *workload) account() int64 { return w.accounts[w.IntN(len(w.accounts))] }

func (w *workload) entry() ledger.Entry {
	if len(w.entries) == 0 || w.IntN(40) == 0 {
		return ledger.Entry{ID: 5, Quantity: 1}
	}
	return w.entries[w.IntN(len(w.entries))]
}

// recent is one of the last entries, which may well be unspent.
func (w *workload) recent() ledger.Entry {
	if n := len(w.entries); n > 0 && w.IntN(2) == 0 {
		return w.entries[max(0, n-1-w.IntN(6))]
	}
	return w.entry()
}

func (w *workload) holdID() int64 {
	if len(w.holds) == 0 || w.IntN(20) == 0 {
		return 5
	}
	return w.holds[w.IntN(len(w.holds))].ID
}

// to draws an account to move to, mostly of from's unit.
func (w *workload) to(m *model, from int64) int64 {
	to := w.account()
	for range 12 {
		if from != to && m.places[from].unit == m.places[to].unit {
			break
		}
		to = w.account()
	}
	return to
}

// draw makes an entry that mostly moves what is there.
func (w *workload) draw(m *model) ledger.Entry {
	from, quantity := w.account(), 1+w.Int64N(9)
	for range 4 {
		p := m.places[from]
		left := p.in - p.out - p.heldOut
		if !p.floored || w.IntN(30) == 0 {
			break
		}
		if left > 0 {
			quantity = min(quantity, left)
			break
		}
		from = w.account()
	}
	return ledger.Entry{ID: w.id(), Kind: "move", From: from, To: w.to(m, from), Quantity: quantity, Subject: w.Int64N(3)}
}

func (w *workload) post(m *model) op {
	var o opPost
	for range 1 + w.IntN(1+w.IntN(3)) {
		s := ledger.Set{ID: w.id()}
		for range 1 + w.IntN(1+w.IntN(3)) {
			s.Entries = append(s.Entries, w.draw(m))
		}
		if w.IntN(8) == 0 { // what leaves before it arrives
			e := s.Entries[0]
			s.Entries = append(s.Entries, ledger.Entry{ID: w.id(), Kind: "in", From: w.accounts[0], To: e.From, Quantity: e.Quantity + w.Int64N(2)})
		}
		if w.IntN(8) == 0 { // what comes and goes back at once
			e := s.Entries[w.IntN(len(s.Entries))]
			s.Entries = append(s.Entries, ledger.Entry{ID: w.id(), Kind: "back", From: e.To, To: e.From, Quantity: 1 + w.Int64N(e.Quantity), Returns: e.ID})
		}
		if w.IntN(40) == 0 {
			s.Entries = append(s.Entries, s.Entries[0])
		}
		o.sets = append(o.sets, s)
	}
	return o
}

// accepted notes what a call that succeeded has made.
func (w *workload) accepted(o op) {
	switch o := o.(type) {
	case opPost:
		for _, s := range o.sets {
			w.entries = append(w.entries, s.Entries...)
		}
	case opReserve:
		w.holds = append(w.holds, o.holds...)
	case opReverse:
		w.entries = append(w.entries, ledger.Entry{ID: o.by, Quantity: 1})
	case opOpen:
		if !slices.Contains(w.accounts, *o.id) {
			w.accounts = append(w.accounts, *o.id)
		}
	}
}

func (w *workload) reserve(m *model) op {
	var o opReserve
	for range 1 + w.IntN(2) {
		e := w.draw(m)
		h := ledger.Hold{ID: e.ID, Kind: "hold", From: e.From, To: e.To, Quantity: e.Quantity, Subject: e.Subject}
		if w.IntN(3) > 0 {
			h.ExpiresAt = w.now().Add(time.Duration(w.IntN(60)) * time.Minute)
		}
		o.holds = append(o.holds, h)
	}
	return o
}

func (w *workload) postHold() op {
	if len(w.holds) == 0 {
		return opEnd{hold: 5, as: ledger.Released}
	}
	h := w.holds[w.IntN(len(w.holds))]
	e := ledger.Entry{ID: w.id(), Kind: "confirm", From: h.From, To: h.To, Quantity: max(1, h.Quantity-w.Int64N(4)), Hold: h.ID}
	if w.IntN(8) == 0 {
		e.Quantity = h.Quantity + 1
	}
	if w.IntN(16) == 0 {
		e.To = w.account()
	}
	return opPost{sets: []ledger.Set{{ID: w.id(), Entries: []ledger.Entry{e}}}}
}

// known returns an entry as the model has it, should it have it.
func (m *model) known(e ledger.Entry) ledger.Entry {
	if k := m.moves[e.ID]; k != nil {
		return k.Entry
	}
	return e
}

// giveBack returns parts of earlier entries, to where they came from or elsewhere.
func (w *workload) giveBack(m *model) op {
	var o opPost
	for range 1 + w.IntN(2) {
		of := m.known(w.recent())
		e := ledger.Entry{ID: w.id(), Kind: "refund", From: of.To, To: of.From, Quantity: 1 + w.Int64N(of.Quantity), Returns: of.ID}
		switch w.IntN(12) {
		case 0:
			e.To = w.account()
		case 1:
			e.From = w.account()
		}
		o.sets = append(o.sets, ledger.Set{ID: w.id(), Entries: []ledger.Entry{e}})
	}
	return o
}

// drain pays, takes a gift back and pays nearly all that is left, in one call.
func (w *workload) drain(m *model) op {
	of := m.known(w.recent())
	p := m.places[of.To]
	if p == nil || p.in-p.out-p.heldOut < 4 {
		return w.post(m)
	}
	var o opPost
	pay := func(quantity, returns int64) {
		e := ledger.Entry{ID: w.id(), Kind: "drain", From: of.To, To: of.From, Quantity: quantity, Returns: returns}
		o.sets = append(o.sets, ledger.Set{ID: e.ID, Entries: []ledger.Entry{e}})
	}
	pay(1, 0)
	pay(1, of.ID)
	pay(p.in-p.out-p.heldOut-2-w.Int64N(2), 0)
	return o
}

// spoilt is a post that has something wrong with it: an id that is taken, or no sense.
func (w *workload) spoilt(m *model) op {
	e, fresh := m.known(w.entry()), w.draw(m)
	switch w.IntN(8) {
	case 0:
		e.Quantity++
	case 1:
		e.Kind += "!"
	case 2:
		e.Subject++
	case 3: // exists in part
		return opPost{sets: []ledger.Set{{ID: w.id(), Entries: []ledger.Entry{e, fresh}}}}
	case 4:
		e = fresh
		e.Quantity = []int64{0, -1, money.MaxMinor + 1, math.MaxInt64, math.MinInt64}[w.IntN(5)]
	case 5:
		e = fresh
		e.To = slices.Max(w.accounts) + 1
	case 6:
		e = fresh
		e.From = e.To
	case 7:
		e = fresh
		e.ID = -w.Int64N(2)
	}
	return opPost{sets: []ledger.Set{{ID: w.id(), Entries: []ledger.Entry{e}}}}
}
