package payment_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
	"manyhands/internal/payment"
	"manyhands/internal/payment/paymenttest"
	"manyhands/internal/payment/sandbox"
)

func TestSettleTakesTheGatewaysWord(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c, paymenttest.Book{})
		h.begin(gift, 3500)
		h.settle(gift, payment.Created) // the gateway has never heard of it
		if _, err := h.s.Checkout(t.Context(), gift, "Warm coats", "/back"); err != nil {
			t.Fatal(err)
		}
		h.settle(gift, payment.Pending)
		c.Advance(time.Minute)
		h.pay(h.payment(gift), sandbox.Lost)
		at := c.Now()
		c.Advance(time.Minute)
		for range 2 {
			h.settle(gift, payment.Captured)
		}
		if got := h.payment(gift); !got.PaidAt.Equal(at) {
			t.Errorf("paid at %v, want the gateway's %v", got.PaidAt, at)
		}
		h.told(gift, "captured")
		if _, err := h.s.Settle(t.Context(), gift+1); !errors.Is(err, payment.ErrNoPayment) {
			t.Errorf("without a payment: %v", err)
		}
	})
}

func TestSettleClosesOnlyWhenTheTimeHasPassed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c, paymenttest.Book{})
		p := h.checkout(gift)
		h.begin(gift+1, 3500) // never made at the gateway
		c.Advance(30*time.Minute - time.Microsecond)
		h.settle(gift, payment.Pending)
		h.settle(gift+1, payment.Created)
		c.Advance(time.Microsecond)
		h.fault = func(p sandbox.Point) error {
			if p.Op == "close" && p.Done {
				return errors.New("closed, but reported as failed")
			}
			return nil
		}
		if _, err := h.s.Settle(t.Context(), gift); fault.KindOf(err) != fault.Busy {
			t.Errorf("without an answer: %v", err)
		}
		h.told(gift) // the promise stands until the gateway has confirmed
		h.fault = nil
		h.settle(gift, payment.Closed)
		h.settle(gift+1, payment.Closed)
		h.told(gift, "closed")
		h.told(gift+1, "closed")
		if st, err := h.g.Query(t.Context(), p.MerchantRef); err != nil || st.State != payment.Closed {
			t.Errorf("at the gateway: %+v, error %v", st, err)
		}
	})
}

func (h *house) quarantinedFor(p payment.Payment, want bool) {
	h.t.Helper()
	err := h.d.Read(h.t.Context(), func(r *db.Reader) error {
		got, err := h.s.QuarantinedFor(h.t.Context(), r, p)
		if got != want {
			h.t.Errorf("quarantined for %s: %v", p.MerchantRef, got)
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

func TestSettleHoldsAWrongAmountAndEndsThePayment(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c, paymenttest.Book{})
		h.quarantinedFor(h.checkout(gift+1), false)
		p := h.checkout(gift)
		h.pay(p, sandbox.WrongAmount)
		h.settle(gift, payment.Failed)
		h.quarantinedFor(p, true)
		h.told(gift, "failed")
		if all := h.held(payment.WrongAmount); len(all) == 1 && all[0].Amount.Minor != 3499 {
			t.Errorf("held %+v", all[0])
		}
	})
}

func TestSettleDue(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c, paymenttest.Book{})
		silent := h.checkout(gift)
		paid := h.checkout(gift + 1)
		h.checkout(gift + 2)
		h.pay(paid, sandbox.Lost)
		due := func(limit, want int) error {
			t.Helper()
			n, err := h.s.SettleDue(t.Context(), limit)
			if n != want {
				t.Errorf("%d ended, want %d", n, want)
			}
			return err
		}
		if err := due(10, 0); err != nil {
			t.Errorf("before the time: %v", err)
		}
		c.Advance(30 * time.Minute)
		h.checkout(gift + 3) // not due
		h.fault = func(p sandbox.Point) error {
			if p.MerchantRef == silent.MerchantRef {
				return errors.New("no answer")
			}
			return nil
		}
		if err := due(2, 1); fault.KindOf(err) != fault.Busy {
			t.Errorf("one without an answer: %v", err)
		}
		h.told(gift)
		h.told(gift+1, "captured")
		h.fault = nil
		if err := due(1, 2); err != nil { // a page after the other
			t.Error(err)
		}
		h.told(gift, "closed")
		h.told(gift+2, "closed")
		if err := due(10, 0); err != nil {
			t.Error(err)
		}
		h.told(gift + 3)
	})
}

