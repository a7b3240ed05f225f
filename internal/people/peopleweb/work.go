package peopleweb

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/checklist"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
	"manyhands/internal/people/reach"
	"manyhands/internal/web"
)

// workView is the page on which the staff look after their own work: roles, checks, absences, how and
// when to reach them.
type workView struct {
	personView
	posts   []post
	lines   []awayLine
	forms   map[string]web.FormView // by the form's name; at most one has failed
	conduct bool                    // the code of conduct is accepted as it is now
}

// work shows the staff their own work.
func (p *Pages) work(w http.ResponseWriter, r *http.Request) error {
	v, err := p.workView(r.Context())
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, workPage(v))
}

func (p *Pages) workView(ctx context.Context) (workView, error) {
	own, err := p.personView(ctx, access.PersonID(ctx))
	if err != nil {
		return workView{}, err
	}
	v := workView{personView: own, forms: map[string]web.FormView{}, conduct: slices.ContainsFunc(own.Checks.Items, people.AcceptedConduct)}
	for _, a := range own.Held {
		if a.Role == access.Supervisor && a.CoverFor == 0 && a.Force == people.InForce {
			v.posts = append(v.posts, post{a, own.Person.Called()})
		}
	}
	err = p.cfg.DB.Read(ctx, func(q *db.Reader) error {
		for _, a := range own.away {
			line, err := p.awayLine(ctx, q, a)
			if err != nil {
				return err
			}
			line.may = a.Person == own.Person.ID
			v.lines = append(v.lines, line)
		}
		return nil
	})
	return v, err
}

// saved answers a form of the page: back to it, or the form again with what is wrong.
func (p *Pages) saved(w http.ResponseWriter, r *http.Request, form string, f *web.Form) error {
	if f.Err() == nil {
		return web.Redirect(w, r, "/me/duties")
	}
	v, err := p.workView(r.Context())
	if err != nil {
		return err
	}
	v.forms[form] = f.View()
	return web.Render(w, r, http.StatusUnprocessableEntity, workPage(v))
}

// beAway notes that who asks is away.
func (p *Pages) beAway(w http.ResponseWriter, r *http.Request) error {
	f, err := p.plan(w, r)
	if err != nil {
		return err
	}
	return p.saved(w, r, "absence", f)
}

// addPoint notes a way to reach who asks.
func (p *Pages) addPoint(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	f.Required("value")
	x := reach.Point{Person: access.PersonID(ctx), Kind: reach.Kind(f.Choice("kind", kindNames()...)), Value: f.Text("value", longestValue),
		SafeFrom: minutes(f, "safe_from", 0), SafeUntil: minutes(f, "safe_until", reach.Day), NoName: f.Bool("no_name")}
	if f.Err() == nil {
		err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := p.cfg.Reach.Add(ctx, tx, x)
			return err
		})
		if err := mergeConflict(f, "value", err); err != nil {
			return err
		}
	}
	return p.saved(w, r, "reach", f)
}

const longestValue = 254

// mergeConflict puts a refusal, or the faults of fields, beside the field that it is about.
func mergeConflict(f *web.Form, name string, err error) error {
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Kind == fault.Conflict {
		f.Bad(name, e.Key, pairs(e.Args)...)
		return nil
	}
	return f.Merge(err)
}

func kindNames() []string {
	var out []string
	for _, k := range reach.Kinds() {
		out = append(out, string(k))
	}
	return out
}

// minutes reads a time of day; an empty field is the given one.
func minutes(f *web.Form, name string, otherwise int) int {
	if !f.Has(name) {
		return otherwise
	}
	n, ok := minutesOf(f.Text(name, 5))
	if !ok {
		f.Bad(name, "people.hours.bad_time")
	}
	return n
}

// removePoint forgets a way to reach who asks.
func (p *Pages) removePoint(w http.ResponseWriter, r *http.Request) error {
	id, err := clock.ParseID(r.PathValue("id"))
	if err != nil {
		return fault.Wrap(err, fault.NotFound, "people.reach_unknown")
	}
	ctx := r.Context()
	if err := p.cfg.DB.Write(ctx, func(tx *db.Tx) error { return p.cfg.Reach.Remove(ctx, tx, access.PersonID(ctx), id) }); err != nil {
		return err
	}
	return web.Redirect(w, r, "/me/duties")
}

// addHours notes when who asks has time.
func (p *Pages) addHours(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	weekday, err := strconv.Atoi(f.Choice("weekday", "1", "2", "3", "4", "5", "6", "7", "0"))
	if err != nil {
		weekday = -1 // noted by Choice
	}
	h := reach.Hours{Weekday: weekday, From: minutes(f, "from", 0), Until: minutes(f, "until", 0)}
	if weekday == 0 {
		h.Day = f.Date("day").In(i18n.ZoneOf(ctx)).Format(time.DateOnly)
	}
	if f.Err() == nil {
		err := p.cfg.DB.Write(ctx, func(tx *db.Tx) error { return p.cfg.Reach.AddHours(ctx, tx, access.PersonID(ctx), h) })
		if err := mergeConflict(f, "until", err); err != nil {
			return err
		}
	}
	return p.saved(w, r, "hours", f)
}

// removeHours forgets a stretch of hours.
func (p *Pages) removeHours(w http.ResponseWriter, r *http.Request) error {
	id, err := clock.ParseID(r.PathValue("id"))
	if err != nil {
		return fault.Wrap(err, fault.NotFound, "people.hours_unknown")
	}
	ctx := r.Context()
	if err := p.cfg.DB.Write(ctx, func(tx *db.Tx) error { return p.cfg.Reach.RemoveHours(ctx, tx, access.PersonID(ctx), id) }); err != nil {
		return err
	}
	return web.Redirect(w, r, "/me/duties")
}

// acceptConduct notes that who asks accepts the code of conduct.
func (p *Pages) acceptConduct(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := p.cfg.DB.Write(ctx, func(tx *db.Tx) error { return p.cfg.People.AcceptConduct(ctx, tx) }); err != nil {
		return err
	}
	return web.Redirect(w, r, "/me/duties")
}

// lapsedNames are the checks for want of which one's roles rest.
func lapsedNames(ctx context.Context, items []checklist.Item) (out []string) {
	for _, i := range items {
		out = append(out, i18n.T(ctx, i.Name()))
	}
	return out
}
