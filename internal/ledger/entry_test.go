package ledger_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/ledger"
	"manyhands/internal/money"
)

func TestOpenIsIdempotent(t *testing.T) {
	eachBook(t, func(b *book) {
		b.write(func(ctx context.Context, tx *db.Tx) error {
			again, err := ledger.Open(ctx, tx, "fund", money.CNY, true, true)
			if again != b.fund {
				t.Errorf("opened anew: %d, want %d", again, b.fund)
			}
			return err
		})
		err := b.try(func(ctx context.Context, tx *db.Tx) error {
			_, err := ledger.Open(ctx, tx, "fund", money.Meal, true, true)
			return err
		})
		b.want(err, fault.New(fault.Conflict, "ledger.account_differs"))
		err = b.try(func(ctx context.Context, tx *db.Tx) error {
			_, err := ledger.Open(ctx, tx, "new", money.CNY, false, true)
			return err
		})
		b.want(err, fault.New(fault.Invalid, "ledger.traced_unfloored"))
	})
}

func TestPostMovesQuantity(t *testing.T) {
	oneBook(t, func(b *book) {
		b.post(move(1, b.gateway, b.fund, 100), move(2, b.fund, b.shop, 30))
		b.wantBalance(b.gateway, -100, -100)
		b.wantBalance(b.fund, 70, 70)
		b.wantBalance(b.shop, 30, 30)
	})
}

func TestSameIDIsIdempotent(t *testing.T) {
	eachBook(t, func(b *book) {
		gift := move(1, b.gateway, b.fund, 100)
		b.post(gift, gift)
		if err := b.tryPost(one(gift), one(gift)); err != nil {
			t.Errorf("twice in one call: %v", err)
		}
		b.wantBalance(b.fund, 100, 100)
		other := gift
		other.Quantity = 101
		b.want(b.tryPost(one(other)), ledger.ErrIDTaken)
		b.want(b.tryPost(one(move(2, b.gateway, b.fund, 5)), one(move(2, b.gateway, b.fund, 6))), ledger.ErrIDTaken)
		b.wantBalance(b.fund, 100, 100)
		fresh := ledger.Set{ID: 9, Entries: []ledger.Entry{gift, move(3, b.gateway, b.fund, 1)}}
		b.want(b.tryPost(fresh), ledger.ErrIDTaken) // exists in part
	})
}

func TestFloorHoldsAtTheEndOfEachSet(t *testing.T) {
	oneBook(t, func(b *book) {
		through := ledger.Set{ID: 7, Entries: []ledger.Entry{move(1, b.fund, b.shop, 50), move(2, b.gateway, b.fund, 50)}}
		if err := b.tryPost(through); err != nil {
			t.Fatalf("passing through: %v", err)
		}
		b.wantBalance(b.fund, 0, 0)
		err := b.tryPost(one(move(3, b.gateway, b.fund, 10)), one(move(4, b.fund, b.shop, 11)))
		b.want(err, ledger.ErrFloor)
		if s, ok := errors.AsType[*ledger.SetError](err); !ok || s.Set != 4 {
			t.Errorf("the set to blame: %v, want 4", err)
		}
		b.wantBalance(b.fund, 0, 0)
	})
}

func TestRefusedPostLeavesNothing(t *testing.T) {
	oneBook(t, func(b *book) {
		b.write(func(ctx context.Context, tx *db.Tx) error {
			err := ledger.Post(ctx, tx, one(move(1, b.gateway, b.fund, 10)), one(move(2, b.fund, b.shop, 99)))
			b.want(err, ledger.ErrFloor)
			return ledger.Post(ctx, tx, one(move(1, b.gateway, b.fund, 20))) // same id, other content: it must be free
		})
		b.wantBalance(b.fund, 20, 20)
	})
}

func TestPostRefuses(t *testing.T) {
	oneBook(t, func(b *book) {
		meals := b.openUnit("meals", money.Meal, false)
		invalid := func(key string) error { return fault.New(fault.Invalid, key) }
		tests := map[string]struct {
			entry ledger.Entry
			want  error
		}{
			"nothing":         {move(1, b.gateway, b.fund, 0), invalid("ledger.quantity")},
			"less":            {move(1, b.gateway, b.fund, -1), invalid("ledger.quantity")},
			"too much":        {move(1, b.gateway, b.fund, money.MaxMinor+1), invalid("ledger.quantity")},
			"far too much":    {move(1, b.gateway, b.fund, math.MaxInt64), invalid("ledger.quantity")},
			"no id":           {move(0, b.gateway, b.fund, 1), invalid("ledger.id")},
			"to itself":       {move(1, b.fund, b.fund, 1), invalid("ledger.same_account")},
			"other unit":      {move(1, meals, b.fund, 1), invalid("ledger.units_differ")},
			"unknown account": {move(1, b.gateway, 99, 1), fault.New(fault.NotFound, "ledger.no_account")},
			"unknown hold":    {ledger.Entry{ID: 1, From: b.gateway, To: b.fund, Quantity: 1, Hold: 5}, fault.New(fault.NotFound, "ledger.no_hold")},
			"unknown return":  {ledger.Entry{ID: 1, From: b.gateway, To: b.fund, Quantity: 1, Returns: 5}, fault.New(fault.NotFound, "ledger.no_entry")},
		}
		for name, test := range tests {
			if err := b.tryPost(one(test.entry)); !errors.Is(err, test.want) {
				t.Errorf("%s: got %v, want %v", name, err, test.want)
			}
		}
	})
}

