package childdesk

import (
	"context"
	"net/http"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/web"
)

type chooseView struct {
	child.Doors
	place i18n.Text
	glass bool
}

// choose asks what a record is needed for, before anything of it is opened.
func (p *Pages) choose(w http.ResponseWriter, r *http.Request) error {
	t, err := caseOf(r, access.Care)
	if err != nil {
		return err
	}
	ctx := r.Context()
	v := chooseView{glass: p.cfg.Glass}
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if v.Doors, err = p.cfg.Children.Doors(ctx, tx, t.id, t.purpose); err != nil {
			return err
		}
		v.place, err = p.cfg.Places.Organisation(ctx, tx, v.Organisation)
		return err
	})
	if err != nil {
		return err
	}
	v.Purposes = slices.DeleteFunc(v.Purposes, func(x access.Purpose) bool { return x == access.Guardian })
	return web.Render(w, r, http.StatusOK, choosePage(v))
}

type recordView struct {
	said
	target
	child.Opened
	doors    child.Doors
	place    i18n.Text
	names    map[int64]string
	siblings []child.Record
	now      time.Time
	glass    bool
}

// record shows what a purpose gives of a record, and why the rest stays closed.
func (p *Pages) record(w http.ResponseWriter, r *http.Request) error {
	t, err := targetOf(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	v := recordView{said: saidOf(ctx), target: t, now: p.cfg.DB.Now(), glass: p.cfg.Glass}
	if v.Opened, err = p.cfg.Children.Open(ctx, t.id, t.purpose, access.Groups()...); err != nil {
		return err
	}
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if v.doors, err = p.openDoors(ctx, tx, t); err != nil {
			return err
		}
		if v.place, err = p.cfg.Places.Organisation(ctx, tx, v.Organisation); err != nil {
			return err
		}
		if v.siblings, err = p.cfg.Children.Siblings(ctx, tx, t.id, t.purpose); err != nil {
			return err
		}
		v.names, err = p.cfg.Names(ctx, tx, v.people())
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, v.status, recordPage(v))
}

// people are those whose names the page shows.
func (v recordView) people() []int64 {
	ids := []int64{v.MadeBy}
	for _, n := range v.Notes {
		ids = append(ids, n.Author)
	}
	for _, a := range v.Attachments {
		ids = append(ids, a.MadeBy)
	}
	return ids
}

// shown are the groups that the page shows as facts: those that came, what saves a life second.
func (v recordView) shown() (out []access.Group) {
	for _, g := range slices.Concat([]access.Group{access.Name, access.Alerts}, access.Groups()) {
		if v.Closed[g] == nil && fieldsOf(g) != nil && !slices.Contains(out, g) {
			out = append(out, g)
		}
	}
	return out
}

// reason is why some groups stay closed.
type reason struct {
	groups []access.Group
	why    string
}

// closed gathers the groups that did not come by the sentence that says why.
func (v recordView) closed(ctx context.Context) (out []reason) {
	for _, g := range access.Groups() {
		if v.Closed[g] == nil {
			continue
		}
		why := i18n.Fault(ctx, v.Closed[g])
		if i := slices.IndexFunc(out, func(x reason) bool { return x.why == why }); i >= 0 {
			out[i].groups = append(out[i].groups, g)
		} else {
			out = append(out, reason{[]access.Group{g}, why})
		}
	}
	return out
}

func (v recordView) has(g access.Group) bool { return v.Closed[g] == nil }

func (v recordView) mayWrite(g access.Group) bool { return slices.Contains(v.doors.Write, g) }

// otherPurposes are those to which the reader can change on the page.
func (v recordView) otherPurposes() []access.Purpose {
	return slices.DeleteFunc(slices.Clone(v.doors.Purposes), func(x access.Purpose) bool { return x == access.Guardian })
}

// mayCollect are those who may collect the child at a moment.
func mayCollect(c child.Collection, at time.Time) []child.Collector {
	return slices.DeleteFunc(slices.Clone(c.Collectors), func(x child.Collector) bool { return x.Forbidden || !x.InForce(at) })
}

// mustNotCollect are those who never may.
func mustNotCollect(c child.Collection) []child.Collector {
	return slices.DeleteFunc(slices.Clone(c.Collectors), func(x child.Collector) bool { return !x.Forbidden })
}
