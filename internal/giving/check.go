package giving

import (
	"context"
	"fmt"
	"hash/maphash"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/giving/internal/givingdb"
	"manyhands/internal/ledger"
)

// Breach is a rule of giving that the records do not keep.
type Breach struct {
	Invariant string // as docs/giving.md numbers it
	Gift      int64
	Pool      int64
	Detail    string
}

func (b *Breach) Error() string {
	return fmt.Sprintf("giving: invariant %s: gift %s, pool %s: %s", b.Invariant, clock.FormatID(b.Gift), clock.FormatID(b.Pool), b.Detail)
}

// Check recomputes what giving promises from gifts, entries and holds, and returns the first *Breach:
// a received gift has its entry and nothing else has (I5, I19); a live promise is held and a kept one
// posted to the fen (I12); every counter of a cap equals the gifts behind it and stays within the cap
// (I10); nobody approves what they asked for (I18); the tallies of campaigns are what their gifts say
// (I20).
//
// Gifts, entries and counters are read once each and held against each other by fingerprints (see
// ledger.Fingerprint), so the memory it needs does not grow with them. Only where two differ are they
// read again, to name the gift.
func (s *Service) Check(ctx context.Context, r db.Queryer, progress func(done, total int64)) error {
	c := &checker{r: r, progress: progress, seed: maphash.MakeSeed(), pools: map[int64]*Pool{}, campaigns: map[int64]count{}}
	c.caps.seed = c.seed
	for _, step := range []func(context.Context) error{c.gifts, c.entries, c.uses, c.tallies} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return checkPayouts(ctx, r)
}

type checker struct {
	r        db.Queryer
	progress func(done, total int64)
	done     int64
	seed     maphash.Seed
	want     books // the entries that gifts should have
	caps     caps
	pools    map[int64]*Pool

	campaigns map[int64]count // what their tallies should say
}

// books is a fingerprint of the entries of each kind that belongs to a gift.
type books struct{ gift, match, arrival ledger.Fingerprint }

// checkRows is how many gifts or counters are read at a time.
const checkRows = 2000

// eachPage hands every gift to take, a page at a time, in the order of their ids.
func (c *checker) eachPage(ctx context.Context, take func([]givingdb.GiftsToCheckRow) error) error {
	for after := int64(0); ; {
		rows, err := q.GiftsToCheck(ctx, c.r, givingdb.GiftsToCheckParams{After: after, Most: checkRows})
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := take(rows); err != nil {
			return err
		}
		after = rows[len(rows)-1].ID
	}
}

// step counts rows that were read for the first time.
func (c *checker) step(rows int) {
	c.done += int64(rows)
	c.progress(c.done, 0)
}

// gifts looks at each gift by itself and at the hold of a promise, and adds up what the entries and
// the counters of caps should say.
func (c *checker) gifts(ctx context.Context) error {
	return c.eachPage(ctx, func(rows []givingdb.GiftsToCheckRow) error {
		for _, g := range rows {
			if g.MatchPosted > 0 && g.MatchPromised > 0 && g.MatchPosted != g.MatchPromised {
				return &Breach{Invariant: "I12", Gift: g.ID, Pool: g.PoolID, Detail: fmt.Sprintf("promised %d, matched %d", g.MatchPromised, g.MatchPosted)}
			}
			c.expect(g)
			c.countGift(g)
		}
		c.step(len(rows))
		if err := c.countCaps(ctx, rows); err != nil {
			return err
		}
		return c.checkPromises(ctx, rows)
	})
}

// expect adds the entries that a gift should have.
func (c *checker) expect(g givingdb.GiftsToCheckRow) {
	switch received := g.State == string(Received); {
	case received && g.Method == MethodPromise:
		c.want.arrival.Add(c.seed, [5]int64{g.ID})
	case received:
		c.want.gift.Add(c.seed, [5]int64{g.ID, g.Quantity})
	}
	if g.MatchPosted > 0 {
		c.want.match.Add(c.seed, [5]int64{g.MatchID, g.MatchPosted})
	}
}

