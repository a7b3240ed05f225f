package givingweb

import (
	"context"
	"strings"

	"manyhands/internal/clock"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/programme"
	"manyhands/internal/ui"
)

// firstLine is the first paragraph of a text, cut to what a search result shows.
func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	if r := []rune(line); len(r) > 160 {
		return string(r[:159]) + "…"
	}
	return line
}

func inForce(checks []programme.Finding) int {
	n := 0
	for _, c := range checks {
		if c.InForce {
			n++
		}
	}
	return n
}

func checkSteps(ctx context.Context, p programme.ProgrammeView) []ui.Step {
	steps := make([]ui.Step, len(p.Checks))
	for i, c := range p.Checks {
		steps[i] = ui.Step{Title: i18n.T(ctx, "checklist.programme."+c.Step), Text: c.Note.In(ctx)}
		switch {
		case c.InForce:
			steps[i].Tone, steps[i].When = ui.OK, c.DoneAt
		case c.Done:
			steps[i].When = c.DoneAt
			steps[i].Text = i18n.T(ctx, "giving.check_ran_out")
		default:
			steps[i].Text = i18n.T(ctx, "giving.check_not_done")
		}
	}
	return steps
}

// paidSteps tells of payouts and what they became.
func paidSteps(ctx context.Context, paid []paidView) []ui.Step {
	steps := make([]ui.Step, 0, len(paid))
	for _, p := range paid {
		s := ui.Step{When: p.Payout.PaidAt, Tone: ui.Cool, Title: i18n.T(ctx, "giving.paid_to", "Amount", p.Payout.Amount, "Payee", p.Payee.Name)}
		if len(p.Outcomes) > 0 {
			s.Tone = ui.OK
			s.Text = i18n.T(ctx, "giving.became", "What", outcomesText(ctx, p.Outcomes))
		} else {
			s.Text = i18n.T(ctx, "giving.outcome_to_come")
		}
		s.Extra = payoutLink(clock.FormatID(p.Payout.ID), i18n.T(ctx, "giving.invoice_of", "Number", p.Invoice.Number, "About", p.Invoice.About))
		steps = append(steps, s)
	}
	return steps
}

// outcomesText lists what came of a payout: "1,400 hot meals, 60 textbooks".
func outcomesText(ctx context.Context, outcomes []giving.Outcome) string {
	parts := make([]string, len(outcomes))
	for i, o := range outcomes {
		parts[i] = outcomeText(ctx, o.Quantity.Minor, o)
	}
	return strings.Join(parts, i18n.T(ctx, "word.separator"))
}

// outcomeText says n of what an outcome counts: "hot suppers (14 meals)".
func outcomeText(ctx context.Context, n int64, o giving.Outcome) string {
	return i18n.T(ctx, "giving.outcome", "Label", o.Label, "Quantity", quantity(ctx, n, o))
}

// quantity says n of an outcome with its unit. A group of so few children that a neighbour could tell
// who they are is not counted out (giving.FewChildren).
func quantity(ctx context.Context, n int64, o giving.Outcome) string {
	if o.FewChildren() {
		return i18n.T(ctx, "giving.few_children", "Least", giving.LeastChildren)
	}
	return i18n.Quantity(ctx, money.Amount{Minor: n, Unit: o.Quantity.Unit})
}

func giverName(ctx context.Context, name string) string {
	if name == "" {
		return i18n.T(ctx, "word.anonymous")
	}
	return name
}

func ending(ctx context.Context, v campaignView) string {
	switch {
	case v.open():
		return i18n.T(ctx, "giving.days_left", "Count", v.daysLeft())
	case v.early():
		return i18n.T(ctx, "giving.starts_on", "Day", v.Campaign.StartsAt)
	}
	return i18n.T(ctx, "giving.ended")
}

func presetPicks(ctx context.Context, v campaignView) []ui.Pick {
	out := make([]ui.Pick, len(v.Presets))
	for i, p := range v.Presets {
		note := p.Unit.Label.In(ctx)
		if p.Match > 0 {
			note = i18n.T(ctx, "giving.preset_matched", "Label", note, "Both", money.Yuan(p.Unit.Price.Minor+p.Match))
		}
		out[i] = ui.Pick{Value: p.Unit.Price.Decimal(), Label: i18n.Money(ctx, p.Unit.Price), Note: note}
	}
	return out
}

// pickedMatch is what the amount that the form comes with would be matched with.
func pickedMatch(v campaignView, f giveForm) matchView {
	for _, p := range v.Presets {
		if f.Value("amount") == "" && f.Value("preset") == p.Unit.Price.Decimal() {
			return matchView{Amount: p.Unit.Price, Pool: v.Pool, Match: p.Match}
		}
	}
	return matchView{}
}

func otherLabel(ctx context.Context, v campaignView) string {
	if len(v.Presets) == 0 {
		return i18n.T(ctx, "giving.amount")
	}
	return i18n.T(ctx, "giving.other_amount")
}

func otherHint(ctx context.Context, v campaignView) string {
	if len(v.Presets) == 0 {
		return ""
	}
	return i18n.T(ctx, "giving.other_amount_hint")
}

func visibilityPicks(ctx context.Context) []ui.Pick {
	var out []ui.Pick
	for _, v := range visibilities() {
		out = append(out, ui.Pick{Value: string(v), Label: i18n.T(ctx, "giving.visibility."+string(v)), Note: i18n.T(ctx, "giving.visibility_note."+string(v))})
	}
	return out
}

func gatewayPicks(ctx context.Context, names []string) []ui.Pick {
	var out []ui.Pick
	for _, n := range names {
		out = append(out, ui.Pick{Value: n, Label: gatewayName(ctx, n)})
	}
	return out
}
