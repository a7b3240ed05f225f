package applyweb

import (
	"context"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/checklist"
	"manyhands/internal/i18n"
	"manyhands/internal/programme"
	"manyhands/internal/programme/apply"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

func itemChip(ctx context.Context, i checklist.Item, now time.Time) (ui.Tone, string) {
	if i.RunsOut(now) && !i.Renewing() {
		return ui.Warm, i18n.T(ctx, "applyweb.soon")
	}
	tone := ui.Plain
	switch i.State {
	case checklist.HandedIn, checklist.Second:
		tone = ui.Warm
	case checklist.Accepted:
		tone = ui.OK
	case checklist.Refused, checklist.Expired:
		tone = ui.Hot
	}
	if i.State == checklist.Missing && i.Optional {
		return tone, i18n.T(ctx, "applyweb.not_needed")
	}
	if i.State == checklist.Missing && i.Found() {
		return tone, i18n.T(ctx, "applyweb.to_find_out")
	}
	return tone, i18n.T(ctx, "checklist.state."+string(i.State))
}

func stateTone(s apply.State) ui.Tone {
	switch s {
	case apply.HandedIn, apply.Second:
		return ui.Warm
	case apply.Accepted:
		return ui.OK
	case apply.Returned:
		return ui.Hot
	}
	return ui.Plain
}

// itemLines says in sentences what matters about an item now: until when it holds, what waits, what it
// switches off while it does not hold.
func itemLines(ctx context.Context, i checklist.Item, now time.Time) []string {
	var out []string
	if i.InForce() && !i.EndsAt.IsZero() {
		key := "applyweb.holds_until"
		if i.RunsOut(now) {
			key = "applyweb.runs_out"
		}
		out = append(out, i18n.T(ctx, key, "Date", i.EndsAt.Add(-time.Microsecond), "Count", i.DaysLeft(now)))
	}
	if i.State == checklist.Expired {
		out = append(out, i18n.T(ctx, "applyweb.ended_on", "Date", i.EndsAt.Add(-time.Microsecond)))
	}
	if i.Open.ID != 0 {
		out = append(out, i18n.T(ctx, "applyweb.handed_in_on", "Date", i.Open.At))
	}
	if !i.InForce() && i.Holds.ID != 0 {
		for _, off := range i.SwitchesOff {
			out = append(out, i18n.T(ctx, "applyweb.until_then", "What", i18n.T(ctx, "checklist.off."+off)))
		}
	}
	return out
}

// refusal says why an item was refused; "" when it was not.
func refusal(ctx context.Context, i checklist.Item) string {
	if i.Last.ID == 0 {
		return ""
	}
	reason := i18n.T(ctx, "checklist.reason."+i.Said.Reason)
	if i.Said.Note == "" {
		return reason
	}
	return i18n.T(ctx, "applyweb.reason_note", "Reason", reason, "Note", i.Said.Note)
}

// editable reports whether the organisation may hand something in for an item now.
func editable(v apply.View, i checklist.Item) bool {
	return !i.Found() && !v.Application.UnderReview()
}

func gapText(ctx context.Context, g apply.Gap) string {
	if g.What != "" {
		return i18n.T(ctx, g.Key, "What", i18n.T(ctx, g.What))
	}
	return i18n.T(ctx, g.Key)
}

func options(ctx context.Context, values []string, prefix string) []ui.Option {
	out := []ui.Option{{Label: i18n.T(ctx, "applyweb.choose")}}
	for _, v := range values {
		out = append(out, ui.Option{Value: v, Label: i18n.T(ctx, prefix+v)})
	}
	return out
}

func kindOptions(ctx context.Context) []ui.Option {
	out := []ui.Option{{Label: i18n.T(ctx, "word.all")}}
	return append(out, options(ctx, programme.OrganisationKinds(), "programme.organisation.")[1:]...)
}

func bilingual(ctx context.Context, v web.FormView, name, label string, lang i18n.Lang, most int, required bool) ui.FieldView {
	full := name + "_" + string(lang)
	return ui.FieldView{Label: i18n.T(ctx, "applyweb.in_language", "Label", label, "Lang", lang), Name: full, Value: v.Value(full),
		Error: v.Bad(ctx, full), Max: most, Required: required, Lang: lang.Tag(), Autocomplete: "off"}
}

// words tells how an application went: what was said, when and with which note. It names nobody to the
// organisation.
func words(ctx context.Context, v apply.View) []ui.Step {
	out := make([]ui.Step, len(v.Words))
	for i, w := range v.Words {
		out[i] = ui.Step{When: w.At, Exact: true, Title: i18n.T(ctx, "applyweb.word."+w.Word), Text: w.Note, Tone: ui.OK}
		if w.Word == "returned" {
			out[i].Tone = ui.Hot
		}
	}
	return out
}

// mayJudge reports whether this reader has a say on the organisation.
func (v reviewView) mayJudge(ctx context.Context) bool {
	return v.Close == "" && access.CheckFor(ctx, access.ProgrammeVerify, access.Network) == nil
}

// firstSaid reports whether this reader has said yes and another has to.
func (v reviewView) firstSaid() bool {
	for i := len(v.Words) - 1; i >= 0; i-- {
		if v.Words[i].Word == "first" {
			return v.Words[i].By == v.Me
		}
	}
	return false
}

func (v reviewView) unmet() int { return len(checklist.Unmet(v.Items)) }

func (v reviewView) suspended() bool { return v.Suspension.ID != 0 }

func reviewFacts(ctx context.Context, v reviewView) []ui.Fact {
	all := []ui.Fact{
		{Label: i18n.T(ctx, "applyweb.kind"), Value: i18n.T(ctx, "programme.organisation."+v.Kind)},
		{Label: i18n.T(ctx, "applyweb.credit_code"), Value: v.CreditCode},
		{Label: i18n.T(ctx, "applyweb.registered_as"), Value: registeredAs(ctx, v.CreditCode)},
		{Label: i18n.T(ctx, "applyweb.place"), Value: v.Organisation.Place.In(ctx)},
		{Label: i18n.T(ctx, "applyweb.website"), Value: v.Website},
		{Label: i18n.T(ctx, "applyweb.purpose"), Value: v.Application.Purpose.In(ctx)},
		{Label: i18n.T(ctx, "applyweb.about"), Value: v.About.In(ctx)},
	}
	var out []ui.Fact
	for _, f := range all {
		if f.Value != "" {
			out = append(out, f)
		}
	}
	for _, x := range v.People {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "applyweb.post."+x.Post), Value: x.Name})
	}
	return out
}
