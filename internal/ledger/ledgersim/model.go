package ledgersim

import (
	"maps"
	"slices"
	"time"

	"manyhands/internal/ledger"
	"manyhands/internal/money"
)

// model is a ledger in memory. Its operations return the message key of the fault that they
// expect, or "". An operation that is refused leaves the model spoilt: work on a clone.
type model struct {
	places  map[int64]*place
	codes   map[string]int64
	moves   map[int64]*move
	pledges map[int64]*pledge
}

// place is an account.
type place struct {
	unit                     money.Unit
	floored, traced          bool
	in, out, heldOut, heldIn int64
	line                     []cell // every single unit that ever arrived, when traced
	owed                     []cell // units that left before they arrived, inside a set
}

// cell is one unit of quantity: which move brought it, as which of its units, and what took it.
type cell struct {
	by, at        int64
	taker, takeAt int64
	carved        bool // given back, rather than used in turn
}

// move is an entry.
type move struct {
	ledger.Entry
	reverses, reversedBy, returned int64
	first                          int // index of its first cell on To's line
}

// pledge is a hold.
type pledge struct {
	ledger.Hold
	state         ledger.State
	posted, entry int64
}

func newModel() *model {
	return &model{places: map[int64]*place{}, codes: map[string]int64{}, moves: map[int64]*move{}, pledges: map[int64]*pledge{}}
}

func (m *model) clone() *model {
	n := newModel()
	maps.Copy(n.codes, m.codes)
	for id, p := range m.places {
		c := *p
		c.line, c.owed = slices.Clone(p.line), slices.Clone(p.owed)
		n.places[id] = &c
	}
	for id, e := range m.moves {
		c := *e
		n.moves[id] = &c
	}
	for id, h := range m.pledges {
		c := *h
		n.pledges[id] = &c
	}
	return n
}

func (m *model) open(id int64, code string, unit money.Unit, floored, traced bool) string {
	if traced && !floored {
		return "ledger.traced_unfloored"
	}
	if known, ok := m.codes[code]; ok {
		p := m.places[known]
		if p.unit != unit || p.floored != floored || p.traced != traced {
			return "ledger.account_differs"
		}
		return ""
	}
	m.codes[code] = id
	m.places[id] = &place{unit: unit, floored: floored, traced: traced}
	return ""
}

func shape(id, from, to, quantity int64) string {
	switch {
	case id <= 0:
		return "ledger.id"
	case from == to:
		return "ledger.same_account"
	case quantity < 1 || quantity > money.MaxMinor:
		return "ledger.quantity"
	}
	return ""
}

func (m *model) post(sets []ledger.Set) string {
	for _, s := range sets {
		for _, e := range s.Entries {
			if key := shape(e.ID, e.From, e.To, e.Quantity); key != "" {
				return key
			}
		}
	}
	for _, s := range sets {
		if key := m.postSet(s); key != "" {
			return key
		}
	}
	return ""
}

func (m *model) postSet(s ledger.Set) string {
	old, content := 0, map[int64]ledger.Entry{}
	for _, e := range s.Entries {
		if known := m.moves[e.ID]; known != nil {
			if known.Entry != e || known.reverses != 0 {
				return "ledger.id_taken"
			}
			old++
		}
	}
	if old == len(s.Entries) {
		return ""
	}
	if old > 0 {
		return "ledger.id_taken"
	}
	for _, e := range s.Entries {
		if c, twice := content[e.ID]; twice && c == e {
			continue
		} else if twice {
			return "ledger.id_taken"
		}
		content[e.ID] = e
		if key := m.move(e, 0); key != "" {
			return key
		}
	}
	for _, e := range s.Entries {
		if m.places[e.From].below() {
			return "ledger.floor"
		}
	}
	return ""
}

func (p *place) below() bool { return p.floored && p.in-p.out < p.heldOut }

func (m *model) ends(fromID, toID int64) (from, to *place, key string) {
	from, to = m.places[fromID], m.places[toID]
	switch {
	case from == nil || to == nil:
		key = "ledger.no_account"
	case from.unit != to.unit:
		key = "ledger.units_differ"
	}
	return from, to, key
}

