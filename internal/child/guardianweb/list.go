package guardianweb

import (
	"context"
	"net/http"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/web"
)

// line is one child in the list.
type line struct {
	child.Opened
	place   i18n.Text
	waiting int // questions that wait for an answer
	ending  int // yeses that end soon
}

type listView struct {
	lines  []line
	joined bool // a code was just used
	locked error
	erased []Erased
}

// list shows a guardian's children: what each is called, where the record stands, what waits.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := listView{joined: r.URL.Query().Get("joined") != ""}
	var ids []int64
	err := p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		ids = nil
		all, err := p.cfg.Children.Children(ctx, tx)
		for _, x := range all {
			ids = append(ids, x.ID)
		}
		return err
	})
	if err != nil {
		return err
	}
	opened, err := p.cfg.Children.OpenAll(ctx, ids, access.Guardian, access.Name, access.Collection)
	if locked(err) {
		v.locked = err
		opened, err = p.briefs(ctx, ids)
	}
	if err != nil {
		return err
	}
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) (err error) {
		v.lines = nil
		for _, o := range opened {
			l := line{Opened: o}
			s, err := p.mattersOf(ctx, tx, o)
			if err != nil {
				return err
			}
			l.waiting, l.ending = len(s.waiting()), s.ending()
			if l.place, err = p.cfg.Organisations.Organisation(ctx, tx, o.Organisation); err != nil {
				return err
			}
			v.lines = append(v.lines, l)
		}
		v.erased, err = p.cfg.Erased(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, listPage(v))
}

type childView struct {
	about
	place   i18n.Text
	matters matters
	mine    child.Guardian
	saved   bool
}

// child is the page of one child: while enrolling the steps that are left, later everything that a
// guardian can do.
func (p *Pages) child(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a, err := p.glance(r, access.Identity, access.Number, access.Contact, access.Guardians, access.Collection, access.Alerts, access.Education)
	if err != nil {
		return err
	}
	v := childView{about: a, saved: r.URL.Query().Get("saved") != ""}
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if v.matters, err = p.mattersOf(ctx, tx, a.Opened); err != nil {
			return err
		}
		v.place, err = p.cfg.Organisations.Organisation(ctx, tx, a.Organisation)
		return err
	})
	if err != nil {
		return err
	}
	v.mine = mineOf(ctx, a.Opened)
	return web.Render(w, r, http.StatusOK, childPage(v))
}

// mineOf returns the reader's own guardianship.
func mineOf(ctx context.Context, o child.Opened) child.Guardian {
	for _, g := range o.Guardians {
		if g.Person == access.PersonID(ctx) && g.Until.IsZero() {
			return g
		}
	}
	return child.Guardian{}
}

// told reports whether everything that has to be known before a worker can take the child up is there.
func (v childView) told() bool { return v.next() == "" && v.agreed() }

func (v childView) agreed() bool {
	for _, m := range v.matters.list {
		if m.Matter == consent.For(consent.Enrol) {
			return m.mine.State == consent.Given
		}
	}
	return false
}
