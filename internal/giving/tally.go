package giving

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/giving/internal/givingdb"
)

// Pages say how many gifts a campaign has and how fast they come. On a giving day there are millions,
// so they are counted as they come, by campaign and day, and by pool and a few seconds, instead of
// each time somebody looks. Sums of money need no tally: they are balances of the ledger. Check counts
// the gifts of each campaign again.

// paceSlot is how finely the pace of a pool is kept.
const paceSlot = 5 * time.Second

const (
	tallyCampaign = "campaign" // slots are days in the network's zone: by when the money came
	tallyPool     = "pool"     // slots are of paceSlot: by when the house learnt of it
)

type tallyKey struct {
	scope   string
	subject int64
	slot    int64 // its beginning, as stored
}

type count struct{ gifts, minor, matched int64 }

// tallies are counts that are to be added.
type tallies map[tallyKey]count

func (t tallies) add(k tallyKey, c count) {
	sum := t[k]
	t[k] = count{sum.gifts + c.gifts, sum.minor + c.minor, sum.matched + c.matched}
}

// campaignDay is where a gift of money is counted for its campaign.
func (s *Service) campaignDay(campaign, receivedAt int64) tallyKey {
	y, m, d := clock.Time(receivedAt).In(s.opts.Zone).Date()
	return tallyKey{tallyCampaign, campaign, clock.Micros(time.Date(y, m, d, 0, 0, 0, 0, s.opts.Zone))}
}

// came counts a gift of money that has been received.
func (s *Service) came(t tallies, g *givingdb.Gift, now time.Time) {
	t.add(s.campaignDay(g.CampaignID, g.ReceivedAt), count{1, g.Quantity, g.MatchPosted})
	if g.PoolID != 0 {
		t.add(tallyKey{tallyPool, g.PoolID, clock.Micros(now.Truncate(paceSlot))}, count{1, g.Quantity, g.MatchPosted})
	}
}

var addTallies = db.InsertRows("tally", "scope, subject_id, slot_at, gifts, minor, matched",
	"ON CONFLICT (scope, subject_id, slot_at) DO UPDATE SET gifts = tally.gifts + excluded.gifts, "+
		"minor = tally.minor + excluded.minor, matched = tally.matched + excluded.matched")

// rows are what is added to the counts in the database.
func (t tallies) rows() db.Rows {
	keys := slices.SortedFunc(maps.Keys(t), func(a, b tallyKey) int {
		return cmp.Or(cmp.Compare(a.scope, b.scope), cmp.Compare(a.subject, b.subject), cmp.Compare(a.slot, b.slot))
	})
	return addTallies.Rows(len(keys), func(i int, args []any) []any {
		k, c := keys[i], t[keys[i]]
		return append(args, k.scope, k.subject, k.slot, c.gifts, c.minor, c.matched)
	})
}

// CountGifts returns how many gifts a campaign has received, those given back in whole left out.
func CountGifts(ctx context.Context, r db.Queryer, campaign int64) (int64, error) {
	row, err := q.SumTally(ctx, r, givingdb.SumTallyParams{Scope: tallyCampaign, SubjectID: campaign})
	return row.Gifts, err
}

// Rate returns how many of a pool's gifts have been received since a moment, to a few seconds.
func Rate(ctx context.Context, r db.Queryer, pool int64, since time.Time) (int64, error) {
	row, err := q.SumTally(ctx, r, givingdb.SumTallyParams{Scope: tallyPool, SubjectID: pool, Since: clock.Micros(since.Truncate(paceSlot))})
	return row.Gifts, err
}

// Given is what was given in money in a stretch of time.
type Given struct {
	Gifts   int64 // those given back in whole left out
	Minor   int64 // by givers, what was given back not deducted
	Matched int64
}

// GivenSince sums up the gifts of money that came on the day of since, in the network's zone, or later.
func GivenSince(ctx context.Context, r db.Queryer, since time.Time) (Given, error) {
	row, err := q.SumTallies(ctx, r, givingdb.SumTalliesParams{Scope: tallyCampaign, Since: clock.Micros(since)})
	return Given(row), err
}
