package bench

import (
	"context"
	"errors"
	"fmt"

	"manyhands/internal/bench/load"
	"manyhands/internal/db"
	"manyhands/internal/giving"
)

// errBroken says that the day did not keep what it promised.
var errBroken = errors.New("the giving day broke what it promised")

// morning delivers the notices that come too late, and looks at every gift and at the pool.
func (d *day) morning(ctx context.Context, h *house) error {
	d.house, d.server = h, load.New(h.base, secret[:32], few)
	defer d.server.Close()
	for _, g := range d.gifts {
		if g.fate == paysLate {
			if err := d.notify(ctx, g, false); err != nil {
				return err
			}
		}
	}
	return h.DB.Read(ctx, func(r *db.Reader) error {
		var matched int64
		for _, g := range d.gifts {
			now, err := giving.GiftByID(ctx, r, g.made.ID)
			if err != nil {
				return fmt.Errorf("a gift that was answered is not there: %w", err)
			}
			d.judge(g, now)
			matched += now.MatchPosted
		}
		return d.judgePool(ctx, r, matched)
	})
}

// judge holds what became of a gift against what its giver was told.
func (d *day) judge(g *dayGift, now giving.Gift) {
	d.promised += g.made.Promised
	d.over += max(0, now.MatchPosted-g.minor)
	kept := false
	switch g.fate {
	case paysInTime:
		d.paid++
		kept = g.taken && now.State == giving.Received && now.MatchPosted == g.made.Promised
	case paysLate: // taken without a match: its promise had ended and went back to the pool
		d.late++
		kept = g.taken && now.State == giving.Received && now.MatchPosted == 0
	case neverPays:
		d.abandoned++
		kept = now.State == giving.Closed && now.MatchPosted == 0
	}
	if !kept || now.Amount.Minor != g.minor {
		d.broken++
	}
}

// judgePool sees that the pool gave what its gifts were matched with, never more than it had, and
// that nothing is held any more.
func (d *day) judgePool(ctx context.Context, r db.Queryer, matched int64) error {
	p, err := giving.PoolByID(ctx, r, d.stage.pool)
	if err != nil {
		return err
	}
	if d.book, err = giving.BookOfPool(ctx, r, p); err != nil {
		return err
	}
	d.over += max(0, d.book.Matched-d.book.Funded) + max(0, d.book.Matched-matched)
	if d.book.Held != 0 || d.book.Matched < matched {
		return fmt.Errorf("the pool gave %d fen, its gifts were matched with %d; %d are still held", d.book.Matched, matched, d.book.Held)
	}
	return nil
}

func (d *day) poolWord() string {
	how := "did not run dry in this run"
	if d.promised >= d.book.Funded-mostFen {
		how = "ran dry"
	}
	return fmt.Sprintf("%s; %s fen were matched, and %s lay there again once unpaid promises had ended", how, number(float64(d.book.Matched)), amount(float64(d.book.Left)))
}

// verdict is the error that the run ends with when a promise was broken.
func (d *day) verdict() error {
	if d.broken > 0 || d.over > 0 || d.count.rude.Load() > 0 {
		return fmt.Errorf("%w: %d promises broken, %d fen matched too much, %d times 503 without Retry-After", errBroken, d.broken, d.over, d.count.rude.Load())
	}
	return nil
}