func (m *model) move(e ledger.Entry, reverses int64) string {
	from, to, key := m.ends(e.From, e.To)
	if key == "" && e.Hold != 0 {
		key = m.settle(e)
	}
	if key == "" && e.Returns != 0 {
		key = m.giveBack(e)
	}
	if key != "" {
		return key
	}
	switch {
	case !from.traced || e.Returns != 0:
	case reverses != 0:
		from.take(from.untaken(reverses), e.ID)
	default:
		for k := range e.Quantity {
			from.use(e.ID, k)
		}
	}
	n := &move{Entry: e, reverses: reverses, first: len(to.line)}
	if to.traced {
		for k := range e.Quantity {
			to.arrive(e.ID, k)
		}
	}
	from.out += e.Quantity
	to.in += e.Quantity
	m.moves[e.ID] = n
	return ""
}

// use takes the first unit that nothing has taken yet.
func (p *place) use(taker, k int64) {
	for i := range p.line {
		if p.line[i].taker == 0 {
			p.line[i].taker, p.line[i].takeAt = taker, k
			return
		}
	}
	p.owed = append(p.owed, cell{taker: taker, takeAt: k})
}

func (p *place) arrive(by, k int64) {
	c := cell{}
	if len(p.owed) > 0 {
		c, p.owed = p.owed[0], p.owed[1:]
	}
	c.by, c.at = by, k
	p.line = append(p.line, c)
}

// untaken lists the units of one arrival that nothing has taken.
func (p *place) untaken(by int64) []int {
	var out []int
	for i, c := range p.line {
		if c.by == by && c.taker == 0 {
			out = append(out, i)
		}
	}
	return out
}

func (p *place) take(cells []int, taker int64) {
	for k, i := range cells {
		p.line[i].taker, p.line[i].takeAt, p.line[i].carved = taker, int64(k), true
	}
}

func (m *model) giveBack(e ledger.Entry) string {
	o := m.moves[e.Returns]
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
	o.returned += e.Quantity
	from := m.places[e.From]
	if !from.traced {
		return ""
	}
	free := from.untaken(o.ID)
	if int64(len(free)) < e.Quantity {
		return "ledger.already_spent"
	}
	from.take(free[int64(len(free))-e.Quantity:], e.ID)
	return ""
}

func (m *model) settle(e ledger.Entry) string {
	h := m.pledges[e.Hold]
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
	unit := m.places[e.From].unit
	if e.Quantity > h.Quantity && unit != money.Hour && unit != money.Evening {
		return "ledger.hold_exceeded"
	}
	h.posted, h.entry = e.Quantity, e.ID
	m.endHold(h, ledger.Used)
	return ""
}

func (m *model) endHold(h *pledge, as ledger.State) {
	h.state = as
	m.places[h.From].heldOut -= h.Quantity
	m.places[h.To].heldIn -= h.Quantity
}

func (m *model) reserve(holds []ledger.Hold) string {
	for _, h := range holds {
		if key := shape(h.ID, h.From, h.To, h.Quantity); key != "" {
			return key
		}
	}
	for _, h := range holds {
		if k := m.pledges[h.ID]; k != nil {
			if k.Kind != h.Kind || k.From != h.From || k.To != h.To || k.Quantity != h.Quantity || k.Subject != h.Subject {
				return "ledger.id_taken"
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
		m.pledges[h.ID] = &pledge{Hold: h, state: ledger.Live}
	}
	return ""
}

// end releases a hold or, with a moment, expires it.
func (m *model) end(id int64, as ledger.State, now time.Time) string {
	h := m.pledges[id]
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
	m.endHold(h, as)
	return ""
}

func (m *model) reverse(id, by, subject int64, kind string) string {
	o := m.moves[id]
	switch {
	case by <= 0:
		return "ledger.id"
	case o == nil:
		return "ledger.no_entry"
	}
	e := ledger.Entry{ID: by, Kind: kind, From: o.To, To: o.From, Quantity: o.Quantity, Subject: subject}
	if known := m.moves[by]; known != nil {
		if known.Entry == e && known.reverses == id {
			return ""
		}
		return "ledger.id_taken"
	}
	from := m.places[o.To]
	switch {
	case o.reverses != 0:
		return "ledger.reversal_final"
	case o.reversedBy != 0:
		return "ledger.reversed"
	case o.returned > 0:
		return "ledger.returned"
	case from.traced && int64(len(from.untaken(id))) < o.Quantity:
		return "ledger.already_spent"
	}
	o.reversedBy = by
	key := m.move(e, id)
	if key == "" && from.below() {
		key = "ledger.floor"
	}
	return key
}
