package ledgersim

import (
	"time"

	"manyhands/internal/ledger"
	"manyhands/internal/money"
)

// What the model knows of holds, returns and reversals.

func (m *model) giveBack(e move) string {
	o := m.moves.get(e.Returns)
	switch {
	case o == nil:
		return "ledger.no_entry"
	case o.To != e.From:
		return "ledger.not_its_arrival"
	case o.reversedBy != 0:
		return "ledger.reversed"
	case o.returned+e.Quantity > o.Quantity:
		return "ledger.returned"
	}
	if o.returned > 0 {
		m.met.add("return in several pieces")
	}
	o.returned += e.Quantity
	from := m.places.get(e.From)
	if !from.traced {
		return ""
	}
	free := from.untaken(o)
	if int64(len(free)) < e.Quantity {
		return "ledger.already_spent"
	}
	if int64(len(free))+o.returned-e.Quantity < o.Quantity {
		m.met.add("return of what is used in part")
	}
	if o.set == e.set {
		m.met.add("return inside its set")
	}
	from.take(free[int64(len(free))-e.Quantity:], e.ID)
	return ""
}

func (m *model) settle(e move) string {
	h := m.pledges.get(e.Hold)
	switch {
	case h == nil:
		return "ledger.no_hold"
	case h.From != e.From || h.To != e.To:
		return "ledger.hold_other"
	case h.state == ledger.Used:
		return "ledger.hold_posted"
	case h.state != ledger.Live:
		return "ledger.hold_ended"
	}
	unit := m.places.get(e.From).unit
	if e.Quantity > h.Quantity && unit != money.Hour && unit != money.Evening {
		return "ledger.hold_exceeded"
	}
	switch {
	case e.Quantity > h.Quantity:
		m.met.add("hold posted with more")
	case e.Quantity < h.Quantity:
		m.met.add("hold posted in part")
	}
	if !h.ExpiresAt.IsZero() && !e.at.Before(h.ExpiresAt) {
		m.met.add("hold posted late")
	}
	h.posted, h.entry = e.Quantity, e.ID
	m.endHold(h, ledger.Used, e.at)
	return ""
}

func (m *model) endHold(h *pledge, as ledger.State, now time.Time) {
	if now.Before(h.made) {
		m.met.add("hold ended before it was made") // the clock was set back
	}
	h.state, h.ended = as, now
	m.places.get(h.From).heldOut -= h.Quantity
	m.places.get(h.To).heldIn -= h.Quantity
}

func (m *model) reserve(holds []ledger.Hold, now time.Time) string {
	for _, h := range holds {
		if key := shape(h.ID, h.From, h.To, h.Quantity); key != "" {
			return key
		}
	}
	for _, h := range holds {
		if k := m.pledges.get(h.ID); k != nil {
			if k.Kind != h.Kind || k.From != h.From || k.To != h.To || k.Quantity != h.Quantity || k.Subject != h.Subject {
				return "ledger.id_taken"
			}
			m.met.add("reserve again")
			if !k.ExpiresAt.Equal(h.ExpiresAt) {
				m.met.add("reserve again with another end")
			}
			continue
		}
		from, to, key := m.ends(h.From, h.To)
		if key != "" {
			return key
		}
		from.heldOut += h.Quantity
		to.heldIn += h.Quantity
		if from.below() {
			return "ledger.floor"
		}
		m.pledges.put(h.ID, pledge{Hold: h, state: ledger.Live, made: now})
	}
	return ""
}

// end releases a hold or expires it.
func (m *model) end(id int64, as ledger.State, now time.Time) string {
	h := m.pledges.get(id)
	switch {
	case h == nil:
		return "ledger.no_hold"
	case h.state == ledger.Used:
		return "ledger.hold_posted"
	case h.state != ledger.Live:
		return ""
	case as == ledger.Expired && (h.ExpiresAt.IsZero() || h.ExpiresAt.After(now)):
		return "ledger.hold_lives"
	}
	m.endHold(h, as, now)
	return ""
}

func (m *model) reverse(r Reverse, now time.Time) string {
	o := m.moves.get(r.Entry)
	switch {
	case r.By <= 0:
		return "ledger.id"
	case o == nil:
		return "ledger.no_entry"
	}
	e := ledger.Entry{ID: r.By, Kind: r.Kind, From: o.To, To: o.From, Quantity: o.Quantity, Subject: r.Subject}
	if known := m.moves.get(r.By); known != nil {
		if known.Entry == e && known.reverses == r.Entry {
			return ""
		}
		return "ledger.id_taken"
	}
	from := m.places.get(o.To)
	switch {
	case o.reverses != 0:
		return "ledger.reversal_final"
	case o.reversedBy != 0:
		return "ledger.reversed"
	case o.returned > 0:
		return "ledger.returned"
	case from.traced && int64(len(from.untaken(o))) < o.Quantity:
		return "ledger.already_spent"
	}
	if o.Returns != 0 {
		m.met.add("reversal of a return")
	}
	if o.Hold != 0 {
		m.met.add("reversal of a posted hold")
	}
	o.reversedBy = r.By
	key := m.move(move{Entry: e, set: r.By, reverses: r.Entry, at: now})
	if key == "" && from.below() {
		key = "ledger.floor"
	}
	return key
}
