package programme

import (
	"manyhands/internal/clock"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/programme/internal/programmedb"
)

func organisationOf(r programmedb.Organisation) Organisation {
	return Organisation{
		ID: r.ID, Slug: r.Slug, Kind: r.Kind,
		Name: i18n.Text{ZH: r.NameZh, EN: r.NameEn}, About: i18n.Text{ZH: r.AboutZh, EN: r.AboutEn},
		CreditCode: r.CreditCode, Certificate: r.Certificate, CertificateEndsAt: clock.Time(r.CertificateEndsAt),
		Place: i18n.Text{ZH: r.PlaceZh, EN: r.PlaceEn}, Website: r.Website, State: State(r.State),
		SourceRef: r.SourceRef, MadeAt: clock.Time(r.MadeAt), ChangedAt: clock.Time(r.ChangedAt),
	}
}

func programmeOf(r programmedb.Programme) Programme {
	return Programme{
		ID: r.ID, Organisation: r.OrganisationID, Slug: r.Slug, Theme: r.Theme,
		Name: i18n.Text{ZH: r.NameZh, EN: r.NameEn}, Summary: i18n.Text{ZH: r.SummaryZh, EN: r.SummaryEn},
		Place: i18n.Text{ZH: r.PlaceZh, EN: r.PlaceEn}, State: State(r.State), SourceRef: r.SourceRef,
		MadeAt: clock.Time(r.MadeAt), ChangedAt: clock.Time(r.ChangedAt), PublishedAt: clock.Time(r.PublishedAt),
	}
}

func programmeLineOf(r programmedb.ListProgrammesRow) ProgrammeLine {
	return ProgrammeLine{
		Programme: programmeOf(r.Programme), OrganisationSlug: r.OrganisationSlug,
		OrganisationName:  i18n.Text{ZH: r.OrganisationZh, EN: r.OrganisationEn},
		OrganisationState: State(r.OrganisationState), Needs: r.Needs, StepsDone: r.Steps,
	}
}

func needOf(r programmedb.Need) Need {
	return Need{
		ID: r.ID, Programme: r.ProgrammeID, Slug: r.Slug, Kind: r.Kind, Unit: money.Unit(r.Unit),
		Wanted: r.Wanted, Account: r.AccountID,
		Title: i18n.Text{ZH: r.TitleZh, EN: r.TitleEn}, Body: i18n.Text{ZH: r.BodyZh, EN: r.BodyEn},
		Place: i18n.Text{ZH: r.PlaceZh, EN: r.PlaceEn}, UntilAt: clock.Time(r.UntilAt), State: NeedState(r.State),
		MadeBy: r.MadeBy, MadeAt: clock.Time(r.MadeAt), ChangedAt: clock.Time(r.ChangedAt),
		PublishedAt: clock.Time(r.PublishedAt),
	}
}

// needRow is the row that every query for NeedViews gives.
type needRow programmedb.ListNeedsRow

func needViewOf(r needRow) NeedView {
	return NeedView{
		Need: needOf(r.Need), ProgrammeSlug: r.ProgrammeSlug,
		ProgrammeName:  i18n.Text{ZH: r.ProgrammeZh, EN: r.ProgrammeEn},
		ProgrammeState: State(r.ProgrammeState), Theme: r.Theme,
		Organisation: r.OrganisationID, OrganisationSlug: r.OrganisationSlug,
		OrganisationName:  i18n.Text{ZH: r.OrganisationZh, EN: r.OrganisationEn},
		OrganisationState: State(r.OrganisationState),
	}
}

func mapped[A, B any](in []A, f func(A) B) []B {
	out := make([]B, len(in))
	for i, x := range in {
		out[i] = f(x)
	}
	return out
}
