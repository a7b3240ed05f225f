package payment_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/job"
	"manyhands/internal/money"
	"manyhands/internal/payment"
	"manyhands/internal/payment/paymenttest"
	"manyhands/internal/payment/sandbox"
)

const secret = "a secret of the tests"

// gift is the purpose that tests pay for.
const gift int64 = 4711

// house is a service over a database with one gateway, and the gateway's strikes under control.
type house struct {
	t     *testing.T
	d     *db.DB
	c     *clock.Sim
	g     *sandbox.Gateway
	s     *payment.Service
	jobs  *job.Runner
	fault func(sandbox.Point) error
}

func newHouse(t *testing.T, d *db.DB, c *clock.Sim, book paymenttest.Book) *house {
	t.Helper()
	h := &house{t: t, d: d, c: c}
	h.g = sandbox.New(d, sandbox.Options{Secret: []byte(secret), BaseURL: func() string { return "http://127.0.0.1:1" },
		Fault: func(p sandbox.Point) error {
			if h.fault == nil {
				return nil
			}
			return h.fault(p)
		}})
	h.s = payment.New(d, []payment.Gateway{h.g, other{h.g}}, book)
	h.jobs = job.NewRunner(d, slog.New(slog.DiscardHandler), job.Config{})
	h.s.Register(h.jobs)
	t.Cleanup(func() {
		err := d.Read(context.Background(), func(r *db.Reader) error { return payment.Check(context.Background(), r) })
		if err != nil {
			t.Error(err)
		}
	})
	return h
}

// other is a second gateway, which speaks the first one's dialect under another name.
type other struct{ *sandbox.Gateway }

func (other) Name() string { return "other" }

func (h *house) write(body func(tx *db.Tx) error) {
	h.t.Helper()
	if err := h.d.Write(h.t.Context(), body); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) begin(purpose, fen int64) (p payment.Payment) {
	h.t.Helper()
	h.write(func(tx *db.Tx) (err error) {
		made, err := h.s.Begin(h.t.Context(), tx, payment.Due{PurposeID: purpose, Gateway: sandbox.Name, Amount: money.Yuan(fen), ClosesAt: tx.Now().Add(30 * time.Minute)})
		if err == nil {
			p = made[0]
		}
		return err
	})
	return p
}

// checkout begins a payment of ¥35 for the purpose and makes its order.
func (h *house) checkout(purpose int64) payment.Payment {
	h.t.Helper()
	p := h.begin(purpose, 3500)
	if _, err := h.s.Checkout(h.t.Context(), purpose, "Warm coats", "/back"); err != nil {
		h.t.Fatal(err)
	}
	return p
}

// pay confirms the payment's order in the wallet, with a trick.
func (h *house) pay(p payment.Payment, trick sandbox.Trick) {
	h.t.Helper()
	st, err := h.g.Query(h.t.Context(), p.MerchantRef)
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := h.g.Confirm(h.t.Context(), st.ProviderRef, trick); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) settle(purpose int64, want payment.State) {
	h.t.Helper()
	got, err := h.s.Settle(h.t.Context(), purpose)
	if err != nil || got != want {
		h.t.Fatalf("settled as %s, error %v; want %s", got, err, want)
	}
	if p := h.payment(purpose); p.State != want {
		h.t.Fatalf("settled as %s but noted as %s", got, p.State)
	}
}

func (h *house) payment(purpose int64) (p payment.Payment) {
	h.t.Helper()
	err := h.d.Read(h.t.Context(), func(r *db.Reader) (err error) {
		p, err = h.s.ByPurpose(h.t.Context(), r, purpose)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return p
}

// told asserts what the purpose heard, in order.
func (h *house) told(purpose int64, want ...string) {
	h.t.Helper()
	if got := paymenttest.Told(h.t, h.d, purpose); !slices.Equal(got, want) {
		h.t.Errorf("the purpose was told %q, want %q", got, want)
	}
}

// held asserts the reasons for which money lies in quarantine.
func (h *house) held(want ...payment.Reason) (all []payment.Quarantine) {
	h.t.Helper()
	err := h.d.Read(h.t.Context(), func(r *db.Reader) (err error) {
		all, err = h.s.Quarantined(h.t.Context(), r, 0, 100)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	var got []payment.Reason
	for _, x := range all {
		got = append(got, x.Reason)
	}
	if !slices.Equal(got, want) {
		h.t.Errorf("in quarantine for %q, want %q", got, want)
	}
	return all
}

// captured is the right notice about a payment, changed.
func (h *house) captured(p payment.Payment, change func(*payment.Status)) payment.Status {
	st := payment.Status{MerchantRef: p.MerchantRef, ProviderRef: "sb-" + p.MerchantRef, Amount: p.Amount,
		State: payment.Captured, PaidAt: h.c.Now().Add(-time.Minute)}
	if change != nil {
		change(&st)
	}
	return st
}

// notice signs a status as the gateway would and hands it in.
func (h *house) notice(gateway string, st payment.Status) error {
	header, body, err := sandbox.Sign([]byte(secret), st, h.c.Now())
	if err != nil {
		return err
	}
	return h.s.Notice(context.Background(), gateway, header, body)
}

func (h *house) mustNotice(st payment.Status) {
	h.t.Helper()
	if err := h.notice(sandbox.Name, st); err != nil {
		h.t.Fatal(err)
	}
}
