package ledgersim

import "fmt"

// fate is where one single unit of an entry ended: "leaf", "returned" or "waiting", at which unit
// of which entry (of which account, when waiting), and by which way.
type fate struct {
	kind   string
	id, at int64
	via    string
}

// follow asks one unit of a move where it went. via are the moves before this one.
func (m *model) follow(id, k int64, via []int64) fate {
	e := m.moves.get(id)
	on := append(via[:len(via):len(via)], id)
	if e.reversedBy != 0 {
		if m.places.get(m.moves.get(e.reversedBy).To).traced {
			return m.follow(e.reversedBy, k, on)
		}
		return end("returned", e.reversedBy, k, on)
	}
	to := m.places.get(e.To)
	if !to.traced {
		return end("leaf", id, k, via)
	}
	c := to.line[e.first+int(k)]
	switch {
	case c.taker == 0:
		return fate{kind: "waiting", id: e.To}
	case !c.carved:
		return m.follow(c.taker, c.takeAt, on)
	}
	if back := m.moves.get(c.taker).reversedBy; back != 0 {
		return m.follow(back, c.takeAt, append(on, c.taker))
	}
	return end("returned", c.taker, c.takeAt, on)
}

// end names the way without the entry that was followed itself.
func end(kind string, id, at int64, via []int64) fate {
	return fate{kind: kind, id: id, at: at, via: fmt.Sprint(via[min(1, len(via)):])}
}

// sources lists, in the order of the line, each unit that a move took from its account.
func (m *model) sources(id int64) []fate {
	var out []fate
	for _, c := range m.places.get(m.moves.get(id).From).line {
		if c.taker == id {
			out = append(out, fate{kind: "source", id: c.by, at: c.at})
		}
	}
	return out
}

// spentTo is the place on the line up to which uses have come.
func (p *place) spentTo() int64 {
	for i := len(p.line) - 1; i >= 0; i-- {
		if p.line[i].taker != 0 && !p.line[i].carved {
			return int64(i) + 1
		}
	}
	return 0
}
