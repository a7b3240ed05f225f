package childdesk

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/web"
)

type photoView struct {
	said
	target
	code string
	who  child.Collector
}

// photo is where a photo of somebody who collects the child, or must not, is kept.
func (p *Pages) photo(w http.ResponseWriter, r *http.Request) error {
	t, err := targetOf(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	o, err := p.opened(ctx, t, access.Collection)
	if err != nil {
		return err
	}
	d, err := p.doors(ctx, t)
	if err != nil {
		return err
	}
	if !slices.Contains(d.Write, access.Collection) {
		return fault.New(fault.Forbidden, "access.denied")
	}
	id := partOf(r, "collector")
	i := slices.IndexFunc(o.Collection.Collectors, func(c child.Collector) bool { return c.ID == id })
	if i < 0 {
		return fault.New(fault.NotFound, "child.no_collector")
	}
	v := photoView{said: saidOf(ctx), target: t, code: o.Code, who: o.Collection.Collectors[i]}
	return web.Render(w, r, v.status, photoPage(v))
}

func (p *Pages) setPhoto(w http.ResponseWriter, r *http.Request) error {
	t, err := targetOf(r)
	if err != nil {
		return err
	}
	if _, err := p.doors(r.Context(), t); err != nil {
		return err // before a large file is looked into
	}
	f, file, err := p.uploadedBy(w, r, false, p.cfg.Children.CleanPortrait)
	if err != nil {
		return err
	}
	return p.done(w, r, f, p.photo, t.path("collectors"), func(ctx context.Context, tx *db.Tx) error {
		return p.cfg.Children.SetPhoto(ctx, tx, t.id, t.purpose, partOf(r, "collector"), file)
	})
}

// photoPath is where the photo of a collector is kept.
func (t target) photoPath(collector int64) string {
	return t.path("collectors", clock.FormatID(collector), "photo")
}

type doorView struct {
	said
	target
	o     child.Opened
	names map[int64]string
	now   time.Time
}

// door is where a code is checked that a guardian gave to somebody who comes today.
func (p *Pages) door(w http.ResponseWriter, r *http.Request) error {
	t, err := caseOf(r, access.Care)
	if err != nil {
		return err
	}
	ctx := r.Context()
	o, err := p.opened(ctx, t, access.Collection, access.Name)
	if err != nil {
		return err
	}
	v := doorView{said: saidOf(ctx), target: t, o: o, now: p.cfg.DB.Now()}
	var ids []int64
	for _, x := range o.Collection.Pickups {
		ids = append(ids, x.UsedBy)
	}
	err = p.cfg.DB.Read(ctx, func(q *db.Reader) (err error) {
		v.names, err = p.cfg.Names(ctx, q, ids)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, v.status, doorPage(v))
}

// atDoor checks a code. A wrong one is kept count of, so that the act is no part of the form's write.
func (p *Pages) atDoor(w http.ResponseWriter, r *http.Request) error {
	t, err := caseOf(r, access.Care)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	if _, err := p.doors(r.Context(), t); err != nil {
		return err
	}
	_, err = p.cfg.Children.UsePickup(r.Context(), t.id, f.Values.Get("form_key"), f.Values.Get("code"))
	if e, ok := errors.AsType[*fault.Error](err); ok && (mendable(e) || e.Key == "child.no_pickup") {
		f.Values.Del("code")
		o := outcome{problem: i18n.Fault(r.Context(), err), status: http.StatusUnprocessableEntity, key: e.Key}
		return p.door(w, refused(r, o, f))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, t.path("door"))
}
