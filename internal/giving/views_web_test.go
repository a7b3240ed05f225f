package giving_test

import (
	"context"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/giving"
	"manyhands/internal/giving/givingtest"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
)

// TestFiguresAreTheLedgers gives, gives back, brings coats and serves meals: the figures follow, and a
// match is no gift.
func TestFiguresAreTheLedgers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		w := givingtest.New(t, d)
		g := w.Pay(w.Give(100_00, "a"))
		w.Pay(w.Give(50_00, "b"))
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			return w.Service.Returned(ctx, tx, g.ID, 40_00, tx.NewID())
		})
		n := w.NewNeed(money.Coat, 10)
		promise, err := w.Service.Promise(t.Context(), giving.PromiseInput{Need: n.ID, Quantity: 3, Visibility: giving.Organisation, Email: "a@example.org"})
		if err != nil {
			t.Fatal(err)
		}
		p := w.PayOut("1", 60_00)
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			if err := w.Service.Arrived(ctx, tx, promise.ID, 3, w.Maker); err != nil {
				return err
			}
			return w.Service.RecordOutcome(ctx, tx, tx.NewID(), giving.OutcomeInput{Payout: p.ID, Quantity: money.Amount{Minor: 7, Unit: money.Meal},
				Label: i18n.Text{ZH: "热饭", EN: "hot meals"}, HappenedAt: tx.Now()}, w.Maker)
		})
		w.Read(func(ctx context.Context, r *db.Reader) error {
			f, err := w.Service.Figures(ctx, r)
			if f.Given[money.CNY] != 110_00 || f.Given[money.Coat] != 3 || f.Given[money.Hour] != 0 || f.Reached[money.Meal] != 7 || f.Reached[money.Child] != 0 {
				t.Errorf("given %v, reached %v", f.Given, f.Reached)
			}
			return err
		})
	})
}

// TestDrawnAddsUp pays out across two gifts and their matches.
func TestDrawnAddsUp(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := givingtest.New(t, d)
		first := c.Now()
		w.Pay(w.Give(30_00, "a"))
		c.Advance(time.Hour)
		w.Pay(w.Give(20_00, "b"))
		p := w.PayOut("1", 70_00) // 30 and 30 of the first, 10 of the second
		w.Read(func(ctx context.Context, r *db.Reader) error {
			got, err := giving.DrawnOf(ctx, r, p)
			want := giving.Drawn{Gifts: 2, GiftMinor: 40_00, MatchMinor: 30_00, First: first, Last: first.Add(time.Hour)}
			if got.More || got.Gifts != want.Gifts || got.GiftMinor != want.GiftMinor || got.MatchMinor != want.MatchMinor || got.OtherMinor != 0 ||
				!got.First.Equal(want.First) || !got.Last.Equal(want.Last) {
				t.Errorf("got %+v, want %+v", got, want)
			}
			return err
		})
	})
}

func TestOpenPoolIsTheOneThatEndsFirst(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := givingtest.New(t, d)
		c.Advance(time.Hour)
		w.NewPool(giving.Terms{Rule: giving.FirstCome, RatioPercent: 50}, 10_00) // ends an hour later
		w.Read(func(ctx context.Context, r *db.Reader) error {
			p, open, err := giving.OpenPool(ctx, r, c.Now())
			if !open || p.ID != w.Pool.ID {
				t.Errorf("pool %d, open %v; want %d", p.ID, open, w.Pool.ID)
			}
			if _, open, _ := giving.OpenPool(ctx, r, c.Now().Add(100*time.Hour)); open {
				t.Error("a pool is open after all have ended")
			}
			return err
		})
	})
}

func TestFewChildren(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		n    int64
		unit money.Unit
		few  bool
	}{{4, money.Child, true}, {5, money.Child, false}, {1, money.Meal, false}} {
		if got := (giving.Outcome{Quantity: money.Amount{Minor: c.n, Unit: c.unit}}).FewChildren(); got != c.few {
			t.Errorf("%d %s: %v", c.n, c.unit, got)
		}
	}
}
