package giving_test

import (
	"context"
	"testing"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/giving"
	"manyhands/internal/giving/givingtest"
	"manyhands/internal/money"
	"manyhands/internal/programme"
)

// While the organisation that is paid, or the one for which a fund was given, is suspended, no step of a
// payout goes on: the money stays where it is. Afterwards it does.
func TestPayoutsWaitWhileAnOrganisationIsSuspended(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		w := givingtest.New(t, d)
		w.Pay(w.Give(100_00, "giver"))
		for want, stopped := range map[string]int64{"giving.payee_rests": w.Hospital.ID, "giving.fund_rests": w.Charity.ID} {
			asked, approved := ask(w, "a"+want, 10_00), ask(w, "b"+want, 20_00)
			step(w, "", decide(w, approved, true))
			step(w, "", func(ctx context.Context, tx *db.Tx) error {
				return programme.SuspendOrganisation(ctx, tx, stopped, "money", "", w.Checker)
			})
			step(w, want, func(ctx context.Context, tx *db.Tx) error {
				_, err := w.Service.RequestPayout(ctx, tx, w.Campaign.Fund, approved.Invoice, money.Yuan(1), w.Maker)
				return err
			})
			step(w, want, decide(w, asked, true))
			step(w, want, pay(w, approved))
			step(w, "", decide(w, asked, false)) // to refuse it is not to pay it
			for _, by := range []int64{w.Checker, w.Maker} {
				step(w, "", func(ctx context.Context, tx *db.Tx) error {
					_, err := programme.LiftSuspension(ctx, tx, stopped, by)
					return err
				})
			}
			step(w, "", pay(w, approved))
		}
		w.Check()
	})
}

// step runs body and wants the fault with that key; "" for none.
func step(w *givingtest.World, want string, body func(ctx context.Context, tx *db.Tx) error) {
	w.T.Helper()
	ctx := context.Background()
	if err := w.D.Write(ctx, func(tx *db.Tx) error { return body(ctx, tx) }); key(err) != want {
		w.T.Errorf("want %q, got %v", want, err)
	}
}

// ask requests a payout of a part of a new invoice.
func ask(w *givingtest.World, number string, fen int64) (p giving.Payout) {
	w.T.Helper()
	step(w, "", func(ctx context.Context, tx *db.Tx) error {
		inv, err := w.Service.RecordInvoice(ctx, tx, giving.InvoiceInput{Organisation: w.Hospital.ID, Number: number,
			IssuedAt: tx.Now(), Amount: money.Yuan(fen + 100)}, w.Maker)
		if err != nil {
			return err
		}
		p, err = w.Service.RequestPayout(ctx, tx, w.Campaign.Fund, inv.ID, money.Yuan(fen), w.Maker)
		return err
	})
	return p
}

func decide(w *givingtest.World, p giving.Payout, approve bool) func(ctx context.Context, tx *db.Tx) error {
	return func(ctx context.Context, tx *db.Tx) error {
		_, err := w.Service.DecidePayout(ctx, tx, p.ID, approve, "not now", w.Checker)
		return err
	}
}

func pay(w *givingtest.World, p giving.Payout) func(ctx context.Context, tx *db.Tx) error {
	return func(ctx context.Context, tx *db.Tx) error {
		_, err := w.Service.PayPayout(ctx, tx, p.ID, "BANK", tx.Now(), w.Maker)
		return err
	}
}
