package giving

import (
	"cmp"
	"context"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/giving/internal/givingdb"
	"manyhands/internal/ledger"
	"manyhands/internal/programme"
)

// order is a gift that somebody wants to make: one that waits to be paid, or one that was paid to a
// partner already. Those that come at the same moment are made together (see round).
type order struct {
	in      *GiftInput // not to be changed
	giver   string     // by whom caps are counted
	partner *paid      // nil: it waits to be paid
	gift    *Gift      // what became of it
}

// newOrder does what takes time and needs no database, so that the writer need not.
func (s *Service) newOrder(in *GiftInput, partner *paid) order {
	return order{in: in, giver: s.giverKey(in.Email, in.Device), partner: partner}
}

// round makes the gifts of one combined write: it reads what all of them need once, works them out in
// memory in the order in which they came, and writes them in a few statements.
type round struct {
	s         *Service
	tx        *db.Tx
	campaigns map[int64]Campaign
	bySlug    map[string]int64
	standing  map[int64]programme.Standing // by need
	accounts  map[int64]int64              // the ledger's, by fund

	made  []*db.Item[order] // whose gifts are new, beside rows
	rows  []givingdb.Gift
	again []*db.Item[order] // the same form as one of made
	holds []ledger.Hold
	due   []Due
	paid  *capture // those that were paid to a partner
}

// makeGifts is the body of Service.orders.
func (s *Service) makeGifts(ctx context.Context, tx *db.Tx, items []*db.Item[order]) error {
	rd := &round{s: s, tx: tx}
	items, err := rd.known(ctx, items)
	if err != nil || len(items) == 0 {
		return err
	}
	if err := rd.read(ctx, items); err != nil {
		return err
	}
	first := map[string]bool{}
	for _, it := range items {
		key := it.Value.in.FormKey
		if key != "" && first[key] {
			rd.again = append(rd.again, it)
			continue
		}
		if it.Err = rd.begin(it); it.Err == nil {
			first[key] = true
		}
	}
	m, err := readMarket(ctx, tx, rd.rows, tx.NowMicros())
	if err != nil {
		return err
	}
	for i := range rd.rows {
		if err := rd.match(ctx, m, rd.made[i].Value, &rd.rows[i]); err != nil {
			return err
		}
	}
	if err := rd.write(ctx, m); err != nil {
		return err
	}
	rd.tell()
	return nil
}

