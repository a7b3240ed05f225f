package giving

import (
	"context"
	"strconv"
	"time"
	"unicode/utf8"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/giving/internal/givingdb"
	"manyhands/internal/i18n"
	"manyhands/internal/ledger"
	"manyhands/internal/money"
	"manyhands/internal/programme"
)

// Limits of a campaign.
const (
	MaxImpactUnits  = 6
	MaxWindow       = 366 * 24 * time.Hour
	maxLabelRunes   = 40
	maxFilingLength = 40
)

// CampaignInput describes a campaign. Its need is made with it.
type CampaignInput struct {
	Programme    int64
	Title        i18n.Text
	Body         i18n.Text
	Place        i18n.Text
	Goal         money.Amount
	StartsAt     time.Time
	EndsAt       time.Time
	FallbackFund int64
	FilingNumber string
	FiledAt      time.Time // the beginning of the day on which the plan was filed; zero: not yet
	ImpactUnits  []ImpactUnit
}

// Validate returns what is wrong with the input, field by field. What the need's own rules say
// (title, goal) comes from package programme.
func (in CampaignInput) Validate() error {
	var f fault.Fields
	if in.Goal.Unit != money.CNY || in.Goal.Minor <= 0 {
		f.Add("goal", "money.not_positive")
	}
	if !in.EndsAt.After(in.StartsAt) {
		f.Add("ends_at", "giving.ends_before_start")
	} else if in.EndsAt.Sub(in.StartsAt) > MaxWindow {
		f.Add("ends_at", "giving.window_too_long")
	}
	if in.FallbackFund == 0 {
		f.Add("fallback_fund", "form.required")
	}
	if len(in.FilingNumber) > maxFilingLength {
		f.Add("filing_number", "form.too_long", "Max", maxFilingLength)
	}
	in.validateImpact(&f)
	return f.Err()
}

func (in CampaignInput) validateImpact(f *fault.Fields) {
	if len(in.ImpactUnits) > MaxImpactUnits {
		f.Add("impact", "giving.too_many_impact_units", "Max", MaxImpactUnits)
	}
	seen := map[int64]bool{}
	for i, u := range in.ImpactUnits {
		n := strconv.Itoa(i)
		switch {
		case u.Price.Unit != money.CNY || u.Price.Minor <= 0:
			f.Add("impact_price_"+n, "money.not_positive")
		case seen[u.Price.Minor]:
			f.Add("impact_price_"+n, "giving.impact_twice")
		}
		seen[u.Price.Minor] = true
		for lang, label := range map[string]string{"zh": u.Label.ZH, "en": u.Label.EN} {
			if label == "" {
				f.Add("impact_"+lang+"_"+n, "form.required")
			} else if utf8.RuneCountInString(label) > maxLabelRunes {
				f.Add("impact_"+lang+"_"+n, "form.too_long", "Max", maxLabelRunes)
			}
		}
	}
}

func (in CampaignInput) need(account int64) programme.NeedInput {
	return programme.NeedInput{Programme: in.Programme, Kind: programme.KindMoney, Unit: in.Goal.Unit, Wanted: in.Goal.Minor,
		Account: account, Title: in.Title, Body: in.Body, Place: in.Place, UntilAt: in.EndsAt}
}

// CreateCampaign prepares a campaign as a draft, with its need and its restricted fund.
func (s *Service) CreateCampaign(ctx context.Context, tx *db.Tx, in CampaignInput, by int64) (Campaign, error) {
	if err := in.Validate(); err != nil {
		return Campaign{}, err
	}
	if err := checkFallback(ctx, tx, in.FallbackFund); err != nil {
		return Campaign{}, err
	}
	fund, err := openFund(ctx, tx, FundInput{Name: in.Title, Restricted: true, Programme: in.Programme, By: by})
	if err != nil {
		return Campaign{}, err
	}
	n, err := programme.CreateNeed(ctx, tx, in.need(fund.Account), by)
	if err != nil {
		return Campaign{}, err
	}
	id := tx.NewID()
	row := givingdb.InsertCampaignParams{ID: id, NeedID: n.ID, Slug: n.Slug, FundID: fund.ID, FallbackFundID: in.FallbackFund,
		FilingNumber: in.FilingNumber, FiledAt: filedAt(in.FiledAt), StartsAt: clock.Micros(in.StartsAt), EndsAt: clock.Micros(in.EndsAt), State: string(CampaignDraft),
		MadeBy: by, MadeAt: tx.NowMicros()}
	if err := q.InsertCampaign(ctx, tx, row); err != nil {
		return Campaign{}, err
	}
	if err := setImpact(ctx, tx, id, in.ImpactUnits); err != nil {
		return Campaign{}, err
	}
	if err := event.Add(ctx, tx, "campaign.created", id, by, nil); err != nil {
		return Campaign{}, err
	}
	return CampaignByID(ctx, tx, id)
}

