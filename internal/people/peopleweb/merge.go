package peopleweb

import (
	"context"
	"net/http"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
	"manyhands/internal/people/reach"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// duplicatesView is the page of records that may be of one person.
type duplicatesView struct {
	pairs  []reach.Pair
	merges []people.Merge
	people map[int64]people.Person
	sealed error // why contact points could not be compared; nil: they were
	me     int64
	undo   func(people.Merge) bool
}

// duplicates lists pairs that may be one person, merges that wait and those that can be undone.
func (p *Pages) duplicates(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	now := p.cfg.DB.Now()
	v := duplicatesView{people: map[int64]people.Person{}, me: access.PersonID(ctx), undo: func(m people.Merge) bool { return m.Undoable(now) }}
	err := p.cfg.DB.Read(ctx, func(q *db.Reader) (err error) {
		if err := access.CheckFor(ctx, access.PeopleAppoint, access.Network); err != nil {
			return err
		}
		if p.cfg.Reach != nil {
			v.pairs, err = p.cfg.Reach.Duplicates(ctx, q)
		}
		if fault.KindOf(err) == fault.Busy {
			v.sealed, err = err, nil
		}
		if err != nil {
			return err
		}
		if v.merges, err = p.cfg.People.Merges(ctx, q, now); err != nil {
			return err
		}
		return p.readPeople(ctx, q, v)
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, duplicatesPage(v))
}

func (p *Pages) readPeople(ctx context.Context, q db.Queryer, v duplicatesView) error {
	var ids []int64
	for _, x := range v.pairs {
		ids = append(ids, x.A, x.B)
	}
	for _, m := range v.merges {
		ids = append(ids, m.Kept, m.Gone, m.AskedBy)
	}
	for _, id := range ids {
		if _, ok := v.people[id]; ok {
			continue
		}
		x, err := p.cfg.People.PersonByID(ctx, q, id)
		if err != nil {
			return err
		}
		v.people[id] = x
	}
	return nil
}

// compareView shows two records side by side.
type compareView struct {
	sides  [2]personView
	places places
}

// compare shows two records side by side, and asks which one is kept.
func (p *Pages) compare(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := access.CheckFor(ctx, access.PeopleAppoint, access.Network); err != nil {
		return err
	}
	f, err := web.ReadQuery(r)
	if err != nil {
		return err
	}
	a, b := f.ID("a"), f.ID("b")
	if f.Err() != nil {
		return fault.New(fault.NotFound, "people.unknown")
	}
	var v compareView
	for i, id := range []int64{a, b} {
		if v.sides[i], err = p.personView(ctx, id); err != nil {
			return err
		}
	}
	v.places, err = p.places(ctx)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, comparePage(v))
}

// merge merges one record into the other, or asks a second person.
func (p *Pages) merge(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	kept, gone := f.ID("kept"), f.ID("gone")
	if f.Err() != nil {
		return fault.New(fault.NotFound, "people.unknown")
	}
	ctx := r.Context()
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := p.cfg.People.AskMerge(ctx, tx, kept, gone)
		return err
	})
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/desk/people/duplicates")
}

// confirmMerge is the second person's yes, refuseMerge the no, undoMerge puts everything back.
func (p *Pages) confirmMerge(w http.ResponseWriter, r *http.Request) error {
	return p.changeMerge(w, r, func(ctx context.Context, tx *db.Tx, id int64) error {
		return p.cfg.People.DecideMerge(ctx, tx, id, true)
	})
}

func (p *Pages) refuseMerge(w http.ResponseWriter, r *http.Request) error {
	return p.changeMerge(w, r, func(ctx context.Context, tx *db.Tx, id int64) error {
		return p.cfg.People.DecideMerge(ctx, tx, id, false)
	})
}

func (p *Pages) undoMerge(w http.ResponseWriter, r *http.Request) error {
	return p.changeMerge(w, r, p.cfg.People.UndoMerge)
}

func (p *Pages) changeMerge(w http.ResponseWriter, r *http.Request, change func(context.Context, *db.Tx, int64) error) error {
	id, err := clock.ParseID(r.PathValue("id"))
	if err != nil {
		return fault.Wrap(err, fault.NotFound, "people.merge_unknown")
	}
	ctx := r.Context()
	if err := p.cfg.DB.Write(ctx, func(tx *db.Tx) error { return change(ctx, tx, id) }); err != nil {
		return err
	}
	return web.Redirect(w, r, "/desk/people/duplicates")
}

func mergeHref(m people.Merge, act string) string {
	return "/desk/people/merges/" + clock.FormatID(m.ID) + "/" + act
}

// recordName tells two records of one name apart by their addresses.
func recordName(p people.Person) string {
	if p.Email == "" {
		return p.Called()
	}
	return p.Called() + " <" + p.Email + ">"
}

func sideFacts(ctx context.Context, v personView) []ui.Fact {
	facts := []ui.Fact{{Label: i18n.T(ctx, "people.email"), Value: v.Person.Email}, {Label: i18n.T(ctx, "people.merge.since"), Value: i18n.Date(ctx, v.Person.Made)}}
	if !v.Person.Seen.IsZero() {
		facts = append(facts, ui.Fact{Label: i18n.T(ctx, "people.merge.seen"), Value: i18n.Date(ctx, v.Person.Seen)})
	}
	return facts
}
