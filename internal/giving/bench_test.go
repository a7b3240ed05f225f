package giving_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/giving/givingtest"
	"manyhands/internal/money"
)

// BenchmarkRecord records matched gifts that are paid already, a hundred a call and sixteen calls at
// once, on SQLite with synchronous=FULL.
func BenchmarkRecord(b *testing.B) {
	ctx := context.Background()
	d, err := db.Open(ctx, b.TempDir(), db.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = d.Close() })
	if _, err := d.Migrate(ctx); err != nil {
		b.Fatal(err)
	}
	w := givingtest.New(b, d)
	campaigns := []giving.Campaign{w.Campaign}
	for i := range 19 {
		campaigns = append(campaigns, w.NewCampaign(fmt.Sprint("Meals ", i), 100_000_00))
	}
	w.Pool = w.NewPool(giving.Terms{Rule: giving.FirstCome, RatioPercent: 100}, money.MaxMinor/2)
	var next, calls atomic.Int64
	partner := giving.Partner{Key: 1, May: func(int64) bool { return true }}
	call := func() error {
		gifts := make([]giving.PaidInput, giving.MaxRecord)
		for i := range gifts {
			n := next.Add(1)
			gifts[i] = giving.PaidInput{PaidAt: d.Now(), GiftInput: giving.GiftInput{Slug: campaigns[n%20].Slug, Amount: money.Yuan(100),
				Visibility: giving.Public, FormKey: fmt.Sprint("partner:key-of-some-length-", n), Device: fmt.Sprint(n)}}
		}
		_, err := w.Service.Record(ctx, partner, gifts...)
		return err
	}
	b.ResetTimer()
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for calls.Add(1) <= int64(b.N) {
				if err := call(); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(b.N*giving.MaxRecord)/b.Elapsed().Seconds(), "gifts/s")
}
