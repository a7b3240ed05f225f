package sandbox_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
	"manyhands/internal/job"
	"manyhands/internal/money"
	"manyhands/internal/payment"
	"manyhands/internal/payment/paymenttest"
	"manyhands/internal/payment/paymentweb"
	"manyhands/internal/payment/sandbox"
	"manyhands/internal/web"
)

const gift int64 = 4711

// world is the whole way of a payment: wallet, notices over HTTP, the merchant's service and jobs.
type world struct {
	t       *testing.T
	d       *db.DB
	c       *clock.Sim
	g       *sandbox.Gateway
	s       *payment.Service
	jobs    *job.Runner
	wallet  string       // the order's number in the wallet
	notices atomic.Int64 // that reached the merchant
	down    atomic.Bool  // the merchant answers nothing
}

func newWorld(t *testing.T, d *db.DB, c *clock.Sim) *world {
	t.Helper()
	w := &world{t: t, d: d, c: c}
	log := slog.New(slog.DiscardHandler)
	var base string
	w.g = sandbox.New(d, sandbox.Options{Secret: secret, BaseURL: func() string { return base }})
	w.s = payment.New(d, []payment.Gateway{w.g}, paymenttest.Book{})
	m := web.NewMux(web.Options{Log: log})
	paymentweb.Mount(m, w.s, log)
	door := web.Chain(m, web.Options{Log: log})
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.notices.Add(1)
		if w.down.Load() {
			rw.WriteHeader(http.StatusBadGateway)
			return
		}
		door.ServeHTTP(rw, r)
	}))
	t.Cleanup(srv.Close)
	base = srv.URL
	w.jobs = w.runner()
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := w.s.Begin(t.Context(), tx, payment.Due{PurposeID: gift, Gateway: sandbox.Name, Amount: money.Yuan(3500), ClosesAt: tx.Now().Add(30 * time.Minute)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := w.s.Checkout(t.Context(), gift, "Warm coats", "/follow/x")
	if err != nil {
		t.Fatal(err)
	}
	w.wallet = out.RedirectURL[len("/sandbox/pay/"):]
	if out.QR != base+out.RedirectURL {
		t.Errorf("checkout %+v", out)
	}
	return w
}

// runner is a fresh process's: it knows nothing but what is in the database. It leaves the settling
// job out, so that a test sees what notices alone do.
func (w *world) runner() *job.Runner {
	r := job.NewRunner(w.d, slog.New(slog.DiscardHandler), job.Config{})
	w.g.Register(r)
	return r
}

func (w *world) confirm(trick sandbox.Trick) {
	w.t.Helper()
	if _, err := w.g.Confirm(w.t.Context(), w.wallet, trick); err != nil {
		w.t.Fatal(err)
	}
}

// pass lets time go by and runs the jobs that have come due.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	w.c.Advance(d)
	if _, err := w.jobs.RunOnce(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) is(want payment.State, notices int64, told ...string) {
	w.t.Helper()
	var p payment.Payment
	err := w.d.Read(w.t.Context(), func(r *db.Reader) (err error) {
		p, err = w.s.ByPurpose(w.t.Context(), r, gift)
		return err
	})
	if err != nil || p.State != want {
		w.t.Fatalf("state %s, error %v; want %s", p.State, err, want)
	}
	if got := w.notices.Load(); got != notices {
		w.t.Fatalf("%d notices have come, want %d", got, notices)
	}
	if got := paymenttest.Told(w.t, w.d, gift); !slices.Equal(got, told) {
		w.t.Fatalf("the purpose was told %q, want %q", got, told)
	}
	if err := w.d.Read(w.t.Context(), func(r *db.Reader) error { return payment.Check(w.t.Context(), r) }); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) settle(want payment.State) {
	w.t.Helper()
	if got, err := w.s.Settle(w.t.Context(), gift); err != nil || got != want {
		w.t.Fatalf("settled as %s, error %v; want %s", got, err, want)
	}
}

func TestTricks(t *testing.T) {
	t.Parallel()
	for trick, play := range map[sandbox.Trick]func(w *world){
		sandbox.Honest: func(w *world) {
			w.pass(0)
			w.is(payment.Captured, 1, "captured")
		},
		sandbox.Duplicate: func(w *world) {
			w.pass(time.Minute)
			w.is(payment.Captured, 3, "captured")
		},
		sandbox.Reordered: func(w *world) {
			w.pass(0)
			w.pass(time.Minute)
			w.is(payment.Captured, 2, "captured")
		},
		sandbox.Late: func(w *world) {
			w.pass(sandbox.LateBy - time.Second)
			w.is(payment.Pending, 0)
			w.pass(time.Second)
			w.is(payment.Captured, 1, "captured")
		},
		sandbox.Lost: func(w *world) {
			w.pass(24 * time.Hour)
			w.is(payment.Pending, 0)
			w.settle(payment.Captured)
			w.is(payment.Captured, 0, "captured")
		},
		sandbox.AfterClose: func(w *world) {
			w.settle(payment.Pending)
			w.pass(30 * time.Minute)
			w.settle(payment.Closed)
			w.is(payment.Closed, 0, "closed")
			w.pass(time.Minute)
			w.is(payment.Captured, 1, "closed", "captured late")
		},
		sandbox.BadSignature: onceAndInVain,
		sandbox.Stale:        onceAndInVain,
		sandbox.WrongAmount: func(w *world) {
			w.pass(time.Hour)
			w.is(payment.Pending, 1)
			w.settle(payment.Failed)
			w.is(payment.Failed, 1, "failed")
		},
		sandbox.Timeout: func(w *world) {
			w.pass(sandbox.SilentFor - time.Second)
			if _, err := w.s.Settle(w.t.Context(), gift); fault.KindOf(err) != fault.Busy {
				w.t.Errorf("an answer while it is silent: %v", err)
			}
			w.is(payment.Pending, 0)
			w.pass(time.Second)
			w.settle(payment.Captured)
			w.is(payment.Captured, 0, "captured")
		},
	} {
		t.Run("trick "+string(trick), func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
				w := newWorld(t, d, c)
				w.confirm(trick)
				play(w)
			})
		})
	}
}

