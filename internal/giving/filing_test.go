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
	"manyhands/internal/programme"
)

// A charity raises funds in public with a certificate in force and a plan filed ten days before, where the
// setting asks for it; other organisations do not raise them themselves.
func TestACampaignWaitsForItsFiling(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := givingtest.New(t, d)
		strict := giving.New(d, giving.Options{Payments: givingtest.Payments{}, Secret: []byte("test"), Filing: true})
		today := c.Now().Truncate(24 * time.Hour)
		campaign := func(number string, filed time.Time) giving.Campaign {
			t.Helper()
			in := giving.CampaignInput{Programme: w.Programme.ID, Title: i18n.Text{ZH: "冬衣", EN: "Coats " + number}, Goal: money.Yuan(100_00),
				StartsAt: today.AddDate(0, 0, 12), EndsAt: today.AddDate(0, 0, 60), FallbackFund: w.Fallback.ID, FilingNumber: number, FiledAt: filed}
			var made giving.Campaign
			w.Write(func(ctx context.Context, tx *db.Tx) (err error) {
				made, err = strict.CreateCampaign(ctx, tx, in, w.Maker)
				return err
			})
			if !made.FiledAt.Equal(filed) {
				t.Errorf("filed at %v, want %v", made.FiledAt, filed)
			}
			return made
		}
		open := func(x giving.Campaign, want string) {
			t.Helper()
			step(w, want, func(ctx context.Context, tx *db.Tx) error {
				_, err := strict.OpenCampaign(ctx, tx, x.ID, w.Maker)
				return err
			})
		}
		certificate := func(kind string, ends time.Time) {
			t.Helper()
			step(w, "", func(ctx context.Context, tx *db.Tx) error {
				in := w.Charity.Input()
				in.Kind, in.Certificate, in.CertificateEndsAt = kind, "C-1", ends
				return programme.UpdateOrganisation(ctx, tx, w.Charity.ID, in, w.Maker)
			})
		}
		filed := campaign("F-1", today)
		open(filed, "giving.no_certificate")
		certificate("charity", today)
		open(filed, "giving.no_certificate") // ended at this midnight
		certificate("charity", today.AddDate(1, 0, 0))
		open(campaign("F-2", time.Time{}), "giving.not_filed")
		open(campaign("", today), "giving.not_filed")
		open(filed, "giving.filed_lately")
		open(campaign("F-3", today.AddDate(0, 0, -9)), "giving.filed_lately")
		open(campaign("F-4", today.AddDate(0, 0, -10)), "")
		c.Set(today.AddDate(0, 0, 10).Add(-time.Microsecond))
		open(filed, "giving.filed_lately")
		c.Set(today.AddDate(0, 0, 10))
		open(filed, "")
		centre := campaign("", time.Time{})
		certificate("centre", time.Time{})
		open(centre, "")
	})
}