// known tells those whose form has made its gift before, and returns the others.
func (rd *round) known(ctx context.Context, items []*db.Item[order]) ([]*db.Item[order], error) {
	var keys []string
	for _, it := range items {
		if key := it.Value.in.FormKey; key != "" {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return items, nil
	}
	rows, err := q.GiftsByFormKeys(ctx, rd.tx, keys)
	if err != nil || len(rows) == 0 {
		return items, err
	}
	old := map[string]Gift{}
	for _, row := range rows {
		old[row.FormKey] = giftOf(row)
	}
	var rest []*db.Item[order]
	for _, it := range items {
		if g, ok := old[it.Value.in.FormKey]; ok {
			it.Err = it.Value.become(&g)
		} else {
			rest = append(rest, it)
		}
	}
	return rest, nil
}

// become takes g as what was ordered. A partner's key stands for one gift: with another sum, or for
// another purpose, it is a mistake.
func (o *order) become(g *Gift) error {
	if o.partner != nil && (g.Amount != o.in.Amount || o.in.Campaign != 0 && g.Campaign != o.in.Campaign) {
		return fault.New(fault.Conflict, "giving.key_reused")
	}
	o.gift = g
	return nil
}

// read reads the campaigns that the gifts are for, their funds and how their needs stand.
func (rd *round) read(ctx context.Context, items []*db.Item[order]) error {
	var slugs []string
	for _, it := range items {
		if in := it.Value.in; in.Campaign == 0 && in.Slug != "" {
			slugs = append(slugs, in.Slug)
		}
	}
	rows, err := campaignRows(ctx, rd.tx, idsOf(items, func(it *db.Item[order]) int64 { return it.Value.in.Campaign }), slugs)
	if err != nil {
		return err
	}
	rd.campaigns, rd.bySlug, rd.accounts = map[int64]Campaign{}, map[string]int64{}, map[int64]int64{}
	for _, row := range rows {
		c := campaignOf(row.Campaign)
		rd.campaigns[c.ID], rd.bySlug[c.Slug], rd.accounts[c.Fund] = c, c.ID, row.AccountID
	}
	rd.paid = &capture{s: rd.s, tx: rd.tx, funds: rd.accounts, pools: map[int64]int64{}, from: map[string]int64{}}
	rd.standing, err = programme.Standings(ctx, rd.tx, idsOf(rows, func(r campaignRow) int64 { return r.Campaign.NeedID }), rd.tx.Now())
	return err
}

// campaignRow is a campaign with the account of its fund.
type campaignRow = givingdb.CampaignsByIDsRow

func campaignRows(ctx context.Context, r db.Queryer, ids []int64, slugs []string) (rows []campaignRow, err error) {
	if len(ids) > 0 {
		if rows, err = q.CampaignsByIDs(ctx, r, ids); err != nil {
			return nil, err
		}
	}
	if len(slugs) == 0 {
		return rows, nil
	}
	more, err := q.CampaignsBySlugs(ctx, r, slugs)
	for _, m := range more {
		rows = append(rows, campaignRow(m))
	}
	return rows, err
}

// begin makes the row of a new gift, if its campaign takes it.
func (rd *round) begin(it *db.Item[order]) error {
	o := &it.Value
	c, err := rd.takes(o)
	if err != nil {
		return err
	}
	row := rd.s.newGift(rd.tx, o, c)
	if o.partner != nil {
		row.Method, row.State, row.ReceivedAt = MethodPartner, string(Received), clock.Micros(o.partner.at)
	}
	rd.made, rd.rows = append(rd.made, it), append(rd.rows, row)
	return nil
}

// takes returns the campaign if it takes the gift. One whose programme or organisation was suspended
// takes none.
func (rd *round) takes(o *order) (Campaign, error) {
	c, ok := rd.campaigns[cmp.Or(o.in.Campaign, rd.bySlug[o.in.Slug])]
	at := rd.tx.Now()
	if o.partner != nil {
		at = o.partner.at
	}
	standing := rd.standing[c.Need]
	switch {
	case !ok || c.State == CampaignDraft:
		return c, fault.New(fault.NotFound, "giving.no_campaign")
	case o.partner != nil && !o.partner.May(standing.Organisation):
		return c, fault.New(fault.NotFound, "giving.no_campaign")
	case c.State == CampaignOpen && at.Before(c.StartsAt):
		return c, fault.New(fault.Conflict, "giving.campaign_not_started")
	case !c.OpenAt(at):
		return c, fault.New(fault.Conflict, "giving.campaign_closed")
	case standing.Lapsed:
		return c, fault.New(fault.Conflict, "giving.renews")
	case !standing.Asks:
		return c, fault.New(fault.Conflict, "giving.need_closed")
	}
	return c, nil
}

// match finds the pool that does most for the gift and promises its match, or adds it at once to one
// that is paid. Under pro rata nothing is promised: the gift only takes part.
func (rd *round) match(ctx context.Context, m *market, o order, g *givingdb.Gift) error {
	best, match := m.best(g)
	g.PoolID = best.ID
	if best.ID != 0 && best.Terms.Rule == FirstCome {
		g.MatchID, g.MatchPromised = rd.tx.NewID(), match
		m.draw(&best, g, match)
	}
	if o.partner != nil {
		g.MatchPosted = g.MatchPromised
		rd.paid.pools[best.ID] = best.Account
		if err := thank(ctx, rd.tx, g); err != nil {
			return err
		}
		rd.paid.key = o.partner.Key
		return rd.paid.post(ctx, g)
	}
	rd.keep(&best, g)
	return nil
}

// keep holds the match of a gift that waits, and has its payment begun.
func (rd *round) keep(p *Pool, g *givingdb.Gift) {
	ends := rd.tx.Now().Add(paymentLife)
	if g.MatchPromised > 0 {
		ends = rd.tx.Now().Add(time.Duration(p.Terms.HoldSeconds) * time.Second)
		g.PromiseEndsAt = clock.Micros(ends)
		rd.holds = append(rd.holds, ledger.Hold{ID: g.MatchID, Kind: KindMatch, From: p.Account, To: rd.accounts[g.FundID],
			Quantity: g.MatchPromised, Subject: g.ID, ExpiresAt: ends})
	}
	rd.due = append(rd.due, Due{Gift: g.ID, Gateway: g.Method, Amount: giftOf(*g).Amount, ClosesAt: ends})
}

func (rd *round) write(ctx context.Context, m *market) error {
	if err := ledger.Reserve(ctx, rd.tx, rd.holds...); err != nil {
		return err
	}
	if _, err := rd.paid.enter(ctx, m.rows(), newGifts(rd.rows)); err != nil {
		return err
	}
	return rd.s.opts.Payments.Begin(ctx, rd.tx, rd.due...)
}

// tell hands everybody their gift.
func (rd *round) tell() {
	byKey := map[string]*Gift{}
	for i, it := range rd.made {
		g := giftOf(rd.rows[i])
		it.Value.gift = &g
		byKey[rd.rows[i].FormKey] = it.Value.gift
	}
	for _, it := range rd.again {
		it.Err = it.Value.become(byKey[it.Value.in.FormKey])
	}
}
