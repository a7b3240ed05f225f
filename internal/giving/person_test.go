package giving_test

import (
	"context"
	"slices"
	"testing"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/giving"
	"manyhands/internal/giving/givingtest"
	"manyhands/internal/money"
)

const giver = int64(4711)

// giftAs makes and pays a gift of ten yuan and more, as people fill the form in.
func giftAs(w *givingtest.World, fen, person int64, email string, v giving.Visibility) giving.Gift {
	w.T.Helper()
	g, err := w.Service.Give(context.Background(), giving.GiftInput{Campaign: w.Campaign.ID, Amount: money.Yuan(fen), Method: "sandbox",
		Visibility: v, Name: "Somebody", Email: email, Person: person, Message: "Warm regards.", Lang: "en", Device: email})
	if err != nil {
		w.T.Fatal(err)
	}
	return w.Pay(g)
}

func giftsOf(w *givingtest.World, person int64, emails []string, ids ...int64) (out []int64) {
	w.T.Helper()
	w.Read(func(ctx context.Context, r *db.Reader) error {
		gifts, err := giving.GiftsOf(ctx, r, person, emails, ids, 100)
		for _, g := range gifts {
			out = append(out, g.ID)
		}
		return err
	})
	return out
}

func TestGiftsOfAPerson(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		w := givingtest.New(t, d)
		signedIn := giftAs(w, 10_00, giver, "", giving.Public)
		guest := giftAs(w, 11_00, 0, "Giver@Example.org", giving.Sealed) // as a phone's keyboard begins a word
		byLink := giftAs(w, 12_00, 0, "", giving.Sealed)
		giftAs(w, 13_00, 0, "other@example.org", giving.Public)
		giftAs(w, 14_00, 5, "", giving.Public)

		want := []int64{byLink.ID, guest.ID, signedIn.ID}
		if got := giftsOf(w, giver, []string{"giver@example.org"}, byLink.ID, signedIn.ID, 12345); !slices.Equal(got, want) {
			t.Errorf("gifts %v, want %v", got, want)
		}
		if got := giftsOf(w, giver, nil); !slices.Equal(got, want[2:]) {
			t.Errorf("without any proof: %v", got)
		}
		if got := giftsOf(w, 0, []string{""}); len(got) != 0 {
			t.Errorf("nobody's gifts: %v", got)
		}
	})
}

func TestForgettingAGiverChangesNoTotal(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		w := givingtest.New(t, d)
		mine := giftAs(w, 10_00, giver, "giver@example.org", giving.Public)
		guest := giftAs(w, 11_00, 0, "giver@example.org", giving.Public)
		elses := giftAs(w, 12_00, 5, "giver@example.org", giving.Public) // somebody else typed the address
		other := giftAs(w, 13_00, 0, "other@example.org", giving.Public)
		before := totals(w)

		w.Write(func(ctx context.Context, tx *db.Tx) error {
			return giving.Forget(ctx, tx, giver, []string{"giver@example.org"})
		})
		for _, x := range []struct {
			id          int64
			name, email string
			person      int64
		}{{mine.ID, "", "", 0}, {guest.ID, "", "", 0}, {elses.ID, "Somebody", "", 5}, {other.ID, "Somebody", "other@example.org", 0}} {
			w.Read(func(ctx context.Context, r *db.Reader) error {
				g, err := giving.GiftByID(ctx, r, x.id)
				if g.GiverName != x.name || g.GiverEmail != x.email || g.Person != x.person || (g.Message == "") != (x.name == "") {
					t.Errorf("%+v, want %+v", g, x)
				}
				return err
			})
		}
		if after := totals(w); after != before {
			t.Errorf("before %+v, after %+v", before, after)
		}
		w.Check()
		w.Read(func(ctx context.Context, r *db.Reader) error { // the link goes on
			_, err := giving.GiftByToken(ctx, r, mine.Token)
			return err
		})
	})
}

type sums struct {
	gifts int64
	given giving.Given
}

func totals(w *givingtest.World) (s sums) {
	w.T.Helper()
	w.Read(func(ctx context.Context, r *db.Reader) (err error) {
		if s.gifts, err = giving.CountGifts(ctx, r, w.Campaign.ID); err != nil {
			return err
		}
		s.given, err = giving.GivenSince(ctx, r, w.Campaign.StartsAt)
		return err
	})
	return s
}
