package payment_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
	"manyhands/internal/money"
	"manyhands/internal/payment"
	"manyhands/internal/payment/paymenttest"
	"manyhands/internal/payment/sandbox"
)

func TestBeginRefuses(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c, paymenttest.Book{})
		p := h.begin(gift, 3500)
		if p.State != payment.Created || p.MerchantRef != "mh"+clock.FormatID(p.ID) || p != h.payment(gift) {
			t.Errorf("begun as %+v, noted as %+v", p, h.payment(gift))
		}
		soon := c.Now().Add(time.Minute)
		for name, x := range map[string]struct {
			purpose int64
			gateway string
			amount  money.Amount
			closes  time.Time
			want    error
		}{
			"twice":             {gift, sandbox.Name, money.Yuan(1), soon, payment.ErrBegun},
			"nowhere":           {gift + 1, "nowhere", money.Yuan(1), soon, payment.ErrUnknownGateway},
			"nothing":           {gift + 1, sandbox.Name, money.Yuan(0), soon, payment.ErrBadAmount},
			"less than nothing": {gift + 1, sandbox.Name, money.Yuan(-1), soon, payment.ErrBadAmount},
			"too much":          {gift + 1, sandbox.Name, money.Yuan(money.MaxMinor + 1), soon, payment.ErrBadAmount},
			"no money":          {gift + 1, sandbox.Name, money.Amount{Minor: 1, Unit: money.Meal}, soon, payment.ErrBadAmount},
			"over already":      {gift + 1, sandbox.Name, money.Yuan(1), c.Now(), payment.ErrExpired},
		} {
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				_, err := h.s.Begin(t.Context(), tx, payment.Due{PurposeID: x.purpose, Gateway: x.gateway, Amount: x.amount, ClosesAt: x.closes})
				return err
			})
			if !errors.Is(err, x.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestCheckout(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c, paymenttest.Book{})
		ctx := t.Context()
		if _, err := h.s.Checkout(ctx, gift, "Warm coats", "/back"); !errors.Is(err, payment.ErrNoPayment) {
			t.Errorf("without a payment: %v", err)
		}
		h.begin(gift, 3500)
		h.fault = func(p sandbox.Point) error {
			if p.Done {
				return errors.New("the line went dead")
			}
			return nil
		}
		if _, err := h.s.Checkout(ctx, gift, "Warm coats", "/back"); !errors.Is(err, payment.ErrNoAnswer) {
			t.Errorf("made, but reported as failed: %v", err)
		}
		h.fault = nil
		first, err := h.s.Checkout(ctx, gift, "Warm coats", "/back")
		if err != nil || h.payment(gift).State != payment.Pending {
			t.Fatalf("state %s, error %v", h.payment(gift).State, err)
		}
		if again, err := h.s.Checkout(ctx, gift, "Warm coats", "/back"); err != nil || again != first {
			t.Errorf("first %+v, then %+v, error %v", first, again, err)
		}
		c.Advance(30 * time.Minute)
		if _, err := h.s.Checkout(ctx, gift, "Warm coats", "/back"); !errors.Is(err, payment.ErrExpired) {
			t.Errorf("after its time: %v", err)
		}
		h.settle(gift, payment.Closed)
		if _, err := h.s.Checkout(ctx, gift, "Warm coats", "/back"); !errors.Is(err, payment.ErrEnded) {
			t.Errorf("after its end: %v", err)
		}
	})
}

func TestNoticeCreditsOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c, paymenttest.Book{})
		p := h.checkout(gift)
		m := h.captured(p, nil)
		for range 3 {
			h.mustNotice(m)
		}
		h.mustNotice(h.captured(p, func(st *payment.Status) { st.State = "pending" }))
		h.mustNotice(h.captured(p, func(st *payment.Status) { st.State = "failed" }))
		got := h.payment(gift)
		if got.State != payment.Captured || got.ProviderRef != m.ProviderRef || !got.PaidAt.Equal(m.PaidAt) || !got.EndedAt.Equal(c.Now()) {
			t.Errorf("noted as %+v", got)
		}
		h.told(gift, "captured")
		h.held()
	})
}

func TestManyNoticesAtOnceMakeOneCapture(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c, paymenttest.Book{})
		m := h.captured(h.checkout(gift), nil)
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if err := h.notice(sandbox.Name, m); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		h.told(gift, "captured")
		h.held()
	})
}

