package givingdesk

import (
	"context"

	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/payment"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// giftFacts is what a gift's page says of it.
func giftFacts(ctx context.Context, v giftView) []ui.Fact {
	out := []ui.Fact{
		{Label: i18n.T(ctx, "desk.col.for"), Value: v.Need.Title.In(ctx)},
		{Label: i18n.T(ctx, "desk.col.organisation"), Value: v.Need.OrganisationName.In(ctx)},
		{Label: i18n.T(ctx, "desk.col.method"), Value: method(ctx, v.Method)},
		{Label: i18n.T(ctx, "desk.col.giver"), Value: giver(ctx, v.giftLine)},
		{Label: i18n.T(ctx, "desk.col.given"), Value: i18n.DateTime(ctx, v.MadeAt)},
	}
	if !v.ReceivedAt.IsZero() {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "desk.col.received"), Value: i18n.DateTime(ctx, v.ReceivedAt)})
	}
	if v.Arrived.Minor > 0 {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "desk.field.arrived"), Value: i18n.Quantity(ctx, v.Arrived)})
	}
	if v.match() > 0 {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "desk.col.match"), Value: i18n.Money(ctx, money.Yuan(v.match()))})
	}
	if v.Refunded.Minor > 0 {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "desk.col.refunded"), Value: i18n.Money(ctx, v.Refunded)})
	}
	if v.GiverEmail != "" {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "desk.col.email"), Value: v.GiverEmail, Href: "mailto:" + v.GiverEmail})
	}
	if v.Message != "" {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "desk.col.message"), Value: v.Message})
	}
	if v.Method == giving.MethodPromise && v.State == giving.Waiting {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "desk.col.promise_ends"), Value: i18n.DateTime(ctx, v.PromiseEndsAt)})
	}
	return out
}

func methodOptions(ctx context.Context, methods []string) []ui.Option {
	out := []ui.Option{{Label: i18n.T(ctx, "word.all")}}
	for _, m := range methods {
		out = append(out, ui.Option{Value: m, Label: method(ctx, m)})
	}
	return out
}

// refundField is the field for a sum to give back, with the most that it may be.
func refundField(ctx context.Context, v giftView) ui.FieldView {
	f := field(ctx, v.Form, "refund", true)
	f.Hint = i18n.T(ctx, "desk.refund_at_most", "Amount", v.AtMost)
	return f
}

func refundTone(s payment.RefundState) ui.Tone {
	return map[payment.RefundState]ui.Tone{payment.RefundRequested: ui.Cool, payment.RefundApproved: ui.Warm, payment.RefundGiven: ui.OK}[s]
}

// numberField is a field for a count that begins with n.
func numberField(ctx context.Context, v web.FormView, name string, n int64) ui.FieldView {
	f := typed(field(ctx, v, name, true), "number")
	if f.Value == "" && f.Error == "" {
		f.Value = plain(n)
	}
	return f
}

// caseField is the note of one of several cases on a page.
func caseField(ctx context.Context, v web.FormView, c payment.Quarantine) ui.FieldView {
	f := field(ctx, v, noteName(c.ID), true)
	f.Label, f.Hint, f.Max = i18n.T(ctx, "desk.field.note"), i18n.T(ctx, "desk.hint.note"), payment.MaxNoteRunes
	return f
}