// checkPromises looks at the gifts that wait: what they were promised, or what they promise, is held.
func (c *checker) checkPromises(ctx context.Context, rows []givingdb.GiftsToCheckRow) error {
	for _, g := range rows {
		want := g.MatchPromised
		if g.Method == MethodPromise {
			want = g.Quantity
		}
		if g.State != string(Waiting) || want == 0 {
			continue
		}
		h, err := ledger.HoldByID(ctx, c.r, g.MatchID)
		if err != nil {
			return err
		}
		if h.State != ledger.Live || h.Quantity != want {
			return &Breach{Invariant: "I12", Gift: g.ID, Pool: g.PoolID, Detail: fmt.Sprintf("promised %d, hold of %d is %s", want, h.Quantity, h.State)}
		}
	}
	return nil
}

// entries holds the ledger's entries against the gifts.
func (c *checker) entries(ctx context.Context) error {
	var have books
	n := 0
	err := ledger.EachEntry(ctx, c.r, func(kind string, id, quantity int64) error {
		switch kind {
		case KindGift:
			have.gift.Add(c.seed, [5]int64{id, quantity})
		case KindMatch:
			have.match.Add(c.seed, [5]int64{id, quantity})
		case KindArrival:
			have.arrival.Add(c.seed, [5]int64{id})
		}
		if n++; n%checkRows == 0 {
			c.step(checkRows)
		}
		return nil
	})
	if err != nil || have == c.want {
		return err
	}
	if err := c.eachPage(ctx, c.compare(ctx)); err != nil {
		return err
	}
	return &Breach{Invariant: "I19", Detail: "the ledger has an entry of a gift or a match that no gift has"}
}

// compare looks each gift's entries up one by one: it names the gift that entries found wrong.
func (c *checker) compare(ctx context.Context) func([]givingdb.GiftsToCheckRow) error {
	return func(rows []givingdb.GiftsToCheckRow) error {
		ids := make([]int64, 0, 2*len(rows))
		for _, g := range rows {
			ids = append(ids, g.ID)
			if g.MatchPosted > 0 {
				ids = append(ids, g.MatchID)
			}
		}
		entries, err := ledger.EntriesByIDs(ctx, c.r, ids)
		if err != nil {
			return err
		}
		for _, g := range rows {
			if err := compareGift(g, entries); err != nil {
				return err
			}
		}
		return nil
	}
}

func compareGift(g givingdb.GiftsToCheckRow, entries map[int64]ledger.Posted) error {
	e, posted := entries[g.ID]
	switch received := g.State == string(Received); {
	case received != posted:
		return &Breach{Invariant: "I19", Gift: g.ID, Detail: fmt.Sprintf("state %s, but entry exists: %v", g.State, posted)}
	case received && g.Method != MethodPromise && e.Quantity != g.Quantity:
		return &Breach{Invariant: "I5", Gift: g.ID, Detail: fmt.Sprintf("%d in the gift, %d in its entry", g.Quantity, e.Quantity)}
	}
	if m, ok := entries[g.MatchID]; g.MatchPosted > 0 && (!ok || m.Quantity != g.MatchPosted) {
		return &Breach{Invariant: "I12", Gift: g.ID, Pool: g.PoolID, Detail: fmt.Sprintf("matched with %d, entry holds %d", g.MatchPosted, m.Quantity)}
	}
	return nil
}

// checkPayouts looks at every payout: four eyes, and an entry of its sum exactly when it was paid.
func checkPayouts(ctx context.Context, r db.Queryer) error {
	for before := int64(0); ; {
		payouts, err := Payouts(ctx, r, "", before, maxRows)
		if err != nil || len(payouts) == 0 {
			return err
		}
		ids := make([]int64, len(payouts))
		for i, p := range payouts {
			ids[i] = p.Entry
		}
		entries, err := ledger.EntriesByIDs(ctx, r, ids)
		if err != nil {
			return err
		}
		for _, p := range payouts {
			if p.DecidedBy != 0 && p.DecidedBy == p.RequestedBy {
				return &Breach{Invariant: "I18", Detail: "payout " + clock.FormatID(p.ID) + " was decided by whoever asked for it"}
			}
			if e, posted := entries[p.Entry]; posted != (p.State == PayoutPaid) || (posted && e.Quantity != p.Amount.Minor) {
				return &Breach{Invariant: "I5", Detail: fmt.Sprintf("payout %s is %s, its entry holds %d", clock.FormatID(p.ID), p.State, e.Quantity)}
			}
		}
		before = payouts[len(payouts)-1].ID
	}
}
