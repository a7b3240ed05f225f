package ledger_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/ledger"
)

// TestCheckFindsTampering changes one thing in a sound book, behind the ledger's back, and asks
// whether the check names it.
func TestCheckFindsTampering(t *testing.T) {
	tests := map[string]struct{ statement, want string }{
		"a total":               {"UPDATE account SET in_total = in_total + 1 WHERE code = 'shop'", "totals"},
		"a reservation":         {"UPDATE account SET held_in = held_in + 1 WHERE code = 'shop'", "held"},
		"how far it is spent":   {"UPDATE account SET spent_to = spent_to - 1 WHERE code = 'fund'", "uses"},
		"a quantity":            {"UPDATE entry SET quantity = quantity + 1 WHERE id = 15", "totals"},
		"an arrival's place":    {"UPDATE entry SET to_start = to_start + 1 WHERE id = 3", "arrivals"},
		"a use's place":         {"UPDATE entry SET from_end = from_end - 1 WHERE id = 11", "uses"},
		"an end":                {"UPDATE entry SET to_id = 77 WHERE id = 11", "ends"},
		"an entry gone":         {"DELETE FROM entry WHERE id = 15", "totals"},
		"an untraced use":       {"UPDATE entry SET from_start = -1 WHERE id = 11", "lines"},
		"a carve moved":         {"UPDATE carve SET start_at = start_at - 1, end_at = end_at - 1", "carve"},
		"a carve gone":          {"DELETE FROM carve", "carve"},
		"a return of another":   {"UPDATE entry SET returns_id = 11 WHERE id = 21", "carve"},
		"a reversal of another": {"UPDATE entry SET reverses_id = 12 WHERE id = 32", "reversal"},
		"too much returned":     {"UPDATE entry SET quantity = 2 WHERE id = 14", "returns"},
		"an entry enlarged":     {"UPDATE entry SET quantity = quantity + 1 WHERE id = 3", "arrivals"},
		"a hold's state":        {"UPDATE hold SET state = 'posted' WHERE id = 41", "hold"},
		"a hold's quantity":     {"UPDATE hold SET quantity = 9 WHERE id = 41", "held"},
		"a hold's entry":        {"UPDATE entry SET hold_id = 0 WHERE id = 12", "hold"},
		"a hold posted twice":   {"UPDATE entry SET hold_id = 42 WHERE id = 11", "hold"},
		"another unit":          {"UPDATE account SET unit = 'meal' WHERE code = 'shop'", "ends"},
	}
	eachBook(t, func(b *book) {
		b.soundBook()
		for name, test := range tests {
			err := b.try(func(ctx context.Context, tx *db.Tx) error { // the error undoes it
				if _, err := tx.ExecContext(ctx, test.statement); err != nil {
					return err
				}
				return ledger.Check(ctx, tx, nil)
			})
			if got, ok := errors.AsType[*ledger.Breach](err); !ok || got.Invariant != test.want {
				t.Errorf("%s: found %v, want %s", name, err, test.want)
			}
		}
		done := int64(-1)
		b.read(func(ctx context.Context, r *db.Reader) error {
			return ledger.Check(ctx, r, func(n, total int64) { done = total - n })
		})
		if done != 0 {
			t.Errorf("%d rows left at the end", done)
		}
	})
}

// soundBook fills the book with some of everything.
func (b *book) soundBook() {
	b.t.Helper()
	b.gift(1, 100)
	b.gift(2, 50)
	b.gift(3, 50)
	b.pay(11, 110)
	b.reserve(41, b.fund, b.shop, 5, time.Time{})
	b.post(posting(12, b.reserve(42, b.fund, b.shop, 5, time.Time{}), 5))
	if err := b.refund(21, 2, 10); err != nil {
		b.t.Fatal(err)
	}
	b.gift(4, 8)
	if err := b.tryReverse(4, 31); err != nil {
		b.t.Fatal(err)
	}
	b.pay(13, 1)
	if err := b.tryReverse(13, 32); err != nil {
		b.t.Fatal(err)
	}
	back := move(22, b.shop, b.gateway, 3)
	back.Returns = 14
	b.post(move(14, b.gateway, b.shop, 4), back, move(15, b.gateway, b.shop, 1))
	b.check()
}