// UpdateCampaign changes a draft. Once open, what givers were told stays: Conflict
// "giving.campaign_not_draft". What was filed changes with a new filing alone: Fields naming "filing_number".
func (s *Service) UpdateCampaign(ctx context.Context, tx *db.Tx, id int64, in CampaignInput, by int64) (Campaign, error) {
	c, err := CampaignByID(ctx, tx, id)
	if err != nil {
		return c, err
	}
	if c.State != CampaignDraft {
		return c, fault.New(fault.Conflict, "giving.campaign_not_draft")
	}
	if err := in.Validate(); err != nil {
		return c, err
	}
	if err := checkFallback(ctx, tx, in.FallbackFund); err != nil {
		return c, err
	}
	if s.opts.Filing {
		if err := checkFiled(ctx, tx, c, in); err != nil {
			return c, err
		}
	}
	fund, err := FundByID(ctx, tx, c.Fund)
	if err != nil {
		return c, err
	}
	if err := programme.UpdateNeed(ctx, tx, c.Need, in.need(fund.Account), by); err != nil {
		return c, err
	}
	if err := q.UpdateCampaign(ctx, tx, givingdb.UpdateCampaignParams{ID: id, FallbackFundID: in.FallbackFund, FilingNumber: in.FilingNumber, FiledAt: filedAt(in.FiledAt),
		StartsAt: clock.Micros(in.StartsAt), EndsAt: clock.Micros(in.EndsAt)}); err != nil {
		return c, err
	}
	if err := setImpact(ctx, tx, id, in.ImpactUnits); err != nil {
		return c, err
	}
	return CampaignByID(ctx, tx, id)
}

// checkFallback refuses a fund that is not there or that a campaign fills: it might close first.
// Fault: NotFound "giving.no_fund".
func checkFallback(ctx context.Context, r db.Queryer, fund int64) error {
	if _, err := FundByID(ctx, r, fund); err != nil {
		return err
	}
	fills, err := CampaignsOfFund(ctx, r, fund)
	if err == nil && len(fills) > 0 {
		return fault.New(fault.NotFound, "giving.no_fund")
	}
	return err
}

func setImpact(ctx context.Context, tx *db.Tx, campaign int64, units []ImpactUnit) error {
	if err := q.DeleteImpactUnits(ctx, tx, campaign); err != nil {
		return err
	}
	for _, u := range units {
		if err := q.InsertImpactUnit(ctx, tx, givingdb.InsertImpactUnitParams{CampaignID: campaign, PriceMinor: u.Price.Minor, LabelZh: u.Label.ZH, LabelEn: u.Label.EN}); err != nil {
			return err
		}
	}
	return nil
}

// OpenCampaign publishes a draft with its need. Faults: Conflict "giving.campaign_not_draft",
// "giving.campaign_over" when its window has passed, where filing is asked for "giving.no_certificate",
// "giving.not_filed" and "giving.filed_lately" (Date), and what programme.PublishNeed says.
func (s *Service) OpenCampaign(ctx context.Context, tx *db.Tx, id, by int64) (Campaign, error) {
	c, err := CampaignByID(ctx, tx, id)
	if err != nil {
		return c, err
	}
	if c.State != CampaignDraft {
		return c, fault.New(fault.Conflict, "giving.campaign_not_draft")
	}
	if !tx.Now().Before(c.EndsAt) {
		return c, fault.New(fault.Conflict, "giving.campaign_over")
	}
	if s.opts.Filing {
		if err := mayFundraise(ctx, tx, c); err != nil {
			return c, err
		}
	}
	if err := programme.PublishNeed(ctx, tx, c.Need, by); err != nil {
		return c, err
	}
	if _, err := q.SetCampaignState(ctx, tx, givingdb.SetCampaignStateParams{ID: id, State: string(CampaignOpen), OldState: string(CampaignDraft)}); err != nil {
		return c, err
	}
	if err := event.Add(ctx, tx, "campaign.opened", id, by, nil); err != nil {
		return c, err
	}
	return CampaignByID(ctx, tx, id)
}

