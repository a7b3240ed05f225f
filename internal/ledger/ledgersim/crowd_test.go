package ledgersim_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/ledger"
	"manyhands/internal/money"
)

// TestCrowd has many givers at one pool and one fund at once: each reserves a match, has its
// confirmation race expiry, and some take back what they gave. Beside them payouts are made and
// undone, and followers ask what became of gifts. Every answer must be kept to the fen, in every
// snapshot on the way.
func TestCrowd(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		const givers, turns, pledged = 12, 20, 12 * 20 * held / 2
		c := openCrowd(t, d, pledged)
		var writing, reading sync.WaitGroup
		for giver := range givers {
			writing.Go(func() {
				for turn := range turns {
					c.give(t, giver+turn)
				}
			})
		}
		for payer := range int64(2) {
			writing.Go(func() { c.payOut(t, payer, turns*2) })
		}
		var done atomic.Bool
		for reader := range uint64(2) {
			reading.Go(func() { c.follow(t, rand.New(rand.NewPCG(reader, 0)), &done) })
		}
		writing.Wait()
		done.Store(true)
		reading.Wait()
		c.settle(t)
	})
}

// held is what each match holds, in fen; the giver's own gift is as much.
const held = 7

type crowd struct {
	d                         *db.DB
	gateway, pool, fund, shop int64

	// What was answered.
	given, matched, refunded, unmatched, paid, unpaid atomic.Int64

	mu    sync.Mutex
	gifts []told
}

// told is a gift of which the giver was told that it is there.
type told struct{ own, match, quantity, matched int64 }

