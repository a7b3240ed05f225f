package givingdesk

import (
	"context"

	"manyhands/internal/access"
	"manyhands/internal/i18n"
	"manyhands/internal/ui"
)

// uncovered finds supervisors who are away within a week, or are away already, and for whom nobody covers:
// children are then looked after by workers alone.
func (h *Desk) uncovered(ctx context.Context, l *lookup) (task, error) {
	t := task{Key: "uncovered", Tone: ui.Hot, Href: "/desk/people/cover"}
	away, err := h.people.Absences(ctx, l.r, h.db.Now(), maxTasks)
	if err != nil {
		return t, err
	}
	for _, a := range away {
		if a.Gap.IsZero() || a.Gap.Sub(h.db.Now()) > endsSoon || access.CheckFor(ctx, access.PeopleArrange, a.Organisation) != nil {
			continue
		}
		name, err := l.person(ctx, a.Person)
		if err != nil {
			return t, err
		}
		t.add(taskLine{Text: by(ctx, name), Note: i18n.T(ctx, "desk.uncovered_since", "Day", a.Gap), Href: t.Href})
	}
	return t, nil
}
