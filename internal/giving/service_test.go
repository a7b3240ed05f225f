package giving_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
	"manyhands/internal/giving"
	"manyhands/internal/giving/givingtest"
	"manyhands/internal/i18n"
	"manyhands/internal/ledger"
	"manyhands/internal/money"
)

func key(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Key
	}
	return ""
}

func TestAGiftIsMatchedPaidOnAndFollowed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		w := givingtest.New(t, d)
		g := w.Give(50_00, "one")
		if g.MatchPromised != 50_00 || !g.PromiseEndsAt.Equal(dbtest.Start.Add(15*time.Minute)) {
			t.Fatalf("promised %d until %s", g.MatchPromised, g.PromiseEndsAt)
		}
		g = w.Pay(g)
		if g.State != giving.Received || g.MatchPosted != 50_00 {
			t.Fatalf("%s, matched %d", g.State, g.MatchPosted)
		}
		w.Pay(g) // told again: nothing changes
		p := w.PayOut("A-1", 85_00)
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			in := giving.OutcomeInput{Payout: p.ID, Quantity: money.Amount{Minor: 17, Unit: money.Meal}, Label: i18n.Text{ZH: "顿热饭", EN: "hot meals"}, HappenedAt: tx.Now()}
			id := tx.NewID()
			if err := w.Service.RecordOutcome(ctx, tx, id, in, w.Maker); err != nil {
				return err
			}
			return w.Service.RecordOutcome(ctx, tx, id, in, w.Maker) // the same again
		})
		w.Read(func(ctx context.Context, r *db.Reader) error {
			trail, err := giving.Follow(ctx, r, g)
			if err != nil {
				return err
			}
			if len(trail.Lines) != 1 || trail.Lines[0].Own != 50_00 || trail.Lines[0].Match != 35_00 || trail.Waiting != 15_00 {
				t.Errorf("%+v", trail)
			}
			if len(trail.Lines[0].Shares) != 1 || trail.Lines[0].Shares[0].Share != 17 {
				t.Errorf("shares %+v, want all 17 meals once", trail.Lines[0].Shares)
			}
			return nil
		})
		w.Check()
	})
}

func TestPromisesNeverExceedPoolOrCap(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		w := givingtest.New(t, d) // ¥1,000 in the pool, ¥200 a giver
		var wg sync.WaitGroup
		var mu sync.Mutex
		var promised int64
		for i := range 40 {
			wg.Go(func() {
				g := w.Give(150_00, string(rune('a'+i%10)))
				mu.Lock()
				defer mu.Unlock()
				promised += g.MatchPromised
				if i%2 == 0 {
					w.Pay(g)
				}
			})
		}
		wg.Wait()
		if promised != 1_000_00 {
			t.Errorf("promised %d in all, want the whole pool and not a fen more", promised)
		}
		w.Check()
	})
}

func TestEndedGivesThePromiseBackAndLateMoneyIsKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := givingtest.New(t, d)
		g := w.Give(200_00, "one")
		c.Advance(16 * time.Minute)
		for range 2 { // telling it twice releases once
			w.Write(func(ctx context.Context, tx *db.Tx) error { return w.Service.Ended(ctx, tx, g.ID, giving.Closed) })
		}
		again := w.Give(200_00, "one")
		if again.MatchPromised != 200_00 {
			t.Errorf("the cap was not given back: %d", again.MatchPromised)
		}
		g = w.Pay(g)
		if g.State != giving.Received || g.MatchPosted != 0 {
			t.Errorf("late money: %s, matched %d", g.State, g.MatchPosted)
		}
		w.Check()
	})
}

func TestFormKeyMakesOneGift(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	w := givingtest.New(t, d)
	in := giving.GiftInput{Campaign: w.Campaign.ID, Amount: money.Yuan(1000), Method: "sandbox", Visibility: giving.Sealed, Name: "Kept by nobody", FormKey: "k1"}
	a, err1 := w.Service.Give(context.Background(), in)
	b, err2 := w.Service.Give(context.Background(), in)
	if err1 != nil || err2 != nil || a.ID != b.ID {
		t.Fatalf("%d %d %v %v", a.ID, b.ID, err1, err2)
	}
	if a.GiverName != "" {
		t.Error("a sealed gift kept a name")
	}
}

func TestClosedCampaignTakesNothing(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	w := givingtest.New(t, d)
	c.Advance(31 * 24 * time.Hour)
	give := func() string {
		_, err := w.Service.Give(context.Background(), giving.GiftInput{Campaign: w.Campaign.ID, Amount: money.Yuan(1000), Method: "sandbox", Visibility: giving.Public})
		return key(err)
	}
	if k := give(); k != "giving.campaign_closed" {
		t.Errorf("past its end: %q", k)
	}
	if err := w.Service.SettleDue(context.Background()); err != nil {
		t.Fatal(err)
	}
	if k := give(); k != "giving.campaign_closed" {
		t.Errorf("closed: %q", k)
	}
	w.Read(func(ctx context.Context, r *db.Reader) error {
		got, err := giving.CampaignByID(ctx, r, w.Campaign.ID)
		if got.State != giving.CampaignClosed {
			t.Errorf("state %s", got.State)
		}
		return err
	})
}

