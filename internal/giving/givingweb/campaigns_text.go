package givingweb

import (
	"context"

	"manyhands/internal/i18n"
	"manyhands/internal/programme"
	"manyhands/internal/ui"
)

func placeOptions(ctx context.Context, places []i18n.Text) []ui.Option {
	out := []ui.Option{{Value: "", Label: i18n.T(ctx, "word.all")}}
	for _, p := range places {
		out = append(out, ui.Option{Value: p.In(ctx), Label: p.In(ctx)})
	}
	return out
}

// needHref leads to where a need can be met: its campaign for money, else its own page.
func needHref(n programme.NeedView) string {
	if n.Unit.IsMoney() {
		return "/campaigns/" + n.Slug
	}
	return "/needs/" + n.Slug
}

// needTone is the colour of what is asked for: amber money, indigo time, jade things.
func needTone(kind string) ui.Tone {
	switch kind {
	case programme.KindMoney:
		return ui.Warm
	case "time", "listening":
		return ui.Cool
	}
	return ui.OK
}

// needCard shows a need in a grid. Every need that is shown belongs to a programme that was checked.
func needCard(ctx context.Context, n programme.NeedView) ui.CardView {
	c := ui.CardView{Href: needHref(n), Kind: i18n.T(ctx, "programme.kind."+n.Kind), Tone: needTone(n.Kind), Verified: true,
		Title: n.Title.In(ctx), Text: n.ProgrammeName.In(ctx), Percent: n.Percent(), Note: n.Place.In(ctx),
		Label: i18n.T(ctx, "giving.meter", "Percent", i18n.Percent(ctx, n.Promised+n.Arrived, n.Wanted))}
	if n.Title.Lang(ctx) != i18n.LangOf(ctx) {
		c.Lang = n.Title.Lang(ctx).Tag()
	}
	if n.State == programme.NeedClosed {
		c.Left = i18n.T(ctx, "giving.came_in", "Quantity", n.Amount(n.Arrived))
	} else if left := n.Missing(); left > 0 {
		c.Left = i18n.T(ctx, "giving.to_go", "Quantity", n.Amount(left))
	} else {
		c.Left = i18n.T(ctx, "giving.reached")
	}
	return c
}