func TestSettleDueLeavesAGatewayThatIsDown(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	h := newHouse(t, d, c, paymenttest.Book{})
	for i := range int64(40) {
		h.checkout(gift + i)
	}
	c.Advance(time.Hour)
	var asked atomic.Int64
	h.fault = func(sandbox.Point) error { asked.Add(1); return errors.New("down") }
	// Five failures in a row are enough; seven more questions may be under way by then.
	if n, err := h.s.SettleDue(t.Context(), 100); n != 0 || err == nil || asked.Load() < 5 || asked.Load() > 12 {
		t.Errorf("%d ended after %d questions, error %v", n, asked.Load(), err)
	}
}

// Six orders for which the gateway never answers stand before two others.
func TestSettleDueComesRoundToEverybody(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	h := newHouse(t, d, c, paymenttest.Book{})
	dead := map[string]bool{}
	for i := range int64(8) {
		dead[h.checkout(gift+i).MerchantRef] = i < 6
	}
	c.Advance(time.Hour)
	h.fault = func(p sandbox.Point) error {
		if dead[p.MerchantRef] {
			return errors.New("no answer")
		}
		return nil
	}
	ended := 0
	for range 8 {
		n, err := h.s.SettleDue(t.Context(), 100)
		if err == nil {
			t.Error("the silent ones were not reported")
		}
		ended += n
		c.Advance(30 * time.Second)
	}
	if ended != 2 {
		t.Errorf("%d ended, want 2", ended)
	}
	h.told(gift+6, "closed")
	h.told(gift+7, "closed")
}

func TestSettleRefusesWordsAboutAnotherOrder(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	h := newHouse(t, d, c, paymenttest.Book{})
	first := h.checkout(gift)
	h.checkout(gift + 1)
	h.pay(first, sandbox.Lost)
	s := payment.New(d, []payment.Gateway{mixedUp{h.g, first.MerchantRef}}, paymenttest.Book{})
	if state, err := s.Settle(t.Context(), gift+1); err == nil || state != payment.Pending {
		t.Errorf("settled as %s, error %v", state, err)
	}
	h.told(gift)
}

// mixedUp answers every question with one order's status.
type mixedUp struct {
	*sandbox.Gateway
	ref string
}

func (m mixedUp) Query(ctx context.Context, _ string) (payment.Status, error) {
	return m.Gateway.Query(ctx, m.ref)
}

func TestTheSettlingJob(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	h := newHouse(t, d, c, paymenttest.Book{})
	h.checkout(gift)
	c.Advance(30 * time.Minute)
	asked := 0
	h.fault = func(sandbox.Point) error { asked++; return errors.New("down") }
	for range 3 { // an outage makes no pile of retries: the next slot is the retry
		if err := h.runJobs(); err != nil || asked != 1 {
			t.Fatalf("asked %d times, error %v", asked, err)
		}
		c.Advance(9 * time.Second)
	}
	h.fault = nil
	c.Advance(30 * time.Second)
	if err := h.runJobs(); err != nil {
		t.Fatal(err)
	}
	h.told(gift, "closed")
}

// Whatever the order in which the payer's confirmation, the closing and the notice arrive, the money
// is credited when it was taken, and the payment is closed when it was not.
func TestConfirmRacingClose(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c, paymenttest.Book{})
		for i := range int64(10) {
			p := h.checkout(gift + i)
			st, err := h.g.Query(t.Context(), p.MerchantRef)
			if err != nil {
				t.Fatal(err)
			}
			var confirmed, closed error
			var both sync.WaitGroup
			both.Go(func() { _, confirmed = h.g.Confirm(t.Context(), st.ProviderRef, sandbox.Lost) })
			both.Go(func() { _, closed = h.g.Close(t.Context(), p.MerchantRef) })
			both.Wait()
			if closed != nil || (confirmed != nil && !errors.Is(confirmed, sandbox.ErrEnded)) {
				t.Fatalf("closing: %v, confirming: %v", closed, confirmed)
			}
			if confirmed == nil {
				h.settle(gift+i, payment.Captured)
				h.told(gift+i, "captured")
			} else {
				h.settle(gift+i, payment.Closed)
				h.told(gift+i, "closed")
			}
		}
	})
}
