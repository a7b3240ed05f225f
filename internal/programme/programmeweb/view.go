package programmeweb

import (
	"context"
	"strings"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/programme"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// tone is the colour of what is asked for: amber money, indigo time, jade things.
func tone(kind string) ui.Tone {
	switch kind {
	case programme.KindMoney:
		return ui.Warm
	case "time", "listening":
		return ui.Cool
	}
	return ui.OK
}

// needHref leads to where a need can be met: its campaign for money, else its own page.
func needHref(n programme.NeedView) string {
	if n.Unit.IsMoney() {
		return "/campaigns/" + n.Slug
	}
	return "/needs/" + n.Slug
}

func needCard(ctx context.Context, n programme.NeedView) ui.CardView {
	return ui.CardView{Href: needHref(n), Kind: i18n.T(ctx, "programme.kind."+n.Kind), Tone: tone(n.Kind),
		Title: n.Title.In(ctx), Lang: otherLang(ctx, n.Title), Text: n.ProgrammeName.In(ctx), Percent: n.Percent(),
		Label: ringLabel(ctx, n), Left: left(ctx, n), Note: n.Place.In(ctx)}
}

func ringLabel(ctx context.Context, n programme.NeedView) string {
	return i18n.T(ctx, "needs.ring", "Percent", i18n.Percent(ctx, n.Promised+n.Arrived, n.Wanted))
}

// left says what is still missing.
func left(ctx context.Context, n programme.NeedView) string {
	if n.Missing() == 0 {
		return i18n.T(ctx, "needs.covered")
	}
	return i18n.T(ctx, "needs.left", "Quantity", n.Amount(n.Missing()))
}

// otherLang is the lang attribute of a text that is not written in the reader's language.
func otherLang(ctx context.Context, t i18n.Text) string {
	if t.Lang(ctx) == i18n.LangOf(ctx) {
		return ""
	}
	return t.Lang(ctx).Tag()
}

// steps shows how a programme was checked: what, when and until when. It names nobody: who checks
// acts for the network.
func steps(ctx context.Context, checks []programme.Finding) []ui.Step {
	out := make([]ui.Step, len(checks))
	for i, c := range checks {
		out[i] = ui.Step{When: c.DoneAt, Title: i18n.T(ctx, "checklist.programme."+c.Step), Text: c.Note.In(ctx)}
		switch {
		case !c.Done:
			out[i].Text = i18n.T(ctx, "needs.check_open")
			continue
		case !c.InForce:
			out[i].Tone = ui.Hot
			out[i].Extra = small(i18n.T(ctx, "needs.check_over", "Date", c.EndsAt.Add(-time.Microsecond)))
			continue
		case !c.EndsAt.IsZero():
			out[i].Extra = small(i18n.T(ctx, "needs.check_until", "Date", c.EndsAt.Add(-time.Microsecond)))
		}
		out[i].Tone = ui.OK
	}
	return out
}

func stateChip(ctx context.Context, state string) (ui.Tone, string) {
	tones := map[string]ui.Tone{"published": ui.OK, "suspended": ui.Hot, "draft": ui.Warm}
	return tones[state], i18n.T(ctx, "programme.state."+state)
}

// options offers values whose names are texts under prefix; all is what stands for none of them, or "".
func options(ctx context.Context, values []string, prefix, all string) []ui.Option {
	var out []ui.Option
	if all != "" {
		out = append(out, ui.Option{Label: all})
	}
	for _, v := range values {
		out = append(out, ui.Option{Value: v, Label: i18n.T(ctx, prefix+v)})
	}
	return out
}

func placeOptions(ctx context.Context, places []i18n.Text) []ui.Option {
	out := []ui.Option{{Label: i18n.T(ctx, "needs.anywhere")}}
	for _, p := range places {
		out = append(out, ui.Option{Value: p.In(ctx), Label: p.In(ctx)})
	}
	return out
}

// unitChoices lists what the desk's form can ask for: "time:evening". Money has its own screens.
func unitChoices() []string {
	var out []string
	for _, kind := range programme.Kinds() {
		for _, u := range programme.UnitsOf(kind) {
			if kind != programme.KindMoney {
				out = append(out, kind+":"+string(u))
			}
		}
	}
	return out
}

func unitOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, choice := range unitChoices() {
		kind, u, _ := strings.Cut(choice, ":")
		out = append(out, ui.Option{Value: choice, Label: unitLabel(ctx, kind, money.Unit(u))})
	}
	return out
}

func unitLabel(ctx context.Context, kind string, u money.Unit) string {
	return i18n.T(ctx, "programme.kind."+kind) + " · " + i18n.Unit(ctx, u)
}

// may asks for a permission in one organisation, to leave out what would be refused.
func may(ctx context.Context, p access.Permission, organisation int64) bool {
	return access.CheckFor(ctx, p, organisation) == nil
}

func needForm(ctx context.Context, n programme.Need) web.FormView {
	return web.NewFormView("wanted", money.Amount{Minor: n.Wanted, Unit: n.Unit}.Decimal(), "title_zh", n.Title.ZH, "title_en", n.Title.EN,
		"body_zh", n.Body.ZH, "body_en", n.Body.EN, "place_zh", n.Place.ZH, "place_en", n.Place.EN,
		"until_on", lastDay(n.UntilAt, i18n.ZoneOf(ctx)))
}

func organisationForm(ctx context.Context, o programme.Organisation) web.FormView {
	return web.NewFormView("kind", o.Kind, "name_zh", o.Name.ZH, "name_en", o.Name.EN, "about_zh", o.About.ZH, "about_en", o.About.EN,
		"credit_code", o.CreditCode, "certificate", o.Certificate, "certificate_ends_on", lastDay(o.CertificateEndsAt, i18n.ZoneOf(ctx)),
		"place_zh", o.Place.ZH, "place_en", o.Place.EN, "website", o.Website)
}

func programmeForm(p programme.Programme) web.FormView {
	return web.NewFormView("theme", p.Theme, "name_zh", p.Name.ZH, "name_en", p.Name.EN, "summary_zh", p.Summary.ZH, "summary_en", p.Summary.EN,
		"place_zh", p.Place.ZH, "place_en", p.Place.EN)
}

func deskPath(noun string, id int64) string { return "/desk/" + noun + "/" + clock.FormatID(id) }
