package ledger

import (
	"cmp"
	"context"
	"hash/maphash"
	"slices"
)

// checkCarves walks all carves, in the order of the lines: inside the arrival that was given back,
// and without a gap up to its end.
func (c *checker) checkCarves(ctx context.Context) error {
	const query = `SELECT c.account_id, c.start_at, c.end_at, c.entry_id,
		COALESCE(e.from_id, -1), COALESCE(o.to_id, -1), COALESCE(o.to_start, -1), COALESCE(o.quantity, 0)
		FROM carve c
		LEFT JOIN entry e ON e.id = c.entry_id
		LEFT JOIN entry o ON o.id = e.returns_id + e.reverses_id AND o.id <> 0
		ORDER BY c.account_id, c.start_at`
	return c.stream(ctx, query, func(row scanner) error {
		var x carve
		var from, to, start, quantity int64
		if err := row.Scan(&x.account, &x.start, &x.end, &x.entry, &from, &to, &start, &quantity); err != nil {
			return err
		}
		t := c.accounts[x.account]
		switch {
		case t == nil || from != x.account || to != x.account:
			return breach("carve", x.account, x.entry, "it gives nothing back that arrived here")
		case x.start < start || x.end > start+quantity:
			return breach("carve", x.account, x.entry, "[%d, %d) is not inside the arrival [%d, %d)", x.start, x.end, start, start+quantity)
		case t.carvedTo < t.arrivalEnd && x.start != t.carvedTo, x.start < t.carvedTo:
			return breach("carve", x.account, x.entry, "[%d, %d) does not join the one before", x.start, x.end)
		}
		t.carves = append(t.carves, x)
		t.carvedTo, t.arrivalEnd = x.end, start+quantity
		c.carved[x.entry] += x.end - x.start
		return nil
	})
}

// checkEntries reads every entry once, in no order: whether it is right in itself, and what it adds
// to its accounts and their lines.
func (c *checker) checkEntries(ctx context.Context) error {
	const query = "SELECT id, from_id, to_id, quantity, hold_id, returns_id, reverses_id, from_start, from_end, to_start FROM entry"
	return c.stream(ctx, query, func(row scanner) error {
		var p Posted
		err := row.Scan(&p.ID, &p.From, &p.To, &p.Quantity, &p.Hold, &p.Returns, &p.Reverses, &p.FromStart, &p.FromEnd, &p.ToStart)
		if err != nil {
			return err
		}
		from, to := c.accounts[p.From], c.accounts[p.To]
		fifo := p.Returns == 0 && p.Reverses == 0
		switch {
		case from == nil || to == nil || from == to || from.Unit != to.Unit:
			return breach("ends", p.From, p.ID, "its accounts do not fit together")
		case p.Returns != 0 && p.Reverses != 0:
			return breach("given_back", p.From, p.ID, "it both returns and reverses")
		case to.Traced != (p.ToStart >= 0) || (from.Traced && fifo) != (p.FromStart >= 0):
			return breach("lines", p.From, p.ID, "it lies on a line that is not kept, or on none")
		case from.Traced && !fifo && c.carved[p.ID] != p.Quantity:
			return breach("carve", p.From, p.ID, "it took %d out and moved %d", c.carved[p.ID], p.Quantity)
		}
		c.add(p, from, to)
		return nil
	})
}

// add takes an entry into the totals and fingerprints of its two accounts.
func (c *checker) add(p Posted, from, to *tally) {
	from.out += p.Quantity
	to.in += p.Quantity
	if to.Traced {
		to.arrivals += c.between(p.ToStart, p.ToStart+p.Quantity)
	}
	if p.FromStart >= 0 {
		from.uses += c.between(p.FromStart, p.FromEnd)
		from.astray = from.astray || !from.covers(p.FromStart, p.FromEnd, p.Quantity)
	}
	if p.Hold != 0 {
		c.holds++
		c.posting.Add(c.seed, [5]int64{p.Hold, p.ID, p.From, p.To, p.Quantity})
	}
}

// between is the fingerprint of a piece of a line: its beginning less its end. Pieces of more than
// nothing cover [0, n) without gap or overlap if, and but for chance only if, theirs add up to
// between(0, n): everywhere else as many begin as end.
func (c *checker) between(start, end int64) Fingerprint {
	return Fingerprint(maphash.Comparable(c.seed, start) - maphash.Comparable(c.seed, end))
}

// checkGivenBack holds returns and reversals against what they undo.
func (c *checker) checkGivenBack(ctx context.Context) error {
	const returns = `SELECT r.returns_id, MAX(r.from_id), CAST(SUM(r.quantity) AS BIGINT),
		CAST(COALESCE(MAX(o.quantity), 0) AS BIGINT), CAST(COUNT(CASE WHEN r.from_id = o.to_id THEN 1 END) - COUNT(*) AS BIGINT)
		FROM entry r LEFT JOIN entry o ON o.id = r.returns_id WHERE r.returns_id <> 0 GROUP BY r.returns_id`
	err := c.stream(ctx, returns, func(row scanner) error {
		var id, account, returned, quantity, astray int64
		if err := row.Scan(&id, &account, &returned, &quantity, &astray); err != nil {
			return err
		}
		if returned > quantity || astray != 0 {
			return breach("returns", account, id, "%d came and %d was given back", quantity, returned)
		}
		return nil
	})
	if err != nil {
		return err
	}
	const reversals = `SELECT r.id, r.from_id FROM entry r LEFT JOIN entry o
		ON o.id = r.reverses_id AND o.from_id = r.to_id AND o.to_id = r.from_id AND o.quantity = r.quantity AND o.reverses_id = 0
		WHERE r.reverses_id <> 0 AND o.id IS NULL`
	return c.stream(ctx, reversals, func(row scanner) error {
		var id, account int64
		if err := row.Scan(&id, &account); err != nil {
			return err
		}
		return breach("reversal", account, id, "it does not undo an entry as it was")
	})
}

