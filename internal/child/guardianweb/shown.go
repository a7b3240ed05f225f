package guardianweb

import (
	"context"
	"slices"
	"strings"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/i18n"
	"manyhands/internal/ui"
)

func stateTone(s child.State) ui.Tone {
	switch s {
	case child.Enrolling:
		return ui.Warm
	case child.Active:
		return ui.OK
	}
	return ui.Plain
}

// stateOf is the tone of what a guardian said. A refusal is as much in order as a yes.
func stateOf(m matter) ui.Tone {
	switch {
	case m.state == consent.Conflict, m.mine.State == consent.Expired:
		return ui.Warm
	case m.mine.State == consent.Given && m.state == consent.Given:
		return ui.OK
	}
	return ui.Cool
}

func stepNumber(step string) int { return slices.Index(steps(), step) + 1 }

// enrolPath is the page on which a record at a place begins.
func enrolPath(place int64) string { return root + "/new?at=" + clock.FormatID(place) }

func filePath(record, file int64) string { return path(record, "files", clock.FormatID(file)) }

func answerPath(record, answer int64) string { return path(record, "answers", clock.FormatID(answer)) }

func collectorPath(record, collector int64) string {
	return path(record, stepCollectors, clock.FormatID(collector), "end")
}

func relations(ctx context.Context) []ui.Option {
	out := []ui.Option{{Label: i18n.T(ctx, "family.choose")}}
	for _, r := range child.Relations() {
		out = append(out, ui.Option{Value: string(r), Label: i18n.T(ctx, "child.relation."+string(r))})
	}
	return out
}

func sexes(ctx context.Context) []ui.Pick {
	return []ui.Pick{{Value: string(child.Girl), Label: i18n.T(ctx, "child.sex.f")}, {Value: string(child.Boy), Label: i18n.T(ctx, "child.sex.m")}}
}

func numberKinds(ctx context.Context) []ui.Option {
	out := []ui.Option{{Label: i18n.T(ctx, "family.no_number")}}
	for _, k := range child.NumberKinds() {
		out = append(out, ui.Option{Value: string(k), Label: i18n.T(ctx, "child.number_kind."+string(k))})
	}
	return out
}

func requestKinds(ctx context.Context) []ui.Option {
	out := []ui.Option{{Label: i18n.T(ctx, "family.choose")}}
	for _, k := range child.RequestKinds() {
		out = append(out, ui.Option{Value: string(k), Label: i18n.T(ctx, "family.request."+string(k))})
	}
	return out
}

// aloneText says whether the child may go home alone, and if not, why.
func aloneText(ctx context.Context, a child.Alone) string {
	switch {
	case a.May:
		return i18n.T(ctx, "family.alone_may")
	case tooYoung(child.Opened{Collection: &child.Collection{Alone: a}}):
		return i18n.T(ctx, "family.alone_age", "Age", a.Age)
	}
	return i18n.T(ctx, "family.alone_not")
}

// with names who is told.
func (v matterView) with(ctx context.Context) string {
	place := i18n.T(ctx, "family.with_staff", "Place", v.place.In(ctx))
	if v.receiver.Empty() {
		return place
	}
	return place + i18n.T(ctx, "family.and") + v.receiver.In(ctx)
}

// runs is when the reader's yes ends, or would end if it were given now.
func (v matterView) runs(ctx context.Context) time.Time {
	if v.mine.State == consent.Given {
		return v.mine.Answer.Expires
	}
	return v.Purpose.Expires(v.today, i18n.ZoneOf(ctx))
}

// answerFacts are the circumstances of one answer.
func answerFacts(ctx context.Context, a consent.Answer) []ui.Fact {
	said := "family.history_no"
	if a.Given {
		said = "family.history_yes"
	}
	out := []ui.Fact{{Label: i18n.T(ctx, "family.answer"), Value: i18n.T(ctx, said)},
		{Label: i18n.T(ctx, "family.answered_at"), Value: i18n.DateTime(ctx, a.Made)},
		{Label: i18n.T(ctx, "family.route"), Value: i18n.T(ctx, "consent.route."+string(a.Route))}}
	if a.Given {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "family.holds"), Value: i18n.Date(ctx, lastDay(a.Expires))})
	}
	if a.Withdrawn != nil {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "family.taken_back"), Value: i18n.DateTime(ctx, a.Withdrawn.At)})
	}
	return append(out, ui.Fact{Label: i18n.T(ctx, "family.version"), Value: a.TextHash[:16]})
}

// copyPart is one group of the copy.
type copyPart struct {
	title string
	facts []ui.Fact
}

// parts are the groups of fields of the copy that hold anything.
func (c copied) parts(ctx context.Context) (out []copyPart) {
	add := func(group access.Group, pairs ...string) {
		part := copyPart{title: i18n.T(ctx, "child.group."+string(group))}
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i+1] != "" {
				part.facts = append(part.facts, ui.Fact{Label: i18n.T(ctx, "family.field."+pairs[i]), Value: shownAs(ctx, pairs[i], pairs[i+1])})
			}
		}
		if len(part.facts) > 0 {
			out = append(out, part)
		}
	}
	for _, g := range fillable(child.Enrolling) {
		add(g, valuesOf(c.Opened, g)...)
	}
	if h := c.Health; h != nil {
		add(access.HealthNotes, "conditions", h.Conditions, "medicines", h.Medicines, "doctor", h.Doctor)
	}
	if x := c.Plan; x != nil {
		add(access.Plan, "goal", x.Goal, "steps", strings.Join(x.Steps, "\n"), "review", x.Review)
	}
	return out
}

// shownAs is what a page shows for a value that is a code.
func shownAs(ctx context.Context, field, value string) string {
	key := map[string]string{"sex": "child.sex.", "number_kind": "child.number_kind.", "allergies": "child.allergies."}[field]
	if key == "" {
		return value
	}
	return i18n.T(ctx, key+value)
}
