package giving_test

import (
	"context"
	"testing"

	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/giving"
	"manyhands/internal/giving/givingtest"
	"manyhands/internal/money"
)

// TestPoolBookReadsEveryPage: what came back to a pool is read in pages, and the first entry of a page
// counts as any other.
func TestPoolBookReadsEveryPage(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	w := givingtest.New(t, d)
	g := w.Pay(w.Give(100_00, "a"))
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		for range 498 { // with what the pool began with and four returns, two pages and more
			if err := giving.FundPool(ctx, tx, w.Pool, money.Yuan(1), tx.NewID(), w.Maker); err != nil {
				return err
			}
		}
		return nil
	})
	for range 4 {
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			return w.Service.Returned(ctx, tx, g.ID, 25_00, tx.NewID())
		})
	}
	w.Read(func(ctx context.Context, r *db.Reader) error {
		book, err := giving.BookOfPool(ctx, r, w.Pool)
		if err != nil || book.Matched != 0 || book.Funded != 1000_00+498 || book.Left != book.Funded {
			t.Errorf("%+v, %v", book, err)
		}
		return nil
	})
}
