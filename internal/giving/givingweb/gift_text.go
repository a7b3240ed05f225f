package givingweb

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"manyhands/internal/clock"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/ui"
)

// waitAttrs has htmx ask again every three seconds while the gift waits.
func waitAttrs(v giftView) templ.Attributes {
	if v.Gift.Campaign == 0 || v.Gift.State != giving.Waiting {
		return nil
	}
	path := v.path("")
	if v.Thanks {
		path += "?thanks=1"
	}
	return templ.Attributes{"hx-get": path, "hx-trigger": "every 3s", "hx-swap": "outerHTML"}
}

func giftTitle(ctx context.Context, v giftView) string {
	if v.Thanks {
		return i18n.T(ctx, "giving.thank_you", "Amount", v.Gift.Amount)
	}
	return i18n.T(ctx, "giving.your_gift_of", "Amount", v.Gift.Amount)
}

func giftLede(ctx context.Context, v giftView) string {
	args := []any{"Amount", v.Gift.Amount, "When", i18n.DateTime(ctx, v.Gift.ReceivedAt), "Match", money.Yuan(v.Gift.MatchPosted)}
	text := i18n.T(ctx, "giving.arrived_on", args...)
	if v.Gift.MatchPosted > 0 {
		text = i18n.T(ctx, "giving.arrived_matched", args...)
	}
	if v.Gift.Refunded > 0 {
		text += i18n.T(ctx, "giving.given_back", "Amount", money.Yuan(v.Gift.Refunded))
	}
	whole := v.Gift.Amount.Minor + v.Gift.MatchPosted
	switch spent := v.Trail.Spent(); {
	case spent > 0:
		text += i18n.T(ctx, "giving.spent_share", "Percent", i18n.Percent(ctx, spent, whole))
	case v.Trail.Waiting > 0:
		text += i18n.T(ctx, "giving.spent_none")
	}
	return text
}

// lateText tells the giver of a gift whose match was held and could not be kept that it came without;
// it is empty for all others.
func lateText(ctx context.Context, v giftView) string {
	switch {
	case v.Gift.State != giving.Received || v.Gift.MatchPromised == 0 || v.Gift.MatchPosted > 0 || v.Pool.Terms.Rule != giving.FirstCome:
		return ""
	case v.Gift.ReceivedAt.Before(v.Gift.PromiseEndsAt): // the payment was refused at first, and the match given back
		return i18n.T(ctx, "giving.late_released")
	default:
		held := v.Gift.PromiseEndsAt.Sub(v.Gift.MadeAt)
		return i18n.T(ctx, "giving.late_paid", "Count", int(held.Round(time.Minute)/time.Minute))
	}
}

// sumLine adds the gift up: what came in is what became of it.
func sumLine(ctx context.Context, v giftView) string {
	in := i18n.Money(ctx, v.Gift.Amount)
	if v.Gift.MatchPosted > 0 {
		in += " + " + i18n.T(ctx, "giving.sum_match", "Amount", money.Yuan(v.Gift.MatchPosted))
	}
	var out []string
	add := func(key string, minor int64) {
		if minor > 0 {
			out = append(out, i18n.T(ctx, key, "Amount", money.Yuan(minor)))
		}
	}
	add("giving.sum_paid", v.Trail.Spent())
	add("giving.sum_waiting", v.Trail.Waiting)
	add("giving.sum_returned", v.Gift.Refunded)
	add("giving.sum_match_back", v.matchBack())
	return in + " = " + strings.Join(out, " + ")
}

// maxEnds is how many ends a flow shows beside waiting and returned; the rest is one more.
const maxEnds = 5

