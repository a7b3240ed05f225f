package ledger

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"manyhands/internal/db"
)

// carve is a piece of a line of arrivals that an entry took back out before it was used.
type carve struct{ account, start, end, entry int64 }

// line is an account under way in a batch, with the carves that its next uses will meet.
type line struct {
	Account
	before Account // as it was read
	carves []carve // in order: all that begin in [SpentTo, seen)
	seen   int64
}

// low reports whether the account is below its floor.
func (l *line) low() bool { return l.Floored && l.Available() < 0 }

// carvesAhead is how many carves are read at a time.
const carvesAhead = 64

// use takes quantity off the beginning of what is unused of the line of arrivals, stepping over
// carves, and returns what it covers.
func (b *batch) use(ctx context.Context, l *line, quantity int64) (start, end int64, err error) {
	start = l.SpentTo
	pos, need := start, quantity
	for need > 0 {
		c, ok, err := b.nextCarve(ctx, l, pos, pos+need)
		if err != nil {
			return 0, 0, err
		}
		if !ok {
			pos += need
			break
		}
		need -= c.start - pos
		pos = c.end
	}
	l.SpentTo = pos
	return start, pos, nil
}

// nextCarve returns the first carve that begins in [from, to).
func (b *batch) nextCarve(ctx context.Context, l *line, from, to int64) (carve, bool, error) {
	for {
		for len(l.carves) > 0 && l.carves[0].start < from {
			l.carves = l.carves[1:]
		}
		if len(l.carves) > 0 {
			return l.carves[0], l.carves[0].start < to, nil
		}
		if l.seen >= to {
			return carve{}, false, nil
		}
		stored, err := carvesIn(ctx, b.tx, l.ID, max(l.seen, from), math.MaxInt64, carvesAhead)
		if err != nil {
			return carve{}, false, err
		}
		since := l.seen
		l.seen = math.MaxInt64
		if len(stored) == carvesAhead {
			l.seen = stored[len(stored)-1].start + 1
		}
		l.carves = b.withPending(stored, l.ID, since, l.seen)
	}
}

// withPending adds this batch's own carves of the account that begin in [from, to), in order.
func (b *batch) withPending(stored []carve, account, from, to int64) []carve {
	for _, c := range b.carves {
		if c.account == account && c.start >= from && c.start < to {
			stored = append(stored, c)
		}
	}
	slices.SortFunc(stored, func(x, y carve) int { return cmp.Compare(x.start, y.start) })
	return stored
}

func (b *batch) carveOut(l *line, start, end, entry int64) {
	c := carve{account: l.ID, start: start, end: end, entry: entry}
	b.carves = append(b.carves, c)
	if start < l.seen {
		l.carves = b.withPending(l.carves, l.ID, start, start+1)
	}
}

// giveBack takes what p returns off the end of the original's own arrival. As uses eat an arrival
// from its beginning and returns from its end, what is free of it is always one piece, and a return
// is always one carve.
func (b *batch) giveBack(ctx context.Context, from *line, p *Posted) error {
	o := b.known[p.Returns]
	if o == nil {
		return errNoEntry
	}
	if o.To != p.From {
		return errNotArrival
	}
	if _, ok, err := reversal(ctx, b.tx, o.ID); err != nil {
		return err
	} else if ok {
		return ErrReversed
	}
	before, err := b.returnedOf(ctx, o)
	if err != nil {
		return err
	}
	if before+p.Quantity > o.Quantity {
		return ErrReturned
	}
	b.returned[o.ID] = before + p.Quantity
	if !from.Traced {
		return nil
	}
	end := o.ToEnd() - before
	if end-p.Quantity < max(o.ToStart, from.SpentTo) {
		return ErrSpent
	}
	b.carveOut(from, end-p.Quantity, end, p.ID)
	return nil
}

// returnedOf is how much of an entry has been given back.
func (b *batch) returnedOf(ctx context.Context, o *Posted) (int64, error) {
	if n, ok := b.returned[o.ID]; ok {
		return n, nil
	}
	return ReturnedOf(ctx, b.tx, o.ID)
}

// undo carves the whole arrival of the entry that p reverses out of the line.
func (b *batch) undo(from *line, p *Posted) error {
	o := b.known[p.Reverses]
	if !from.Traced {
		return nil
	}
	if from.SpentTo > o.ToStart {
		return ErrSpent
	}
	b.carveOut(from, o.ToStart, o.ToEnd(), p.ID)
	return nil
}

// ReturnedOf returns how much of an entry has been given back by entries that name it in Returns.
func ReturnedOf(ctx context.Context, q db.Queryer, entryID int64) (int64, error) {
	return sum(ctx, q, sumReturns, entryID)
}

func carvesIn(ctx context.Context, q db.Queryer, account, from, to int64, limit int) ([]carve, error) {
	var out []carve
	err := each(ctx, q, selectCarves, []any{account, from, to, limit}, func(row scanner) error {
		var c carve
		err := row.Scan(&c.account, &c.start, &c.end, &c.entry)
		out = append(out, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ledger: read carves: %w", err)
	}
	return out, nil
}