func TestNobodyApprovesTheirOwnPayout(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		w := givingtest.New(t, d)
		w.Pay(w.Give(100_00, "one"))
		ctx := context.Background()
		var p giving.Payout
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			inv, err := w.Service.RecordInvoice(ctx, tx, giving.InvoiceInput{Organisation: w.Hospital.ID, Number: "N", IssuedAt: tx.Now(), Amount: money.Yuan(150_00)}, w.Maker)
			if err != nil {
				return err
			}
			p, err = w.Service.RequestPayout(ctx, tx, w.Campaign.Fund, inv.ID, money.Yuan(120_00), w.Maker)
			return err
		})
		try := func(f func(tx *db.Tx) error) string { return key(d.Write(ctx, f)) }
		if k := try(func(tx *db.Tx) error {
			_, err := w.Service.DecidePayout(ctx, tx, p.ID, true, "", w.Maker)
			return err
		}); k != "giving.same_person" {
			t.Errorf("own payout: %q", k)
		}
		if k := try(func(tx *db.Tx) error {
			_, err := w.Service.PayPayout(ctx, tx, p.ID, "B", tx.Now(), w.Checker)
			return err
		}); k != "giving.payout_not_approved" {
			t.Errorf("not approved: %q", k)
		}
		if k := try(func(tx *db.Tx) error {
			_, err := w.Service.RequestPayout(ctx, tx, w.Campaign.Fund, p.Invoice, money.Yuan(31_00), w.Checker)
			return err
		}); k != "giving.over_invoice" {
			t.Errorf("over the invoice: %q", k)
		}
		if k := try(func(tx *db.Tx) error {
			inv, err := w.Service.RecordInvoice(ctx, tx, giving.InvoiceInput{Organisation: w.Hospital.ID, Number: "N2", IssuedAt: tx.Now(), Amount: money.Yuan(500_00)}, w.Maker)
			if err != nil {
				return err
			}
			_, err = w.Service.RequestPayout(ctx, tx, w.Campaign.Fund, inv.ID, money.Yuan(80_01), w.Maker)
			return err
		}); k != "giving.fund_short" {
			t.Errorf("more than is free: %q", k)
		}
		w.Write(func(ctx context.Context, tx *db.Tx) error { // refusing gives it back
			_, err := w.Service.DecidePayout(ctx, tx, p.ID, false, "wrong account", w.Checker)
			return err
		})
		w.Read(func(ctx context.Context, r *db.Reader) error {
			f, err := giving.FundByID(ctx, r, w.Campaign.Fund)
			if err != nil {
				return err
			}
			b, err := giving.Book(ctx, r, f)
			if b.Held != 0 || b.Free != 200_00 {
				t.Errorf("held %d, free %d", b.Held, b.Free)
			}
			return err
		})
	})
}

func TestProRataIsSharedOutOnceAtTheClose(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := givingtest.New(t, d)
		first := w.Pool
		w.Pool = w.NewPool(giving.Terms{Rule: giving.ProRata, RatioPercent: 100}, 100_00)
		var gifts []giving.Gift
		for i := range 3 {
			g, err := w.Service.Give(context.Background(), giving.GiftInput{Campaign: w.Campaign.ID, Amount: money.Yuan(100_00), Method: "sandbox",
				Visibility: giving.Public, Email: "same@example.org", Device: string(rune('a' + i))})
			if err != nil {
				t.Fatal(err)
			}
			gifts = append(gifts, w.Pay(g))
		}
		if gifts[0].Pool != first.ID || gifts[2].Pool != w.Pool.ID {
			t.Fatalf("pools %d %d %d", gifts[0].Pool, gifts[1].Pool, gifts[2].Pool)
		}
		waiting := w.Give(50_00, "slow")
		c.Advance(25 * time.Hour)
		settle := func() {
			if err := w.Service.SettleDue(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		settle()
		w.Write(func(ctx context.Context, tx *db.Tx) error { return w.Service.Ended(ctx, tx, waiting.ID, giving.Closed) })
		settle()
		settle()
		w.Read(func(ctx context.Context, r *db.Reader) error {
			p, err := giving.PoolByID(ctx, r, w.Pool.ID)
			if err != nil {
				return err
			}
			g, err := giving.GiftByID(ctx, r, gifts[2].ID)
			if p.State != giving.PoolClosed || g.MatchPosted != 100_00 {
				t.Errorf("pool %s, matched %d", p.State, g.MatchPosted)
			}
			b, err2 := giving.BookOfPool(ctx, r, first)
			if b.Left != 0 || b.Held != 0 {
				t.Errorf("the first pool's rest was not given back: %+v", b)
			}
			return errors.Join(err, err2)
		})
		w.Check()
	})
}

