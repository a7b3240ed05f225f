package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/programme"
)

// Visitors keeps the giving day of a sample network going: every few seconds somebody gives to one of
// its open campaigns, until ctx ends. Whoever watches a page sees its figures move.
func Visitors(ctx context.Context, p Parts, seed uint64, every time.Duration) error {
	r := rand.New(rand.NewPCG(seed, 7))
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := p.visit(ctx, r); err != nil && ctx.Err() == nil {
			return err
		}
	}
}

// visit lets one visitor give, if any campaign of the sample is open.
func (p Parts) visit(ctx context.Context, r *rand.Rand) error {
	var open []giving.Campaign
	items := map[int64]campaignItem{}
	err := p.DB.Read(ctx, func(rd *db.Reader) error {
		all, err := giving.Campaigns(ctx, rd, giving.CampaignOpen, 0, len(campaigns))
		for _, c := range all {
			n, err := programme.NeedByID(ctx, rd, c.Need)
			if err != nil {
				return err
			}
			if item, ok := itemOf(n.Title.EN); ok && c.OpenAt(p.DB.Now()) {
				open, items[c.ID] = append(open, c), item
			}
		}
		return err
	})
	if err != nil || len(open) == 0 {
		return err
	}
	c := open[r.IntN(len(open))]
	id := clock.FormatID(p.DB.NewID())
	return p.give(ctx, draw(r, items[c.ID], c.ID, "visitor-"+id), fmt.Sprintf("visit%s", id), p.DB.Now)
}

// itemOf finds a campaign of the sample by its English title.
func itemOf(title string) (campaignItem, bool) {
	for _, c := range campaigns {
		if c.title.en == title {
			return c, true
		}
	}
	return campaignItem{}, false
}