// onceAndInVain: the only notice is refused at the door, and asking finds the money.
func onceAndInVain(w *world) {
	w.pass(0)
	w.pass(24 * time.Hour)
	w.is(payment.Pending, 1)
	w.settle(payment.Captured)
	w.is(payment.Captured, 1, "captured")
}

func TestEveryTrickIsPlayed(t *testing.T) {
	t.Parallel()
	if n := len(sandbox.Tricks()); n != 10 {
		t.Errorf("%d tricks, TestTricks plays 10", n)
	}
	d, c := dbtest.SQLite(t)
	w := newWorld(t, d, c)
	_, err := w.g.Confirm(t.Context(), w.wallet, "juggling")
	if _, ok := errors.AsType[fault.Fields](err); !ok {
		t.Errorf("an unknown trick: %v", err)
	}
}

// A merchant that is down gets the notice again, from a process that was started meanwhile too.
func TestNoticeComesAgainAfterRestarts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := newWorld(t, d, c)
		w.confirm(sandbox.Honest)
		w.jobs = w.runner() // killed before it posted anything
		w.down.Store(true)
		w.pass(0)
		w.pass(14 * time.Second)
		w.is(payment.Pending, 1)
		w.pass(time.Second)
		w.jobs = w.runner()
		w.pass(15 * time.Second)
		w.is(payment.Pending, 3)
		w.down.Store(false)
		w.pass(30 * time.Second)
		w.pass(24 * time.Hour)
		w.is(payment.Captured, 4, "captured")
	})
}

func TestNoticesEndAfterADay(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	w := newWorld(t, d, c)
	w.confirm(sandbox.Honest)
	w.down.Store(true)
	for range 40 {
		w.pass(6 * time.Hour)
	}
	w.is(payment.Pending, 16)
}

func TestRefusingAndLeaving(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := newWorld(t, d, c)
		for range 2 { // a double click
			if o, err := w.g.Refuse(t.Context(), w.wallet); err != nil || o.State != sandbox.Refused {
				t.Fatalf("order %+v, error %v", o, err)
			}
		}
		for name, press := range map[string]func(context.Context, string) (sandbox.Order, error){
			"confirm": func(ctx context.Context, ref string) (sandbox.Order, error) {
				return w.g.Confirm(ctx, ref, sandbox.Honest)
			},
			"close": w.g.PayerCloses,
		} {
			if _, err := press(t.Context(), w.wallet); !errors.Is(err, sandbox.ErrEnded) {
				t.Errorf("%s after refusing: %v", name, err)
			}
			if _, err := press(t.Context(), "sbnothing"); !errors.Is(err, sandbox.ErrNoOrder) {
				t.Errorf("%s of nothing: %v", name, err)
			}
		}
		w.pass(0)
		w.is(payment.Failed, 1, "failed")
	})
}

func TestAnOrderCannotBePaidAfterItsTime(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	w := newWorld(t, d, c)
	w.pass(30 * time.Minute)
	if o, err := w.g.Find(t.Context(), w.wallet); err != nil || o.State != sandbox.Expired {
		t.Errorf("order %+v, error %v", o, err)
	}
	for _, trick := range []sandbox.Trick{sandbox.Honest, sandbox.AfterClose} {
		if _, err := w.g.Confirm(t.Context(), w.wallet, trick); !errors.Is(err, sandbox.ErrEnded) {
			t.Errorf("paid after its time: %v", err)
		}
	}
	if o, err := w.g.PayerCloses(t.Context(), w.wallet); err != nil || o.State != sandbox.Closed {
		t.Errorf("order %+v, error %v", o, err)
	}
	w.settle(payment.Closed)
}
