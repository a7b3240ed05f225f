package ledger

import (
	"context"
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

// checkEntries walks all entries by id and adds them up.
func (c *checker) checkEntries(ctx context.Context) error {
	return c.stream(ctx, selectEntry+"ORDER BY id", func(row scanner) error {
		p, err := scanEntry(row)
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
		from.out += p.Quantity
		to.in += p.Quantity
		if p.Hold != 0 {
			c.holds++
		}
		return nil
	})
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

// checkArrivals walks the lines of arrivals: each begins where the one before ends.
func (c *checker) checkArrivals(ctx context.Context) error {
	const query = "SELECT to_id, id, to_start, quantity FROM entry WHERE to_start >= 0 ORDER BY to_id, to_start"
	return c.stream(ctx, query, func(row scanner) error {
		var account, id, start, quantity int64
		if err := row.Scan(&account, &id, &start, &quantity); err != nil {
			return err
		}
		t := c.accounts[account]
		if t.arrived != start {
			return breach("arrivals", account, id, "it begins at %d, the one before ends at %d", start, t.arrived)
		}
		t.arrived += quantity
		return nil
	})
}

// checkUses walks the lines of uses: each begins where the one before ends and covers its quantity
// beside the carves that it stepped over.
func (c *checker) checkUses(ctx context.Context) error {
	const query = "SELECT from_id, id, from_start, from_end, quantity FROM entry WHERE from_start >= 0 ORDER BY from_id, from_start"
	return c.stream(ctx, query, func(row scanner) error {
		var account, id, start, end, quantity int64
		if err := row.Scan(&account, &id, &start, &end, &quantity); err != nil {
			return err
		}
		t := c.accounts[account]
		if t.used != start {
			return breach("uses", account, id, "it begins at %d, the one before ends at %d", start, t.used)
		}
		covered := end - start
		for len(t.carves) > 0 && t.carves[0].start < end {
			covered -= t.carves[0].end - t.carves[0].start
			if t.carves[0].end > end {
				return breach("carve", account, id, "a carve crosses the end of this use")
			}
			t.carves = t.carves[1:]
		}
		if covered != quantity {
			return breach("uses", account, id, "it covers %d and moved %d", covered, quantity)
		}
		t.used = end
		return nil
	})
}

// checkHolds walks all holds and adds up the live ones; a posted one has its one entry.
func (c *checker) checkHolds(ctx context.Context) error {
	const query = `SELECT h.id, h.from_id, h.to_id, h.quantity, h.state, h.posted, h.ended_at, COALESCE(e.id, 0), COALESCE(e.quantity, 0)
		FROM hold h LEFT JOIN entry e ON e.id = h.entry_id AND e.hold_id = h.id AND e.from_id = h.from_id AND e.to_id = h.to_id`
	posted := int64(0)
	err := c.stream(ctx, query, func(row scanner) error {
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
			posted++
		}
		return nil
	})
	if err == nil && posted != c.holds {
		err = breach("hold", 0, 0, "%d holds are posted, %d entries post one", posted, c.holds)
	}
	return err
}
