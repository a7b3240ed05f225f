package payment_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
	"manyhands/internal/job"
	"manyhands/internal/payment"
	"manyhands/internal/payment/paymenttest"
	"manyhands/internal/payment/sandbox"
)

const maker, checker int64 = 1, 2

func (h *house) request(fen int64, reason string) (r payment.Refund, err error) {
	err = h.d.Write(h.t.Context(), func(tx *db.Tx) (err error) {
		r, err = h.s.RequestRefund(h.t.Context(), tx, payment.RefundRequest{PurposeID: gift, Minor: fen, Reason: reason, Person: maker})
		return err
	})
	return r, err
}

func (h *house) approve(id, person int64) error {
	return h.d.Write(h.t.Context(), func(tx *db.Tx) error { return h.s.ApproveRefund(h.t.Context(), tx, id, person) })
}

func (h *house) refuse(id, person int64) error {
	return h.d.Write(h.t.Context(), func(tx *db.Tx) error { return h.s.RefuseRefund(h.t.Context(), tx, id, person) })
}

func (h *house) refundStates() string {
	h.t.Helper()
	var out []string
	err := h.d.Read(h.t.Context(), func(r *db.Reader) error {
		all, err := h.s.Refunds(h.t.Context(), r, gift)
		for _, x := range all {
			out = append(out, string(x.State))
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return strings.Join(out, " ")
}

func (h *house) runJobs() error {
	_, err := h.jobs.RunOnce(h.t.Context())
	return err
}

func TestRefund(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c, paymenttest.Book{})
		p := h.checkout(gift)
		if _, err := h.request(100, "duplicate"); !errors.Is(err, payment.ErrNotCaptured) {
			t.Errorf("of what was not paid: %v", err)
		}
		h.pay(p, sandbox.Lost)
		h.settle(gift, payment.Captured)
		r, err := h.request(3000, "duplicate")
		if err != nil {
			t.Fatal(err)
		}
		if err := h.approve(r.ID, maker); !errors.Is(err, payment.ErrSamePerson) {
			t.Errorf("approved by whoever asked: %v", err)
		}
		h.fault = func(p sandbox.Point) error {
			if p.Op == "refund" && p.Done {
				return errors.New("given back, but reported as failed")
			}
			return nil
		}
		if err := h.approve(r.ID, checker); err != nil {
			t.Fatal(err)
		}
		h.told(gift, "captured", "returned")
		if err := h.runJobs(); err == nil || h.refundStates() != "approved" {
			t.Errorf("states %q, error %v", h.refundStates(), err)
		}
		h.fault = nil
		c.Advance(time.Minute)
		if err := h.runJobs(); err != nil || h.refundStates() != "done" {
			t.Errorf("states %q, error %v", h.refundStates(), err)
		}
		for _, err := range []error{h.approve(r.ID, checker), h.refuse(r.ID, checker)} {
			if !errors.Is(err, payment.ErrDecided) {
				t.Errorf("decided again: %v", err)
			}
		}
		st, err := h.g.QueryRefund(t.Context(), p.MerchantRef, payment.RefundRef(r.ID))
		if err != nil || st.Amount.Minor != 3000 {
			t.Errorf("at the gateway: %+v, error %v", st, err)
		}
	})
}

// slow accepts refunds first and says later how they went.
type slow struct {
	*sandbox.Gateway
	progress *payment.Progress
}

func (s slow) Refund(_ context.Context, o payment.RefundOrder) (payment.RefundStatus, error) {
	return payment.RefundStatus{RefundRef: o.RefundRef, Amount: o.Amount, Progress: *s.progress}, nil
}