func TestWhatDoesNotEqualThePaymentIsHeldOnce(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		gateway string
		change  func(*payment.Status)
		want    payment.Reason
	}{
		"too little":      {sandbox.Name, func(st *payment.Status) { st.Amount.Minor-- }, payment.WrongAmount},
		"too much":        {sandbox.Name, func(st *payment.Status) { st.Amount.Minor++ }, payment.WrongAmount},
		"other money":     {sandbox.Name, func(st *payment.Status) { st.Amount.Unit = "USD" }, payment.WrongUnit},
		"unknown":         {sandbox.Name, func(st *payment.Status) { st.MerchantRef = "mh9" }, payment.UnknownPayment},
		"another gateway": {"other", nil, payment.WrongGateway},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, c := dbtest.SQLite(t)
			h := newHouse(t, d, c, paymenttest.Book{})
			p := h.checkout(gift)
			for range 2 {
				if err := h.notice(x.gateway, h.captured(p, x.change)); err != nil {
					t.Fatal(err)
				}
			}
			h.held(x.want)
			h.told(gift)
			if got := h.payment(gift); got.State != payment.Pending {
				t.Errorf("noted as %s", got.State)
			}
			h.mustNotice(h.captured(p, nil)) // the right one still counts
			h.told(gift, "captured")
		})
	}
}

func TestSecondNumbersAreHeld(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c, paymenttest.Book{})
		first, second := h.checkout(gift), h.checkout(gift+1)
		h.mustNotice(h.captured(first, nil))
		h.mustNotice(h.captured(first, func(st *payment.Status) { st.ProviderRef = "paid-again" }))
		h.mustNotice(h.captured(second, func(st *payment.Status) { st.ProviderRef = "sb-" + first.MerchantRef }))
		h.held(payment.OtherRef, payment.RefUsed)
		h.told(gift, "captured")
		h.told(gift + 1)
	})
}

func TestNoticesThatAreNoneChangeNothing(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	h := newHouse(t, d, c, paymenttest.Book{})
	p := h.checkout(gift)
	if err := h.notice("nowhere", h.captured(p, nil)); !errors.Is(err, payment.ErrUnknownGateway) {
		t.Errorf("from nowhere: %v", err)
	}
	if err := h.s.Notice(t.Context(), sandbox.Name, nil, []byte("{}")); !errors.Is(err, payment.ErrBadSignature) {
		t.Errorf("unsigned: %v", err)
	}
	for name, change := range map[string]func(*payment.Status){
		"no number of theirs": func(st *payment.Status) { st.ProviderRef = "" },
		"no number of ours":   func(st *payment.Status) { st.MerchantRef = "" },
		"no such state":       func(st *payment.Status) { st.State = "paid" },
	} {
		if err := h.notice(sandbox.Name, h.captured(p, change)); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	h.told(gift)
	h.held()
}

func TestMoneyAfterTheEndIsLateAndNeverLost(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c, paymenttest.Book{})
		closed, failed := h.checkout(gift), h.checkout(gift+1)
		h.mustNotice(h.captured(failed, func(st *payment.Status) { st.State = "failed" }))
		c.Advance(30 * time.Minute)
		h.settle(gift, payment.Closed)
		for range 2 {
			h.mustNotice(h.captured(closed, nil))
			h.mustNotice(h.captured(failed, nil))
		}
		h.told(gift, "closed", "captured late")
		h.told(gift+1, "failed", "captured late")
		if got := h.payment(gift); got.State != payment.Captured {
			t.Errorf("noted as %s", got.State)
		}
	})
}

func TestWhatThePurposeRefusesIsRolledBackAndComesAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		broken := errors.New("the books are closed")
		var refuse error = broken
		h := newHouse(t, d, c, paymenttest.Book{Refuse: func(string) error { return refuse }})
		m := h.captured(h.checkout(gift), nil)
		if err := h.notice(sandbox.Name, m); !errors.Is(err, broken) {
			t.Fatal(err)
		}
		if got := h.payment(gift); got.State != payment.Pending || got.ProviderRef != "" {
			t.Errorf("noted as %+v", got)
		}
		h.told(gift)
		refuse = nil
		h.mustNotice(m)
		h.told(gift, "captured")
	})
}
