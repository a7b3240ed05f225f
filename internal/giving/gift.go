package giving

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/giving/internal/givingdb"
	"manyhands/internal/ledger"
	"manyhands/internal/money"
	"manyhands/internal/programme"
)

// GiftInput is what a giver sends.
type GiftInput struct {
	Campaign   int64
	Amount     money.Amount
	Method     string // a gateway's name
	Visibility Visibility
	Name       string // shown or kept as the visibility says; never kept when sealed
	Email      string // for the acknowledgement; optional
	Message    string // a few words, shown with a public gift
	Lang       string
	FormKey    string // the same key again is the same gift
	Person     int64  // 0: a guest
	Device     string // random id of the browser, for the caps of guests
}

// Validate returns what is wrong with the input, field by field (fault.Fields).
func (in GiftInput) Validate() error {
	var f fault.Fields
	switch {
	case in.Amount.Unit != money.CNY:
		f.Add("amount", "giving.only_yuan")
	case in.Amount.Minor < MinGiftMinor:
		f.Add("amount", "money.not_positive")
	case in.Amount.Minor > money.MaxMinor:
		f.Add("amount", "money.too_much")
	}
	if !slices.Contains([]Visibility{Public, Organisation, Sealed}, in.Visibility) {
		f.Add("visibility", "giving.choose_visibility")
	}
	if utf8.RuneCountInString(in.Name) > MaxNameRunes {
		f.Add("name", "form.too_long", "Max", MaxNameRunes)
	}
	if utf8.RuneCountInString(in.Message) > MaxMessageRunes {
		f.Add("message", "form.too_long", "Max", MaxMessageRunes)
	}
	return f.Err()
}

// Give makes a gift of money that waits to be paid, and holds its match. The same FormKey returns the
// gift that was made before.
//
// Faults: Fields for bad input; NotFound "giving.no_campaign"; Conflict "giving.campaign_closed",
// "giving.campaign_not_started" and, while its programme is suspended, "giving.need_closed"; Invalid "giving.no_gateway".
func (s *Service) Give(ctx context.Context, in GiftInput) (Gift, error) {
	if err := in.Validate(); err != nil {
		return Gift{}, err
	}
	if !slices.Contains(s.opts.Gateways, in.Method) {
		return Gift{}, fault.New(fault.Invalid, "giving.no_gateway")
	}
	var g Gift
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		g, err = s.give(ctx, tx, in)
		return err
	})
	return g, err
}

func (s *Service) give(ctx context.Context, tx *db.Tx, in GiftInput) (Gift, error) {
	if old, err := byFormKey(ctx, tx, in.FormKey); err != nil || old.ID != 0 {
		return old, err
	}
	c, err := openCampaign(ctx, tx, in.Campaign, tx.Now())
	if err != nil {
		return Gift{}, err
	}
	row := s.newGift(tx, in, c)
	if err := s.promiseMatch(ctx, tx, &row); err != nil {
		return Gift{}, err
	}
	if err := q.InsertGift(ctx, tx, row); err != nil {
		return Gift{}, err
	}
	closesAt := clock.Time(row.PromiseEndsAt)
	if row.MatchPromised == 0 {
		closesAt = tx.Now().Add(paymentLife)
	}
	if err := s.opts.Payments.Begin(ctx, tx, row.ID, in.Method, in.Amount, closesAt); err != nil {
		return Gift{}, err
	}
	made, err := q.GetGift(ctx, tx, row.ID)
	return giftOf(made), err
}

// openCampaign returns the campaign if it takes gifts at t. One whose programme or organisation was
// suspended takes none.
func openCampaign(ctx context.Context, r db.Queryer, id int64, t time.Time) (Campaign, error) {
	row, err := q.GetCampaign(ctx, r, id)
	if err != nil {
		return Campaign{}, db.NotFound(err, "giving.no_campaign")
	}
	c := campaignOf(row)
	switch {
	case c.State == CampaignDraft:
		return c, fault.New(fault.NotFound, "giving.no_campaign")
	case c.State == CampaignOpen && t.Before(c.StartsAt):
		return c, fault.New(fault.Conflict, "giving.campaign_not_started")
	case !c.OpenAt(t):
		return c, fault.New(fault.Conflict, "giving.campaign_closed")
	}
	asks, err := programme.Asks(ctx, r, c.Need, t)
	if err == nil && !asks {
		err = fault.New(fault.Conflict, "giving.need_closed")
	}
	return c, err
}

func (s *Service) newGift(tx *db.Tx, in GiftInput, c Campaign) givingdb.InsertGiftParams {
	row := givingdb.InsertGiftParams{ID: tx.NewID(), Token: newToken(), FormKey: in.FormKey, NeedID: c.Need,
		CampaignID: c.ID, FundID: c.Fund, Unit: string(in.Amount.Unit), Quantity: in.Amount.Minor, Method: in.Method,
		State: string(Waiting), Visibility: string(in.Visibility), PersonID: in.Person, GiverName: in.Name,
		GiverEmail: in.Email, GiverKey: s.giverKey(in.Email, in.Device), Message: in.Message, Lang: in.Lang, GivenOn: s.day(tx.Now()), MadeAt: tx.NowMicros()}
	if in.Visibility == Sealed {
		row.GiverName, row.PersonID = "", 0
	}
	row.Words = string(wordsOf(in.Visibility, in.Name, in.Message))
	return row
}

