package giving_test

import (
	"context"
	"testing"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/giving"
	"manyhands/internal/giving/givingtest"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
)

func TestWordsAreShownOnceSomeoneHasReadThem(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	w := givingtest.New(t, d)
	ctx := context.Background()
	give := func(v giving.Visibility) giving.Gift {
		g, err := w.Service.Give(ctx, giving.GiftInput{Campaign: w.Campaign.ID, Amount: money.Yuan(1000), Method: "sandbox", Visibility: v, Name: "A name", Message: "A word"})
		if err != nil {
			t.Fatal(err)
		}
		return w.Pay(g)
	}
	public, quiet := give(giving.Public), give(giving.Organisation)
	judge := func(g giving.Gift, show bool) string {
		return key(d.Write(ctx, func(tx *db.Tx) error { return w.Service.JudgeWords(ctx, tx, g.ID, show, w.Checker) }))
	}
	shown := func() (n int) {
		w.Read(func(ctx context.Context, r *db.Reader) error {
			said, err := giving.LastWords(ctx, r, w.Campaign.ID, 10)
			for _, x := range said {
				if x.Name != "" || x.Message != "" {
					n++
				}
			}
			return err
		})
		return n
	}
	if n := shown(); n != 0 {
		t.Errorf("%d shown before anyone read them", n)
	}
	w.Read(func(ctx context.Context, r *db.Reader) error {
		n, err := giving.CountWaitingWords(ctx, r)
		if n != 1 {
			t.Errorf("%d wait, want the public one", n)
		}
		return err
	})
	if k := judge(quiet, true); k != "giving.no_words" {
		t.Errorf("words that are not for the public: %q", k)
	}
	for _, show := range []bool{true, false, true, true} {
		if k := judge(public, show); k != "" {
			t.Fatal(k)
		}
		if n := shown(); (n == 1) != show {
			t.Errorf("show %v: %d shown", show, n)
		}
	}
}

// The cap per giver and day is free again on the next day of the network's zone, and only then.
func TestCapPerDay(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t) // 20:00 in Shanghai
	w := givingtest.New(t, d)
	p := w.NewPool(giving.Terms{Rule: giving.FirstCome, RatioPercent: 200, CapDayMinor: 301_00}, 1_000_00) // adds more than the first pool
	for _, step := range []struct {
		later time.Duration
		want  int64
	}{{0, 200_00}, {3 * time.Hour, 101_00}, {2 * time.Hour, 200_00}} { // 20:00, 23:00, 01:00
		c.Advance(step.later)
		if g := w.Give(100_00, "one"); g.Pool != p.ID || g.MatchPromised != step.want {
			t.Errorf("after %s: matched %d by pool %d, want %d by %d", step.later, g.MatchPromised, g.Pool, step.want, p.ID)
		}
	}
	w.Check()
}

// A cap by day belongs to the day on which the gift was made, whatever zone the network uses later.
func TestAnotherZoneBreaksNoCap(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	w := givingtest.New(t, d)
	g := w.Give(100_00, "one")
	w.Service = giving.New(d, giving.Options{Payments: givingtest.Payments{}, Gateways: []string{"sandbox"}, Secret: []byte("test"), Zone: time.FixedZone("far", -11*60*60)})
	w.Check()
	w.Write(func(ctx context.Context, tx *db.Tx) error { return w.Service.Ended(ctx, tx, g.ID, giving.Closed) })
	w.Check()
}

func TestPoolTermsHaveBounds(t *testing.T) {
	t.Parallel()
	ok := giving.PoolInput{Name: i18n.Text{ZH: "池", EN: "Pool"}, Sponsor: 1, Terms: giving.Terms{Rule: giving.FirstCome, RatioPercent: 100},
		StartsAt: dbtest.Start, EndsAt: dbtest.Start.Add(time.Hour)}
	if err := ok.Validate(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*giving.Terms){
		"negative cap":  func(t *giving.Terms) { t.CapGiverMinor = -1 },
		"negative hold": func(t *giving.Terms) { t.HoldSeconds = -900 },
		"endless hold":  func(t *giving.Terms) { t.HoldSeconds = 1 << 40 },
		"no ratio":      func(t *giving.Terms) { t.RatioPercent = 0 },
		"huge ratio":    func(t *giving.Terms) { t.RatioPercent = 1001 },
	} {
		in := ok
		if spoil(&in.Terms); in.Validate() == nil {
			t.Errorf("%s passes", name)
		}
	}
}

// A pool's figures tell the sponsor's money from what went round.
func TestPoolFiguresAddUp(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	w := givingtest.New(t, d) // ¥1,000
	a := w.Pay(w.Give(100_00, "a"))
	w.Pay(w.Give(50_00, "b"))
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		return w.Service.Returned(ctx, tx, a.ID, 100_00, tx.NewID())
	})
	c.Advance(25 * time.Hour)
	if err := w.Service.SettleDue(context.Background()); err != nil {
		t.Fatal(err)
	}
	w.Read(func(ctx context.Context, r *db.Reader) error {
		p, err := giving.PoolByID(ctx, r, w.Pool.ID)
		if err != nil {
			return err
		}
		b, err := giving.BookOfPool(ctx, r, p)
		if want := (giving.PoolBook{Funded: 1_000_00, Matched: 50_00, Rest: 950_00}); b != want {
			t.Errorf("%+v, want %+v", b, want)
		}
		return err
	})
}

// A gift that was given back before its pool was shared out leaves no match behind.
func TestProRataMatchesOnlyWhatWasKept(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	w := givingtest.New(t, d)
	w.Pool = w.NewPool(giving.Terms{Rule: giving.ProRata, RatioPercent: 100}, 1_000_00)
	w.Pay(w.Give(200_00, "full")) // uses up this giver's cap at the first pool
	half := w.Pay(w.Give(100_00, "full"))
	if half.Pool != w.Pool.ID {
		t.Fatalf("pool %d", half.Pool)
	}
	refund := func(minor int64) {
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			return w.Service.Returned(ctx, tx, half.ID, minor, tx.NewID())
		})
	}
	refund(50_00)
	c.Advance(25 * time.Hour)
	if err := w.Service.SettleDue(context.Background()); err != nil {
		t.Fatal(err)
	}
	refund(50_00)
	w.Read(func(ctx context.Context, r *db.Reader) error {
		g, err := giving.GiftByID(ctx, r, half.ID)
		if err != nil {
			return err
		}
		trail, err := giving.Follow(ctx, r, g)
		if g.MatchPosted != 50_00 || trail.Waiting != 0 || trail.Returned != 150_00 {
			t.Errorf("matched %d, waiting %d, returned %d", g.MatchPosted, trail.Waiting, trail.Returned)
		}
		return err
	})
	w.Check()
}
