package peopleweb

import (
	"context"
	"net/http"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/people"
	"manyhands/internal/people/signin"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

const (
	resetsPath = "/desk/resets"
	mostStaff  = 1000 // appointments read for the choice of a colleague
)

// resetLine is a reset with the names that it speaks of.
type resetLine struct {
	signin.Reset
	name, askedBy string
	own           bool // who looks has asked
}

// resetsView is the page on which colleagues let a third begin anew.
type resetsView struct {
	lines  []resetLine
	people []people.Person
	form   web.FormView
	now    time.Time
	done   bool
}

func (p *Pages) resets(w http.ResponseWriter, r *http.Request) error {
	v, err := p.resetsView(r.Context())
	if err != nil {
		return err
	}
	v.done = r.URL.Query().Get("done") != ""
	return web.Render(w, r, http.StatusOK, resetsPage(v))
}

func (p *Pages) resetsView(ctx context.Context) (resetsView, error) {
	v := resetsView{now: p.cfg.DB.Now()}
	err := p.cfg.DB.Read(ctx, func(q *db.Reader) error {
		open, err := p.cfg.SignIn.Resets(ctx, q, v.now)
		if err != nil {
			return err
		}
		for _, r := range open {
			person, err := p.cfg.People.PersonByID(ctx, q, r.PersonID)
			if err != nil {
				return err
			}
			asker, err := p.cfg.People.PersonByID(ctx, q, r.AskedBy)
			if err != nil {
				return err
			}
			v.lines = append(v.lines, resetLine{Reset: r, name: person.Called(), askedBy: asker.Called(), own: r.AskedBy == access.PersonID(ctx)})
		}
		staff, err := p.cfg.People.Staff(ctx, q, v.now, mostStaff)
		v.people = p.cfg.SignIn.Resettable(ctx, q, staff, v.now)
		return err
	})
	return v, err
}

func (v resetsView) options() []ui.Option {
	out := []ui.Option{{}}
	for _, p := range v.people {
		out = append(out, ui.Option{Value: clock.FormatID(p.ID), Label: p.Called()})
	}
	return out
}

func (p *Pages) askReset(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	v, err := p.resetsView(ctx)
	if err != nil {
		return err
	}
	id, err := p.chosen(ctx, f, v.options())
	if err != nil {
		return err
	}
	if f.Err() != nil {
		v.form = f.View()
		return web.Render(w, r, http.StatusUnprocessableEntity, resetsPage(v))
	}
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := p.cfg.SignIn.AskReset(ctx, tx, id, f.Bool("met"))
		return err
	})
	return p.resetDone(w, r, err)
}

// chosen reads for whom is asked: a colleague of the list, or anybody by their address.
func (p *Pages) chosen(ctx context.Context, f *web.Form, colleagues []ui.Option) (id int64, err error) {
	email := f.Values.Get("email")
	if email == "" {
		var ids []string
		for _, o := range colleagues[1:] {
			ids = append(ids, o.Value)
		}
		if id, err = clock.ParseID(f.Choice("person", ids...)); err != nil {
			id = 0 // the form says so
		}
		return id, nil
	}
	err = p.cfg.DB.Read(ctx, func(q *db.Reader) error {
		person, err := p.cfg.People.PersonByEmail(ctx, q, email)
		id = person.ID
		return err
	})
	if fault.KindOf(err) == fault.NotFound {
		f.Bad("email", "people.unknown")
		return 0, nil
	}
	return id, f.Merge(err)
}

func (p *Pages) confirmReset(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	id, err := pathID(r, "signin.reset_unknown")
	if err != nil {
		return err
	}
	ctx := r.Context()
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := p.cfg.SignIn.ConfirmReset(ctx, tx, id, f.Bool("met"))
		return err
	})
	return p.resetDone(w, r, err)
}

func (p *Pages) callOffReset(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "signin.reset_unknown")
	if err != nil {
		return err
	}
	ctx := r.Context()
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error { return p.cfg.SignIn.CallOffReset(ctx, tx, id) })
	return p.resetDone(w, r, err)
}

func (p *Pages) resetDone(w http.ResponseWriter, r *http.Request, err error) error {
	if err != nil {
		return proveFirst(w, r, err, resetsPath)
	}
	return web.Redirect(w, r, resetsPath+"?done=1")
}
