package payment_test

import (
	"testing"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/payment"
	"manyhands/internal/payment/paymenttest"
	"manyhands/internal/payment/sandbox"
)

// Everything that a notice can say is said in one batch: each must end as it would have ended alone.
func TestNoticesOfOneBatchDoNotShareTheirFate(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c, paymenttest.Book{})
		right, twice, wrong, failed, late, stolen := h.checkout(1), h.checkout(2), h.checkout(3), h.checkout(4), h.checkout(5), h.checkout(6)
		h.mustNotice(h.captured(late, func(st *payment.Status) { st.State = payment.Failed }))
		var calls []func()
		for _, m := range []payment.Status{
			h.captured(right, nil),
			h.captured(twice, nil),
			h.captured(twice, nil),
			h.captured(twice, func(st *payment.Status) { st.ProviderRef = "paid-again" }),
			h.captured(wrong, func(st *payment.Status) { st.Amount.Minor++ }),
			h.captured(failed, func(st *payment.Status) { st.State = payment.Failed }),
			h.captured(late, nil),
			h.captured(stolen, func(st *payment.Status) { st.ProviderRef = "sb-" + right.MerchantRef }),
		} {
			calls = append(calls, func() {
				if err := h.notice(sandbox.Name, m); err != nil {
					t.Error(err)
				}
			})
		}
		before := d.Stats().Commits
		dbtest.Together(t, d, calls...)
		if n := d.Stats().Commits - before; n != 2 { // theirs, and that of who held the writer
			t.Errorf("%d commits", n)
		}
		h.told(1, "captured")
		h.told(2, "captured")
		h.told(3)
		h.told(4, "failed")
		h.told(5, "failed", "captured late")
		h.told(6)
		h.held(payment.OtherRef, payment.WrongAmount, payment.RefUsed)
	})
}

// A purpose that refuses one of many: the others are credited, and it comes again.
func TestAPurposeThatRefusesOneOfMany(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		refused := int64(2)
		h := newHouse(t, d, c, paymenttest.Book{RefuseOne: func(purpose int64) bool { return purpose == refused }})
		payments := []payment.Payment{h.checkout(1), h.checkout(2), h.checkout(3)}
		errs := make([]error, len(payments))
		var calls []func()
		for i, p := range payments {
			m := h.captured(p, nil)
			calls = append(calls, func() { errs[i] = h.notice(sandbox.Name, m) })
		}
		dbtest.Together(t, d, calls...)
		if errs[0] != nil || errs[1] == nil || errs[2] != nil {
			t.Fatalf("answers: %v", errs)
		}
		h.told(1, "captured")
		h.told(2)
		h.told(3, "captured")
		refused = 0
		h.mustNotice(h.captured(payments[1], nil))
		h.told(2, "captured")
	})
}
