package giving_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/giving"
	"manyhands/internal/giving/givingtest"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/programme"
)

// While a programme or its organisation is suspended, nobody can give to it; what was being paid is
// still taken.
func TestASuspendedProgrammeTakesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		w := givingtest.New(t, d)
		coats := w.NewNeed(money.Coat, 5)
		underWay := w.Give(10_00, "early")
		suspend := map[string]func(ctx context.Context, tx *db.Tx) error{
			"programme": func(ctx context.Context, tx *db.Tx) error {
				return programme.SuspendProgramme(ctx, tx, w.Programme.ID, w.Checker)
			},
			"organisation": func(ctx context.Context, tx *db.Tx) error {
				return programme.SuspendOrganisation(ctx, tx, w.Charity.ID, "money", "", w.Checker)
			},
		}
		resume := map[string]func(ctx context.Context, tx *db.Tx) error{
			"programme": func(ctx context.Context, tx *db.Tx) error {
				return programme.PublishProgramme(ctx, tx, w.Programme.ID, w.Checker)
			},
			"organisation": func(ctx context.Context, tx *db.Tx) error {
				if _, err := programme.LiftSuspension(ctx, tx, w.Charity.ID, w.Checker); err != nil {
					return err
				}
				_, err := programme.LiftSuspension(ctx, tx, w.Charity.ID, w.Maker)
				return err
			},
		}
		for what := range suspend {
			w.Write(suspend[what])
			_, err := w.Service.Give(t.Context(), giving.GiftInput{Campaign: w.Campaign.ID, Amount: money.Yuan(100), Method: "sandbox", Visibility: giving.Public})
			if key(err) != "giving.need_closed" {
				t.Errorf("%s suspended, a gift: %v", what, err)
			}
			_, err = w.Service.Promise(t.Context(), giving.PromiseInput{Need: coats.ID, Quantity: 1, Visibility: giving.Public, Email: "a@example.org"})
			if key(err) != "giving.need_closed" {
				t.Errorf("%s suspended, a promise: %v", what, err)
			}
			w.Write(resume[what])
		}
		if g := w.Pay(underWay); g.State != giving.Received {
			t.Errorf("a gift that was being paid is %s", g.State)
		}
		w.Give(100, "late")
		w.Check()
	})
}

func TestFundsAndPoolMoneyAreIdempotent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		w := givingtest.New(t, d)
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			in := giving.FundInput{ID: tx.NewID(), Name: i18n.Text{ZH: "通用基金", EN: "General fund"}, By: w.Maker}
			money100, entry := money.Yuan(100_00), tx.NewID()
			for range 2 {
				if f, err := giving.OpenFund(ctx, tx, in); err != nil || f.ID != in.ID {
					t.Errorf("fund %d: %v", f.ID, err)
				}
				if err := giving.FundPool(ctx, tx, w.Pool, money100, entry, w.Maker); err != nil {
					t.Error(err)
				}
			}
			for subject, kind := range map[int64]string{in.ID: "fund.opened", w.Pool.ID: "pool.funded"} {
				list, err := event.About(ctx, tx, subject, 100)
				n := 0
				for _, e := range list {
					if e.Kind == kind {
						n++
					}
				}
				if want := map[string]int{"fund.opened": 1, "pool.funded": 2}[kind]; err != nil || n != want {
					t.Errorf("%s is in the diary %d times, want %d: %v", kind, n, want, err)
				}
			}
			return nil
		})
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := giving.OpenFund(t.Context(), tx, giving.FundInput{Name: i18n.Text{ZH: "只有中文"}})
			return err
		})
		if _, ok := errors.AsType[fault.Fields](err); !ok {
			t.Errorf("a fund without an English name: %v", err)
		}
	})
}

// A fund that a campaign fills is no fund to fall back on: it might close first.
func TestFallbackIsAFundThatStands(t *testing.T) {
	t.Parallel()
	w := givingtest.New(t, sqlite(t))
	err := w.D.Write(t.Context(), func(tx *db.Tx) error {
		_, err := w.Service.CreateCampaign(t.Context(), tx, giving.CampaignInput{Programme: w.Programme.ID, Title: i18n.Text{ZH: "冬衣", EN: "Coats"},
			Goal: money.Yuan(100_00), StartsAt: tx.Now(), EndsAt: tx.Now().Add(time.Hour), FallbackFund: w.Campaign.Fund}, w.Maker)
		return err
	})
	if key(err) != "giving.no_fund" {
		t.Errorf("a campaign falls back on another's fund: %v", err)
	}
}

func sqlite(t *testing.T) *db.DB {
	d, _ := dbtest.SQLite(t)
	return d
}

// What can be given back is exactly what the books let go, and not a fen more.
func TestReturnable(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		w := givingtest.New(t, d)
		returnable := func(g giving.Gift) (n int64) {
			w.Read(func(ctx context.Context, r *db.Reader) (err error) {
				if g, err = giving.GiftByID(ctx, r, g.ID); err == nil {
					n, err = giving.Returnable(ctx, r, g)
				}
				return err
			})
			return n
		}
		back := func(g giving.Gift, fen int64) error {
			return d.Write(t.Context(), func(tx *db.Tx) error { return w.Service.Returned(t.Context(), tx, g.ID, fen, tx.NewID()) })
		}
		waiting := w.Give(10_00, "zero")
		if n := returnable(waiting); n != 0 {
			t.Errorf("%d of a gift that has not come", n)
		}
		a, b := w.Pay(w.Give(50_00, "one")), w.Pay(w.Give(50_00, "two")) // each matched one to one
		w.PayOut("A-1", 130_00)                                          // all of a and its match, 30 of b
		for _, x := range []struct {
			g    giving.Gift
			want int64
		}{{a, 0}, {b, 20_00}} {
			if n := returnable(x.g); n != x.want {
				t.Errorf("%d can be given back, want %d", n, x.want)
			}
			if err := back(x.g, x.want+1); err == nil {
				t.Errorf("%d were given back", x.want+1)
			}
		}
		if err := back(b, 5_00); err != nil {
			t.Error(err)
		}
		if n := returnable(b); n != 15_00 {
			t.Errorf("%d can be given back after a part of it was, want 1500", n)
		}
		if err := back(b, 15_00); err != nil || returnable(b) != 0 {
			t.Errorf("%v, %d left", err, returnable(b))
		}
		w.Check()
	})
}
