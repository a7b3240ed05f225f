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
}

// Captured posts a gift whose money has moved, with its match if the promise still lives, in the one
// transaction that also notes the payment. It may be told more than once; only the first counts.
// Money that comes after the gift was closed is accepted without a match, never lost (I7, I12).
func (s *Service) Captured(ctx context.Context, tx *db.Tx, gift int64, paidAt time.Time) error {
	g, err := q.GetGift(ctx, tx, gift)
	if err != nil {
		return db.NotFound(err, "giving.no_gift")
	}
	if g.State == string(Received) {
		return nil
	}
	from, err := gatewayAccount(ctx, tx, g.Method, giftOf(g).Amount.Unit)
	if err != nil {
		return err
	}
	fund, err := q.GetFund(ctx, tx, g.FundID)
	if err != nil {
		return err
	}
	set := ledger.Set{ID: g.ID, Entries: []ledger.Entry{
		{ID: g.ID, Kind: KindGift, From: from, To: fund.AccountID, Quantity: g.Quantity, Subject: g.ID}}}
	match := int64(0)
	if g.State == string(Waiting) && g.MatchPromised > 0 {
		pool, err := q.GetPool(ctx, tx, g.PoolID)
		if err != nil {
			return err
		}
		match = g.MatchPromised
		set.Entries = append(set.Entries, ledger.Entry{ID: g.MatchID, Kind: KindMatch, From: pool.AccountID, To: fund.AccountID,
			Quantity: match, Subject: g.ID, Hold: g.MatchID})
	}
	if err := ledger.Post(ctx, tx, set); err != nil {
		return err
	}
	if err := s.noteReceived(ctx, tx, g, paidAt, match); err != nil || g.GiverEmail == "" {
		return err
	}
	_, err = job.Add(ctx, tx, JobThank, ThankArgs{Gift: g.ID}, job.Options{})
	return err
}

func (s *Service) noteReceived(ctx context.Context, tx *db.Tx, g givingdb.Gift, at time.Time, match int64) error {
	n, err := q.ReceiveGift(ctx, tx, givingdb.ReceiveGiftParams{ID: g.ID, ReceivedAt: clock.Micros(at), MatchPosted: match})
	if err != nil {
		return err
	}
	if n != 1 {
		return errors.New("giving: a gift was received twice")
	}
	return event.Add(ctx, tx, "gift.received", g.ID, 0, ReceivedData{Campaign: g.CampaignID, Minor: g.Quantity, Match: match, Unit: g.Unit})
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
	return s.takeUse(ctx, tx, g, g.MatchPromised)
}
