package givingweb

import (
	"context"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/programme"
)

// campaignView is all that a campaign's page tells, read in one snapshot.
type campaignView struct {
	Campaign giving.Campaign
	Need     programme.NeedView
	Of       programme.ProgrammeView
	Fund     giving.Fund
	Fallback giving.Fund
	Book     giving.FundBook
	Gifts    int64
	Units    []giving.ImpactUnit
	Presets  []preset
	Words    []giving.Said
	Paid     []paidView // newest first, at most campaignPayouts
	PaidSum  int64
	PaidMore bool
	Pool     giving.Pool // the one that would match now; ID 0: none
	PoolLeft int64
	Now      time.Time
	Renews   bool // the organisation's registration has run out: nothing new is given for now
}

// preset is an amount that the form offers.
type preset struct {
	Unit  giving.ImpactUnit
	Match int64 // minor units that it would be matched with now
}

// paidView is one payout with what it was for and what it became.
type paidView struct {
	Payout   giving.Payout
	Invoice  giving.Invoice
	Payee    programme.Organisation
	Outcomes []giving.Outcome
}

const (
	campaignPayouts = 5
	campaignWords   = 8
)

func (v campaignView) open() bool { return v.Campaign.OpenAt(v.Now) && v.Need.Asks(v.Now) }

func (v campaignView) early() bool {
	return v.Campaign.State == giving.CampaignOpen && v.Now.Before(v.Campaign.StartsAt)
}

func (v campaignView) goal() money.Amount   { return money.Yuan(v.Need.Wanted) }
func (v campaignView) raised() money.Amount { return money.Yuan(v.Book.In) }

// daysLeft counts the days until the end, the present one included.
func (v campaignView) daysLeft() int {
	left := v.Campaign.EndsAt.Sub(v.Now)
	if left <= 0 {
		return 0
	}
	return int((left + 24*time.Hour - 1) / (24 * time.Hour))
}

// readCampaign reads a campaign for the visitor whose browser has the id device.
func (h *Handlers) readCampaign(ctx context.Context, slug, device string) (v campaignView, err error) {
	v.Now = h.now()
	err = h.d.DB.Read(ctx, func(r *db.Reader) error {
		c, err := shownCampaign(ctx, r, slug)
		if err != nil {
			return err
		}
		v.Campaign = c
		for _, step := range []func(context.Context, db.Queryer) error{v.readProgramme, v.readFigures, v.readPaid} {
			if err := step(ctx, r); err != nil {
				return err
			}
		}
		return h.readMatches(ctx, r, &v, device)
	})
	return v, err
}

// errSuspended is a campaign whose programme or organisation the network has taken from view for now.
var errSuspended = fault.New(fault.NotFound, "giving.campaign_suspended")

// shownCampaign returns a campaign that everybody may see.
func shownCampaign(ctx context.Context, r db.Queryer, slug string) (giving.Campaign, error) {
	c, err := giving.CampaignBySlug(ctx, r, slug)
	if err == nil && c.State == giving.CampaignDraft {
		err = fault.New(fault.NotFound, "giving.no_campaign")
	}
	return c, err
}

func (v *campaignView) readProgramme(ctx context.Context, r db.Queryer) (err error) {
	if v.Need, err = programme.NeedViewByID(ctx, r, v.Campaign.Need); err != nil {
		return err
	}
	switch {
	case v.Need.ProgrammeState == programme.Suspended, v.Need.OrganisationState == programme.Suspended:
		return errSuspended
	case !v.Need.Shown():
		return fault.New(fault.NotFound, "giving.no_campaign")
	}
	if v.Renews, err = programme.Lapsed(ctx, r, v.Need.Organisation, v.Now); err != nil {
		return err
	}
	v.Of, err = programme.ProgrammeViewByID(ctx, r, v.Need.Programme, v.Now)
	return err
}

func (v *campaignView) readFigures(ctx context.Context, r db.Queryer) (err error) {
	if v.Fund, err = giving.FundByID(ctx, r, v.Campaign.Fund); err != nil {
		return err
	}
	if v.Fallback, err = giving.FundByID(ctx, r, v.Campaign.FallbackFund); err != nil {
		return err
	}
	if v.Book, err = giving.Book(ctx, r, v.Fund); err != nil {
		return err
	}
	if v.Gifts, err = giving.CountGifts(ctx, r, v.Campaign.ID); err != nil {
		return err
	}
	if v.Units, err = giving.ImpactUnits(ctx, r, v.Campaign.ID); err != nil {
		return err
	}
	v.Words, err = giving.LastWords(ctx, r, v.Campaign.ID, campaignWords)
	return err
}

func (v *campaignView) readPaid(ctx context.Context, r db.Queryer) error {
	payouts, err := giving.PayoutsOfFund(ctx, r, v.Fund.ID)
	if err != nil {
		return err
	}
	for _, p := range payouts {
		if p.State != giving.PayoutPaid {
			continue
		}
		v.PaidSum += p.Amount.Minor
		if len(v.Paid) == campaignPayouts {
			v.PaidMore = true
			continue
		}
		v.Paid = append(v.Paid, paidView{Payout: p})
	}
	return readPaid(ctx, r, v.Paid)
}

// readPaid reads what payouts paid for and what they became, in three queries however many they are.
func readPaid(ctx context.Context, r db.Queryer, paid []paidView) error {
	invoices, payouts := make([]int64, len(paid)), make([]int64, len(paid))
	for i, v := range paid {
		invoices[i], payouts[i] = v.Payout.Invoice, v.Payout.ID
	}
	byID, err := giving.InvoicesByIDs(ctx, r, invoices)
	if err != nil {
		return err
	}
	var payees []int64
	for _, inv := range byID {
		payees = append(payees, inv.Organisation)
	}
	organisations, err := programme.OrganisationsByIDs(ctx, r, payees)
	if err != nil {
		return err
	}
	outcomes, err := giving.OutcomesOfPayouts(ctx, r, payouts)
	if err != nil {
		return err
	}
	for i := range paid {
		v := &paid[i]
		v.Invoice, v.Outcomes = byID[v.Payout.Invoice], outcomes[v.Payout.ID]
		v.Payee = organisations[v.Invoice.Organisation]
	}
	return nil
}

// readMatches says for each amount on offer what it would be matched with at this moment.
func (h *Handlers) readMatches(ctx context.Context, r db.Queryer, v *campaignView, device string) error {
	for _, u := range v.Units {
		p := preset{Unit: u}
		if v.open() {
			pool, match, err := h.d.Giving.MatchFor(ctx, r, v.Campaign.ID, u.Price, "", device, v.Now)
			if err != nil {
				return err
			}
			p.Match = match
			if pool.ID != 0 {
				v.Pool = pool
			}
		}
		v.Presets = append(v.Presets, p)
	}
	if v.Pool.ID == 0 {
		return nil
	}
	book, err := giving.BookOfPool(ctx, r, v.Pool)
	v.PoolLeft = book.Left
	return err
}

// doing says what an amount does, by the largest impact unit that divides it; "" when none does.
func doing(ctx context.Context, units []giving.ImpactUnit, a money.Amount) string {
	var best giving.ImpactUnit
	for _, u := range units {
		if u.Price.Minor > best.Price.Minor && a.Minor >= u.Price.Minor && a.Minor%u.Price.Minor == 0 {
			best = u
		}
	}
	if best.Price.Minor == 0 {
		return ""
	}
	label := best.Label.In(ctx)
	if n := a.Minor / best.Price.Minor; n > 1 {
		return i18n.T(ctx, "giving.times", "N", n, "Label", label)
	}
	return label
}