func TestRefundTakesItsShareOfTheMatchAndNotWhatIsSpent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		w := givingtest.New(t, d)
		a, b := w.Pay(w.Give(100_00, "a")), w.Pay(w.Give(100_00, "b"))
		w.PayOut("R-1", 150_00) // uses a and half of a's match
		ctx := context.Background()
		refund := func(g giving.Gift, minor int64) error {
			return d.Write(ctx, func(tx *db.Tx) error { return w.Service.Returned(ctx, tx, g.ID, minor, tx.NewID()) })
		}
		if k := key(refund(a, 1)); k != "giving.already_spent" {
			t.Errorf("refund of what is spent: %q", k)
		}
		for _, part := range []int64{33_33, 66_67} {
			if err := refund(b, part); err != nil {
				t.Fatal(err)
			}
		}
		if k := key(refund(b, 1)); k != "giving.refund_too_much" {
			t.Errorf("more than was given: %q", k)
		}
		w.Read(func(ctx context.Context, r *db.Reader) error {
			got, err := giving.GiftByID(ctx, r, b.ID)
			if err != nil {
				return err
			}
			trail, err := giving.Follow(ctx, r, got)
			if err != nil || trail.Returned != 200_00 || trail.Waiting != 0 || len(trail.Lines) != 0 {
				t.Errorf("%+v %v", trail, err)
			}
			pool, err := ledger.AccountByID(ctx, r, w.Pool.Account)
			if pool.Available() != 900_00 {
				t.Errorf("pool has %d, want its match of b back", pool.Available())
			}
			return err
		})
		w.Check()
	})
}

func TestOfflineImport(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		w := givingtest.New(t, d)
		ctx := context.Background()
		quiet := func(int) {}
		bad := "凭证号,日期,金额,项目,方式,邮箱\n1,2026-11-01,12.5,nowhere,现金,\n2,2026-13-01,0,SLUG,现金,x\n1,2026-11-02,5,SLUG,手机,\n"
		bad = strings.ReplaceAll(bad, "SLUG", w.Campaign.Slug)
		rep, err := w.Service.ImportOffline(ctx, strings.NewReader(bad), false, w.Maker, quiet)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]bool{}
		for _, p := range rep.Problems {
			got[string(rune('0'+p.Line))+p.Column+" "+p.Fault.Key] = true
		}
		for _, want := range []string{"2campaign giving.no_campaign", "3date giving.import_date", "3amount money.not_positive", "3email form.email", "4reference giving.import_twice", "4method giving.import_method"} {
			if !got[want] {
				t.Errorf("missing %q in %v", want, got)
			}
		}
		good := "reference,date,amount,campaign,method,name\nS1,2026/11/1,\"1,200.50\"," + w.Campaign.Slug + ",bank,Old friend\nS2,2026年11月2日,８０," + w.Campaign.Slug + ",现金,\n"
		for i, want := range []giving.OfflineReport{{DryRun: true, New: 2}, {New: 2}, {Known: 2}} {
			rep, err := w.Service.ImportOffline(ctx, strings.NewReader(good), want.DryRun, w.Maker, quiet)
			if err != nil || len(rep.Problems) > 0 || rep.New != want.New || rep.Known != want.Known {
				t.Fatalf("run %d: %+v %v", i, rep, err)
			}
		}
		w.Read(func(ctx context.Context, r *db.Reader) error {
			f, err := giving.FundByID(ctx, r, w.Campaign.Fund)
			if err != nil {
				return err
			}
			b, err := giving.Book(ctx, r, f)
			if b.In != 1_280_50 {
				t.Errorf("in the fund: %d", b.In)
			}
			return err
		})
		w.Check()
	})
}

func TestPromiseOfThings(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := givingtest.New(t, d)
		need := w.NewNeed(money.Coat, 5)
		promise := func(n int64) (giving.Gift, error) {
			return w.Service.Promise(context.Background(), giving.PromiseInput{Need: need.ID, Quantity: n, Visibility: giving.Organisation, Email: "n@example.org"})
		}
		a, err := promise(3)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := promise(3); key(err) != "giving.need_covered" {
			t.Errorf("more than is wanted: %v", err)
		}
		b, err := promise(2)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(func(ctx context.Context, tx *db.Tx) error { return w.Service.Arrived(ctx, tx, a.ID, 2, w.Maker) })
		c.Advance(31 * 24 * time.Hour)
		if err := w.Service.SettleDue(context.Background()); err != nil {
			t.Fatal(err)
		}
		w.Read(func(ctx context.Context, r *db.Reader) error {
			acc, err := ledger.AccountByID(ctx, r, need.Account)
			if acc.Balance() != 2 || acc.HeldIn != 0 {
				t.Errorf("arrived %d, still promised %d", acc.Balance(), acc.HeldIn)
			}
			got, err2 := giving.GiftByID(ctx, r, b.ID)
			if got.State != giving.Closed {
				t.Errorf("the promise that was not kept is %s", got.State)
			}
			return errors.Join(err, err2)
		})
		w.Check()
	})
}
