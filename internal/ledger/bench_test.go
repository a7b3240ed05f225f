package ledger_test

import (
	"context"
	"testing"

	"manyhands/internal/db"
	"manyhands/internal/ledger"
	"manyhands/internal/money"
)

// BenchmarkPost posts gifts with their matches, 1000 sets of two entries in one durable write, on
// SQLite with synchronous=FULL.
func BenchmarkPost(b *testing.B) {
	ctx := context.Background()
	d, gateway, pool, fund := benchBook(b)
	const pairs = 1000
	for b.Loop() {
		sets := make([]ledger.Set, pairs)
		for i := range sets {
			sets[i] = ledger.Set{ID: d.NewID(), Entries: []ledger.Entry{
				{ID: d.NewID(), Kind: "gift", From: gateway, To: fund, Quantity: 100, Subject: 1},
				{ID: d.NewID(), Kind: "match", From: pool, To: fund, Quantity: 1, Subject: 1},
			}}
		}
		if err := d.Write(ctx, func(tx *db.Tx) error { return ledger.Post(ctx, tx, sets...) }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*pairs)/b.Elapsed().Seconds(), "pairs/s")
}

// BenchmarkFollow follows one gift out of 100,000 in a fund to its payout.
func BenchmarkFollow(b *testing.B) {
	ctx := context.Background()
	d, gateway, _, fund := benchBook(b)
	const gifts, batch = 100_000, 1000
	first := int64(0)
	for n := range gifts / batch {
		sets := make([]ledger.Set, batch, batch+1)
		for i := range sets {
			sets[i] = one(ledger.Entry{ID: d.NewID(), Kind: "gift", From: gateway, To: fund, Quantity: 100})
		}
		if n == gifts/batch/2 {
			first = sets[0].ID
		}
		sets = append(sets, one(ledger.Entry{ID: d.NewID(), Kind: "payout", From: fund, To: gateway, Quantity: 90 * batch}))
		if err := d.Write(ctx, func(tx *db.Tx) error { return ledger.Post(ctx, tx, sets...) }); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		err := d.Read(ctx, func(r *db.Reader) error {
			_, err := ledger.Follow(ctx, r, first, 0, 100)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// benchBook opens a durable ledger on SQLite with a gateway, a filled pool and a fund.
func benchBook(b *testing.B) (d *db.DB, gateway, pool, fund int64) {
	b.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, b.TempDir(), db.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = d.Close() })
	if _, err := d.Migrate(ctx); err != nil {
		b.Fatal(err)
	}
	err = d.Write(ctx, func(tx *db.Tx) error {
		gateway, pool, fund = open(b, tx, "gateway", false), open(b, tx, "pool", true), open(b, tx, "fund", true)
		return ledger.Post(ctx, tx, one(ledger.Entry{ID: tx.NewID(), Kind: "pledge", From: gateway, To: pool, Quantity: money.MaxMinor}))
	})
	if err != nil {
		b.Fatal(err)
	}
	return d, gateway, pool, fund
}

func open(t testing.TB, tx *db.Tx, code string, kept bool) int64 {
	t.Helper()
	id, err := ledger.Open(context.Background(), tx, code, money.CNY, kept, kept)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func one(e ledger.Entry) ledger.Set { return ledger.Set{ID: e.ID, Entries: []ledger.Entry{e}} }
