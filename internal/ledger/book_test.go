package ledger_test

import (
	"context"
	"errors"
	"testing"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/ledger"
	"manyhands/internal/money"
)

// book is a ledger under test: a gateway that money comes from, two funds and a pool that are
// traced, and a shop that is paid.
type book struct {
	t                              *testing.T
	d                              *db.DB
	clock                          *clock.Sim
	gateway, fund, red, pool, shop int64
}

// eachBook runs test on both engines, and at its end has the whole book checked.
func eachBook(t *testing.T, test func(b *book)) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) { runBook(t, d, c, test) })
}

// oneBook is eachBook on SQLite alone, for rules that no engine can change.
func oneBook(t *testing.T, test func(b *book)) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	runBook(t, d, c, test)
}

func runBook(t *testing.T, d *db.DB, c *clock.Sim, test func(b *book)) {
	t.Helper()
	b := &book{t: t, d: d, clock: c}
	b.write(func(ctx context.Context, tx *db.Tx) error {
		b.gateway, b.shop = open(t, tx, "gateway", false), open(t, tx, "shop", false)
		b.fund, b.red, b.pool = open(t, tx, "fund", true), open(t, tx, "red", true), open(t, tx, "pool", true)
		return nil
	})
	test(b)
	b.check()
}

func (b *book) try(body func(ctx context.Context, tx *db.Tx) error) error {
	ctx := context.Background()
	return b.d.Write(ctx, func(tx *db.Tx) error { return body(ctx, tx) })
}

func (b *book) write(body func(ctx context.Context, tx *db.Tx) error) {
	b.t.Helper()
	if err := b.try(body); err != nil {
		b.t.Fatal(err)
	}
}

func (b *book) read(body func(ctx context.Context, r *db.Reader) error) {
	b.t.Helper()
	ctx := context.Background()
	if err := b.d.Read(ctx, func(r *db.Reader) error { return body(ctx, r) }); err != nil {
		b.t.Fatal(err)
	}
}

func (b *book) check() {
	b.t.Helper()
	b.read(func(ctx context.Context, r *db.Reader) error { return ledger.Check(ctx, r, nil) })
}

func (b *book) tryPost(sets ...ledger.Set) error {
	return b.try(func(ctx context.Context, tx *db.Tx) error { return ledger.Post(ctx, tx, sets...) })
}

func (b *book) tryReserve(holds ...ledger.Hold) error {
	return b.try(func(ctx context.Context, tx *db.Tx) error { return ledger.Reserve(ctx, tx, holds...) })
}

func (b *book) tryReverse(entry, reversal int64) error {
	return b.try(func(ctx context.Context, tx *db.Tx) error {
		return ledger.Reverse(ctx, tx, entry, reversal, 0, "mistake")
	})
}

// move makes an entry of one word's kind.
func move(id, from, to, quantity int64) ledger.Entry {
	return ledger.Entry{ID: id, Kind: "move", From: from, To: to, Quantity: quantity}
}

// post writes entries one set after the other.
func (b *book) post(entries ...ledger.Entry) {
	b.t.Helper()
	for _, e := range entries {
		if err := b.tryPost(one(e)); err != nil {
			b.t.Fatalf("post %d: %v", e.ID, err)
		}
	}
}

func (b *book) account(id int64) (a ledger.Account) {
	b.t.Helper()
	b.read(func(ctx context.Context, r *db.Reader) (err error) {
		a, err = ledger.AccountByID(ctx, r, id)
		return err
	})
	return a
}

func (b *book) wantBalance(id, balance, available int64) {
	b.t.Helper()
	if a := b.account(id); a.Balance() != balance || a.Available() != available {
		b.t.Errorf("%s: balance %d available %d, want %d and %d", a.Code, a.Balance(), a.Available(), balance, available)
	}
}

func (b *book) want(err, want error) {
	b.t.Helper()
	if !errors.Is(err, want) {
		b.t.Errorf("got %v, want %v", err, want)
	}
}

func (b *book) hold(id int64) (h ledger.Held) {
	b.t.Helper()
	b.read(func(ctx context.Context, r *db.Reader) (err error) {
		h, err = ledger.HoldByID(ctx, r, id)
		return err
	})
	return h
}

// openUnit makes an untraced, floored account in another unit.
func (b *book) openUnit(code string, u money.Unit, floored bool) (id int64) {
	b.t.Helper()
	b.write(func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = ledger.Open(ctx, tx, code, u, floored, false)
		return err
	})
	return id
}
