package safeguardweb

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"manyhands/internal/access"
	"manyhands/internal/audit"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/safeguard"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// unknown puts a code that leads nowhere beside its field, and returns the sentence of a conflict.
func unknown(ctx context.Context, f *web.Form, err error) string {
	if fault.KindOf(err) == fault.NotFound {
		f.Bad("code", "child.no_record")
		return ""
	}
	return conflict(ctx, err)
}

func (v glassesView) facts(ctx context.Context, g safeguard.Glass) []ui.Fact {
	facts := []ui.Fact{{Label: i18n.T(ctx, "safeguard.glass.who"), Value: v.people[g.Person]}}
	if at, ok := v.places[g.Organisation]; ok {
		facts = append(facts, ui.Fact{Label: i18n.T(ctx, "safeguard.glass.where"), Value: at.In(ctx)})
	}
	facts = append(facts, ui.Fact{Label: i18n.T(ctx, "safeguard.glass.from"), Extra: ui.Time(g.From)},
		ui.Fact{Label: i18n.T(ctx, "safeguard.glass.until"), Extra: ui.Time(g.Until)})
	if g.Reviewed.IsZero() {
		return append(facts, ui.Fact{Label: i18n.T(ctx, "safeguard.glass.due"), Extra: ui.Day(g.Due())})
	}
	return append(facts, ui.Fact{Label: i18n.T(ctx, "safeguard.glass.reviewed_by"), Value: v.people[g.ReviewedBy]})
}

func (v glassesView) overdue(g safeguard.Glass) bool { return v.now.After(g.Due()) }

// formOf is what was typed about one emergency; the others' forms are empty.
func (v glassesView) formOf(g safeguard.Glass) web.FormView {
	if g.ID == v.at {
		return v.form
	}
	return web.NewFormView()
}

func verdicts(ctx context.Context) []ui.Pick {
	return []ui.Pick{{Value: "justified", Label: i18n.T(ctx, "safeguard.verdict.justified")}, {Value: "unjustified", Label: i18n.T(ctx, "safeguard.verdict.unjustified")}}
}

// what names an act in words, or by its code where there are none.
func what(ctx context.Context, kind string) string {
	if key := "safeguard.act." + kind; i18n.Has(ctx, key) {
		return i18n.T(ctx, key)
	}
	return kind
}

func purpose(ctx context.Context, p string) string {
	if !slices.Contains(access.Purposes(), access.Purpose(p)) {
		return ""
	}
	return i18n.T(ctx, "access.purpose."+p)
}

func (v trailView) who(ctx context.Context, r audit.Row) string {
	if n, ok := v.people[r.Person]; ok {
		return n
	}
	if r.Person == 0 {
		return i18n.T(ctx, "safeguard.trail.system")
	}
	return clock.FormatID(r.Person)
}

// part is one block of the yearly figures.
type part struct {
	title string
	lines []ui.Fact
}

// parts are the figures as they may be shown: small ones hidden.
func (v yearlyView) parts(ctx context.Context) []part {
	line := func(key string, n int64) ui.Fact {
		return ui.Fact{Label: i18n.T(ctx, "safeguard.yearly."+key), Value: safeguard.Shown(n)}
	}
	r := v.Records
	records := part{i18n.T(ctx, "safeguard.yearly.records"), []ui.Fact{
		line("active", r.States[child.Active]+r.States[child.Enrolling]), line("begun", r.Begun), line("ended", r.Ended), line("erased", r.Erased),
		line("requests", r.Requests), line("in_time", r.InTime)}}
	consents := part{title: i18n.T(ctx, "safeguard.yearly.consents")}
	for _, c := range v.Consents {
		if c.Given+c.Refused+c.Withdrawn+c.Overrides == 0 {
			continue
		}
		said := []string{i18n.T(ctx, "safeguard.yearly.given", "N", safeguard.Shown(c.Given)), i18n.T(ctx, "safeguard.yearly.refused", "N", safeguard.Shown(c.Refused)),
			i18n.T(ctx, "safeguard.yearly.withdrawn", "N", safeguard.Shown(c.Withdrawn)), i18n.T(ctx, "safeguard.yearly.overrides", "N", safeguard.Shown(c.Overrides))}
		consents.lines = append(consents.lines, ui.Fact{Label: i18n.T(ctx, "consent.purpose."+string(c.Purpose)), Value: strings.Join(said, i18n.T(ctx, "safeguard.yearly.comma"))})
	}
	without := part{title: i18n.T(ctx, "safeguard.yearly.without")}
	for _, g := range v.Grounds {
		without.lines = append(without.lines, ui.Fact{Label: i18n.T(ctx, "consent.ground."+string(g.Ground)), Value: safeguard.Shown(g.N)})
	}
	looks := part{title: i18n.T(ctx, "safeguard.yearly.looks")}
	for _, c := range v.Looks {
		label := what(ctx, c.Kind)
		if p := purpose(ctx, c.Purpose); p != "" {
			label += " · " + p
		}
		looks.lines = append(looks.lines, ui.Fact{Label: label, Value: safeguard.Shown(c.N)})
	}
	glass := part{i18n.T(ctx, "safeguard.yearly.glass"), []ui.Fact{line("opened", v.Opened), line("justified", v.Justified), line("unjustified", v.Unjustified)}}
	out := []part{records, consents, without, looks, glass}
	if v.Organisation == access.Network {
		out = append(out, part{i18n.T(ctx, "safeguard.yearly.concerns"), []ui.Fact{line("came", v.Came), line("told", v.Told)}})
	}
	return slices.DeleteFunc(out, func(p part) bool { return len(p.lines) == 0 })
}

func (v yearlyView) options(ctx context.Context) []ui.Option {
	out := []ui.Option{{Value: "", Label: i18n.T(ctx, "safeguard.yearly.network")}}
	for _, o := range v.places {
		if access.CheckFor(ctx, access.AuditExport, o.ID) == nil {
			out = append(out, ui.Option{Value: clock.FormatID(o.ID), Label: o.Name.In(ctx)})
		}
	}
	return out
}

// chosen is the organisation as the address names it.
func (v yearlyView) chosen() string {
	if v.Organisation == access.Network {
		return ""
	}
	return clock.FormatID(v.Organisation)
}

func (v yearlyView) exportPath() string {
	return "/desk/minors/export?year=" + strconv.Itoa(v.Year) + "&organisation=" + v.chosen()
}
