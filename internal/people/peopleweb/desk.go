package peopleweb

import (
	"context"
	"errors"
	"net/http"
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

// mostAppointments bounds the page: a network has tens of staff, not thousands.
const mostAppointments = 1000

// staff lists who is appointed to what.
func (p *Pages) staff(w http.ResponseWriter, r *http.Request) error {
	v, err := p.staffView(r.Context())
	if err != nil {
		return err
	}
	v.form = web.NewFormView("organisation", wholeNetwork)
	return web.Render(w, r, http.StatusOK, staffPage(v))
}

func (p *Pages) staffView(ctx context.Context) (staffView, error) {
	v := staffView{now: p.cfg.DB.Now(), noMail: p.cfg.NoMail}
	err := p.cfg.DB.Read(ctx, func(q *db.Reader) (err error) {
		v.members, err = p.cfg.People.Staff(ctx, q, v.now, mostAppointments)
		return err
	})
	if err != nil {
		return v, err
	}
	v.places, err = p.places(ctx)
	return v, err
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
		Role: access.Role(f.Choice("role", roleNames()...)), Organisation: v.places.chosen(f), MadeBy: access.PersonID(ctx),
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
	fields := map[string]string{"people.appointed_already": "role", "people.not_yourself": "email", "access.denied": "organisation"}
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
	return web.Redirect(w, r, "/desk/people")
}

// endOfDay turns the last day of an appointment into the moment after it.
func endOfDay(day time.Time) time.Time {
	if day.IsZero() {
		return day
	}
	return day.AddDate(0, 0, 1)
}

func roleNames() []string {
	var names []string
	for _, r := range access.Roles() {
		names = append(names, string(r))
	}
	return names
}

// staffView is the desk's page of people.
type staffView struct {
	members []people.Member
	places  places
	form    web.FormView
	now     time.Time
	noMail  bool // links are made on the server
}

// roleOptions offers the roles after an empty choice: nobody is made a coordinator by oversight.
func roleOptions(ctx context.Context) []ui.Option {
	options := []ui.Option{{Value: "", Label: i18n.T(ctx, "people.desk.choose")}}
	for _, r := range access.Roles() {
		options = append(options, ui.Option{Value: string(r), Label: roleName(ctx, r)})
	}
	return options
}

func roleFacts(ctx context.Context) []ui.Fact {
	var facts []ui.Fact
	for _, r := range access.Roles() {
		facts = append(facts, ui.Fact{Label: roleName(ctx, r), Value: i18n.T(ctx, "access.role_hint."+string(r))})
	}
	return facts
}

func roleName(ctx context.Context, r access.Role) string {
	return i18n.T(ctx, "access.role."+string(r))
}
