package ledgersim

import (
	"math"
	"time"

	"manyhands/internal/ledger"
	"manyhands/internal/money"
)

// noID is an id that nothing has, and neverOpened a slot that no account has.
const noID, neverOpened = 5, firstMore + more

// id is a new id, mostly in order of time.
func (w *workload) id() int64 {
	w.nextID += 10
	if w.IntN(10) == 0 {
		return w.nextID - 35 // late: below ids that exist
	}
	return w.nextID
}

func (w *workload) slot() int64 { return w.slots[w.IntN(len(w.slots))] }

func (w *workload) entry() ledger.Entry {
	if len(w.entries) == 0 || w.IntN(40) == 0 {
		return ledger.Entry{ID: noID, Quantity: 1}
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

// holdID is mostly that of one of the last holds.
func (w *workload) holdID() int64 {
	n := len(w.holds)
	switch {
	case n == 0 || w.IntN(20) == 0:
		return noID
	case w.IntN(3) > 0:
		return w.holds[max(0, n-1-w.IntN(8))].ID
	}
	return w.holds[w.IntN(n)].ID
}

// to draws an account to move to, mostly of from's unit and mostly another.
func (w *workload) to(m *model, from int64) int64 {
	if w.IntN(30) == 0 {
		return w.slot()
	}
	var fit []int64
	for _, slot := range w.slots {
		if slot != from && m.places.get(slot).unit == m.places.get(from).unit {
			fit = append(fit, slot)
		}
	}
	return fit[w.IntN(len(fit))]
}

// draw makes an entry that mostly moves what is there.
func (w *workload) draw(m *model) ledger.Entry {
	from, quantity := w.slot(), 1+w.Int64N(9)
	for range 4 {
		p := m.places.get(from)
		left := p.in - p.out - p.heldOut
		if !p.floored || w.IntN(30) == 0 {
			break
		}
		if left > 0 {
			quantity = min(quantity, left)
			break
		}
		from = w.slot()
	}
	return ledger.Entry{ID: w.id(), Kind: "move", From: from, To: w.to(m, from), Quantity: quantity, Subject: w.Int64N(3)}
}

func (w *workload) post(m *model) Op {
	if w.IntN(60) == 0 {
		return w.many(m)
	}
	var sets []ledger.Set
	for range 1 + w.IntN(1+w.IntN(3)) {
		s := ledger.Set{ID: w.id()}
		for range 1 + w.IntN(1+w.IntN(3)) {
			s.Entries = append(s.Entries, w.draw(m))
		}
		if w.IntN(8) == 0 { // what leaves before it arrives
			e := s.Entries[0]
			s.Entries = append(s.Entries, ledger.Entry{ID: w.id(), Kind: "in", From: w.slots[0], To: e.From, Quantity: e.Quantity + w.Int64N(2)})
		}
		if w.IntN(8) == 0 { // what comes and goes back at once
			e := s.Entries[w.IntN(len(s.Entries))]
			s.Entries = append(s.Entries, ledger.Entry{ID: w.id(), Kind: "back", From: e.To, To: e.From, Quantity: 1 + w.Int64N(e.Quantity), Returns: e.ID})
		}
		if w.IntN(40) == 0 { // an id twice, with the same content or another
			e := s.Entries[0]
			e.Quantity += w.Int64N(2)
			s.Entries = append(s.Entries, e)
		}
		sets = append(sets, s)
	}
	return Op{Post: sets}
}

// many is a call with more entries than one statement writes, some to and fro.
func (w *workload) many(m *model) Op {
	var sets []ledger.Set
	from, to := w.slots[0], w.to(m, w.slots[0])
	for range 40 + w.IntN(40) {
		e := ledger.Entry{ID: w.id(), Kind: "many", From: from, To: to, Quantity: 2 + w.Int64N(2)}
		sets = append(sets, ledger.Set{ID: e.ID, Entries: []ledger.Entry{e}})
		switch w.IntN(5) {
		case 0:
			back := ledger.Entry{ID: w.id(), Kind: "back", From: to, To: from, Quantity: 1, Returns: e.ID}
			sets = append(sets, ledger.Set{ID: back.ID, Entries: []ledger.Entry{back}})
		case 1:
			on := ledger.Entry{ID: w.id(), Kind: "on", From: to, To: from, Quantity: 1}
			sets = append(sets, ledger.Set{ID: on.ID, Entries: []ledger.Entry{on}})
		}
	}
	return Op{Post: sets}
}

func (w *workload) reserve(m *model) Op {
	var holds []ledger.Hold
	for range 1 + w.IntN(1+w.IntN(6)) {
		e := w.draw(m)
		h := ledger.Hold{ID: e.ID, Kind: "hold", From: e.From, To: e.To, Quantity: e.Quantity, Subject: e.Subject}
		if w.IntN(3) > 0 {
			h.ExpiresAt = w.clock.Now().Add(w.advance + time.Duration(w.IntN(60))*time.Minute)
		}
		holds = append(holds, h)
	}
	switch w.IntN(40) {
	case 0:
		holds = append(holds, holds[0])
	case 1:
		holds[0].ID = w.holdID()
	case 2:
		holds[0].Quantity = -w.Int64N(2)
	case 3:
		holds[0].To = holds[0].From
	case 4:
		holds[0].To = neverOpened
	case 5: // again, counted from another moment
		if len(w.holds) > 0 {
			expires := holds[0].ExpiresAt
			holds[0] = w.holds[w.IntN(len(w.holds))]
			holds[0].ExpiresAt = expires
		}
	}
	return Op{Reserve: holds}
}

// confirm posts a hold, mostly in full or in part.
func (w *workload) confirm(id int64) Op {
	h := ledger.Hold{ID: id, From: w.slot(), To: w.slot(), Quantity: 1}
	for _, known := range w.holds {
		if known.ID == id {
			h = known
		}
	}
	e := ledger.Entry{ID: w.id(), Kind: "confirm", From: h.From, To: h.To, Quantity: max(1, h.Quantity-w.Int64N(4)), Hold: h.ID}
	if w.IntN(8) == 0 {
		e.Quantity = h.Quantity + 1
	}
	if w.IntN(16) == 0 {
		e.To = w.slot()
	}
	return Op{Post: []ledger.Set{{ID: w.id(), Entries: []ledger.Entry{e}}}}
}

// known returns an entry as the model has it, should it have it.
func (m *model) known(e ledger.Entry) ledger.Entry {
	if k := m.moves.get(e.ID); k != nil {
		return k.Entry
	}
	return e
}

// giveBack returns parts of earlier entries, to where they came from or elsewhere.
func (w *workload) giveBack(m *model) Op {
	var sets []ledger.Set
	for range 1 + w.IntN(2) {
		of := m.known(w.recent())
		e := ledger.Entry{ID: w.id(), Kind: "refund", From: of.To, To: of.From, Quantity: 1 + w.Int64N(of.Quantity), Returns: of.ID}
		switch w.IntN(16) {
		case 0:
			e.To = w.slot()
		case 1:
			e.From = w.slot()
		case 2:
			e.Returns = noID
		}
		sets = append(sets, ledger.Set{ID: w.id(), Entries: []ledger.Entry{e}})
	}
	return Op{Post: sets}
}

// reverse undoes an entry, mostly under an id that is free.
func (w *workload) reverse() Op {
	r := Reverse{Entry: w.recent().ID, By: w.id(), Subject: w.Int64N(3), Kind: "mistake"}
	switch w.IntN(20) {
	case 0:
		r.By = w.entry().ID
	case 1:
		r.By = -w.Int64N(2)
	}
	return Op{Reverse: &r}
}

// drain pays, takes a gift back and pays nearly all that is left, in one call.
func (w *workload) drain(m *model) Op {
	of := m.known(w.recent())
	p := m.places.get(of.To)
	if p == nil || p.in-p.out-p.heldOut < 4 {
		return w.post(m)
	}
	var sets []ledger.Set
	pay := func(quantity, returns int64) {
		e := ledger.Entry{ID: w.id(), Kind: "drain", From: of.To, To: of.From, Quantity: quantity, Returns: returns}
		sets = append(sets, ledger.Set{ID: e.ID, Entries: []ledger.Entry{e}})
	}
	pay(1, 0)
	pay(1, of.ID)
	pay(p.in-p.out-p.heldOut-2-w.Int64N(2), 0)
	return Op{Post: sets}
}

// spoilt is a post that has something wrong with it: an id that is taken, or no sense.
func (w *workload) spoilt(m *model) Op {
	e, fresh := m.known(w.entry()), w.draw(m)
	switch w.IntN(8) {
	case 0:
		e.Quantity++
	case 1:
		e.Kind += "!"
	case 2:
		e.Subject++
	case 3: // exists in part
		return Op{Post: []ledger.Set{{ID: w.id(), Entries: []ledger.Entry{e, fresh}}}}
	case 4:
		e = fresh
		e.Quantity = []int64{0, -1, money.MaxMinor + 1, math.MaxInt64, math.MinInt64}[w.IntN(5)]
	case 5:
		e = fresh
		e.To = neverOpened
	case 6:
		e = fresh
		e.From = e.To
	case 7:
		e = fresh
		e.ID = -w.Int64N(2)
	}
	return Op{Post: []ledger.Set{{ID: w.id(), Entries: []ledger.Entry{e}}}}
}
