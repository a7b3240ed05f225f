package peopleweb

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// staff lists who is appointed to what, as far as who looks may see.
func (p *Pages) staff(w http.ResponseWriter, r *http.Request) error {
	v, err := p.staffView(r.Context())
	if err != nil {
		return err
	}
	v.form = web.NewFormView("organisation", v.mine.first())
	return web.Render(w, r, http.StatusOK, staffPage(v))
}

func (p *Pages) staffView(ctx context.Context) (staffView, error) {
	v := staffView{now: p.cfg.DB.Now(), noMail: p.cfg.NoMail}
	err := p.cfg.DB.Read(ctx, func(q *db.Reader) (err error) {
		if v.members, err = p.cfg.People.Roster(ctx, q, v.now); err != nil {
			return err
		}
		return p.count(ctx, q, &v)
	})
	if err != nil {
		return v, err
	}
	v.places, err = p.places(ctx)
	v.mine = v.places.within(ctx, access.PeopleArrange)
	return v, err
}

// count counts what waits on the other pages of people.
func (p *Pages) count(ctx context.Context, q db.Queryer, v *staffView) error {
	for _, m := range v.members {
		c := checksView{now: v.now}
		if c.sort(m); len(c.rests)+len(c.soon) > 0 {
			v.restless++
		}
	}
	all, err := p.cfg.People.Absences(ctx, q, v.now, mostAbsences)
	for _, a := range all {
		if !a.Gap.IsZero() && access.CheckFor(ctx, access.PeopleSee, a.Organisation) == nil {
			v.gaps++
		}
	}
	return err
}

// counted puts onto the tabs of checks and of cover how much waits there.
func counted(tabs []ui.Tab, restless, gaps int) []ui.Tab {
	tabs[1].Count, tabs[2].Count = restless, gaps
	return tabs
}

// appoint gives somebody a role; a person who was never here is made.
func (p *Pages) appoint(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	v, err := p.staffView(ctx)
	if err != nil {
		return err
	}
	a := people.Appointment{
		Role: access.Role(f.Choice("role", roleNames(ctx)...)), Organisation: v.mine.chosen(f), MadeBy: access.PersonID(ctx),
	}
	if f.Has("from") {
		a.Starts = f.Date("from")
	}
	if f.Has("until") {
		a.Ends = endOfDay(f.Date("until"))
	}
	name := f.Text("name", longestName)
	email, err := people.Email(f.Values.Get("email"))
	if err := f.Merge(err); err != nil {
		return err
	}
	if f.Err() == nil {
		err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error { return p.appointIn(ctx, tx, email, name, a) })
		if err := mergeAppointment(f, err); err != nil {
			return err
		}
	}
	if f.Err() == nil {
		return web.Redirect(w, r, "/desk/people")
	}
	v.form = f.View()
	return web.Render(w, r, http.StatusUnprocessableEntity, staffPage(v))
}

func (p *Pages) appointIn(ctx context.Context, tx *db.Tx, email, name string, a people.Appointment) error {
	person, err := p.cfg.People.EnsurePerson(ctx, tx, email, name)
	if err != nil {
		return err
	}
	a.PersonID = person.ID
	_, err = p.cfg.People.Appoint(ctx, tx, a)
	return err
}

// mergeAppointment puts what the service refused beside the field that it is about.
func mergeAppointment(f *web.Form, err error) error {
	e, ok := errors.AsType[*fault.Error](err)
	fields := map[string]string{"people.appointed_already": "role", "people.not_yourself": "email", "access.denied": "organisation", "people.barred": "role"}
	if ok && fields[e.Key] != "" {
		f.Bad(fields[e.Key], e.Key)
		return nil
	}
	if bad, ok := errors.AsType[fault.Fields](err); ok {
		if x, ok := bad.Get("ends"); ok {
			f.Bad("until", x.Key)
		}
	}
	return f.Merge(err)
}

// endAppointment ends one now.
func (p *Pages) endAppointment(w http.ResponseWriter, r *http.Request) error {
	id, err := clock.ParseID(r.PathValue("id"))
	if err != nil {
		return fault.Wrap(err, fault.NotFound, "people.appointment_unknown")
	}
	ctx := r.Context()
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		return p.cfg.People.EndAppointment(ctx, tx, id, access.PersonID(ctx))
	})
	if err != nil {
		return err
	}
	return web.Redirect(w, r, back(r, "/desk/people"))
}

// back is the page of the person from whose page a form was sent; else the page given.
func back(r *http.Request, page string) string {
	if id, err := clock.ParseID(r.URL.Query().Get("back")); err == nil {
		return "/desk/people/" + clock.FormatID(id)
	}
	return page
}

// endOfDay turns the last day of an appointment into the moment after it.
func endOfDay(day time.Time) time.Time {
	if day.IsZero() {
		return day
	}
	return day.AddDate(0, 0, 1)
}

// givable returns the roles that who acts may appoint somebody to, anywhere.
func givable(ctx context.Context) []access.Role {
	return slices.DeleteFunc(access.Roles(), func(r access.Role) bool {
		return !access.Allowed(ctx, access.PeopleAppoint) && (r != access.Worker && r != access.Supervisor)
	})
}

func roleNames(ctx context.Context) []string {
	var names []string
	for _, r := range givable(ctx) {
		names = append(names, string(r))
	}
	return names
}

// staffView is the desk's page of people.
type staffView struct {
	members []people.Colleague
	places  places
	mine    places // at which who looks may appoint somebody
	form    web.FormView
	now     time.Time
	noMail  bool // links are made on the server

	restless int // whose roles rest, or will soon
	gaps     int // absences that nobody covers
}

// roleOptions offers the roles after an empty choice: nobody is made a coordinator by oversight.
func roleOptions(ctx context.Context) []ui.Option {
	options := []ui.Option{{Value: "", Label: i18n.T(ctx, "people.desk.choose")}}
	for _, r := range givable(ctx) {
		options = append(options, ui.Option{Value: string(r), Label: roleName(ctx, r)})
	}
	return options
}

func roleFacts(ctx context.Context) []ui.Fact {
	var facts []ui.Fact
	for _, r := range givable(ctx) {
		facts = append(facts, ui.Fact{Label: roleName(ctx, r), Value: i18n.T(ctx, "access.role_hint."+string(r))})
	}
	return facts
}

func roleName(ctx context.Context, r access.Role) string {
	return i18n.T(ctx, "access.role."+string(r))
}
