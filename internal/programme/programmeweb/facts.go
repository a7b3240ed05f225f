package programmeweb

import (
	"context"
	"strings"
	"time"

	"manyhands/internal/i18n"
	"manyhands/internal/programme"
	"manyhands/internal/ui"
)

func needFigures(ctx context.Context, n programme.NeedView) []ui.Figure {
	return []ui.Figure{
		{Value: i18n.Quantity(ctx, n.Amount(n.Wanted)), Label: i18n.T(ctx, "needs.wanted")},
		{Value: i18n.Quantity(ctx, n.Amount(n.Promised)), Label: i18n.T(ctx, "needs.promised")},
		{Value: i18n.Quantity(ctx, n.Amount(n.Arrived)), Label: i18n.T(ctx, "needs.arrived")},
	}
}

func needFacts(ctx context.Context, v needPageView) []ui.Fact {
	until := i18n.T(ctx, "needs.open_end")
	if !v.UntilAt.IsZero() {
		until = i18n.Date(ctx, v.UntilAt.Add(-time.Microsecond))
	}
	return given([]ui.Fact{
		{Label: i18n.T(ctx, "needs.place"), Value: v.Place.In(ctx)},
		{Label: i18n.T(ctx, "needs.until"), Value: until},
		{Label: i18n.T(ctx, "needs.programme"), Value: v.ProgrammeName.In(ctx), Href: "/programmes/" + v.ProgrammeSlug},
		{Label: i18n.T(ctx, "needs.organisation"), Value: v.OrganisationName.In(ctx), Href: "/organisations/" + v.OrganisationSlug},
	})
}

func programmeFacts(ctx context.Context, v programmeView) []ui.Fact {
	return given([]ui.Fact{
		{Label: i18n.T(ctx, "needs.organisation"), Value: v.Of.Name.In(ctx), Href: "/organisations/" + v.Of.Slug},
		{Label: i18n.T(ctx, "needs.place"), Value: v.Place.In(ctx)},
		{Label: i18n.T(ctx, "directory.ages_label"), Value: ages(ctx, v.Detail)},
		{Label: i18n.T(ctx, "directory.cost"), Value: joined([]string{cost(ctx, v.Detail), v.Detail.CostNote.In(ctx)}, " · ")},
		{Label: i18n.T(ctx, "directory.languages"), Value: languages(ctx, v.Detail)},
		{Label: i18n.T(ctx, "directory.eligibility"), Value: v.Detail.Eligibility.In(ctx)},
		{Label: i18n.T(ctx, "directory.capacity"), Value: v.Detail.Capacity.In(ctx)},
		{Label: i18n.T(ctx, "directory.coming"), Value: v.Detail.Coming.In(ctx)},
		{Label: i18n.T(ctx, "directory.phone"), Value: v.Detail.Phone, Href: "tel:" + dialled(v.Detail.Phone)},
		{Label: websiteLabel(ctx, v.Detail), Value: v.Detail.Website, Href: v.Detail.Website},
		{Label: i18n.T(ctx, "needs.since"), Value: i18n.Date(ctx, v.PublishedAt)},
	})
}

func organisationFacts(ctx context.Context, v organisationView) []ui.Fact {
	certificate := v.Certificate
	if certificate != "" && !v.CertificateEndsAt.IsZero() {
		key := "needs.certificate_until"
		if !v.CertificateEndsAt.After(v.Now) {
			key = "needs.certificate_over"
		}
		certificate = i18n.T(ctx, key, "Number", certificate, "Date", v.CertificateEndsAt.Add(-time.Microsecond))
	}
	return given([]ui.Fact{
		{Label: i18n.T(ctx, "needs.credit_code"), Value: v.CreditCode},
		{Label: i18n.T(ctx, "needs.certificate"), Value: certificate},
		{Label: i18n.T(ctx, "needs.place"), Value: v.Place.In(ctx)},
		{Label: i18n.T(ctx, "needs.website"), Value: v.Website, Href: v.Website},
	})
}

// given leaves out the facts that nobody stated.
func given(facts []ui.Fact) []ui.Fact {
	out := facts[:0]
	for _, f := range facts {
		if f.Value != "" {
			out = append(out, f)
		}
	}
	return out
}

func programmeCard(ctx context.Context, l programme.ProgrammeLine) ui.CardView {
	return ui.CardView{Href: "/programmes/" + l.Slug, Kind: i18n.T(ctx, "programme.theme."+l.Theme), Tone: ui.Plain, Verified: l.Verified(),
		Title: l.Name.In(ctx), Lang: otherLang(ctx, l.Name), Text: l.Summary.In(ctx), Percent: -1,
		Left: i18n.T(ctx, "needs.open_needs", "Count", l.Needs), Note: l.Place.In(ctx)}
}

// dialled is a telephone number as a phone dials it.
func dialled(number string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("0123456789+*#,", r) {
			return r
		}
		return -1
	}, number)
}

func websiteLabel(ctx context.Context, d programme.Detail) string {
	if d.Kind == programme.Scheme {
		return i18n.T(ctx, "directory.official")
	}
	return i18n.T(ctx, "needs.website")
}
