package giving_test

import (
	"context"
	"fmt"
	"testing"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
	"manyhands/internal/giving"
	"manyhands/internal/giving/givingtest"
	"manyhands/internal/money"
)

// rush is gifts that come at the same moment: caps, the pool's end, a form sent twice, a campaign that
// is not there.
func rush(campaign int64) []giving.GiftInput {
	var out []giving.GiftInput
	for i := range 12 {
		out = append(out, giving.GiftInput{Campaign: campaign, Amount: money.Yuan(120_00), Method: "sandbox",
			Visibility: giving.Public, Device: fmt.Sprint("giver ", i%4), FormKey: fmt.Sprint("form ", i)})
	}
	out[5].FormKey, out[5].Device = out[4].FormKey, out[4].Device
	out[7].Campaign = 99
	out[9].Amount = money.Yuan(1)
	return out
}

// ends puts what became of a gift into a few words.
func ends(g giving.Gift, err error) string {
	if err != nil {
		return fault.KindOf(err).String()
	}
	return fmt.Sprintf("%s %d +%d", g.State, g.Amount.Minor, g.MatchPromised)
}

// Gifts made in one batch end as they would have ended one after the other.
func TestGiftsMadeTogetherAreAsAlone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		w := givingtest.New(t, d) // one pool of ¥1,000, at most ¥200 a giver
		first, second := w.Campaign, w.NewCampaign("Spring meals", 100_000_00)
		w.Pool = w.NewPool(giving.Terms{Rule: giving.FirstCome, RatioPercent: 50, CapCampaign: 300_00}, 400_00)
		give := func(in giving.GiftInput) string { return ends(w.Service.Give(context.Background(), in)) }

		in := rush(first.ID)
		together := make([]string, len(in))
		calls := make([]func(), len(in))
		for i := range in {
			calls[i] = func() { together[i] = give(in[i]) }
		}
		before := d.Stats().Commits
		dbtest.Together(t, d, calls...)
		if n := d.Stats().Commits - before; n != 2 { // theirs, and that of who held the writer
			t.Fatalf("%d commits", n)
		}
		w.Check()

		alone := aloneIn(t, d.Engine())
		for i := range in {
			if together[i] != alone[i] {
				t.Errorf("gift %d: %s together, %s alone", i, together[i], alone[i])
			}
		}
		if got := give(giving.GiftInput{Campaign: second.ID, Amount: money.Yuan(1_00), Method: "sandbox", Visibility: giving.Public, Device: "late"}); got == "" {
			t.Error("no answer")
		}
	})
}

// aloneIn makes the same gifts one after the other in a world of their own.
func aloneIn(t *testing.T, engine db.Engine) []string {
	t.Helper()
	d := dbtest.Open(t, engine, db.Options{Clock: clock.NewSim(dbtest.Start)})
	w := givingtest.New(t, d)
	first := w.Campaign
	w.NewCampaign("Spring meals", 100_000_00)
	w.NewPool(giving.Terms{Rule: giving.FirstCome, RatioPercent: 50, CapCampaign: 300_00}, 400_00)
	var out []string
	for _, in := range rush(first.ID) {
		out = append(out, ends(w.Service.Give(context.Background(), in)))
	}
	w.Check()
	return out
}
