package givingdesk

import (
	"context"
	"strconv"

	"github.com/a-h/templ"

	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// payoutFactList is what a payout's page says of it.
func payoutFactList(ctx context.Context, v payoutView) []ui.Fact {
	out := []ui.Fact{
		{Label: i18n.T(ctx, "desk.col.payee"), Value: v.Payee.Name.In(ctx)},
		{Label: i18n.T(ctx, "desk.col.amount"), Value: i18n.Money(ctx, v.Amount)},
		{Label: i18n.T(ctx, "desk.col.fund"), Value: v.Fund.Name.In(ctx), Href: bookHref(ctx, v.Fund.Slug, "")},
		{Label: i18n.T(ctx, "desk.col.invoice"), Value: v.Invoice.Number, Href: invoiceLine{Invoice: v.Invoice}.href()},
		{Label: i18n.T(ctx, "desk.col.invoice_amount"), Value: i18n.Money(ctx, v.Invoice.Amount)},
	}
	if !v.Invoice.About.Empty() {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "desk.col.about"), Extra: ui.Words(v.Invoice.About)})
	}
	if v.State == giving.PayoutRefused {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "desk.field.reason"), Value: v.Reason})
	}
	if v.State == giving.PayoutPaid {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "desk.field.bank_reference"), Value: v.BankReference},
			ui.Fact{Label: i18n.T(ctx, "desk.field.paid_on"), Value: i18n.Date(ctx, v.PaidAt)})
	}
	return out
}

func invoiceFactList(ctx context.Context, l invoiceLine) []ui.Fact {
	out := []ui.Fact{
		{Label: i18n.T(ctx, "desk.col.payee"), Value: l.Payee.Name.In(ctx)},
		{Label: i18n.T(ctx, "desk.field.issued_on"), Value: i18n.Date(ctx, l.IssuedAt)},
		{Label: i18n.T(ctx, "desk.col.amount"), Value: i18n.Money(ctx, l.Amount)},
		{Label: i18n.T(ctx, "desk.invoice_left"), Value: i18n.Money(ctx, l.Left)},
	}
	if !l.About.Empty() {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "desk.col.about"), Extra: ui.Words(l.About)})
	}
	return append(out, ui.Fact{Label: i18n.T(ctx, "desk.field.scan"), Extra: hashOf(l.DocumentSHA256)})
}

func scanField(ctx context.Context, v web.FormView) ui.FieldView {
	f := field(ctx, v, "scan", false)
	f.Type, f.Value, f.Attrs = "file", "", templ.Attributes{"accept": "application/pdf,image/png,image/jpeg"}
	return f
}

// plain writes a figure for a hidden field.
func plain(n int64) string { return strconv.FormatInt(n, 10) }
