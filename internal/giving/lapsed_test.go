package giving_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"manyhands/internal/checklist"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
	"manyhands/internal/giving"
	"manyhands/internal/giving/givingtest"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/programme"
)

// register hands in the charity's registration, and has it accepted.
func register(w *givingtest.World, ends time.Time) {
	w.T.Helper()
	step(w, "", func(ctx context.Context, tx *db.Tx) error {
		o, err := programme.OrganisationByID(ctx, tx, w.Charity.ID)
		if err != nil {
			return err
		}
		e, err := checklist.HandIn(ctx, tx, programme.Papers(o), "registration", checklist.Evidence{Blob: 1, Reference: "1", Until: ends}, 500)
		if err != nil {
			return err
		}
		_, err = checklist.Decide(ctx, tx, e, checklist.Decision{Verdict: checklist.Accept}, 501)
		return err
	})
}

// TestAnOrganisationRenews: when a registration has run out nothing new is given, what is under way is kept,
// programs are refused; renewing brings all of it back.
func TestAnOrganisationRenews(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := givingtest.New(t, d)
		ends := c.Now().Add(24 * time.Hour)
		register(w, ends)
		n := w.NewNeed(money.Coat, 5)
		waiting := w.Give(50_00, "a")
		state := func(lapsed bool, give, promise string) {
			t.Helper()
			_, err := w.Service.Give(t.Context(), giving.GiftInput{Campaign: w.Campaign.ID, Amount: money.Yuan(10_00), Method: "sandbox", Visibility: giving.Public, Device: "d"})
			if key(err) != give {
				t.Errorf("a gift: %v, want %q", err, give)
			}
			_, err = w.Service.Promise(t.Context(), giving.PromiseInput{Need: n.ID, Quantity: 1, Visibility: giving.Public, Name: "Somebody", Email: "a@example.org"})
			if key(err) != promise {
				t.Errorf("a promise: %v, want %q", err, promise)
			}
			w.Read(func(ctx context.Context, r *db.Reader) error {
				rests, err := programme.Lapsed(ctx, r, w.Charity.ID, c.Now())
				if rests != lapsed {
					t.Errorf("lapsed: %v, want %v", rests, lapsed)
				}
				return err
			})
		}
		state(false, "", "")
		c.Set(ends.Add(-time.Microsecond))
		state(false, "", "")
		c.Set(ends)
		state(true, "giving.renews", "giving.renews")
		w.Pay(waiting) // their money is theirs to give
		register(w, ends.AddDate(1, 0, 0))
		state(false, "", "")
		w.Check()
	})
}

// TestWhatWasFiledStays: goal, words, days and receiver change with a new filing alone.
func TestWhatWasFiledStays(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := givingtest.New(t, d)
		strict := giving.New(d, giving.Options{Payments: givingtest.Payments{}, Secret: []byte("test"), Filing: true})
		today := c.Now().Truncate(24 * time.Hour)
		filed := giving.CampaignInput{Programme: w.Programme.ID, Title: i18n.Text{ZH: "冬衣", EN: "Coats"}, Goal: money.Yuan(100_00),
			StartsAt: today.AddDate(0, 0, 12), EndsAt: today.AddDate(0, 0, 60), FallbackFund: w.Fallback.ID}
		var made giving.Campaign
		w.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			made, err = strict.CreateCampaign(ctx, tx, filed, w.Maker)
			return err
		})
		update := func(what string, in giving.CampaignInput, want string) {
			t.Helper()
			ctx := context.Background()
			err := d.Write(ctx, func(tx *db.Tx) error { _, err := strict.UpdateCampaign(ctx, tx, made.ID, in, w.Maker); return err })
			got := ""
			if f, ok := errors.AsType[fault.Fields](err); ok {
				got = f[0].Name + ":" + f[0].Key
			} else if err != nil {
				t.Fatal(err)
			}
			if got != want {
				t.Errorf("%s: %q, want %q", what, got, want)
			}
		}
		filed.Goal = money.Yuan(200_00)
		update("before it is filed", filed, "")
		filed.FilingNumber, filed.FiledAt = "F-1", today
		update("the filing", filed, "")
		const refused = "filing_number:giving.new_filing"
		for what, change := range map[string]func(*giving.CampaignInput){
			"goal":         func(in *giving.CampaignInput) { in.Goal = money.Yuan(300_00) },
			"title":        func(in *giving.CampaignInput) { in.Title.ZH = "棉衣" },
			"words":        func(in *giving.CampaignInput) { in.Body.ZH = "别的用途" },
			"begin":        func(in *giving.CampaignInput) { in.StartsAt = in.StartsAt.Add(time.Hour) },
			"end":          func(in *giving.CampaignInput) { in.EndsAt = in.EndsAt.Add(time.Hour) },
			"same day":     func(in *giving.CampaignInput) { in.Goal, in.FilingNumber = money.Yuan(300_00), "F-2" },
			"same number":  func(in *giving.CampaignInput) { in.Goal, in.FiledAt = money.Yuan(300_00), today.AddDate(0, 0, 1) },
			"filing taken": func(in *giving.CampaignInput) { in.Goal, in.FilingNumber = money.Yuan(300_00), "" },
		} {
			in := filed
			change(&in)
			update(what, in, refused)
		}
		filed.Place = i18n.Text{ZH: "兰溪", EN: "Lanxi"}
		update("the place", filed, "")
		filed.Goal, filed.FilingNumber, filed.FiledAt = money.Yuan(300_00), "F-2", today.AddDate(0, 0, 1)
		update("a new filing", filed, "")
	})
}
