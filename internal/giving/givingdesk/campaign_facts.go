package givingdesk

import (
	"context"
	"slices"
	"strconv"

	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// campaignFacts is what a campaign's page says of it.
func campaignFacts(ctx context.Context, v campaignView) []ui.Fact {
	out := []ui.Fact{
		{Label: i18n.T(ctx, "desk.field.programme"), Value: v.Need.ProgrammeName.In(ctx)},
		{Label: i18n.T(ctx, "desk.field.goal"), Value: i18n.Money(ctx, money.Yuan(v.Need.Wanted))},
		{Label: i18n.T(ctx, "desk.field.starts_at"), Value: i18n.DateTime(ctx, v.StartsAt)},
		{Label: i18n.T(ctx, "desk.field.ends_at"), Value: i18n.DateTime(ctx, v.EndsAt)},
		{Label: i18n.T(ctx, "desk.field.fallback_fund"), Value: v.Fallback.Name.In(ctx), Href: bookHref(ctx, v.Fallback.Slug, "")},
	}
	if !v.Need.Place.Empty() {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "desk.col.place"), Value: v.Need.Place.In(ctx)})
	}
	if v.FilingNumber != "" {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "desk.field.filing_number"), Value: v.FilingNumber})
	}
	if !v.FiledAt.IsZero() {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "desk.field.filed_on"), Value: i18n.Date(ctx, v.FiledAt)})
	}
	return out
}

// rowField is a field of one of several like rows: "impact_price_0", labelled "Price 1".
func rowField(ctx context.Context, v web.FormView, name, row string) ui.FieldView {
	n, _ := strconv.Atoi(row)
	f := field(ctx, v, name+"_"+row, false)
	f.Label = i18n.T(ctx, "desk.field."+name, "Row", n+1)
	return f
}

// anyRow reports whether something stands in one of the rows.
func anyRow(v web.FormView, rows []string) bool {
	return slices.ContainsFunc(rows, func(n string) bool {
		return v.Value("impact_price_"+n) != "" || v.Value("impact_zh_"+n) != "" || v.Value("impact_en_"+n) != ""
	})
}