func TestRefundThatTakesItsTime(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	h := newHouse(t, d, c, paymenttest.Book{})
	progress := payment.RefundPending
	h.s = payment.New(d, []payment.Gateway{slow{h.g, &progress}}, paymenttest.Book{})
	h.jobs = job.NewRunner(d, slog.New(slog.DiscardHandler), job.Config{})
	h.s.Register(h.jobs)
	h.pay(h.checkout(gift), sandbox.Lost)
	h.settle(gift, payment.Captured)
	r, err := h.request(3500, "court_order")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.approve(r.ID, checker); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		says payment.Progress
		fine bool
		want string
	}{{payment.RefundPending, true, "approved"}, {payment.RefundPending, true, "approved"}, {payment.RefundFailed, false, "approved"}, {payment.RefundDone, true, "done"}} {
		progress = x.says
		if err := h.runJobs(); (err == nil) != x.fine || h.refundStates() != x.want {
			t.Errorf("it says %s: states %q, error %v", x.says, h.refundStates(), err)
		}
		c.Advance(time.Minute)
	}
}

func TestRefundsNeverExceedThePayment(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c, paymenttest.Book{})
		h.pay(h.checkout(gift), sandbox.Lost)
		h.settle(gift, payment.Captured)
		first, err := h.request(3000, "wrong_amount")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.request(501, "wrong_amount"); !errors.Is(err, payment.ErrRefundTooMuch) {
			t.Errorf("one fen too much: %v", err)
		}
		if err := h.refuse(first.ID, checker); err != nil {
			t.Fatal(err)
		}
		if _, err := h.request(3500, "wrong_amount"); err != nil {
			t.Errorf("all of it, once the first was refused: %v", err)
		}
		if got := h.refundStates(); got != "refused requested" {
			t.Errorf("states %q", got)
		}
		h.told(gift, "captured")
		_, err = h.request(0, "because")
		bad, ok := errors.AsType[fault.Fields](err)
		if _, amount := bad.Get("amount"); !ok || !amount || len(bad) != 2 {
			t.Errorf("nothing for no reason: %v", err)
		}
	})
}

func TestApprovalFallsWithTheBooks(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		spent := fault.New(fault.Conflict, "ledger.already_spent")
		h := newHouse(t, d, c, paymenttest.Book{Refuse: func(what string) error {
			if what == "returned" {
				return spent
			}
			return nil
		}})
		h.pay(h.checkout(gift), sandbox.Lost)
		h.settle(gift, payment.Captured)
		r, err := h.request(3500, "minor")
		if err != nil {
			t.Fatal(err)
		}
		if err := h.approve(r.ID, checker); !errors.Is(err, spent) {
			t.Errorf("approved: %v", err)
		}
		if err := h.runJobs(); err != nil || h.refundStates() != "requested" {
			t.Errorf("states %q, error %v", h.refundStates(), err)
		}
		var waiting []payment.WaitingRefund
		if err := d.Read(t.Context(), func(q *db.Reader) (err error) {
			waiting, err = h.s.WaitingRefunds(t.Context(), q, 0, 10)
			return err
		}); err != nil || len(waiting) != 1 || waiting[0].Refund != r || waiting[0].PurposeID != gift {
			t.Errorf("waiting: %+v, error %v", waiting, err)
		}
	})
}

func TestResolveQuarantine(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c, paymenttest.Book{})
		h.mustNotice(h.captured(h.checkout(gift), func(st *payment.Status) { st.Amount.Minor = 1 }))
		id := h.held(payment.WrongAmount)[0].ID
		resolve := func(id int64, note string) error {
			return d.Write(t.Context(), func(tx *db.Tx) error { return h.s.ResolveQuarantine(t.Context(), tx, id, checker, note) })
		}
		for note, want := range map[string]fault.Kind{"": fault.Invalid, strings.Repeat("记", payment.MaxNoteRunes+1): fault.Invalid} {
			if err := resolve(id, note); fault.KindOf(err) != want {
				t.Errorf("a note of %d bytes: %v", len(note), err)
			}
		}
		if err := resolve(id+1, "x"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("another case: %v", err)
		}
		if err := resolve(id, "given back by hand"); err != nil {
			t.Fatal(err)
		}
		if err := resolve(id, "again"); !errors.Is(err, payment.ErrResolved) {
			t.Errorf("again: %v", err)
		}
		h.held()
	})
}
