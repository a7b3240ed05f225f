package childdesk

import (
	"context"
	"net/http"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/web"
)

type overrideView struct {
	said
	target
	code    string
	others  []Organisation
	places  map[int64]i18n.Text // that a decision is about
	names   map[int64]string
	list    []consent.Override // every decision so far
	remarks []consent.Remark   // what stands about the child's own part
	hours   int
	now     time.Time
	until   time.Time

	reason string // of the decision with the id shown
	shown  int64
}

// overrideForm is where a safeguarding lead decides that a matter goes on without consent, and sees what
// was decided before.
func (p *Pages) overrideForm(w http.ResponseWriter, r *http.Request) error {
	v, err := p.overrides(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, v.status, overridePage(v))
}

func (p *Pages) overrides(r *http.Request) (overrideView, error) {
	t, err := caseOf(r, access.Safeguarding)
	if err != nil {
		return overrideView{}, err
	}
	ctx := r.Context()
	v := overrideView{said: saidOf(ctx), target: t, hours: int(consent.LongestOverride / time.Hour), now: p.cfg.DB.Now(),
		until: p.cfg.DB.Now().Add(consent.LongestOverride / 3)}
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		d, err := p.openDoors(ctx, tx, t)
		if err != nil {
			return err
		}
		if !d.Can(access.RecordOverride) {
			return fault.New(fault.Forbidden, "access.denied")
		}
		v.code = d.Code
		if v.others, err = p.others(ctx, tx, d.Organisation); err != nil {
			return err
		}
		return p.decided(ctx, tx, &v)
	})
	return v, err
}

// decided reads what was decided before, and what the child is known to wish.
func (p *Pages) decided(ctx context.Context, tx *db.Tx, v *overrideView) (err error) {
	if v.list, err = p.cfg.Children.Overrides(ctx, tx, v.id); err != nil {
		return err
	}
	if v.remarks, err = p.cfg.Children.Remarks(ctx, tx, v.id, v.purpose); err != nil {
		return err
	}
	v.remarks = slices.DeleteFunc(v.remarks, func(x consent.Remark) bool { return !x.Stands() })
	var ids []int64
	v.places = map[int64]i18n.Text{}
	about := func(m consent.Matter) error {
		if m.Purpose.About() != consent.AboutReceiver {
			return nil
		}
		name, err := p.cfg.Places.Organisation(ctx, tx, m.About)
		v.places[m.About] = name
		return err
	}
	for _, x := range v.list {
		ids = append(ids, x.By)
		if err := about(x.Matter); err != nil {
			return err
		}
	}
	for _, x := range v.remarks {
		if err := about(x.Matter); err != nil {
			return err
		}
	}
	v.names, err = p.cfg.Names(ctx, tx, ids)
	return err
}

// overrideReason shows why something went on without consent, to leads. The look is in the trail.
func (p *Pages) overrideReason(w http.ResponseWriter, r *http.Request) error {
	id := partOf(r, "override")
	v, err := p.overrides(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) (err error) {
		v.shown = id
		v.reason, err = p.cfg.Children.OverrideReason(ctx, tx, v.id, id)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, v.status, overridePage(v))
}

func (p *Pages) override(w http.ResponseWriter, r *http.Request) error {
	t, err := caseOf(r, access.Safeguarding)
	if err != nil {
		return err
	}
	return p.sent(w, r, p.overrideForm, t.path("override"), func(ctx context.Context, tx *db.Tx, f *web.Form) error {
		in := consent.Overriding{Record: t.id, Matter: consent.Matter{Purpose: consent.Purpose(f.Choice("matter", words(overridable())...))},
			Ground: consent.Ground(f.Choice("ground", words(consent.Grounds())...)), Reason: f.Lines("reason", 2000), Until: f.DateTimeLocal("until")}
		if in.Matter.Purpose.About() == consent.AboutReceiver {
			in.Matter.About = f.ID("about")
		}
		if err := f.Err(); err != nil {
			return err
		}
		_, err := p.cfg.Children.Override(ctx, tx, in)
		return err
	})
}

// overridable are the matters that can be urgent enough.
func overridable() []consent.Purpose {
	return []consent.Purpose{consent.SharePartner, consent.ShareSchool, consent.FirstAid, consent.Medical, consent.Collection, consent.Enrol}
}
