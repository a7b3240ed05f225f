package giving

import (
	"context"
	"sort"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/giving/internal/givingdb"
	"manyhands/internal/ledger"
)

// Returned takes part of a gift back out of its fund, to be given back to its giver, and the same
// share of its match back to the pool, or to the campaign's fallback fund when the pool has closed
// (I8). Only what nobody has been paid from can go back: Conflict "giving.already_spent". The id is
// the refund's, and makes it idempotent.
func (s *Service) Returned(ctx context.Context, tx *db.Tx, gift, minor, id int64) error {
	row, err := q.GetGift(ctx, tx, gift)
	if err != nil {
		return db.NotFound(err, "giving.no_gift")
	}
	g := giftOf(row)
	if g.State != Received || minor <= 0 || minor > g.Net() {
		return fault.New(fault.Conflict, "giving.refund_too_much")
	}
	if _, err := ledger.EntryByID(ctx, tx, id); err == nil {
		return nil
	}
	fund, err := FundByID(ctx, tx, g.Fund)
	if err != nil {
		return err
	}
	to, err := gatewayAccount(ctx, tx, g.Method, g.Amount.Unit)
	if err != nil {
		return err
	}
	set := ledger.Set{ID: id, Entries: []ledger.Entry{{ID: id, Kind: KindGiftReturn, From: fund.Account, To: to, Quantity: minor, Subject: g.ID, Returns: g.ID}}}
	left, err := matchLeft(ctx, tx, g)
	if err != nil {
		return err
	}
	if back := matchShare(g, left, minor); back > 0 {
		e, err := s.matchReturn(ctx, tx, g, fund, back)
		if err != nil {
			return err
		}
		set.Entries = append(set.Entries, e)
	}
	if err := ledger.Post(ctx, tx, set); err != nil {
		return spentAs(err)
	}
	if err := q.AddGiftRefund(ctx, tx, givingdb.AddGiftRefundParams{ID: g.ID, Refunded: minor}); err != nil {
		return err
	}
	if minor == g.Net() { // nothing is left of it
		t := tallies{s.campaignDay(g.Campaign, clock.Micros(g.ReceivedAt)): count{gifts: -1}}
		if _, err := db.ExecTogether(ctx, tx, t.rows()); err != nil {
			return err
		}
	}
	return event.Add(ctx, tx, "gift.returned", g.ID, 0, map[string]int64{"minor": minor})
}

// Returnable is the most that can be given back of a gift now: what nobody has been paid from, of the
// gift and of the share of its match that goes back with it. What is held for payouts under way stays.
func Returnable(ctx context.Context, r db.Queryer, g Gift) (minor int64, err error) {
	if g.State != Received || g.Fund == 0 {
		return 0, nil
	}
	trail, err := Follow(ctx, r, g)
	if err != nil {
		return 0, err
	}
	left, err := matchLeft(ctx, r, g)
	if err != nil {
		return 0, err
	}
	own, match := g.Net(), left
	for _, l := range trail.Lines {
		own, match = own-l.Own, match-l.Match
	}
	fund, err := FundByID(ctx, r, g.Fund)
	if err != nil {
		return 0, err
	}
	book, err := Book(ctx, r, fund)
	tooMuch := sort.Search(int(max(own, 0)), func(i int) bool {
		share := matchShare(g, left, int64(i)+1)
		return share > match || int64(i)+1+share > book.Free
	})
	return int64(tooMuch), err
}

// matchLeft is what of a gift's match has not gone back.
func matchLeft(ctx context.Context, r db.Queryer, g Gift) (int64, error) {
	if g.MatchPosted == 0 {
		return 0, nil
	}
	back, err := ledger.ReturnedOf(ctx, r, g.Match)
	return g.MatchPosted - back, err
}

// matchShare is what of the match that is left goes back when minor more of the gift does: the same
// share of it, rounded down, and all of it with the last fen.
func matchShare(g Gift, left, minor int64) int64 { return mulDiv(left, minor, g.Net()) }

func (s *Service) matchReturn(ctx context.Context, tx *db.Tx, g Gift, fund Fund, back int64) (ledger.Entry, error) {
	e := ledger.Entry{ID: tx.NewID(), Kind: KindMatchReturn, From: fund.Account, Quantity: back, Subject: g.ID, Returns: g.Match}
	p, err := PoolByID(ctx, tx, g.Pool)
	if err != nil {
		return e, err
	}
	if e.To = p.Account; p.State == PoolOpen || p.State == PoolClosing {
		return e, nil
	}
	c, err := q.GetCampaign(ctx, tx, g.Campaign)
	if err != nil {
		return e, err
	}
	fallback, err := FundByID(ctx, tx, c.FallbackFundID)
	e.To = fallback.Account
	return e, err
}
