package giving_test

import (
	"context"
	"strings"
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

func TestPoolIsOpenedByAnotherAndNeverEmpty(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	w := givingtest.New(t, d)
	ctx := context.Background()
	var p giving.Pool
	w.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = w.Service.CreatePool(ctx, tx, giving.PoolInput{Name: i18n.Text{ZH: "第二个", EN: "Second"}, Sponsor: w.Donor.ID,
			Terms: giving.Terms{Rule: giving.FirstCome, RatioPercent: 50}, StartsAt: tx.Now(), EndsAt: tx.Now().Add(time.Hour), Campaigns: []int64{w.Campaign.ID}}, w.Maker)
		return err
	})
	open := func(by int64) string {
		return key(d.Write(ctx, func(tx *db.Tx) error { _, err := w.Service.OpenPool(ctx, tx, p.ID, by); return err }))
	}
	if k := open(w.Checker); k != "giving.pool_empty" {
		t.Errorf("an empty pool: %q", k)
	}
	var id int64
	for range 2 { // the same id again moves nothing
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			if id == 0 {
				id = tx.NewID()
			}
			return giving.FundPool(ctx, tx, p, money.Yuan(100), id, w.Maker)
		})
	}
	if k := open(w.Maker); k != "giving.same_person" {
		t.Errorf("opened by its maker: %q", k)
	}
	if k := open(w.Checker); k != "" {
		t.Errorf("opened by another: %q", k)
	}
	if k := open(w.Checker); k != "giving.pool_not_draft" {
		t.Errorf("opened twice: %q", k)
	}
	w.Read(func(ctx context.Context, r *db.Reader) error {
		got, err := giving.PoolByID(ctx, r, p.ID)
		if got.RuleHash != giving.HashRule(got.RuleText) || !strings.Contains(got.RuleText, `"ratio_percent":50`) || !strings.Contains(got.RuleText, `"campaigns":[`) {
			t.Errorf("frozen as %s, hash %s", got.RuleText, got.RuleHash)
		}
		b, _ := giving.BookOfPool(ctx, r, got)
		if b.Funded != 100 {
			t.Errorf("funded %d", b.Funded)
		}
		return err
	})
}

func TestWhatIsLeftGoesWhereGiversWereToldAndIsStillFollowed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := givingtest.New(t, d)
		g := w.Pay(w.Give(100_00, "one"))
		ctx := context.Background()
		var id int64
		redirect := func() (moved money.Amount, k string) {
			err := d.Write(ctx, func(tx *db.Tx) (err error) {
				if id == 0 {
					id = tx.NewID()
				}
				moved, err = w.Service.Redirect(ctx, tx, w.Campaign.ID, id, w.Maker)
				return err
			})
			return moved, key(err)
		}
		if _, k := redirect(); k != "giving.campaign_open" {
			t.Errorf("while open: %q", k)
		}
		c.Advance(31 * 24 * time.Hour)
		if err := w.Service.SettleDue(ctx); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if moved, k := redirect(); moved.Minor != 200_00 || k != "" {
				t.Errorf("moved %d, %q", moved.Minor, k)
			}
		}
		w.Campaign.Fund = w.Fallback.ID // paid on from there
		w.PayOut("F-1", 150_00)
		w.Read(func(ctx context.Context, r *db.Reader) error {
			trail, err := giving.Follow(ctx, r, g)
			if trail.Spent() != 150_00 || trail.Waiting != 50_00 {
				t.Errorf("%+v", trail)
			}
			return err
		})
		w.Check()
	})
}

func TestAnImportedRowThatChangedIsCalledOut(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	w := givingtest.New(t, d)
	run := func(amount string) giving.OfflineReport {
		in := "reference,date,amount,campaign,method\nS1,2026-11-01," + amount + "," + w.Campaign.Slug + ",bank\n"
		rep, err := w.Service.ImportOffline(context.Background(), strings.NewReader(in), false, w.Maker, func(int) {})
		if err != nil {
			t.Fatal(err)
		}
		return rep
	}
	run("10")
	rep := run("11")
	if len(rep.Problems) != 1 || rep.Problems[0].Fault.Key != "giving.import_changed" || rep.Problems[0].Line != 2 {
		t.Fatalf("%+v", rep)
	}
}
