// Package paymenttest holds what tests of payments share: a purpose that remembers what it was told,
// and the set of tests that every gateway must pass. It must stay out of the program.
package paymenttest

import (
	"context"
	"errors"
	"testing"

	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/payment"
)

// Book is a payment.Purpose that writes each thing it is told as an event, in the same transaction,
// so that a rollback takes it back.
type Book struct {
	// Refuse, when it returns an error for "captured", "failed", "closed" or "returned", is the answer.
	Refuse func(what string) error
	// RefuseOne, when it reports true for a purpose, has its capture refused.
	RefuseOne func(purpose int64) bool
}

var errRefused = errors.New("paymenttest: refused")

var _ payment.Purpose = Book{}

// Captured writes "captured", or "captured late", for each.
func (b Book) Captured(ctx context.Context, tx *db.Tx, captures ...payment.Capture) error {
	for _, c := range captures {
		if b.RefuseOne != nil && b.RefuseOne(c.PurposeID) {
			return errRefused
		}
		what := "captured"
		if c.Late {
			what = "captured late"
		}
		if err := b.tell(ctx, tx, c.PurposeID, what, c); err != nil {
			return err
		}
	}
	return nil
}

// Ended writes "failed" or "closed".
func (b Book) Ended(ctx context.Context, tx *db.Tx, purposeID int64, s payment.State) error {
	return b.tell(ctx, tx, purposeID, string(s), nil)
}

// Returned writes "returned".
func (b Book) Returned(ctx context.Context, tx *db.Tx, r payment.Return) error {
	return b.tell(ctx, tx, r.PurposeID, "returned", r)
}

const prefix = "paymenttest."

func (b Book) tell(ctx context.Context, tx *db.Tx, purposeID int64, what string, data any) error {
	if err := event.Add(ctx, tx, prefix+what, purposeID, 0, data); err != nil {
		return err
	}
	if b.Refuse != nil {
		return b.Refuse(what)
	}
	return nil
}

// Told returns what a purpose was told, in order.
func Told(t testing.TB, d *db.DB, purposeID int64) []string {
	t.Helper()
	var out []string
	err := d.Read(t.Context(), func(r *db.Reader) error {
		all, err := event.Since(t.Context(), r, 0, 1000)
		for _, e := range all {
			if e.Subject == purposeID && len(e.Kind) > len(prefix) && e.Kind[:len(prefix)] == prefix {
				out = append(out, e.Kind[len(prefix):])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