// flowOf draws the gift and its match through the programme to what they became.
func flowOf(ctx context.Context, v giftView) ui.FlowView {
	f := ui.FlowView{Label: sumLine(ctx, v), Middle: v.Need.ProgrammeName.In(ctx),
		Sources: []ui.FlowEnd{{Label: i18n.T(ctx, "giving.flow_you"), Note: i18n.Money(ctx, v.Gift.Amount), Size: v.Gift.Amount.Minor, Tone: ui.Warm}}}
	if v.Gift.MatchPosted > 0 {
		f.Sources = append(f.Sources, ui.FlowEnd{Label: i18n.T(ctx, "giving.flow_match"), Note: i18n.Money(ctx, money.Yuan(v.Gift.MatchPosted)), Size: v.Gift.MatchPosted, Tone: ui.Warm})
	}
	f.Outcomes = outcomeEnds(ctx, v.Trail)
	if v.Trail.Waiting > 0 {
		f.Outcomes = append(f.Outcomes, ui.FlowEnd{Label: i18n.T(ctx, "giving.flow_waiting"), Note: i18n.Money(ctx, money.Yuan(v.Trail.Waiting)), Size: v.Trail.Waiting})
	}
	if n := v.Gift.Refunded; n > 0 {
		f.Outcomes = append(f.Outcomes, ui.FlowEnd{Label: i18n.T(ctx, "giving.flow_returned"), Note: i18n.Money(ctx, money.Yuan(n)), Size: n})
	}
	if n := v.matchBack(); n > 0 {
		f.Outcomes = append(f.Outcomes, ui.FlowEnd{Label: i18n.T(ctx, "giving.flow_match_back"), Note: i18n.Money(ctx, money.Yuan(n)), Size: n})
	}
	return f
}

// outcomeEnds joins payouts that became the same thing, largest first.
func outcomeEnds(ctx context.Context, t giving.Trail) []ui.FlowEnd {
	type end struct {
		size   int64
		shares []giving.OutcomeShare
	}
	byKind := map[string]*end{}
	for _, l := range t.Lines {
		key := lineKey(l)
		if byKind[key] == nil {
			byKind[key] = &end{shares: make([]giving.OutcomeShare, len(l.Shares))}
		}
		e := byKind[key]
		e.size += l.Own + l.Match
		for i, s := range l.Shares {
			e.shares[i].Outcome = s.Outcome
			e.shares[i].Share += s.Share
		}
	}
	var out []ui.FlowEnd
	for key, e := range byKind {
		f := ui.FlowEnd{Label: short(firstShare(ctx, e.shares)), Note: i18n.Money(ctx, money.Yuan(e.size)), Size: e.size, Tone: ui.OK}
		if f.Label == "" {
			f.Label, f.Tone = short(i18n.T(ctx, "giving.flow_paid", "Payee", payeeOf(ctx, t, key))), ui.Cool
		}
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b ui.FlowEnd) int {
		if a.Size != b.Size {
			return int(b.Size - a.Size)
		}
		return strings.Compare(a.Label, b.Label)
	})
	return joinRest(ctx, out)
}

func joinRest(ctx context.Context, ends []ui.FlowEnd) []ui.FlowEnd {
	if len(ends) <= maxEnds {
		return ends
	}
	rest := ui.FlowEnd{Label: i18n.T(ctx, "giving.flow_more", "N", len(ends)-maxEnds), Tone: ui.OK}
	for _, e := range ends[maxEnds:] {
		rest.Size += e.Size
	}
	rest.Note = i18n.Money(ctx, money.Yuan(rest.Size))
	return append(ends[:maxEnds:maxEnds], rest)
}

// lineKey is the same for payouts that became the same things, else for those to one payee.
func lineKey(l giving.TrailLine) string {
	var b strings.Builder
	for _, s := range l.Shares {
		b.WriteString(string(s.Outcome.Quantity.Unit) + "\x00" + s.Outcome.Label.ZH + "\x00" + s.Outcome.Label.EN + "\x00")
	}
	if b.Len() == 0 {
		return clock.FormatID(l.Payee.ID)
	}
	return b.String()
}

func payeeOf(ctx context.Context, t giving.Trail, key string) string {
	for _, l := range t.Lines {
		if lineKey(l) == key {
			return l.Payee.Name.In(ctx)
		}
	}
	return ""
}

// sharesText says a gift's share of outcomes in whole things. Where there is none it is a part of what
// all became together: never rounded up to something that did not happen.
func sharesText(ctx context.Context, shares []giving.OutcomeShare) string {
	var whole, parts []string
	for _, s := range shares {
		if s.Share > 0 {
			whole = append(whole, outcomeText(ctx, s.Share, s.Outcome))
		} else {
			parts = append(parts, i18n.T(ctx, "giving.part_of", "What", outcomeText(ctx, s.Outcome.Quantity.Minor, s.Outcome)))
		}
	}
	if len(whole) == 0 {
		whole = parts
	}
	return strings.Join(whole, i18n.T(ctx, "word.separator"))
}

