package giving

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/giving/internal/givingdb"
	"manyhands/internal/money"
)

// GiftInput is what a giver sends.
type GiftInput struct {
	Campaign   int64
	Slug       string // the campaign's public address, for who does not know its id: used when Campaign is 0
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
	o, err := s.orders.Do(ctx, s.newOrder(&in, nil))
	if err != nil {
		return Gift{}, err
	}
	return *o.gift, nil
}

// newGift returns the row of a gift to c that waits to be paid.
func (s *Service) newGift(tx *db.Tx, o *order, c Campaign) givingdb.Gift {
	in := o.in
	id := tx.NewID()
	row := givingdb.Gift{ID: id, Token: newToken(id), FormKey: in.FormKey, NeedID: c.Need,
		CampaignID: c.ID, FundID: c.Fund, Unit: string(in.Amount.Unit), Quantity: in.Amount.Minor, Method: in.Method,
		State: string(Waiting), Visibility: string(in.Visibility), PersonID: in.Person, GiverName: in.Name,
		GiverEmail: folded(in.Email), GiverKey: o.giver, Message: in.Message, Lang: in.Lang, GivenOn: s.day(tx.Now()), MadeAt: tx.NowMicros()}
	if in.Visibility == Sealed {
		row.GiverName, row.PersonID = "", 0
	}
	row.Words = string(wordsOf(in.Visibility, in.Name, in.Message))
	return row
}

var giftRows = db.InsertRows("gift", "id, token, form_key, need_id, campaign_id, fund_id, unit, quantity, method, state, visibility, "+
	"person_id, giver_name, giver_email, giver_key, message, words, lang, pool_id, match_id, match_promised, match_posted, "+
	"promise_ends_at, refunded, import_ref, given_on, made_at, received_at", "")

func newGifts(rows []givingdb.Gift) db.Rows {
	return giftRows.Rows(len(rows), func(i int, args []any) []any {
		g := &rows[i]
		return append(args, g.ID, g.Token, g.FormKey, g.NeedID, g.CampaignID, g.FundID, g.Unit, g.Quantity, g.Method, g.State, g.Visibility,
			g.PersonID, g.GiverName, g.GiverEmail, g.GiverKey, g.Message, g.Words, g.Lang, g.PoolID, g.MatchID, g.MatchPromised, g.MatchPosted,
			g.PromiseEndsAt, g.Refunded, g.ImportRef, g.GivenOn, g.MadeAt, g.ReceivedAt)
	})
}

// MatchFor returns what a gift of amount would be matched with now: what the campaign page shows
// before anyone has decided. It promises nothing; Give does.
func (s *Service) MatchFor(ctx context.Context, r db.Queryer, campaign int64, amount money.Amount, email, device string, now time.Time) (Pool, int64, error) {
	row := givingdb.Gift{CampaignID: campaign, Quantity: amount.Minor, GiverKey: s.giverKey(email, device), GivenOn: s.day(now)}
	m, err := readMarket(ctx, r, []givingdb.Gift{row}, clock.Micros(now))
	if err != nil {
		return Pool{}, 0, err
	}
	best, match := m.best(&row)
	return best, match, nil
}