func TestManySetsInOneCall(t *testing.T) {
	eachBook(t, func(b *book) {
		var sets []ledger.Set
		for i := range int64(173) { // three bulk statements and some single rows
			sets = append(sets, one(move(i+1, b.gateway, b.fund, i+1)))
		}
		for range 2 {
			if err := b.tryPost(sets...); err != nil {
				t.Fatal(err)
			}
		}
		b.wantBalance(b.fund, 173*174/2, 173*174/2)
		b.read(func(ctx context.Context, r *db.Reader) error {
			page, err := ledger.Statement(ctx, r, b.fund, true, -1, 100)
			if err != nil || len(page) != 100 {
				t.Fatalf("first page: %d entries, %v", len(page), err)
			}
			rest, err := ledger.Statement(ctx, r, b.fund, true, page[99].ToStart, 100)
			if len(rest) != 73 || rest[0].ID != 101 {
				t.Errorf("second page: %d entries", len(rest))
			}
			return err
		})
	})
}

func TestAnIDTwiceInASet(t *testing.T) {
	oneBook(t, func(b *book) {
		e := move(1, b.gateway, b.fund, 5)
		other := e
		other.Quantity = 6
		b.want(b.tryPost(ledger.Set{ID: 1, Entries: []ledger.Entry{e, other}}), ledger.ErrIDTaken)
		b.wantBalance(b.fund, 0, 0)
		if err := b.tryPost(ledger.Set{ID: 1, Entries: []ledger.Entry{e, e}}); err != nil {
			t.Errorf("the same content: %v", err)
		}
		b.wantBalance(b.fund, 5, 5)
	})
}

// TestTotalsAreBounded sets totals behind the ledger's back to where they may not grow any more.
func TestTotalsAreBounded(t *testing.T) {
	const most = 1 << 61
	undone := errors.New("undone")
	tests := map[string]struct {
		column, account string
		run             func(ctx context.Context, tx *db.Tx, b *book, quantity int64) error
	}{
		"what came in": {"in_total", "shop", func(ctx context.Context, tx *db.Tx, b *book, quantity int64) error {
			return ledger.Post(ctx, tx, one(move(1, b.gateway, b.shop, quantity)))
		}},
		"what went out": {"out_total", "gateway", func(ctx context.Context, tx *db.Tx, b *book, quantity int64) error {
			return ledger.Post(ctx, tx, one(move(1, b.gateway, b.shop, quantity)))
		}},
		"what is reserved to leave": {"held_out", "gateway", func(ctx context.Context, tx *db.Tx, b *book, quantity int64) error {
			return ledger.Reserve(ctx, tx, ledger.Hold{ID: 1, Kind: "match", From: b.gateway, To: b.shop, Quantity: quantity})
		}},
		"what is announced": {"held_in", "shop", func(ctx context.Context, tx *db.Tx, b *book, quantity int64) error {
			return ledger.Reserve(ctx, tx, ledger.Hold{ID: 1, Kind: "match", From: b.gateway, To: b.shop, Quantity: quantity})
		}},
	}
	oneBook(t, func(b *book) {
		for name, test := range tests {
			err := b.try(func(ctx context.Context, tx *db.Tx) error {
				if _, err := tx.ExecContext(ctx, "UPDATE account SET "+test.column+" = $1 WHERE code = $2", int64(most-10), test.account); err != nil {
					return err
				}
				if err := test.run(ctx, tx, b, 11); !errors.Is(err, fault.New(fault.Invalid, "ledger.total")) {
					t.Errorf("%s, one more than fits: %v", name, err)
				}
				if err := test.run(ctx, tx, b, 10); err != nil {
					t.Errorf("%s, all that fits: %v", name, err)
				}
				return undone
			})
			b.want(err, undone)
		}
	})
}
