package childdesk

import (
	"context"
	"net/http"
	"slices"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/web"
)

type enrolView struct {
	said
	places []place
	sure   bool // somebody of this name and birthday is here: the worker has to say that it is another child
}

// enrolGroups are what is taken down from paper at first.
func enrolGroups() []access.Group {
	return []access.Group{access.Name, access.Identity, access.Number, access.Contact, access.Alerts, access.Education}
}

func (p *Pages) enrolForm(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := access.Check(ctx, access.RecordEnrol); err != nil {
		return err
	}
	v := enrolView{said: saidOf(ctx)}
	v.sure = v.key == "child.name_here" || v.form.Value("sure") != ""
	err := p.cfg.DB.Read(ctx, func(q *db.Reader) (err error) {
		v.places, err = p.places(ctx, q, access.RecordEnrol)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, v.status, enrolPage(v))
}

// enrol begins a record from what stands on paper.
func (p *Pages) enrol(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	in := enrolmentOf(f)
	var made child.Record
	o, err := p.act(ctx, f, func(tx *db.Tx) (err error) {
		places, err := p.places(ctx, tx, access.RecordEnrol)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(places, func(x place) bool { return x.ID == in.Organisation }) {
			return fault.Fields{{Name: "organisation", Key: "form.choice"}}
		}
		made, err = p.cfg.Children.Enrol(ctx, tx, in)
		return err
	})
	switch {
	case err != nil:
		return err
	case !o.done:
		return p.enrolForm(w, refused(r, o, f))
	case made.ID == 0: // sent twice: the first has the record
		return web.Redirect(w, r, root)
	}
	return web.Redirect(w, r, forPurpose(made.ID, access.Casework))
}

func enrolmentOf(f *web.Form) child.Enrolment {
	in := child.Enrolment{Sure: f.Bool("sure")}
	in.Organisation, _ = clock.ParseID(f.Values.Get("organisation")) // anything else is no place
	for _, g := range enrolGroups() {
		switch c := contentOf(f, g).(type) {
		case child.Name:
			in.Name = c
		case child.Identity:
			in.Identity = c
		case child.Number:
			in.Number = c
		case child.Contact:
			in.Contact = c
		case child.Alerts:
			in.Alerts = c
		case child.Education:
			in.Education = c
		}
	}
	in.Guardians = []child.NewGuardian{{Who: relativeOf(f), Authority: f.Bool("authority"), Proof: child.Proof(f.Values.Get("proof"))}}
	return in
}

// accept takes a record up: the proof was seen and the guardians agreed.
func (p *Pages) accept(w http.ResponseWriter, r *http.Request) error {
	t, err := caseOf(r, access.Casework)
	if err != nil {
		return err
	}
	return p.sent(w, r, p.caseRecord, t.path(), func(ctx context.Context, tx *db.Tx, _ *web.Form) error {
		return p.cfg.Children.Accept(ctx, tx, t.id)
	})
}

// caseRecord is the record's page for casework, under an address that names no purpose.
func (p *Pages) caseRecord(w http.ResponseWriter, r *http.Request) error {
	r.SetPathValue("purpose", string(access.Casework))
	return p.record(w, r)
}

type endView struct {
	said
	target
	code string
}

func (p *Pages) endForm(w http.ResponseWriter, r *http.Request) error {
	t, err := targetOf(r)
	if err != nil {
		return err
	}
	d, err := p.doors(r.Context(), t)
	if err != nil {
		return err
	}
	if !d.Can(access.RecordEnd) {
		return fault.New(fault.Forbidden, "access.denied")
	}
	v := endView{said: saidOf(r.Context()), target: t, code: d.Code}
	return web.Render(w, r, v.status, endPage(v))
}

func (p *Pages) end(w http.ResponseWriter, r *http.Request) error {
	t, err := targetOf(r)
	if err != nil {
		return err
	}
	return p.sent(w, r, p.endForm, root, func(ctx context.Context, tx *db.Tx, _ *web.Form) error {
		return p.cfg.Children.End(ctx, tx, t.id, t.purpose)
	})
}

type householdView struct {
	said
	target
	code     string
	siblings []child.Record
	doors    child.Doors
}

func (p *Pages) household(w http.ResponseWriter, r *http.Request) error {
	t, err := caseOf(r, access.Casework)
	if err != nil {
		return err
	}
	ctx := r.Context()
	v := householdView{said: saidOf(ctx), target: t}
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if v.doors, err = p.openDoors(ctx, tx, t); err != nil {
			return err
		}
		v.siblings, err = p.cfg.Children.Siblings(ctx, tx, t.id, t.purpose)
		return err
	})
	if err != nil {
		return err
	}
	v.code = v.doors.Code
	return web.Render(w, r, v.status, householdPage(v))
}

// join notes that another child lives in the same household.
func (p *Pages) join(w http.ResponseWriter, r *http.Request) error {
	t, err := caseOf(r, access.Casework)
	if err != nil {
		return err
	}
	return p.sent(w, r, p.household, t.path("household"), func(ctx context.Context, tx *db.Tx, f *web.Form) error {
		other, err := p.cfg.Children.ByCode(ctx, tx, f.Values.Get("code"), t.purpose)
		if fault.KindOf(err) == fault.NotFound {
			return fault.Fields{{Name: "code", Key: "child.no_record"}}
		}
		if err != nil {
			return err
		}
		return p.cfg.Children.Join(ctx, tx, t.id, other.ID)
	})
}

func (p *Pages) leave(w http.ResponseWriter, r *http.Request) error {
	t, err := caseOf(r, access.Casework)
	if err != nil {
		return err
	}
	return p.sent(w, r, p.household, t.path("household"), func(ctx context.Context, tx *db.Tx, _ *web.Form) error {
		return p.cfg.Children.Leave(ctx, tx, t.id)
	})
}
