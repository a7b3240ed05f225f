package payment_test

import (
	"strings"
	"testing"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/payment"
	"manyhands/internal/payment/paymenttest"
	"manyhands/internal/payment/sandbox"
)

// Rows are spoilt behind the service's back, and Check must notice each.
func TestCheckNotices(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c, paymenttest.Book{})
		h.pay(h.checkout(gift), sandbox.Lost)
		h.settle(gift, payment.Captured)
		if _, err := h.request(3500, "duplicate"); err != nil {
			t.Fatal(err)
		}
		for _, x := range []struct{ spoil, mend, want string }{
			{"UPDATE payment SET paid_at = 0", "UPDATE payment SET paid_at = 1", "disagree"},
			{"UPDATE payment SET state = 'pending'", "UPDATE payment SET state = 'captured'", "disagree"},
			{"UPDATE refund SET amount_minor = 3501", "UPDATE refund SET amount_minor = 3500", "more refunds"},
			{"UPDATE refund SET state = 'done'", "UPDATE refund SET state = 'requested'", "decision"},
		} {
			h.exec(x.spoil)
			err := d.Read(t.Context(), func(r *db.Reader) error { return payment.Check(t.Context(), r) })
			if err == nil || !strings.Contains(err.Error(), x.want) {
				t.Errorf("%s: %v", x.spoil, err)
			}
			h.exec(x.mend)
		}
	})
}

func (h *house) exec(statement string) {
	h.t.Helper()
	h.write(func(tx *db.Tx) error {
		_, err := tx.ExecContext(h.t.Context(), statement)
		return err
	})
}

func TestCatalogues(t *testing.T) {
	t.Parallel()
	i18ntest.CheckCatalogues(t, payment.Texts, "payment.")
}
