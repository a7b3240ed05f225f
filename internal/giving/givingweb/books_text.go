package givingweb

import (
	"context"

	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/ui"
)

func bookColumns(ctx context.Context) []ui.Column {
	return []ui.Column{{Label: i18n.T(ctx, "giving.fund")}, {Label: i18n.T(ctx, "giving.col_in"), Num: true}, {Label: i18n.T(ctx, "giving.col_out"), Num: true},
		{Label: i18n.T(ctx, "giving.col_held"), Num: true}, {Label: i18n.T(ctx, "giving.col_left"), Num: true}}
}

func payoutColumns(ctx context.Context) []ui.Column {
	return []ui.Column{{Label: i18n.T(ctx, "giving.col_paid")}, {Label: i18n.T(ctx, "giving.col_for")}, {Label: i18n.T(ctx, "giving.amount"), Num: true}}
}

func outcomesOrWait(ctx context.Context, p paidView) string {
	switch {
	case len(p.Outcomes) > 0:
		return outcomesText(ctx, p.Outcomes)
	case p.Payout.State == giving.PayoutPaid:
		return i18n.T(ctx, "giving.outcome_to_come")
	}
	return ""
}

func payoutFacts(ctx context.Context, v payoutView) []ui.Fact {
	facts := []ui.Fact{
		{Label: i18n.T(ctx, "giving.col_payee"), Value: v.Payee.Name.In(ctx)},
		{Label: i18n.T(ctx, "giving.col_invoice"), Value: v.Invoice.Number},
		{Label: i18n.T(ctx, "giving.invoice_issued"), Value: i18n.Date(ctx, v.Invoice.IssuedAt)},
		{Label: i18n.T(ctx, "giving.invoice_about"), Value: v.Invoice.About.In(ctx)},
		{Label: i18n.T(ctx, "giving.invoice_amount"), Value: i18n.Money(ctx, v.Invoice.Amount)},
		{Label: i18n.T(ctx, "giving.col_paid_on"), Value: i18n.Date(ctx, v.Payout.PaidAt)},
		{Label: i18n.T(ctx, "giving.approvals"), Value: i18n.T(ctx, "giving.two_approvals")},
		{Label: i18n.T(ctx, "giving.fund"), Value: v.Fund.Name.In(ctx), Href: "/books/" + v.Fund.Slug},
	}
	if v.Invoice.DocumentSHA256 != "" {
		facts = append(facts, ui.Fact{Label: i18n.T(ctx, "giving.document_hash"), Extra: ui.Proof(v.Invoice.DocumentSHA256)})
	}
	return facts
}

func outcomeSteps(ctx context.Context, outcomes []giving.Outcome) []ui.Step {
	steps := make([]ui.Step, len(outcomes))
	for i, o := range outcomes {
		steps[i] = ui.Step{When: o.HappenedAt, Tone: ui.OK, Title: outcomeText(ctx, o.Quantity.Minor, o)}
	}
	return steps
}

// drawnText says what a payout was made of, in figures that add up to it unless there were too many
// pieces to look at.
func drawnText(ctx context.Context, d giving.Drawn) string {
	text := i18n.T(ctx, "giving.drew_on", "Count", d.Gifts, "Gifts", money.Yuan(d.GiftMinor))
	if d.MatchMinor > 0 {
		text += i18n.T(ctx, "giving.drew_match", "Amount", money.Yuan(d.MatchMinor))
	}
	if d.OtherMinor > 0 {
		text += i18n.T(ctx, "giving.drew_other", "Amount", money.Yuan(d.OtherMinor))
	}
	if d.More {
		text += i18n.T(ctx, "giving.drew_more")
	}
	return text
}
