package giving

import (
	"manyhands/internal/clock"
	"manyhands/internal/giving/internal/givingdb"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
)

var q = givingdb.New()

func fundOf(r givingdb.Fund) Fund {
	return Fund{ID: r.ID, Slug: r.Slug, Name: i18n.Text{ZH: r.NameZh, EN: r.NameEn}, Restricted: r.Restricted,
		Programme: r.ProgrammeID, Account: r.AccountID, OpenedAt: clock.Time(r.OpenedAt)}
}

func campaignOf(r givingdb.Campaign) Campaign {
	return Campaign{ID: r.ID, Need: r.NeedID, Slug: r.Slug, Fund: r.FundID, FallbackFund: r.FallbackFundID,
		FilingNumber: r.FilingNumber, FiledAt: clock.Time(r.FiledAt), StartsAt: clock.Time(r.StartsAt), EndsAt: clock.Time(r.EndsAt),
		State: CampaignState(r.State), ClosedAt: clock.Time(r.ClosedAt)}
}

func poolOf(r givingdb.Pool) Pool {
	return Pool{ID: r.ID, Slug: r.Slug, Name: i18n.Text{ZH: r.NameZh, EN: r.NameEn}, Sponsor: r.SponsorID, Account: r.AccountID,
		Terms: Terms{Rule: Rule(r.Rule), RatioPercent: r.RatioPercent, MinGiftMinor: r.MinGiftMinor, CapGiftMinor: r.CapGiftMinor,
			CapGiverMinor: r.CapGiverMinor, CapDayMinor: r.CapGiverDayMinor, CapCampaign: r.CapCampaignMinor,
			HoldSeconds: r.HoldSeconds, StartsAtMicros: r.StartsAt, EndsAtMicros: r.EndsAt, SponsorID: r.SponsorID},
		StartsAt: clock.Time(r.StartsAt), EndsAt: clock.Time(r.EndsAt), State: PoolState(r.State),
		RuleText: r.RuleText, RuleHash: r.RuleHash, MadeBy: r.MadeBy, OpenedBy: r.OpenedBy,
		OpenedAt: clock.Time(r.OpenedAt), ClosedAt: clock.Time(r.ClosedAt)}
}

func giftOf(r givingdb.Gift) Gift {
	return Gift{ID: r.ID, Token: r.Token, Need: r.NeedID, Campaign: r.CampaignID, Fund: r.FundID,
		Amount: money.Amount{Minor: r.Quantity, Unit: money.Unit(r.Unit)}, Method: r.Method, State: State(r.State),
		Visibility: Visibility(r.Visibility), Person: r.PersonID, GiverName: r.GiverName, GiverEmail: r.GiverEmail,
		Message: r.Message, Words: Words(r.Words), Lang: r.Lang, Pool: r.PoolID, Match: r.MatchID, MatchPromised: r.MatchPromised,
		MatchPosted: r.MatchPosted, PromiseEndsAt: clock.Time(r.PromiseEndsAt), Refunded: r.Refunded,
		MadeAt: clock.Time(r.MadeAt), ReceivedAt: clock.Time(r.ReceivedAt)}
}

func invoiceOf(r givingdb.Invoice) Invoice {
	return Invoice{ID: r.ID, Organisation: r.OrganisationID, Number: r.Number, IssuedAt: clock.Time(r.IssuedAt),
		Amount: money.Amount{Minor: r.AmountMinor, Unit: money.Unit(r.Unit)}, About: i18n.Text{ZH: r.AboutZh, EN: r.AboutEn},
		DocumentSHA256: r.DocumentSha256, RecordedBy: r.RecordedBy, RecordedAt: clock.Time(r.RecordedAt)}
}

func payoutOf(r givingdb.Payout) Payout {
	return Payout{ID: r.ID, Entry: r.EntryID, Fund: r.FundID, Invoice: r.InvoiceID, Amount: money.Yuan(r.AmountMinor),
		State: PayoutState(r.State), RequestedBy: r.RequestedBy, RequestedAt: clock.Time(r.RequestedAt), DecidedBy: r.DecidedBy,
		DecidedAt: clock.Time(r.DecidedAt), Reason: r.Reason, PaidBy: r.PaidBy, PaidAt: clock.Time(r.PaidAt), BankReference: r.BankReference}
}

func outcomeOf(r givingdb.Outcome) Outcome {
	return Outcome{ID: r.ID, Payout: r.PayoutID, Quantity: money.Amount{Minor: r.Quantity, Unit: money.Unit(r.Unit)},
		Label: i18n.Text{ZH: r.LabelZh, EN: r.LabelEn}, HappenedAt: clock.Time(r.HappenedAt), RecordedBy: r.RecordedBy, RecordedAt: clock.Time(r.RecordedAt)}
}

// all maps a slice of rows.
func all[R, T any](rows []R, f func(R) T) []T {
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = f(r)
	}
	return out
}
