package childdesk

import (
	"context"
	"net/http"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/blob"
	"manyhands/internal/child"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/web"
)

type guardiansView struct {
	said
	target
	code   string
	list   []child.Guardian
	names  map[int64]string
	doors  child.Doors
	now    time.Time
	invite invitation
}

// invitation is a code by which a guardian uses an account of their own, shown once.
type invitation struct {
	guardian int64
	code     string
	family   bool // it sets a new family code for an account that is there
}

func (v guardiansView) may() bool { return slices.Contains(v.doors.Write, access.Guardians) }

func (p *Pages) guardians(w http.ResponseWriter, r *http.Request) error {
	return p.guardiansWith(w, r, invitation{})
}

func (p *Pages) guardiansWith(w http.ResponseWriter, r *http.Request, invite invitation) error {
	t, err := caseOf(r, access.Casework)
	if err != nil {
		return err
	}
	ctx := r.Context()
	o, err := p.opened(ctx, t, access.Guardians)
	if err != nil {
		return err
	}
	v := guardiansView{said: saidOf(ctx), target: t, code: o.Code, list: o.Guardians, now: p.cfg.DB.Now(), invite: invite}
	if v.doors, err = p.doors(ctx, t); err != nil {
		return err
	}
	var ids []int64
	for _, g := range v.list {
		ids = append(ids, g.ProofBy)
	}
	err = p.cfg.DB.Read(ctx, func(q *db.Reader) error {
		v.names, err = p.cfg.Names(ctx, q, ids)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, v.status, guardiansPage(v))
}

// relativeOf reads who somebody is to the child.
func relativeOf(f *web.Form) child.Relative {
	return child.Relative{Name: f.Values.Get("guardian_name"), Phone: f.Values.Get("phone"), Relation: child.Relation(f.Values.Get("relation")),
		Remark: f.Values.Get("remark")}
}

func (p *Pages) addGuardian(w http.ResponseWriter, r *http.Request) error {
	t, err := caseOf(r, access.Casework)
	if err != nil {
		return err
	}
	return p.sent(w, r, p.guardians, t.path("guardians"), func(ctx context.Context, tx *db.Tx, f *web.Form) error {
		_, err := p.cfg.Children.AddGuardian(ctx, tx, t.id, t.purpose, child.NewGuardian{Who: relativeOf(f), Authority: f.Bool("authority"),
			Proof: child.Proof(f.Values.Get("proof"))})
		return err
	})
}

// changeGuardian does one thing to a guardianship: new words, a proof that was seen, authority, its end.
func (p *Pages) changeGuardian(w http.ResponseWriter, r *http.Request) error {
	t, err := caseOf(r, access.Casework)
	if err != nil {
		return err
	}
	switch r.PathValue("act") {
	case "prove":
		return p.prove(w, r, t)
	case "invite", "family":
		return p.invite(w, r, t)
	}
	id, s := partOf(r, "guardian"), p.cfg.Children
	return p.sent(w, r, p.guardians, t.path("guardians"), func(ctx context.Context, tx *db.Tx, f *web.Form) error {
		switch r.PathValue("act") {
		case "change":
			return s.ChangeGuardian(ctx, tx, t.id, t.purpose, id, relativeOf(f))
		case "authority":
			return s.SetAuthority(ctx, tx, t.id, id, f.Bool("authority"))
		case "end":
			return s.EndGuardian(ctx, tx, t.id, id)
		}
		return fault.New(fault.NotFound, "child.no_guardianship")
	})
}

// prove notes that a worker has seen what shows a guardianship, with a picture of the paper if they wish.
func (p *Pages) prove(w http.ResponseWriter, r *http.Request, t target) error {
	if _, err := p.doors(r.Context(), t); err != nil {
		return err
	}
	f, file, err := p.uploaded(w, r, true)
	if err != nil {
		return err
	}
	return p.done(w, r, f, p.guardians, t.path("guardians"), func(ctx context.Context, tx *db.Tx) error {
		files, err := p.evidence(ctx, tx, t, file)
		if err != nil {
			return err
		}
		return p.cfg.Children.Prove(ctx, tx, t.id, partOf(r, "guardian"), child.Proof(f.Values.Get("proof")), files...)
	})
}

// evidence keeps a file that was handed in with a form, if there was one.
func (p *Pages) evidence(ctx context.Context, tx *db.Tx, t target, file blob.Upload) ([]int64, error) {
	if len(file.Bytes) == 0 {
		return nil, nil
	}
	id, err := p.cfg.Children.AddEvidence(ctx, tx, t.id, t.purpose, file)
	return []int64{id}, err
}

// invite makes a code for a guardian who was taken down on paper, or for one who has forgotten their family
// code. The page that answers shows it, and no other ever does.
func (p *Pages) invite(w http.ResponseWriter, r *http.Request, t target) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	ctx, made := r.Context(), invitation{guardian: partOf(r, "guardian"), family: r.PathValue("act") == "family"}
	draw := p.cfg.Children.Invite
	if made.family {
		draw = p.cfg.Children.FamilyPaper
	}
	o, err := p.act(ctx, f, func(tx *db.Tx) (err error) {
		made.code, err = draw(ctx, tx, t.id, made.guardian)
		return err
	})
	switch {
	case err != nil:
		return err
	case !o.done:
		return p.guardians(w, refused(r, o, f))
	case made.code == "": // sent twice
		return web.Redirect(w, r, t.path("guardians"))
	}
	return p.guardiansWith(w, r, made)
}

type collectorsView struct {
	said
	target
	code  string
	list  child.Collection
	doors child.Doors
	now   time.Time
}

func (v collectorsView) may() bool { return slices.Contains(v.doors.Write, access.Collection) }

func (p *Pages) collectors(w http.ResponseWriter, r *http.Request) error {
	t, err := targetOf(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	o, err := p.opened(ctx, t, access.Collection)
	if err != nil {
		return err
	}
	v := collectorsView{said: saidOf(ctx), target: t, code: o.Code, list: *o.Collection, now: p.cfg.DB.Now()}
	if v.doors, err = p.doors(ctx, t); err != nil {
		return err
	}
	return web.Render(w, r, v.status, collectorsPage(v))
}

func (p *Pages) addCollector(w http.ResponseWriter, r *http.Request) error {
	t, err := targetOf(r)
	if err != nil {
		return err
	}
	return p.sent(w, r, p.collectors, t.path("collectors"), func(ctx context.Context, tx *db.Tx, f *web.Form) error {
		in := child.NewCollector{Who: relativeOf(f), Forbidden: f.Bool("forbidden")}
		if f.Has("from") {
			in.From = f.Date("from")
		}
		if f.Has("until") {
			in.Until = f.Date("until").AddDate(0, 0, 1) // the day is included
		}
		if err := f.Err(); err != nil {
			return err
		}
		_, err := p.cfg.Children.AddCollector(ctx, tx, t.id, t.purpose, in)
		return err
	})
}

func (p *Pages) endCollector(w http.ResponseWriter, r *http.Request) error {
	t, err := targetOf(r)
	if err != nil {
		return err
	}
	return p.sent(w, r, p.collectors, t.path("collectors"), func(ctx context.Context, tx *db.Tx, _ *web.Form) error {
		return p.cfg.Children.EndCollector(ctx, tx, t.id, t.purpose, partOf(r, "collector"))
	})
}
