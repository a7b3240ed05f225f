package guardianweb

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

type placesView struct{ places []Place }

// begin asks where the child is to go, and then for what a record begins with.
func (p *Pages) begin(w http.ResponseWriter, r *http.Request) error {
	if r.URL.Query().Has("at") {
		return p.enrolForm(w, r)
	}
	return p.places(w, r)
}

func (p *Pages) places(w http.ResponseWriter, r *http.Request) error {
	var v placesView
	err := p.cfg.DB.Read(r.Context(), func(q *db.Reader) (err error) {
		v.places, err = p.cfg.Places(r.Context(), q)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, placesPage(v))
}

type enrolView struct {
	outcome
	place Place
	key   string
}

// placeOf returns the place that the address names, if children can be enrolled there.
func (p *Pages) placeOf(r *http.Request) (place Place, err error) {
	id, err := clock.ParseID(r.URL.Query().Get("at"))
	if err != nil {
		return place, fault.New(fault.NotFound, "family.no_place")
	}
	err = p.cfg.DB.Read(r.Context(), func(q *db.Reader) error {
		all, err := p.cfg.Places(r.Context(), q)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(x Place) bool { return x.ID == id })
		if i < 0 {
			return fault.New(fault.NotFound, "family.no_place")
		}
		place = all[i]
		return nil
	})
	return place, err
}

func (p *Pages) enrolForm(w http.ResponseWriter, r *http.Request) error {
	v := enrolView{outcome: outcomeOf(r.Context()), key: web.FormKey()}
	var err error
	if v.place, err = p.placeOf(r); err != nil {
		return err
	}
	return web.Render(w, r, v.status, enrolPage(v))
}

// enrol begins a record with what is needed to begin at all: who the child is, and who speaks for them.
// The other steps are saved one by one.
func (p *Pages) enrol(w http.ResponseWriter, r *http.Request) error {
	place, err := p.placeOf(r)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	in := child.Enrolment{Organisation: place.ID, Name: child.Name{Name: f.Values.Get("name"), Other: f.Values.Get("other")},
		Identity:  child.Identity{Birth: f.Values.Get("birth"), Sex: child.Sex(f.Values.Get("sex"))},
		Guardians: []child.NewGuardian{{Who: relativeOf(f), Authority: true}}}
	f.Required("name", "birth", "guardian_name", "relation")
	var made child.Record
	if f.Err() == nil {
		err = p.cfg.DB.Write(ctx, func(tx *db.Tx) (err error) {
			made, err = p.cfg.Children.Enrol(ctx, tx, in)
			return err
		})
	}
	to := root
	if made.ID != 0 {
		to = path(made.ID, "fill", steps()[0])
	}
	return p.answered(w, r, f, err, p.enrolForm, to)
}

// relativeOf reads who somebody is to the child.
func relativeOf(f *web.Form) child.Relative {
	return child.Relative{Name: f.Values.Get("guardian_name"), Phone: f.Values.Get("phone"), Relation: child.Relation(f.Values.Get("relation"))}
}

// The steps after the beginning, in their order: groups of fields, then what has pages of its own.
const (
	stepGuardians  = "guardians"
	stepCollectors = "collectors"
	stepConsents   = "consents"
)

func steps() []string {
	return []string{string(access.Number), string(access.Contact), string(access.Alerts), string(access.Education), stepGuardians, stepCollectors, stepConsents}
}

// stepPath is the page of a step.
func stepPath(record int64, step string) string {
	switch step {
	case stepGuardians, stepCollectors, stepConsents:
		return path(record, step)
	}
	return path(record, "fill", step)
}

// after is where somebody goes on who is done with a step: while enrolling to the next, later back to
// the child's page.
func (a about) after(step string) string {
	all := steps()
	if i := slices.Index(all, step); a.State == child.Enrolling && i >= 0 && i+1 < len(all) {
		return stepPath(a.ID, all[i+1])
	}
	return path(a.ID)
}

// done reports whether a step has been told about.
func (v childView) done(step string) bool {
	switch step {
	case string(access.Number):
		return v.Number != nil && v.Number.Kind != child.NoNumber
	case string(access.Contact):
		return v.Contact != nil && v.Contact.Area+v.Contact.Address != ""
	case string(access.Alerts):
		return v.Alerts != nil && v.Alerts.Allergies != child.NotKnown
	case string(access.Education):
		return v.Education != nil && v.Education.School != ""
	case stepGuardians:
		return v.mine.Proven() || len(v.mine.Files) > 0
	case stepCollectors:
		return v.Collection != nil && slices.ContainsFunc(v.Collection.Collectors, func(c child.Collector) bool { return !c.Forbidden })
	case stepConsents:
		return len(v.matters.waiting()) == 0
	}
	return false
}

// wanted reports whether a step has to be done; all others may be left out.
func wanted(step string) bool {
	return step == string(access.Contact) || step == string(access.Alerts) || step == stepConsents
}

// next is the first step that has to be done and is not, "" for none.
func (v childView) next() string {
	for _, s := range steps() {
		if wanted(s) && !v.done(s) {
			return s
		}
	}
	return ""
}

// joinForm asks for the code that somebody was given on paper.
func (p *Pages) joinForm(w http.ResponseWriter, r *http.Request) error {
	o := outcomeOf(r.Context())
	return web.Render(w, r, o.status, joinPage(o))
}

// join links the reader's account to a guardian who was taken down on paper.
func (p *Pages) join(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	f.Required("code")
	if f.Err() == nil {
		_, err = p.cfg.Children.Claim(r.Context(), f.Text("code", 100))
		if fault.KindOf(err) == fault.NotFound {
			f.Bad("code", "child.no_invite")
			err = nil
		}
	}
	return p.answered(w, r, f, err, p.joinForm, root+"?joined=1")
}

// inTx runs what shows something in a write, since what is opened is noted in the trail.
func (p *Pages) inTx(ctx context.Context, body func(tx *db.Tx) error) error {
	return p.cfg.DB.Write(ctx, body)
}
