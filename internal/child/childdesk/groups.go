package childdesk

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/i18n"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// field is one field of a group, as a form shows it.
type field struct {
	name     string
	kind     string // "", "date", "area"
	choices  []string
	texts    string // what the keys of the choices' texts begin with
	max      int
	required bool
	hint     bool
}

// fieldsOf returns the fields of a group that is filled in as a form; none for those that are lists.
func fieldsOf(g access.Group) []field {
	switch g {
	case access.Name:
		return []field{{name: "name", max: 60, required: true}, {name: "other", max: 60, hint: true}}
	case access.Identity:
		return []field{{name: "birth", kind: "date"}, {name: "sex", choices: []string{string(child.Girl), string(child.Boy)}, texts: "child.sex."},
			{name: "ethnicity", max: 200}}
	case access.Number:
		return []field{{name: "number_kind", choices: words(child.NumberKinds()), texts: "child.number_kind."}, {name: "number", max: 40, hint: true}}
	case access.Contact:
		return []field{{name: "area", max: 200, hint: true}, {name: "address", max: 200}}
	case access.Alerts:
		return []field{{name: "allergies", choices: []string{string(child.None), string(child.Listed)}, texts: "child.allergies.", hint: true},
			{name: "allergy", kind: "area", max: 4000}, {name: "medicine", kind: "area", max: 4000, hint: true},
			{name: "watch", kind: "area", max: 4000}, {name: "emergency", kind: "area", max: 4000, hint: true}}
	case access.HealthNotes:
		return []field{{name: "conditions", kind: "area", max: 4000}, {name: "medicines", kind: "area", max: 4000}, {name: "doctor", max: 200}}
	case access.Education:
		return []field{{name: "school", max: 200}, {name: "class", max: 200}, {name: "help", kind: "area", max: 4000}}
	case access.Situation:
		return []field{{name: "words", kind: "area", max: 4000, hint: true}}
	case access.Plan:
		return []field{{name: "goal", kind: "area", max: 4000}, {name: "steps", kind: "area", max: 4000, hint: true}, {name: "review", kind: "date", hint: true}}
	}
	return nil
}

func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = string(x)
	}
	return out
}

// options are the possibilities of a choice; nothing chosen is one of them.
func (f field) options(ctx context.Context) []ui.Option {
	out := []ui.Option{{Value: "", Label: i18n.T(ctx, "record.not_known")}}
	if f.name == "allergies" {
		out[0].Label = i18n.T(ctx, "child.allergies.unknown")
	}
	for _, c := range f.choices {
		out = append(out, ui.Option{Value: c, Label: i18n.T(ctx, f.texts+c)})
	}
	return out
}

func (f field) hintText(ctx context.Context) string {
	if !f.hint {
		return ""
	}
	return i18n.T(ctx, "record.hint."+f.name)
}

// valuesOf returns what stands in a group that was opened, by field.
func valuesOf(o child.Opened, g access.Group) url.Values {
	var pairs []string
	switch {
	case g == access.Name && o.Name != nil:
		pairs = []string{"name", o.Name.Name, "other", o.Name.Other}
	case g == access.Identity && o.Identity != nil:
		pairs = []string{"birth", o.Identity.Birth, "sex", string(o.Identity.Sex), "ethnicity", o.Identity.Ethnicity}
	case g == access.Number && o.Number != nil:
		pairs = []string{"number_kind", string(o.Number.Kind), "number", o.Number.Number}
	case g == access.Contact && o.Contact != nil:
		pairs = []string{"area", o.Contact.Area, "address", o.Contact.Address}
	case g == access.Alerts && o.Alerts != nil:
		a := o.Alerts
		pairs = []string{"allergies", string(a.Allergies), "allergy", a.Allergy, "medicine", a.Medicine, "watch", a.Watch, "emergency", a.Emergency}
	case g == access.HealthNotes && o.Health != nil:
		pairs = []string{"conditions", o.Health.Conditions, "medicines", o.Health.Medicines, "doctor", o.Health.Doctor}
	case g == access.Education && o.Education != nil:
		pairs = []string{"school", o.Education.School, "class", o.Education.Class, "help", o.Education.Help}
	case g == access.Situation && o.Situation != nil:
		pairs = []string{"words", o.Situation.Words}
	case g == access.Plan && o.Plan != nil:
		pairs = []string{"goal", o.Plan.Goal, "steps", strings.Join(o.Plan.Steps, "\n"), "review", o.Plan.Review}
	}
	return web.NewFormView(pairs...).Values
}

// contentOf reads a group from a form; package child says what is wrong with it.
func contentOf(f *web.Form, g access.Group) child.Content {
	get := f.Values.Get
	switch g {
	case access.Name:
		return child.Name{Name: get("name"), Other: get("other")}
	case access.Identity:
		return child.Identity{Birth: get("birth"), Sex: child.Sex(get("sex")), Ethnicity: get("ethnicity")}
	case access.Number:
		return child.Number{Kind: child.NumberKind(get("number_kind")), Number: get("number")}
	case access.Contact:
		return child.Contact{Area: get("area"), Address: get("address")}
	case access.Alerts:
		return child.Alerts{Allergies: child.Known(get("allergies")), Allergy: get("allergy"), Medicine: get("medicine"), Watch: get("watch"),
			Emergency: get("emergency")}
	case access.HealthNotes:
		return child.Health{Conditions: get("conditions"), Medicines: get("medicines"), Doctor: get("doctor")}
	case access.Education:
		return child.Education{School: get("school"), Class: get("class"), Help: get("help")}
	case access.Situation:
		return child.Situation{Words: get("words")}
	case access.Plan:
		return child.Plan{Goal: get("goal"), Steps: strings.Split(get("steps"), "\n"), Review: get("review")}
	}
	return nil
}

// factsOf shows what stands in a group; fields that nobody has filled in are left out.
func factsOf(ctx context.Context, o child.Opened, g access.Group) []ui.Fact {
	values := valuesOf(o, g)
	if g == access.Number && o.Number != nil {
		values.Set("number", o.Number.Masked())
	}
	var out []ui.Fact
	for _, f := range fieldsOf(g) {
		x := values.Get(f.name)
		if slices.Contains(f.choices, x) {
			x = i18n.T(ctx, f.texts+x)
		} else if f.name == "allergies" && values.Has(f.name) {
			x = i18n.T(ctx, "child.allergies.unknown")
		}
		if x == "" {
			continue
		}
		fact := ui.Fact{Label: i18n.T(ctx, "record.field."+f.name), Value: x}
		if f.kind == "area" {
			fact.Extra = lines(x)
		}
		out = append(out, fact)
	}
	return out
}
