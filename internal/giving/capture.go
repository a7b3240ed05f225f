package giving

import (
	"context"
	"errors"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/giving/internal/givingdb"
	"manyhands/internal/job"
	"manyhands/internal/ledger"
	"manyhands/internal/money"
)

// JobThank is the job that thanks a giver by e-mail once the gift is there.
const JobThank = "giving.thank"

// ThankArgs are the arguments of JobThank.
type ThankArgs struct {
	Gift int64
}

// ReceivedData is the data of the event "gift.received": figures only.
type ReceivedData struct {
	Campaign int64  `json:"campaign,string"`
	Minor    int64  `json:"minor"`
	Match    int64  `json:"match"`
	Unit     string `json:"unit"`
	Key      int64  `json:"key,string,omitempty"` // under which a partner recorded it
}

// Capture is the money of a gift that has come.
type Capture struct {
	Gift   int64
	PaidAt time.Time // by the gateway's word
}

// Captured posts gifts whose money has moved, each with its match if the promise still lives, in the
// one transaction that also notes the payments. A gift may be told of more than once; only the first
// counts. Money that comes after the gift was closed is accepted without a match, never lost (I7, I12).
func (s *Service) Captured(ctx context.Context, tx *db.Tx, captures ...Capture) error {
	c, err := s.readCapture(ctx, tx, captures)
	if err != nil {
		return err
	}
	for _, in := range captures {
		g := c.gifts[in.Gift]
		if g == nil {
			return fault.New(fault.NotFound, "giving.no_gift")
		}
		if g.State == string(Received) {
			continue
		}
		match := int64(0)
		if g.State == string(Waiting) {
			match = g.MatchPromised
		}
		g.State, g.ReceivedAt, g.MatchPosted = string(Received), clock.Micros(in.PaidAt), match
		if err := c.post(ctx, g); err != nil {
			return err
		}
		if err := thank(ctx, tx, g); err != nil {
			return err
		}
	}
	return c.write(ctx)
}

// capture is one call of Captured.
type capture struct {
	s      *Service
	tx     *db.Tx
	gifts  map[int64]*givingdb.Gift
	funds  map[int64]int64  // ledger accounts
	pools  map[int64]int64  // ledger accounts
	from   map[string]int64 // ledger accounts by method
	key    int64            // of the partner who records the gift in hand; 0: a gateway, or people
	came   []*givingdb.Gift
	sets   []ledger.Set
	events []event.New
}

func (s *Service) readCapture(ctx context.Context, tx *db.Tx, captures []Capture) (*capture, error) {
	c := &capture{s: s, tx: tx, gifts: map[int64]*givingdb.Gift{}, funds: map[int64]int64{}, pools: map[int64]int64{}, from: map[string]int64{}}
	rows, err := q.GiftsToReceive(ctx, tx, idsOf(captures, func(c Capture) int64 { return c.Gift }))
	if err != nil {
		return nil, err
	}
	for i := range rows {
		g := &rows[i].Gift
		c.gifts[g.ID], c.funds[g.FundID], c.pools[g.PoolID] = g, rows[i].FundAccount, rows[i].PoolAccount
	}
	return c, nil
}

// post has a gift entered, with its match.
func (c *capture) post(ctx context.Context, g *givingdb.Gift) (err error) {
	from := c.from[g.Method]
	if from == 0 {
		if from, err = gatewayAccount(ctx, c.tx, g.Method, money.Unit(g.Unit)); err != nil {
			return err
		}
		c.from[g.Method] = from
	}
	set := ledger.Set{ID: g.ID, Entries: []ledger.Entry{
		{ID: g.ID, Kind: KindGift, From: from, To: c.funds[g.FundID], Quantity: g.Quantity, Subject: g.ID}}}
	if g.MatchPosted > 0 {
		set.Entries = append(set.Entries, ledger.Entry{ID: g.MatchID, Kind: KindMatch, From: c.pools[g.PoolID], To: c.funds[g.FundID],
			Quantity: g.MatchPosted, Subject: g.ID, Hold: c.hold(g)})
	}
	c.came, c.sets, c.events = append(c.came, g), append(c.sets, set), append(c.events, c.event(g))
	return nil
}

// hold is the hold that a match posts: a gift that never waited has none.
func (c *capture) hold(g *givingdb.Gift) int64 {
	if g.Method == MethodPartner {
		return 0
	}
	return g.MatchID
}

var receiveGifts = db.UpdateRows("gift", "state = 'received', received_at = v.column2, match_posted = v.column3",
	"gift.id = v.column1 AND gift.state <> 'received'", 3)

func (c *capture) write(ctx context.Context) error {
	written, err := c.enter(ctx, receiveGifts.Rows(len(c.came), func(i int, args []any) []any {
		g := c.came[i]
		return append(args, g.ID, g.ReceivedAt, g.MatchPosted)
	}))
	if err != nil {
		return err
	}
	if written[0] != int64(len(c.came)) {
		return errors.New("giving: a gift was received twice")
	}
	return nil
}

// enter puts what came into the book, the tallies and the diary, and writes the other rows that it is
// given. It returns how many of each of these were written.
func (c *capture) enter(ctx context.Context, other ...db.Rows) (written []int64, err error) {
	if err := ledger.Post(ctx, c.tx, c.sets...); err != nil {
		return nil, err
	}
	t := tallies{}
	for _, g := range c.came {
		c.s.came(t, g, c.tx.Now())
	}
	if written, err = db.ExecTogether(ctx, c.tx, append(other, t.rows())...); err != nil {
		return nil, err
	}
	return written, event.AddAll(ctx, c.tx, c.events...)
}

func (c *capture) event(g *givingdb.Gift) event.New {
	return event.New{Kind: "gift.received", Subject: g.ID,
		Data: ReceivedData{Campaign: g.CampaignID, Minor: g.Quantity, Match: g.MatchPosted, Unit: g.Unit, Key: c.key}}
}

// thank has a giver who left an address thanked.
func thank(ctx context.Context, tx *db.Tx, g *givingdb.Gift) error {
	if g.GiverEmail == "" {
		return nil
	}
	_, err := job.Add(ctx, tx, JobThank, ThankArgs{Gift: g.ID}, job.Options{})
	return err
}

// Ended closes a gift that will not be paid and gives its promise back to the pool. A gift that has
// been received, or has ended before, stays as it is.
func (s *Service) Ended(ctx context.Context, tx *db.Tx, gift int64, state State) error {
	if state != Failed && state != Closed {
		return fault.New(fault.Invalid, "giving.not_an_end")
	}
	g, err := q.GetGift(ctx, tx, gift)
	if err != nil {
		return db.NotFound(err, "giving.no_gift")
	}
	n, err := q.EndGift(ctx, tx, givingdb.EndGiftParams{ID: gift, State: string(state)})
	if err != nil || n == 0 || g.MatchPromised == 0 {
		return err
	}
	if err := ledger.Release(ctx, tx, g.MatchID); err != nil {
		return err
	}
	return takeUse(ctx, tx, &g)
}
