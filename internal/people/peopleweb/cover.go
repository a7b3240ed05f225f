package peopleweb

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

const mostAbsences = 200

// awayLine is an absence with who could cover.
type awayLine struct {
	people.Away
	candidates []people.Person
	may        bool // who looks may change it
}

// post is an appointment as supervisor for which an absence can be planned.
type post struct {
	people.Standing
	name string // of who holds it
}

type coverView struct {
	away   []awayLine
	posts  []post
	names  map[int64]string
	places places
	form   web.FormView
}

// cover lists who is away and who covers, gaps first.
func (p *Pages) cover(w http.ResponseWriter, r *http.Request) error {
	v, err := p.coverView(r.Context())
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, coverPage(v))
}

func (p *Pages) coverView(ctx context.Context) (coverView, error) {
	v := coverView{names: map[int64]string{}}
	err := p.cfg.DB.Read(ctx, func(q *db.Reader) error {
		if err := p.readPosts(ctx, q, &v); err != nil {
			return err
		}
		all, err := p.cfg.People.Absences(ctx, q, p.cfg.DB.Now(), mostAbsences)
		if err != nil {
			return err
		}
		for _, a := range all {
			if access.CheckFor(ctx, access.PeopleSee, a.Organisation) != nil {
				continue
			}
			line, err := p.awayLine(ctx, q, a)
			if err != nil {
				return err
			}
			v.away = append(v.away, line)
			if err := p.nameBoth(ctx, q, v.names, a.Absence); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return v, err
	}
	slices.SortStableFunc(v.away, func(a, b awayLine) int {
		return boolFirst(!a.Gap.IsZero(), !b.Gap.IsZero())
	})
	v.places, err = p.places(ctx)
	return v, err
}

func boolFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

func (p *Pages) awayLine(ctx context.Context, q db.Queryer, a people.Away) (awayLine, error) {
	line := awayLine{Away: a, may: a.Person == access.PersonID(ctx) || access.CheckFor(ctx, access.PeopleArrange, a.Organisation) == nil}
	if !line.may {
		return line, nil
	}
	from := a.Starts
	if now := p.cfg.DB.Now(); from.Before(now) {
		from = now
	}
	var err error
	line.candidates, err = p.cfg.People.Candidates(ctx, q, a.Organisation, a.Person, from)
	return line, err
}

// readPosts collects the supervisors at places where who looks arranges people.
func (p *Pages) readPosts(ctx context.Context, q db.Queryer, v *coverView) error {
	all, err := p.cfg.People.Roster(ctx, q, p.cfg.DB.Now())
	for _, m := range all {
		for _, a := range m.Held {
			if a.Role == access.Supervisor && a.CoverFor == 0 && access.CheckFor(ctx, access.PeopleArrange, a.Organisation) == nil {
				v.posts = append(v.posts, post{a, m.Person.Called()})
			}
		}
	}
	return err
}

func postOptions(ctx context.Context, l places, all []post) []ui.Option {
	out := []ui.Option{{Value: "", Label: i18n.T(ctx, "people.cover.choose_who")}}
	for _, x := range all {
		out = append(out, ui.Option{Value: clock.FormatID(x.ID), Label: x.name + " · " + l.name(x.Organisation).In(ctx)})
	}
	return out
}

func candidateOptions(ctx context.Context, all []people.Person) []ui.Option {
	out := []ui.Option{{Value: "", Label: i18n.T(ctx, "people.cover.nobody")}}
	for _, x := range all {
		out = append(out, ui.Option{Value: clock.FormatID(x.ID), Label: x.Called()})
	}
	return out
}

// planCover notes at the desk that somebody is away.
func (p *Pages) planCover(w http.ResponseWriter, r *http.Request) error {
	f, err := p.plan(w, r)
	if err != nil {
		return err
	}
	if f.Err() == nil {
		return web.Redirect(w, r, "/desk/people/cover")
	}
	v, err := p.coverView(r.Context())
	if err != nil {
		return err
	}
	v.form = f.View()
	return web.Render(w, r, http.StatusUnprocessableEntity, coverPage(v))
}

// plan reads the form of an absence and plans it; what was refused stands in the form.
func (p *Pages) plan(w http.ResponseWriter, r *http.Request) (*web.Form, error) {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return nil, err
	}
	ctx := r.Context()
	a := people.Absence{Appointment: f.ID("appointment"), Starts: f.Date("starts"), Ends: endOfDay(f.Date("ends"))}
	if f.Err() != nil {
		return f, nil
	}
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := p.cfg.People.PlanAbsence(ctx, tx, a)
		return err
	})
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Kind == fault.Conflict {
		f.Bad("starts", e.Key, pairs(e.Args)...)
		return f, nil
	}
	return f, f.Merge(err)
}

func pairs(args map[string]any) []any {
	var out []any
	for k, v := range args {
		out = append(out, k, v)
	}
	return out
}

// nameCover says who covers.
func (p *Pages) nameCover(w http.ResponseWriter, r *http.Request) error {
	id, err := pathAbsence(r)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	cover := int64(0)
	if f.Has("cover") {
		if cover = f.ID("cover"); f.Err() != nil {
			return f.Err()
		}
	}
	ctx := r.Context()
	if err := p.cfg.DB.Write(ctx, func(tx *db.Tx) error { return p.cfg.People.SetCover(ctx, tx, id, cover) }); err != nil {
		return refusedCover(err)
	}
	return web.Redirect(w, r, coverBack(r))
}

// refusedCover makes of a field's fault one that a page of its own can say: the list has changed since.
func refusedCover(err error) error {
	if bad, ok := errors.AsType[fault.Fields](err); ok && len(bad) > 0 {
		return fault.New(fault.Conflict, bad[0].Key)
	}
	return err
}

// endCover ends an absence and its cover now.
func (p *Pages) endCover(w http.ResponseWriter, r *http.Request) error {
	id, err := pathAbsence(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if err := p.cfg.DB.Write(ctx, func(tx *db.Tx) error { return p.cfg.People.EndAbsence(ctx, tx, id) }); err != nil {
		return err
	}
	return web.Redirect(w, r, coverBack(r))
}

func pathAbsence(r *http.Request) (int64, error) {
	id, err := clock.ParseID(r.PathValue("id"))
	if err != nil {
		return 0, fault.Wrap(err, fault.NotFound, "people.absence_unknown")
	}
	return id, nil
}

// coverBack is the page from which an absence was changed: one's own, or the desk's.
func coverBack(r *http.Request) string {
	if r.URL.Query().Get("back") == "work" {
		return "/me/duties"
	}
	return "/desk/people/cover"
}

func coverValue(id int64) string {
	if id == 0 {
		return ""
	}
	return clock.FormatID(id)
}
