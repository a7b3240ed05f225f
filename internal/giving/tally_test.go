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
)

func TestGiftsAreCountedAsTheyCome(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := givingtest.New(t, d)
		w.Pay(w.Give(10_00, "a"))
		c.Advance(2 * time.Minute)
		w.Pay(w.Give(20_00, "b"))
		w.Give(30_00, "c") // waits
		w.Read(func(ctx context.Context, r *db.Reader) error {
			now := d.Now()
			if n, err := giving.CountGifts(ctx, r, w.Campaign.ID); n != 2 || err != nil {
				t.Errorf("the campaign has %d gifts, %v", n, err)
			}
			for within, want := range map[time.Duration]int64{time.Minute: 1, time.Hour: 2} {
				if n, err := giving.Rate(ctx, r, w.Pool.ID, now.Add(-within)); n != want || err != nil {
					t.Errorf("%d gifts within %v, want %d, %v", n, within, want, err)
				}
			}
			got, err := giving.GivenSince(ctx, r, now.Add(-24*time.Hour))
			if want := (giving.Given{Gifts: 2, Minor: 30_00, Matched: 30_00}); got != want {
				t.Errorf("given: %+v, want %+v", got, want)
			}
			if later, _ := giving.GivenSince(ctx, r, now.Add(24*time.Hour)); later.Gifts != 0 {
				t.Errorf("given tomorrow: %+v", later)
			}
			return err
		})
	})
}
