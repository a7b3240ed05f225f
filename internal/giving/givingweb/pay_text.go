package givingweb

import (
	"context"

	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/ui"
)

// payFacts is what the giver sees before paying: what it does, the match that is held and until when.
func payFacts(ctx context.Context, v giftView) []ui.Fact {
	var out []ui.Fact
	if s := v.does(ctx); s != "" {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "giving.that_is"), Value: s})
	}
	switch {
	case v.Gift.MatchPromised > 0:
		out = append(out,
			ui.Fact{Label: i18n.T(ctx, "giving.match_held"), Value: i18n.Money(ctx, money.Yuan(v.Gift.MatchPromised))},
			ui.Fact{Label: i18n.T(ctx, "giving.together"), Value: i18n.Money(ctx, v.both())},
			ui.Fact{Label: i18n.T(ctx, "giving.held_until"), Extra: heldUntil(v)},
			ui.Fact{Label: i18n.T(ctx, "giving.matched_by"), Value: v.Pool.Name.In(ctx), Href: "/pools/" + v.Pool.Slug})
	case v.Pool.ID != 0:
		out = append(out,
			ui.Fact{Label: i18n.T(ctx, "giving.match"), Value: i18n.T(ctx, "giving.match_later")},
			ui.Fact{Label: i18n.T(ctx, "giving.pay_until"), Extra: payUntil(v)})
	default:
		out = append(out, ui.Fact{Label: i18n.T(ctx, "giving.pay_until"), Extra: payUntil(v)})
	}
	return append(out, ui.Fact{Label: i18n.T(ctx, "giving.who_may_know"), Extra: visibilityLine(v.Gift.Visibility)})
}

// overKey names why a gift can be paid no more.
func overKey(v giftView) string {
	if v.Gift.State == giving.Failed {
		return "giving.pay_refused"
	}
	return "giving.pay_expired"
}
