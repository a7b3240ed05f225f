package concernweb

import (
	"context"

	"manyhands/internal/clock"
	"manyhands/internal/concern"
	"manyhands/internal/i18n"
	"manyhands/internal/ui"
)

func (v formView) options(ctx context.Context) []ui.Option {
	out := []ui.Option{{Value: "", Label: i18n.T(ctx, "concern.form.nowhere")}}
	for _, o := range v.places {
		out = append(out, ui.Option{Value: clock.FormatID(o.ID), Label: o.Name.In(ctx)})
	}
	return out
}

func authorities(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, a := range concern.Authorities() {
		out = append(out, ui.Option{Value: a, Label: i18n.T(ctx, "concern.authority."+a)})
	}
	return out
}

func (v listView) facts(ctx context.Context, c concern.Concern) []ui.Fact {
	facts := []ui.Fact{{Label: i18n.T(ctx, "concern.list.came"), Extra: ui.Ago(c.Made, v.now)}}
	if at, ok := v.places[c.Organisation]; ok {
		facts = append(facts, ui.Fact{Label: i18n.T(ctx, "concern.form.organisation"), Value: at.In(ctx)})
	}
	if !c.Reported.IsZero() {
		facts = append(facts, ui.Fact{Label: i18n.T(ctx, "concern.list.told"), Extra: ui.Time(c.Reported)})
	}
	return facts
}

// said are the parts of a report beside its story; what was left open is left out.
func (v caseView) said(ctx context.Context) []ui.Fact {
	facts := []ui.Fact{{Label: i18n.T(ctx, "concern.list.came"), Extra: ui.Time(v.Made)}}
	for _, x := range []struct{ key, value string }{
		{"concern.form.child", v.Child}, {"concern.form.where", v.Where}, {"concern.form.organisation", v.places[v.Organisation].In(ctx)},
		{"concern.form.staff", v.Staff}, {"concern.form.contact", v.Contact}, {"concern.case.by", v.names[v.By]},
	} {
		if x.value != "" {
			facts = append(facts, ui.Fact{Label: i18n.T(ctx, x.key), Value: x.value})
		}
	}
	for _, p := range v.About {
		facts = append(facts, ui.Fact{Label: i18n.T(ctx, "concern.case.about"), Value: v.names[p]})
	}
	return facts
}

var tones = map[string]ui.Tone{"reported": ui.OK, "proposed": ui.Warm, "closed": ui.Plain, "reopened": ui.Cool}

func (v caseView) chain(ctx context.Context) []ui.Step {
	steps := make([]ui.Step, len(v.Steps))
	for i, s := range v.Steps {
		title := i18n.T(ctx, "concern.step."+s.Kind, "Name", v.names[s.Person])
		text := s.Words
		if s.Kind == "reported" {
			text = i18n.T(ctx, "concern.step_told", "Authority", i18n.T(ctx, "concern.authority."+s.Authority), "When", i18n.DateTime(ctx, s.Told), "Reference", s.Reference)
		}
		steps[i] = ui.Step{When: s.At, Exact: true, Tone: tones[s.Kind], Title: title, Text: text}
	}
	return steps
}
