package ledgersim

import (
	"slices"
	"time"

	"manyhands/internal/ledger"
	"manyhands/internal/money"
)

// model is a ledger in memory. Accounts go by their slot, a small number. Its operations return the
// message key of the fault that they expect, or "". One that is refused leaves the model spoilt:
// work on a fork, and keep it or not.
type model struct {
	places  *shelf[place]
	moves   *shelf[move]
	pledges *shelf[pledge]
	met     Met
}

// place is an account.
type place struct {
	unit                     money.Unit
	floored, traced          bool
	in, out, heldOut, heldIn int64
	line                     []cell // every single unit that ever arrived, when traced
	next                     int    // everything before it on the line is taken
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
	set                            int64
	reverses, reversedBy, returned int64
	first                          int // index of its first cell on To's line
	at                             time.Time
}

// pledge is a hold.
type pledge struct {
	ledger.Hold
	state         ledger.State
	posted, entry int64
	made, ended   time.Time
}

func newModel(met Met) *model {
	return &model{
		places: newShelf(func(p place) place {
			p.line, p.owed = slices.Clone(p.line), slices.Clone(p.owed)
			return p
		}),
		moves:   newShelf(func(e move) move { return e }),
		pledges: newShelf(func(h pledge) pledge { return h }),
		met:     met,
	}
}

func (m *model) fork() *model {
	return &model{places: m.places.fork(), moves: m.moves.fork(), pledges: m.pledges.fork(), met: m.met}
}

func (m *model) keep() {
	m.places.keep()
	m.moves.keep()
	m.pledges.keep()
}

func (m *model) open(o Open) string {
	if o.Traced && !o.Floored {
		return "ledger.traced_unfloored"
	}
	if p := m.places.get(o.Slot); p != nil {
		if p.unit != o.Unit || p.floored != o.Floored || p.traced != o.Traced {
			return "ledger.account_differs"
		}
		return ""
	}
	m.places.put(o.Slot, place{unit: o.Unit, floored: o.Floored, traced: o.Traced})
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

// post returns, beside the fault, which set is to blame for it.
func (m *model) post(sets []ledger.Set, now time.Time) (key string, blame int64) {
	for _, s := range sets {
		for _, e := range s.Entries {
			if key := shape(e.ID, e.From, e.To, e.Quantity); key != "" {
				return key, s.ID
			}
		}
	}
	for _, s := range sets {
		if key := m.postSet(s, now); key != "" {
			return key, s.ID
		}
	}
	return "", 0
}

func (m *model) postSet(s ledger.Set, now time.Time) string {
	old, content := 0, map[int64]ledger.Entry{}
	for _, e := range s.Entries {
		if known := m.moves.get(e.ID); known != nil {
			if known.Entry != e || known.reverses != 0 {
				return "ledger.id_taken"
			}
			old++
		}
	}
	if old == len(s.Entries) {
		m.met.add("post again")
		return ""
	}
	if old > 0 {
		return "ledger.id_taken"
	}
	for _, e := range s.Entries {
		if c, twice := content[e.ID]; twice && c == e {
			continue
		} else if twice {
			m.met.add("an id twice in a set")
			return "ledger.id_taken"
		}
		content[e.ID] = e
		if key := m.move(move{Entry: e, set: s.ID, at: now}); key != "" {
			return key
		}
	}
	for _, e := range s.Entries {
		if m.places.get(e.From).below() {
			return "ledger.floor"
		}
	}
	return ""
}

func (p *place) below() bool { return p.floored && p.in-p.out < p.heldOut }

func (m *model) ends(fromID, toID int64) (from, to *place, key string) {
	from, to = m.places.get(fromID), m.places.get(toID)
	switch {
	case from == nil || to == nil:
		key = "ledger.no_account"
	case from.unit != to.unit:
		key = "ledger.units_differ"
	}
	return from, to, key
}

func (m *model) move(e move) string {
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
	case e.reverses != 0:
		from.take(from.untaken(m.moves.get(e.reverses)), e.ID)
	default:
		m.spend(from, e)
	}
	e.first = len(to.line)
	if to.traced {
		for k := range e.Quantity {
			to.arrive(e.ID, k)
		}
	}
	from.out += e.Quantity
	to.in += e.Quantity
	m.moves.put(e.ID, e)
	return ""
}

// spend uses the line from its beginning, and notes what that came across.
func (m *model) spend(from *place, e move) {
	var arrivals, stepped int
	var by, over int64
	for k := range e.Quantity {
		at := from.use(e.ID, k)
		if at < 0 {
			m.met.add("use before its arrival")
			continue
		}
		if from.line[at].by != by {
			by = from.line[at].by
			arrivals++
		}
		for i := at - 1; k > 0 && i >= 0 && from.line[i].carved; i-- {
			if from.line[i].taker != over {
				over = from.line[i].taker
				stepped++
			}
		}
	}
	if arrivals > 1 {
		m.met.add("use across arrivals")
	}
	if stepped > 0 {
		m.met.add("use across a carve")
	}
	if stepped > 1 {
		m.met.add("use across several carves")
	}
}

// use takes the first unit that nothing has taken yet; -1 when there is none.
func (p *place) use(taker, k int64) int {
	for i := p.next; i < len(p.line); i++ {
		if p.line[i].taker == 0 {
			p.line[i].taker, p.line[i].takeAt = taker, k
			p.next = i + 1
			return i
		}
	}
	p.owed = append(p.owed, cell{taker: taker, takeAt: k})
	return -1
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
func (p *place) untaken(e *move) []int {
	var out []int
	for i := e.first; i < e.first+int(e.Quantity); i++ {
		if p.line[i].taker == 0 {
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
