package giving

import (
	"context"
	"fmt"

	"manyhands/internal/clock"
	"manyhands/internal/giving/internal/givingdb"
)

// countGift adds a gift of money to what its campaign's tally should say.
func (c *checker) countGift(g givingdb.GiftsToCheckRow) {
	if g.CampaignID == 0 || g.State != string(Received) {
		return
	}
	sum := c.campaigns[g.CampaignID]
	sum.minor, sum.matched = sum.minor+g.Quantity, sum.matched+g.MatchPosted
	if g.Refunded < g.Quantity {
		sum.gifts++
	}
	c.campaigns[g.CampaignID] = sum
}

// tallies holds the tallies of campaigns against their gifts.
func (c *checker) tallies(ctx context.Context) error {
	rows, err := q.CampaignTallies(ctx, c.r)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := sameTally(row.SubjectID, c.campaigns[row.SubjectID], count{row.Gifts, row.Minor, row.Matched}); err != nil {
			return err
		}
		delete(c.campaigns, row.SubjectID)
	}
	for campaign, sum := range c.campaigns {
		if err := sameTally(campaign, sum, count{}); err != nil {
			return err
		}
	}
	return nil
}

func sameTally(campaign int64, gifts, tally count) error {
	if gifts == tally {
		return nil
	}
	return &Breach{Invariant: "I20", Detail: fmt.Sprintf("campaign %s: its gifts say %d of %d matched with %d, its tally %d of %d matched with %d",
		clock.FormatID(campaign), gifts.gifts, gifts.minor, gifts.matched, tally.gifts, tally.minor, tally.matched)}
}
