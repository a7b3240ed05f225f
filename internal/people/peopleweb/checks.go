package peopleweb

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/checklist"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// runsOutWithin is how far ahead the page of what runs out looks: the first reminder, and a month more.
const runsOutWithin = 90 * 24 * time.Hour

// runLine is one person with what makes a role of theirs rest, now or soon.
type runLine struct {
	people.Colleague
	item checklist.Item
	at   time.Time // when it stops; zero: it rests already, or is missing
}

type checksView struct {
	rests []runLine // roles that do not count now
	soon  []runLine // the soonest first
	now   time.Time
}

// checks lists whose checks are missing or run out.
func (p *Pages) checks(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := checksView{now: p.cfg.DB.Now()}
	err := p.cfg.DB.Read(ctx, func(q *db.Reader) error {
		all, err := p.cfg.People.Roster(ctx, q, v.now)
		for _, m := range all {
			v.sort(m)
		}
		return err
	})
	if err != nil {
		return err
	}
	slices.SortStableFunc(v.soon, func(a, b runLine) int { return a.at.Compare(b.at) })
	return web.Render(w, r, http.StatusOK, checksPage(v))
}

func (v *checksView) sort(m people.Colleague) {
	if !m.WithChildren() {
		return
	}
	if m.Checks.Bar != nil {
		v.rests = append(v.rests, runLine{Colleague: m})
		return
	}
	for _, i := range m.Checks.Wanting() {
		v.rests = append(v.rests, runLine{Colleague: m, item: i})
	}
	for _, i := range m.Checks.Items {
		if i.InForce() && !i.EndsAt.IsZero() && i.EndsAt.Before(v.now.Add(runsOutWithin)) {
			v.soon = append(v.soon, runLine{Colleague: m, item: i, at: i.EndsAt})
		}
	}
}

// recordCheck notes the outcome of a check.
func (p *Pages) recordCheck(w http.ResponseWriter, r *http.Request) error {
	id, err := pathPerson(r)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	code, outcome := f.Choice("code", checkCodes()...), f.Choice("outcome", "clear", "found")
	reference, on := f.Text("reference", checklist.MaxReference), f.Date("on")
	if outcome == "found" && code != people.Inquiry && f.Err() == nil {
		f.Bad("outcome", "people.check.found_what")
	}
	if outcome == "found" && !f.Bool("sure") && f.Err() == nil {
		f.Bad("sure", "people.check.sure_first") // it ends roles at once, everywhere
	}
	if f.Err() == nil {
		err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
			if outcome == "found" {
				return p.cfg.People.RecordFound(ctx, tx, id, reference, on)
			}
			return p.cfg.People.RecordCheck(ctx, tx, id, code, reference, on)
		})
		if err := mergeCheck(f, err); err != nil {
			return err
		}
	}
	if f.Err() == nil {
		return web.Redirect(w, r, personHref(id))
	}
	v, err := p.personView(ctx, id)
	if err != nil {
		return err
	}
	v.form = f.View()
	return web.Render(w, r, http.StatusUnprocessableEntity, personPage(v))
}

// mergeCheck puts what was refused beside the field that it is about.
func mergeCheck(f *web.Form, err error) error {
	if bad, ok := errors.AsType[fault.Fields](err); ok {
		for _, name := range []string{"from_on", "until_on"} {
			if x, ok := bad.Get(name); ok {
				f.Bad("on", x.Key)
			}
		}
	}
	return f.Merge(err)
}

// checkCodes are those of the list of persons that somebody else finds out.
func checkCodes() []string {
	var out []string
	for _, r := range checklist.Requirements(checklist.Person, "") {
		if r.Found() {
			out = append(out, r.Code)
		}
	}
	return out
}

func checkOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, r := range checklist.Requirements(checklist.Person, "") {
		if r.Found() {
			out = append(out, ui.Option{Value: r.Code, Label: i18n.T(ctx, r.Name())})
		}
	}
	return out
}

func outcomeOptions(ctx context.Context) []ui.Option {
	return []ui.Option{{Value: "", Label: i18n.T(ctx, "people.check.choose")}, {Value: "clear", Label: i18n.T(ctx, "people.check.clear")},
		{Value: "found", Label: i18n.T(ctx, "people.check.found")}}
}

// liftBar takes back, by a second person, that an inquiry found something.
func (p *Pages) liftBar(w http.ResponseWriter, r *http.Request) error {
	id, err := pathPerson(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if err := p.cfg.DB.Write(ctx, func(tx *db.Tx) error { return p.cfg.People.LiftBar(ctx, tx, id) }); err != nil {
		return err
	}
	return web.Redirect(w, r, personHref(id))
}

// mayLift reports whether who looks could be the second person.
func mayLift(ctx context.Context, v personView) bool {
	return v.Checks.Bar != nil && !v.own && v.Checks.Bar.RecordedBy != access.PersonID(ctx) &&
		access.CheckFor(ctx, access.PeopleAppoint, access.Network) == nil
}