// firstShare is what a flow's end is named after: the first outcome of which there is a whole one
// ("14 meals"), else a part of the first. The chain below tells all.
func firstShare(ctx context.Context, shares []giving.OutcomeShare) string {
	if len(shares) == 0 {
		return ""
	}
	i := slices.IndexFunc(shares, func(s giving.OutcomeShare) bool { return s.Share > 0 })
	if i < 0 {
		return i18n.T(ctx, "giving.part_of", "What", quantity(ctx, shares[0].Outcome.Quantity.Minor, shares[0].Outcome))
	}
	return quantity(ctx, shares[i].Share, shares[i].Outcome)
}

// maxColumns is how wide a label of a flow may be, so that it fits a phone; a Chinese character takes
// two columns.
const maxColumns = 20

func short(s string) string {
	n := 0
	for i, r := range s {
		if n++; r > 0x2e80 {
			n++
		}
		if n > maxColumns {
			return strings.TrimRight(s[:i], " ") + "…"
		}
	}
	return s
}

// giftSteps is the chain of a received gift: arrived, matched, paid on, became, waiting.
func giftSteps(ctx context.Context, v giftView) []ui.Step {
	steps := []ui.Step{{When: v.Gift.ReceivedAt, Exact: true, Tone: ui.Warm,
		Title: i18n.T(ctx, "giving.step_arrived", "Amount", v.Gift.Amount), Text: i18n.T(ctx, "giving.step_by", "Method", methodName(ctx, v.Gift.Method))}}
	if v.Gift.MatchPosted > 0 {
		steps = append(steps, ui.Step{When: v.Gift.ReceivedAt, Exact: true, Tone: ui.Warm,
			Title: i18n.T(ctx, "giving.step_matched", "Amount", money.Yuan(v.Gift.MatchPosted)), Text: v.Pool.Name.In(ctx)})
	}
	for _, l := range v.Trail.Lines {
		steps = append(steps, lineStep(ctx, l))
	}
	if v.Trail.Truncated {
		steps = append(steps, ui.Step{Title: i18n.T(ctx, "giving.step_more")})
	}
	if v.Gift.Refunded > 0 {
		steps = append(steps, ui.Step{Title: i18n.T(ctx, "giving.step_returned", "Amount", money.Yuan(v.Gift.Refunded))})
	}
	if n := v.matchBack(); n > 0 {
		steps = append(steps, ui.Step{Title: i18n.T(ctx, "giving.step_match_back", "Amount", money.Yuan(n)), Text: i18n.T(ctx, "giving.step_match_back_text")})
	}
	if v.Trail.Waiting > 0 {
		steps = append(steps, ui.Step{Title: i18n.T(ctx, "giving.step_waiting", "Amount", money.Yuan(v.Trail.Waiting)), Text: i18n.T(ctx, "giving.step_waiting_text")})
	}
	return steps
}

func lineStep(ctx context.Context, l giving.TrailLine) ui.Step {
	s := ui.Step{When: l.Payout.PaidAt, Tone: ui.Cool,
		Title: i18n.T(ctx, "giving.step_paid", "Amount", money.Yuan(l.Own+l.Match), "Payee", l.Payee.Name), Text: i18n.T(ctx, "giving.outcome_to_come"),
		Extra: payoutLink(clock.FormatID(l.Payout.ID), i18n.T(ctx, "giving.invoice_of", "Number", l.Invoice.Number, "About", l.Invoice.About))}
	if len(l.Shares) > 0 {
		s.Tone = ui.OK
		s.Text = i18n.T(ctx, "giving.became", "What", sharesText(ctx, l.Shares))
	}
	return s
}

func methodName(ctx context.Context, method string) string {
	if key := "giving.method." + method; i18n.Has(ctx, key) {
		return i18n.T(ctx, key)
	}
	return gatewayName(ctx, method)
}

func keepLinkText(ctx context.Context, v giftView) string {
	if v.Gift.GiverEmail != "" {
		return i18n.T(ctx, "giving.keep_link_mailed")
	}
	return i18n.T(ctx, "giving.keep_link_text")
}