// CloseCampaign takes no more gifts from now on. What has come stays in the fund for payouts.
// Closing a closed campaign changes nothing.
func (s *Service) CloseCampaign(ctx context.Context, tx *db.Tx, id, by int64) (Campaign, error) {
	c, err := CampaignByID(ctx, tx, id)
	if err != nil || c.State == CampaignClosed {
		return c, err
	}
	if c.State == CampaignDraft {
		return c, fault.New(fault.Conflict, "giving.campaign_draft")
	}
	if _, err := q.SetCampaignState(ctx, tx, givingdb.SetCampaignStateParams{ID: id, State: string(CampaignClosed), ClosedAt: tx.NowMicros(), OldState: string(CampaignOpen)}); err != nil {
		return c, err
	}
	if err := programme.CloseNeed(ctx, tx, c.Need, by); err != nil {
		return c, err
	}
	if err := event.Add(ctx, tx, "campaign.closed", id, by, nil); err != nil {
		return c, err
	}
	return CampaignByID(ctx, tx, id)
}

// Redirect moves what is left of a closed campaign, and not held for a payout, to the fallback fund
// that its givers were told of. The id makes it idempotent. Faults: Conflict "giving.campaign_open",
// "giving.nothing_left".
func (s *Service) Redirect(ctx context.Context, tx *db.Tx, campaign, id, by int64) (money.Amount, error) {
	c, err := CampaignByID(ctx, tx, campaign)
	if err != nil {
		return money.Amount{}, err
	}
	if c.State != CampaignClosed {
		return money.Amount{}, fault.New(fault.Conflict, "giving.campaign_open")
	}
	if done, err := ledger.EntryByID(ctx, tx, id); err == nil {
		return money.Yuan(done.Quantity), nil
	}
	from, err := FundByID(ctx, tx, c.Fund)
	if err != nil {
		return money.Amount{}, err
	}
	to, err := FundByID(ctx, tx, c.FallbackFund)
	if err != nil {
		return money.Amount{}, err
	}
	book, err := Book(ctx, tx, from)
	if err != nil {
		return money.Amount{}, err
	}
	if book.Free <= 0 {
		return money.Amount{}, fault.New(fault.Conflict, "giving.nothing_left")
	}
	e := ledger.Entry{ID: id, Kind: KindRedirect, From: from.Account, To: to.Account, Quantity: book.Free, Subject: c.ID}
	if err := ledger.Post(ctx, tx, ledger.Set{ID: id, Entries: []ledger.Entry{e}}); err != nil {
		return money.Amount{}, err
	}
	return money.Yuan(book.Free), event.Add(ctx, tx, "campaign.redirected", c.ID, by, map[string]int64{"minor": book.Free})
}

// CampaignByID returns a campaign. Faults: NotFound "giving.no_campaign".
func CampaignByID(ctx context.Context, r db.Queryer, id int64) (Campaign, error) {
	row, err := q.GetCampaign(ctx, r, id)
	return campaignOf(row), db.NotFound(err, "giving.no_campaign")
}

// CampaignBySlug returns a campaign of any state. Faults: NotFound "giving.no_campaign".
func CampaignBySlug(ctx context.Context, r db.Queryer, slug string) (Campaign, error) {
	row, err := q.GetCampaignBySlug(ctx, r, slug)
	return campaignOf(row), db.NotFound(err, "giving.no_campaign")
}

// Campaigns lists campaigns, newest first, before the id before (0: from the newest), in one state
// or, with "", in all.
func Campaigns(ctx context.Context, r db.Queryer, state CampaignState, before int64, most int) ([]Campaign, error) {
	rows, err := q.ListCampaigns(ctx, r, givingdb.ListCampaignsParams{AnyState: state == "", State: string(state), Before: from(before), Most: limit(most)})
	return all(rows, campaignOf), err
}

// CampaignsOfFund lists the campaigns that fill a fund.
func CampaignsOfFund(ctx context.Context, r db.Queryer, fund int64) ([]Campaign, error) {
	rows, err := q.GetCampaignByFund(ctx, r, fund)
	return all(rows, campaignOf), err
}

// ImpactUnits returns what sums do for a campaign, smallest first.
func ImpactUnits(ctx context.Context, r db.Queryer, campaign int64) ([]ImpactUnit, error) {
	rows, err := q.ListImpactUnits(ctx, r, campaign)
	return all(rows, func(u givingdb.ListImpactUnitsRow) ImpactUnit {
		return ImpactUnit{Price: money.Yuan(u.PriceMinor), Label: i18n.Text{ZH: u.LabelZh, EN: u.LabelEn}}
	}), err
}