func openCrowd(t *testing.T, d *db.DB, pledged int64) *crowd {
	t.Helper()
	c := &crowd{d: d}
	err := d.Write(t.Context(), func(tx *db.Tx) (err error) {
		for code, id := range map[string]*int64{"gateway": &c.gateway, "shop": &c.shop, "pool": &c.pool, "fund": &c.fund} {
			traced := code == "pool" || code == "fund"
			if *id, err = ledger.Open(t.Context(), tx, code, money.CNY, traced, traced); err != nil {
				return err
			}
		}
		return ledger.Post(t.Context(), tx, single(ledger.Entry{ID: tx.NewID(), Kind: "pledge", From: c.gateway, To: c.pool, Quantity: pledged}))
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func single(e ledger.Entry) ledger.Set { return ledger.Set{ID: e.ID, Entries: []ledger.Entry{e}} }

func (c *crowd) write(t *testing.T, body func(ctx context.Context, tx *db.Tx) error) error {
	return c.d.Write(t.Context(), func(tx *db.Tx) error { return body(t.Context(), tx) })
}

func (c *crowd) post(t *testing.T, entries ...ledger.Entry) error {
	return c.write(t, func(ctx context.Context, tx *db.Tx) error {
		return ledger.Post(ctx, tx, ledger.Set{ID: entries[0].ID, Entries: entries})
	})
}

// give makes one gift with its match, when the pool has one.
func (c *crowd) give(t *testing.T, n int) {
	h := ledger.Hold{ID: c.d.NewID(), Kind: "match", From: c.pool, To: c.fund, Quantity: held, ExpiresAt: c.d.Now().Add(-time.Second)}
	own := ledger.Entry{ID: c.d.NewID(), Kind: "gift", From: c.gateway, To: c.fund, Quantity: held}
	err := c.write(t, func(ctx context.Context, tx *db.Tx) error { return ledger.Reserve(ctx, tx, h) })
	switch {
	case err == nil:
		c.confirm(t, n, h, own)
		return
	case !errors.Is(err, ledger.ErrFloor):
		t.Errorf("reserve: %v", err)
	}
	if err := c.post(t, own); err != nil {
		t.Errorf("a gift without a match: %v", err)
	}
	c.told(t, told{own: own.ID, quantity: held})
}

// confirm posts gift and match together, all of the match or a part, while another ends the hold.
func (c *crowd) confirm(t *testing.T, n int, h ledger.Hold, own ledger.Entry) {
	match := ledger.Entry{ID: c.d.NewID(), Kind: "match", From: c.pool, To: c.fund, Quantity: held - int64(n%3), Hold: h.ID}
	var wg sync.WaitGroup
	var ended error
	wg.Go(func() {
		ended = c.write(t, func(ctx context.Context, tx *db.Tx) error {
			if n%4 == 0 {
				return ledger.Release(ctx, tx, h.ID)
			}
			return ledger.Expire(ctx, tx, h.ID)
		})
	})
	posted := c.post(t, own, match)
	wg.Wait()
	switch {
	case posted == nil && errors.Is(ended, ledger.ErrHoldPosted):
		g := told{own: own.ID, match: match.ID, quantity: held, matched: match.Quantity}
		c.told(t, g)
		c.takeBack(t, n, g)
	case ended == nil && errors.Is(posted, ledger.ErrHoldEnded):
	default:
		t.Errorf("confirmation ended with %v, the hold's end with %v: want one winner", posted, ended)
	}
}

// told notes what a giver was told; it must be there for whoever looks next.
func (c *crowd) told(t *testing.T, g told) {
	c.given.Add(g.quantity)
	c.matched.Add(g.matched)
	err := c.d.Read(t.Context(), func(r *db.Reader) error {
		e, err := ledger.EntryByID(t.Context(), r, g.own)
		if err == nil && e.Quantity != g.quantity {
			err = fmt.Errorf("it is %d", e.Quantity)
		}
		return err
	})
	if err != nil {
		t.Errorf("a gift that was confirmed: %v", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gifts = append(c.gifts, g)
}

// takeBack refunds a part of some gifts and reverses the match of some, unless it is spent.
func (c *crowd) takeBack(t *testing.T, n int, g told) {
	switch n % 5 {
	case 0:
		e := ledger.Entry{ID: c.d.NewID(), Kind: "refund", From: c.fund, To: c.gateway, Quantity: 3, Returns: g.own}
		c.count(t, "refund", c.post(t, e), &c.refunded, 3)
	case 1:
		err := c.write(t, func(ctx context.Context, tx *db.Tx) error {
			return ledger.Reverse(ctx, tx, g.match, tx.NewID(), 0, "mistake")
		})
		c.count(t, "reversal", err, &c.unmatched, g.matched)
	}
}

func (c *crowd) count(t *testing.T, what string, err error, sum *atomic.Int64, quantity int64) {
	switch {
	case err == nil:
		sum.Add(quantity)
	case !errors.Is(err, ledger.ErrSpent) && !errors.Is(err, ledger.ErrFloor):
		t.Errorf("%s: %v", what, err)
	}
}

// payOut pays from the fund, and undoes every third payout.
func (c *crowd) payOut(t *testing.T, payer, times int64) {
	for n := range times {
		e := ledger.Entry{ID: c.d.NewID(), Kind: "payout", From: c.fund, To: c.shop, Quantity: 5 + payer}
		err := c.post(t, e)
		c.count(t, "payout", err, &c.paid, e.Quantity)
		if err != nil || n%3 != 0 {
			continue
		}
		err = c.write(t, func(ctx context.Context, tx *db.Tx) error {
			return ledger.Reverse(ctx, tx, e.ID, tx.NewID(), 0, "mistake")
		})
		c.count(t, "a payout's reversal", err, &c.unpaid, e.Quantity)
	}
}

// follow asks again and again what became of a gift and its match, until done and a few times at least.
func (c *crowd) follow(t *testing.T, r *rand.Rand, done *atomic.Bool) {
	for n := 0; n < 20 || !done.Load(); n++ {
		c.mu.Lock()
		gifts := slices.Clone(c.gifts)
		c.mu.Unlock()
		err := c.d.Read(t.Context(), func(q *db.Reader) error {
			for range min(4, len(gifts)) {
				if err := c.whole(t.Context(), q, gifts[r.IntN(len(gifts))]); err != nil {
					return err
				}
			}
			if n%10 == 0 {
				return ledger.Check(t.Context(), q, nil)
			}
			return c.held(t.Context(), q)
		})
		if err != nil {
			t.Errorf("snapshot %d: %v", n, err)
			return
		}
	}
}

// whole asks whether a gift is all there: own and match are what was paid, waits or was given back.
func (c *crowd) whole(ctx context.Context, q *db.Reader, g told) error {
	total := int64(0)
	for id, quantity := range map[int64]int64{g.own: g.quantity, g.match: g.matched} {
		if id == 0 {
			continue
		}
		trail, err := ledger.Follow(ctx, q, id, 0, quantity)
		if err != nil {
			return err
		}
		for _, p := range slices.Concat(trail.Leaves, trail.Returned) {
			total += p.Quantity
		}
		for _, w := range trail.Waiting {
			total += w.Quantity
		}
		total += trail.Rest
	}
	if total != g.quantity+g.matched {
		return fmt.Errorf("of %d given and %d matched %d can be followed", g.quantity, g.matched, total)
	}
	return nil
}

// held asks whether the pool's and the fund's reservations are those of the live holds.
func (c *crowd) held(ctx context.Context, q *db.Reader) error {
	var live int64
	const sum = "SELECT CAST(COALESCE(SUM(quantity), 0) AS BIGINT) FROM hold WHERE state = 'held'"
	if err := q.QueryRowContext(ctx, sum).Scan(&live); err != nil {
		return err
	}
	accounts, err := ledger.Accounts(ctx, q, []int64{c.pool, c.fund})
	if err != nil {
		return err
	}
	pool, fund := accounts[c.pool], accounts[c.fund]
	if pool.HeldOut != live || fund.HeldIn != live || pool.Available() < 0 || fund.Available() < 0 {
		return fmt.Errorf("live holds are %d, the pool is %+v, the fund %+v", live, pool, fund)
	}
	return nil
}

// settle holds the book against what was answered.
func (c *crowd) settle(t *testing.T) {
	t.Helper()
	err := c.d.Read(t.Context(), func(r *db.Reader) error {
		accounts, err := ledger.Accounts(t.Context(), r, []int64{c.pool, c.fund, c.shop})
		if err != nil {
			return err
		}
		pool, fund, shop := accounts[c.pool], accounts[c.fund], accounts[c.shop]
		if pool.OutTotal != c.matched.Load() || pool.HeldOut != 0 || fund.HeldIn != 0 ||
			fund.InTotal != c.given.Load()+c.matched.Load()+c.unpaid.Load() ||
			fund.OutTotal != c.refunded.Load()+c.unmatched.Load()+c.paid.Load() || shop.Balance() != c.paid.Load()-c.unpaid.Load() {
			t.Errorf("pool %+v, fund %+v, shop %+v; answered %d given, %d matched, %d refunded, %d unmatched, %d paid, %d unpaid", pool, fund, shop,
				c.given.Load(), c.matched.Load(), c.refunded.Load(), c.unmatched.Load(), c.paid.Load(), c.unpaid.Load())
		}
		for _, g := range c.gifts {
			if err := c.whole(t.Context(), r, g); err != nil {
				return err
			}
		}
		return ledger.Check(t.Context(), r, nil)
	})
	if err != nil {
		t.Error(err)
	}
	for what, n := range map[string]int64{"given": c.given.Load(), "matched": c.matched.Load(), "paid": c.paid.Load()} {
		if n == 0 {
			t.Errorf("nothing was %s: the crowd proved nothing", what)
		}
	}
}