// checkArrivals looks at the lines of arrivals: each begins where the one before ends.
func (c *checker) checkArrivals(ctx context.Context) error {
	for id, t := range c.accounts {
		if !t.Traced || t.arrivals == c.between(0, t.InTotal) {
			continue
		}
		if err := c.walkArrivals(ctx, id, t); err != nil {
			return err
		}
		return breach("arrivals", id, 0, "the line ends at %d, %d came in", t.walked, t.InTotal)
	}
	return nil
}

// walkArrivals names the entry that does not begin where the one before ends.
func (c *checker) walkArrivals(ctx context.Context, account int64, t *tally) error {
	const query = "SELECT id, to_start, quantity FROM entry WHERE to_id = $1 AND to_start >= 0 ORDER BY to_start"
	t.walked = 0
	return c.stream(ctx, query, func(row scanner) error {
		var id, start, quantity int64
		if err := row.Scan(&id, &start, &quantity); err != nil {
			return err
		}
		if t.walked != start {
			return breach("arrivals", account, id, "it begins at %d, the one before ends at %d", start, t.walked)
		}
		t.walked += quantity
		return nil
	}, account)
}

// checkUses looks at the lines of uses: each begins where the one before ends and covers its quantity
// beside the carves that it stepped over.
func (c *checker) checkUses(ctx context.Context) error {
	for id, t := range c.accounts {
		if t.uses == c.between(0, t.SpentTo) && !t.astray {
			continue
		}
		if err := c.walkUses(ctx, id, t); err != nil {
			return err
		}
		return breach("uses", id, 0, "uses end at %d, written %d", t.walked, t.SpentTo)
	}
	return nil
}

// covers reports whether [start, end) of the account's line is quantity and whole carves.
func (t *tally) covers(start, end, quantity int64) bool {
	from, _ := slices.BinarySearchFunc(t.carves, start, func(x carve, at int64) int { return cmp.Compare(x.start, at) })
	left := end - start
	for _, x := range t.carves[from:] {
		if x.start >= end {
			break
		}
		if x.end > end {
			return false
		}
		left -= x.end - x.start
	}
	return left == quantity
}

// walkUses names the use that does not join the one before or does not cover its quantity.
func (c *checker) walkUses(ctx context.Context, account int64, t *tally) error {
	const query = "SELECT id, from_start, from_end, quantity FROM entry WHERE from_id = $1 AND from_start >= 0 ORDER BY from_start"
	t.walked = 0
	return c.stream(ctx, query, func(row scanner) error {
		var id, start, end, quantity int64
		if err := row.Scan(&id, &start, &end, &quantity); err != nil {
			return err
		}
		switch {
		case t.walked != start:
			return breach("uses", account, id, "it begins at %d, the one before ends at %d", start, t.walked)
		case !t.covers(start, end, quantity):
			return breach("uses", account, id, "[%d, %d) less what was carved out is not the %d that it moved", start, end, quantity)
		}
		t.walked = end
		return nil
	}, account)
}

const (
	holdColumns = "SELECT h.id, h.from_id, h.to_id, h.quantity, h.state, h.posted, h.ended_at, "
	holdsAlone  = holdColumns + "h.entry_id, h.posted FROM hold h"
	holdsJoined = holdColumns + `COALESCE(e.id, 0), COALESCE(e.quantity, 0)
		FROM hold h LEFT JOIN entry e ON e.id = h.entry_id AND e.hold_id = h.id AND e.from_id = h.from_id AND e.to_id = h.to_id`
)

// checkHolds reads all holds and adds up the live ones; a posted one has its one entry.
func (c *checker) checkHolds(ctx context.Context) error {
	posted, n, err := c.walkHolds(ctx, holdsAlone)
	if err != nil || posted == c.posting && n == c.holds {
		return err
	}
	if _, n, err = c.walkHolds(ctx, holdsJoined); err != nil {
		return err
	}
	return breach("hold", 0, 0, "%d holds are posted, %d entries post one", n, c.holds)
}

// walkHolds returns the fingerprint and the count of the holds that were posted.
func (c *checker) walkHolds(ctx context.Context, query string) (posting Fingerprint, posted int64, err error) {
	err = c.stream(ctx, query, func(row scanner) error {
		var id, fromID, toID, quantity, part, ended, entry, moved int64
		var state State
		if err := row.Scan(&id, &fromID, &toID, &quantity, &state, &part, &ended, &entry, &moved); err != nil {
			return err
		}
		from, to := c.accounts[fromID], c.accounts[toID]
		switch {
		case from == nil || to == nil || from.Unit != to.Unit:
			return breach("ends", fromID, id, "the hold's accounts do not fit together")
		case (state == Live) != (ended == 0) || (state == Used) != (entry != 0) || part != moved:
			return breach("hold", fromID, id, "its state is %s, %d posted, its entry moved %d", state, part, moved)
		case part > quantity && !mayExceed(from.Unit):
			return breach("hold", fromID, id, "%d posted of %d", part, quantity)
		case state == Live:
			from.heldOut += quantity
			to.heldIn += quantity
		case state == Used:
			posting.Add(c.seed, [5]int64{id, entry, fromID, toID, part})
			posted++
		}
		return nil
	})
	return posting, posted, err
}
