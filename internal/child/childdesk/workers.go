package childdesk

import (
	"context"
	"net/http"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/web"
)

type workersView struct {
	said
	target
	code  string
	list  []child.Assignment
	free  []Person // to whom the child can be assigned
	names map[int64]string
	place i18n.Text
	now   time.Time
}

// workers shows to whom a child is and was assigned.
func (p *Pages) workers(w http.ResponseWriter, r *http.Request) error {
	t, err := caseOf(r, access.Casework)
	if err != nil {
		return err
	}
	ctx := r.Context()
	v := workersView{said: saidOf(ctx), target: t, now: p.cfg.DB.Now()}
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error { return p.loadWorkers(ctx, tx, &v) })
	if err != nil {
		return err
	}
	return web.Render(w, r, v.status, workersPage(v))
}

func (p *Pages) loadWorkers(ctx context.Context, tx *db.Tx, v *workersView) error {
	d, err := p.cfg.Children.Doors(ctx, tx, v.id, v.purpose)
	if err != nil {
		return err
	}
	v.code = d.Code
	if v.list, err = p.cfg.Children.Assignments(ctx, tx, v.id); err != nil {
		return err
	}
	if v.place, err = p.cfg.Places.Organisation(ctx, tx, d.Assigns); err != nil {
		return err
	}
	if v.free, err = p.cfg.Workers(ctx, tx, d.Assigns); err != nil {
		return err
	}
	var ids []int64
	for _, a := range v.list {
		ids = append(ids, a.Person)
		if a.InForce(v.now) {
			v.free = slices.DeleteFunc(v.free, func(x Person) bool { return x.ID == a.Person })
		}
	}
	v.names, err = p.cfg.Names(ctx, tx, ids)
	return err
}

func (p *Pages) assign(w http.ResponseWriter, r *http.Request) error {
	t, err := caseOf(r, access.Casework)
	if err != nil {
		return err
	}
	return p.sent(w, r, p.workers, t.path("workers"), func(ctx context.Context, tx *db.Tx, f *web.Form) error {
		person, until := f.ID("person"), time.Time{}
		if f.Has("until") {
			until = f.Date("until").AddDate(0, 0, 1) // the day is included
		}
		if err := f.Err(); err != nil {
			return err
		}
		_, err := p.cfg.Children.Assign(ctx, tx, t.id, person, until)
		return err
	})
}

// unassign ends an assignment. That of another record is none of this one.
func (p *Pages) unassign(w http.ResponseWriter, r *http.Request) error {
	t, err := caseOf(r, access.Casework)
	if err != nil {
		return err
	}
	id := partOf(r, "assignment")
	return p.sent(w, r, p.workers, t.path("workers"), func(ctx context.Context, tx *db.Tx, _ *web.Form) error {
		list, err := p.cfg.Children.Assignments(ctx, tx, t.id)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(list, func(a child.Assignment) bool { return a.ID == id }) {
			return fault.New(fault.NotFound, "child.no_assignment")
		}
		return p.cfg.Children.Unassign(ctx, tx, id)
	})
}
