package givingweb

import (
	"context"

	"manyhands/internal/clock"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/ui"
)

// homeFigures picks the four figures that say most and are above zero.
func homeFigures(ctx context.Context, f giving.Figures) []ui.Figure {
	var out []ui.Figure
	add := func(minor int64, u money.Unit, key, href string) {
		if minor <= 0 || len(out) == 4 {
			return
		}
		value := i18n.Number(ctx, minor)
		if u.IsMoney() {
			value = i18n.Money(ctx, money.Amount{Minor: minor - minor%100, Unit: u})
		}
		out = append(out, ui.Figure{Value: value, Label: i18n.T(ctx, key, "Unit", i18n.Unit(ctx, u)), Href: href})
	}
	if n := f.Reached[money.Child]; n >= giving.LeastChildren {
		add(n, money.Child, "giving.figure_reached", "/programmes")
	}
	add(f.Given[money.CNY], money.CNY, "giving.figure_money", "/books")
	if f.Given[money.Hour] > f.Given[money.Evening] {
		add(f.Given[money.Hour], money.Hour, "giving.figure_hours", "/needs")
	} else {
		add(f.Given[money.Evening], money.Evening, "giving.figure_evenings", "/needs")
	}
	add(f.Reached[money.Meal], money.Meal, "giving.figure_became", "/books")
	add(f.Reached[money.Book], money.Book, "giving.figure_became", "/books")
	add(f.Reached[money.Kit], money.Kit, "giving.figure_became", "/books")
	add(f.Reached[money.Day], money.Day, "giving.figure_became", "/books")
	return out
}

// rippleOf draws the newest payouts: gifts in the middle, the funds that they filled, what was paid
// on, and what that became. Nobody's name is in it.
func rippleOf(ctx context.Context, v homeView) ui.RippleView {
	root := ui.RippleNode{Label: i18n.T(ctx, "giving.ripple_root"), Tone: ui.Warm, Weight: 100}
	for _, f := range v.Ripple {
		fund := ui.RippleNode{Label: i18n.T(ctx, "giving.ripple_fund", "Fund", f.Fund.Name, "Amount", money.Yuan(f.Minor)), Tone: ui.Warm,
			Weight: f.Minor / 100, Href: "/books/" + f.Fund.Slug}
		for _, p := range f.Paid {
			fund.Children = append(fund.Children, ripplePaid(ctx, p))
		}
		root.Children = append(root.Children, fund)
	}
	return ui.RippleView{Root: root, Label: i18n.T(ctx, "giving.ripple_label")}
}

func ripplePaid(ctx context.Context, p paidView) ui.RippleNode {
	n := ui.RippleNode{Label: i18n.T(ctx, "giving.paid_to", "Amount", p.Payout.Amount, "Payee", p.Payee.Name), Tone: ui.Cool,
		Weight: p.Payout.Amount.Minor / 100, Href: "/payouts/" + clock.FormatID(p.Payout.ID)}
	for _, o := range p.Outcomes {
		n.Children = append(n.Children, ui.RippleNode{Label: outcomeText(ctx, o.Quantity.Minor, o), Tone: ui.OK, Weight: max(o.Quantity.Minor, giving.LeastChildren)})
	}
	return n
}

func rippleNote(v homeView) string {
	if len(v.Ripple) == 0 {
		return "giving.ripple_empty"
	}
	return "giving.ripple_note"
}

// chainSteps tells one payout from its gifts to now.
func chainSteps(ctx context.Context, c chainView) []ui.Step {
	d := c.Drawn
	steps := []ui.Step{{When: d.First, Tone: ui.Warm, Title: i18n.T(ctx, "giving.chain_gifts", "Count", d.Gifts),
		Text: i18n.T(ctx, "giving.chain_gifts_text", "Amount", money.Yuan(d.GiftMinor), "Fund", c.Fund.Name)}}
	if d.MatchMinor > 0 {
		steps = append(steps, ui.Step{When: d.Last, Tone: ui.Warm, Title: i18n.T(ctx, "giving.chain_matched", "Amount", money.Yuan(d.MatchMinor))})
	}
	steps = append(steps, ui.Step{When: c.Paid.Payout.PaidAt, Tone: ui.Cool,
		Title: i18n.T(ctx, "giving.paid_to", "Amount", c.Paid.Payout.Amount, "Payee", c.Paid.Payee.Name),
		Text:  i18n.T(ctx, "giving.two_approvals")})
	for _, o := range c.Paid.Outcomes {
		steps = append(steps, ui.Step{When: o.HappenedAt, Tone: ui.OK, Title: outcomeText(ctx, o.Quantity.Minor, o)})
	}
	return steps
}