// promiseMatch finds the pool that does most for the gift and holds the match for it. Under pro rata
// nothing is held: the gift only takes part.
func (s *Service) promiseMatch(ctx context.Context, tx *db.Tx, row *givingdb.InsertGiftParams) error {
	pools, err := q.OpenPoolsFor(ctx, tx, givingdb.OpenPoolsForParams{At: tx.NowMicros(), CampaignID: row.CampaignID})
	if err != nil {
		return err
	}
	best, match, err := s.bestPool(ctx, tx, all(pools, poolOf), *row)
	if err != nil || best.ID == 0 {
		return err
	}
	row.PoolID = best.ID
	if best.Terms.Rule == ProRata {
		return nil
	}
	row.MatchID, row.MatchPromised = tx.NewID(), match
	ends := tx.Now().Add(time.Duration(best.Terms.HoldSeconds) * time.Second)
	row.PromiseEndsAt = clock.Micros(ends)
	fund, err := q.GetFund(ctx, tx, row.FundID)
	if err != nil {
		return err
	}
	if err := ledger.Reserve(ctx, tx, ledger.Hold{ID: row.MatchID, Kind: KindMatch, From: best.Account, To: fund.AccountID,
		Quantity: match, Subject: row.ID, ExpiresAt: ends}); err != nil {
		return err
	}
	return s.addUse(ctx, tx, best.ID, row, match)
}

// bestPool returns the first-come pool with the largest match, else the first pro-rata pool that
// takes the gift, else none.
func (s *Service) bestPool(ctx context.Context, r db.Queryer, pools []Pool, row givingdb.InsertGiftParams) (best Pool, match int64, err error) {
	for _, p := range pools {
		if p.Terms.Rule == ProRata {
			if best.ID == 0 && row.Quantity >= p.Terms.MinGiftMinor {
				best = p
			}
			continue
		}
		used, err := s.used(ctx, r, p, row)
		if err != nil {
			return best, 0, err
		}
		a, err := ledger.AccountByID(ctx, r, p.Account)
		if err != nil {
			return best, 0, err
		}
		if m := p.Terms.MatchOf(row.Quantity, used, a.Available()); m > match {
			best, match = p, m
		}
	}
	return best, match, nil
}

// useKey is one counter that a gift touches.
type useKey struct{ scope, key string }

// useKeys names the counters that a gift touches, always in the same order.
func useKeys(giverKey string, campaign int64, givenOn string) [3]useKey {
	return [3]useKey{
		{scopeCampaign, clock.FormatID(campaign)},
		{scopeGiver, giverKey},
		{scopeGiverDay, giverKey + " " + givenOn},
	}
}

func (s *Service) used(ctx context.Context, r db.Queryer, p Pool, row givingdb.InsertGiftParams) (Used, error) {
	var u Used
	for _, k := range useKeys(row.GiverKey, row.CampaignID, row.GivenOn) {
		if p.Terms.cap(k.scope) == 0 {
			continue
		}
		n, err := q.GetPoolUse(ctx, r, givingdb.GetPoolUseParams{PoolID: p.ID, Scope: k.scope, Key: k.key})
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return u, err
		}
		u.add(k.scope, n)
	}
	return u, nil
}

// addUse counts a match against every cap of its pool, whether or not the pool has that cap, so that
// check can recompute all of them alike.
func (s *Service) addUse(ctx context.Context, tx *db.Tx, pool int64, row *givingdb.InsertGiftParams, match int64) error {
	for _, k := range useKeys(row.GiverKey, row.CampaignID, row.GivenOn) {
		if err := q.AddPoolUse(ctx, tx, givingdb.AddPoolUseParams{PoolID: pool, Scope: k.scope, Key: k.key, UsedMinor: match}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) takeUse(ctx context.Context, tx *db.Tx, g givingdb.Gift, match int64) error {
	for _, k := range useKeys(g.GiverKey, g.CampaignID, g.GivenOn) {
		n, err := q.TakePoolUse(ctx, tx, givingdb.TakePoolUseParams{PoolID: g.PoolID, Scope: k.scope, Key: k.key, UsedMinor: match})
		if err != nil {
			return err
		}
		if n != 1 {
			return errors.New("giving: a cap that was never counted")
		}
	}
	return nil
}

// MatchFor returns what a gift of amount would be matched with now: what the campaign page shows
// before anyone has decided. It promises nothing; Give does.
func (s *Service) MatchFor(ctx context.Context, r db.Queryer, campaign int64, amount money.Amount, email, device string, now time.Time) (Pool, int64, error) {
	pools, err := q.OpenPoolsFor(ctx, r, givingdb.OpenPoolsForParams{At: clock.Micros(now), CampaignID: campaign})
	if err != nil {
		return Pool{}, 0, err
	}
	row := givingdb.InsertGiftParams{CampaignID: campaign, Quantity: amount.Minor, GiverKey: s.giverKey(email, device), GivenOn: s.day(now)}
	return s.bestPool(ctx, r, all(pools, poolOf), row)
}
