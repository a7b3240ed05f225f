package peopleweb

import (
	"context"
	"net/http"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/checklist"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
	"manyhands/internal/people/reach"
	"manyhands/internal/people/signin"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// personView is one person at the desk.
type personView struct {
	people.Colleague
	points   []reach.Point
	hours    []reach.Hours
	sealed   error // why contact points cannot be shown; nil: they can
	away     []people.Away
	names    map[int64]string // of others on the page
	places   places
	form     web.FormView // of a check
	now      time.Time
	mayCheck bool
	own      bool // it is who looks
	mayEnd   bool // their sessions
	open     int  // sessions that they have, for who may end them
	done     bool // these were ended just now
}

func personHref(id int64) string { return "/desk/people/" + clock.FormatID(id) }

// person shows one of the staff.
func (p *Pages) person(w http.ResponseWriter, r *http.Request) error {
	id, err := pathPerson(r)
	if err != nil {
		return err
	}
	v, err := p.personView(r.Context(), id)
	if err != nil {
		return err
	}
	v.done = r.URL.Query().Get("done") != ""
	return web.Render(w, r, http.StatusOK, personPage(v))
}

func pathPerson(r *http.Request) (int64, error) {
	id, err := clock.ParseID(r.PathValue("id"))
	if err != nil {
		return 0, fault.Wrap(err, fault.NotFound, "people.unknown")
	}
	return id, nil
}

func (p *Pages) personView(ctx context.Context, id int64) (personView, error) {
	v := personView{now: p.cfg.DB.Now(), own: id == access.PersonID(ctx), names: map[int64]string{}}
	err := p.cfg.DB.Read(ctx, func(q *db.Reader) (err error) {
		if v.Colleague, err = p.cfg.People.Glance(ctx, q, id, v.now); err != nil {
			return err
		}
		if err = p.readReach(ctx, q, id, &v); err != nil {
			return err
		}
		return p.readAway(ctx, q, id, &v)
	})
	if err != nil {
		return v, err
	}
	if err := p.readSessions(ctx, &v); err != nil {
		return v, err
	}
	v.mayCheck = !v.own && slices.ContainsFunc(v.Held, func(x people.Standing) bool {
		return x.CoverFor == 0 && access.CheckFor(ctx, access.CheckRecord, x.Organisation) == nil
	})
	v.places, err = p.places(ctx)
	return v, err
}

// readSessions counts in how many browsers the person is signed in, for who may end that.
func (p *Pages) readSessions(ctx context.Context, v *personView) error {
	return p.cfg.DB.Read(ctx, func(q *db.Reader) error {
		err := p.cfg.SignIn.MayEnd(ctx, q, v.Person.ID, v.now)
		if kind := fault.KindOf(err); err != nil && (kind == fault.Forbidden || kind == fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		all, err := p.cfg.SignIn.Sessions(ctx, q, v.Person.ID, v.now)
		all = slices.DeleteFunc(all, func(n signin.Session) bool { return n.Over(true, v.now) })
		v.mayEnd, v.open = true, len(all)
		return err
	})
}

// endColleague signs a colleague out everywhere.
func (p *Pages) endColleague(w http.ResponseWriter, r *http.Request) error {
	id, err := pathPerson(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := p.cfg.People.Glance(ctx, tx, id, tx.Now()); err != nil {
			return err // whom one may not see is not there
		}
		return p.cfg.SignIn.EndColleague(ctx, tx, id)
	})
	if err != nil {
		return proveFirst(w, r, err, personHref(id))
	}
	return web.Redirect(w, r, personHref(id)+"?done=1")
}

// readReach reads how and when the person can be reached, for who may. A vault that is locked closes only
// that part.
func (p *Pages) readReach(ctx context.Context, q db.Queryer, id int64, v *personView) (err error) {
	if p.cfg.Reach == nil {
		return nil
	}
	v.points, err = p.cfg.Reach.Points(ctx, q, id)
	if fault.KindOf(err) == fault.Busy || fault.KindOf(err) == fault.Gone {
		v.points, v.sealed, err = nil, err, nil
	}
	if fault.KindOf(err) == fault.NotFound {
		return nil // works here no more
	}
	if err != nil {
		return err
	}
	v.hours, err = p.cfg.Reach.HoursOf(ctx, q, id, v.now.In(i18n.ZoneOf(ctx)).Format(time.DateOnly))
	return err
}

// readAway reads the absences of the person, and those in which the person covers.
func (p *Pages) readAway(ctx context.Context, q db.Queryer, id int64, v *personView) error {
	all, err := p.cfg.People.Absences(ctx, q, v.now, mostAbsences)
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.Person != id && a.Cover != id || !v.own && access.CheckFor(ctx, access.PeopleSee, a.Organisation) != nil {
			continue
		}
		v.away = append(v.away, a)
		if err := p.nameBoth(ctx, q, v.names, a.Absence); err != nil {
			return err
		}
	}
	return nil
}

func (p *Pages) nameBoth(ctx context.Context, q db.Queryer, names map[int64]string, a people.Absence) error {
	for _, id := range []int64{a.Person, a.Cover} {
		if id == 0 || names[id] != "" {
			continue
		}
		x, err := p.cfg.People.PersonByID(ctx, q, id)
		if err != nil {
			return err
		}
		names[id] = x.Called()
	}
	return nil
}

// peopleTabs' pages, those that who looks may open.
func peopleTabList(ctx context.Context, current string) []ui.Tab {
	tabs := []ui.Tab{{Label: i18n.T(ctx, "people.tab.people"), Href: "/desk/people", Current: current == "people"},
		{Label: i18n.T(ctx, "people.tab.checks"), Href: "/desk/people/checks", Current: current == "checks"},
		{Label: i18n.T(ctx, "people.tab.cover"), Href: "/desk/people/cover", Current: current == "cover"}}
	if access.CheckFor(ctx, access.PeopleAppoint, access.Network) == nil {
		tabs = append(tabs, ui.Tab{Label: i18n.T(ctx, "people.tab.duplicates"), Href: "/desk/people/duplicates", Current: current == "duplicates"})
	}
	return tabs
}

// stateTone is the colour of where a check stands.
func stateTone(i checklist.Item, now time.Time) ui.Tone {
	switch {
	case i.InForce() && i.RunsOut(now):
		return ui.Warm
	case i.InForce():
		return ui.OK
	case i.State == checklist.Expired || i.State == checklist.Refused:
		return ui.Hot
	}
	return ui.Plain
}

// stateText says where a check stands: "34 days left", "ran out on 3 December".
func stateText(ctx context.Context, i checklist.Item, now time.Time) string {
	switch {
	case i.Code == people.Conduct && i.InForce() && !people.AcceptedConduct(i):
		return i18n.T(ctx, "people.check.older")
	case i.InForce() && i.EndsAt.IsZero():
		return i18n.T(ctx, "people.check.holds")
	case i.InForce():
		return i18n.T(ctx, "people.check.left", "Count", i.DaysLeft(now))
	case i.State == checklist.Expired:
		return i18n.T(ctx, "people.check.ran_out", "Day", i.EndsAt)
	}
	return i18n.T(ctx, "people.check.missing")
}

// first returns the check for want of which roles rest, or that ends first; false when there is none.
func first(c people.Checks) (checklist.Item, bool) {
	if wanting := c.Wanting(); len(wanting) > 0 {
		return wanting[0], true
	}
	until := c.ClearedUntil()
	i := slices.IndexFunc(c.Items, func(x checklist.Item) bool { return x.InForce() && x.EndsAt.Equal(until) })
	if i < 0 {
		return checklist.Item{}, false
	}
	return c.Items[i], true
}
