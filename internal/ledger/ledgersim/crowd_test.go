package ledgersim_test

import (
	"errors"
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

// TestCrowdAtOnePool has many givers reserve and confirm at one pool at once, each in a race with
// expiry: what they were told is what the pool gave, to the fen.
func TestCrowdAtOnePool(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		const givers, turns, held, pledged = 12, 25, 7, 12 * 25 * 7 / 2
		p := openPool(t, d, pledged)
		var matched atomic.Int64
		var wg sync.WaitGroup
		for giver := range givers {
			wg.Go(func() {
				for turn := range turns {
					matched.Add(p.turn(t, held, int64(giver+turn)%3))
				}
			})
		}
		wg.Wait()
		if err := d.Read(t.Context(), func(r *db.Reader) error {
			pool, err := ledger.AccountByID(t.Context(), r, p.pool)
			if err != nil {
				return err
			}
			if pool.OutTotal != matched.Load() || pool.HeldOut != 0 || pool.Available() < 0 {
				t.Errorf("pool is %+v, givers were told of %d", pool, matched.Load())
			}
			return ledger.Check(t.Context(), r, nil)
		}); err != nil {
			t.Error(err)
		}
	})
}

type pool struct {
	d                   *db.DB
	gateway, pool, fund int64
}

func openPool(t *testing.T, d *db.DB, pledged int64) pool {
	t.Helper()
	p := pool{d: d}
	err := d.Write(t.Context(), func(tx *db.Tx) (err error) {
		for code, id := range map[string]*int64{"gateway": &p.gateway, "pool": &p.pool, "fund": &p.fund} {
			if *id, err = ledger.Open(t.Context(), tx, code, money.CNY, code != "gateway", code != "gateway"); err != nil {
				return err
			}
		}
		return ledger.Post(t.Context(), tx, single(ledger.Entry{ID: tx.NewID(), Kind: "pledge", From: p.gateway, To: p.pool, Quantity: pledged}))
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func single(e ledger.Entry) ledger.Set { return ledger.Set{ID: e.ID, Entries: []ledger.Entry{e}} }

// turn reserves, and then has confirmation, of all or all but short, race expiry; it returns what
// was matched.
func (p pool) turn(t *testing.T, quantity int64, short int64) int64 {
	h := ledger.Hold{ID: p.d.NewID(), Kind: "match", From: p.pool, To: p.fund, Quantity: quantity, ExpiresAt: p.d.Now().Add(-time.Second)}
	err := p.d.Write(t.Context(), func(tx *db.Tx) error { return ledger.Reserve(t.Context(), tx, h) })
	if errors.Is(err, ledger.ErrFloor) {
		return 0
	}
	if err != nil {
		t.Error(err)
		return 0
	}
	var wg sync.WaitGroup
	var confirm, expire error
	wg.Go(func() {
		expire = p.d.Write(t.Context(), func(tx *db.Tx) error { return ledger.Expire(t.Context(), tx, h.ID) })
	})
	e := ledger.Entry{ID: p.d.NewID(), Kind: "match", From: p.pool, To: p.fund, Quantity: quantity - short, Hold: h.ID}
	confirm = p.d.Write(t.Context(), func(tx *db.Tx) error { return ledger.Post(t.Context(), tx, single(e)) })
	wg.Wait()
	switch {
	case confirm == nil && errors.Is(expire, ledger.ErrHoldPosted):
		return e.Quantity
	case expire == nil && errors.Is(confirm, ledger.ErrHoldEnded):
		return 0
	}
	t.Errorf("confirmation ended with %v, expiry with %v: want one winner", confirm, expire)
	return 0
}
