package programmeweb

import (
	"context"
	"net/http"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/programme"
	"manyhands/internal/web"
)

// listPage is how many cards a page of a list shows.
const listPage = 24

// maxWords is the longest search, in characters.
const maxWords = 100

// listView is a filtered list of needs.
type listView struct {
	Kind         string
	Place, Words string
	Places       []i18n.Text
	Needs        []programme.NeedView
	Next         string
	Now          time.Time
}

// Filtered reports whether the reader narrowed the list.
func (v listView) Filtered() bool {
	return v.Kind != "" || v.Place != "" || v.Words != ""
}

func (p *Pages) listOf(r *http.Request) (listView, programme.Cursor, error) {
	f, err := web.ReadQuery(r)
	if err != nil {
		return listView{}, programme.Cursor{}, err
	}
	v := listView{Kind: f.Values.Get("kind"), Place: f.Values.Get("place"),
		Words: f.Text("words", maxWords), Now: p.DB.Now()}
	return v, programme.ParseCursor(f.Values.Get("after")), nil
}

// needs lists what is asked for now; htmx asks for the list alone.
func (p *Pages) needs(w http.ResponseWriter, r *http.Request) error {
	v, after, err := p.listOf(r)
	if err != nil {
		return err
	}
	err = p.DB.Read(r.Context(), func(q *db.Reader) error {
		f := programme.NeedFilter{Kind: v.Kind, Place: v.Place, Words: v.Words, After: after, Limit: listPage}
		needs, next, err := programme.Needs(r.Context(), q, v.Now, f)
		if err != nil {
			return err
		}
		v.Needs, v.Next = needs, next.String()
		v.Places, err = programme.Places(r.Context(), q, v.Now)
		return err
	})
	if err != nil {
		return err
	}
	if web.IsFragment(r) {
		return web.Render(w, r, http.StatusOK, needList(v))
	}
	return web.Render(w, r, http.StatusOK, needsPage(v))
}

// needPageView is one need with the programme that asks.
type needPageView struct {
	programme.NeedView
	Of     programme.ProgrammeView
	Now    time.Time
	Renews bool // its registration has run out: nothing new is given for now
}

// need shows one need that is not for money; one that is has its campaign's page.
func (p *Pages) need(w http.ResponseWriter, r *http.Request) error {
	v := needPageView{Now: p.DB.Now()}
	ctx := r.Context()
	err := p.DB.Read(ctx, func(q *db.Reader) (err error) {
		if v.NeedView, err = programme.NeedBySlug(ctx, q, r.PathValue("slug")); err != nil {
			return err
		}
		if !v.Shown() {
			return fault.New(fault.NotFound, "programme.no_need")
		}
		if v.Renews, err = programme.Lapsed(ctx, q, v.Organisation, v.Now); err != nil {
			return err
		}
		v.Of, err = programme.ProgrammeViewByID(ctx, q, v.Programme, v.Now)
		return err
	})
	if err != nil {
		return err
	}
	if v.Unit.IsMoney() {
		return web.Redirect(w, r, "/campaigns/"+v.Slug)
	}
	return web.Render(w, r, http.StatusOK, p.needPage(v))
}

// programmeView is one programme with what it needs now.
type programmeView struct {
	programme.ProgrammeView
	Needs []programme.NeedView
	More  bool // there are more needs than are shown
	Now   time.Time

	Detail programme.Detail // without sealed places
	Sealed bool             // there is one that is not shown
	Renews bool             // its registration has run out: nothing new is given for now
}

// programme shows one programme: who runs it, how it was checked, what it needs.
func (p *Pages) programme(w http.ResponseWriter, r *http.Request) error {
	v := programmeView{Now: p.DB.Now()}
	ctx := r.Context()
	err := p.DB.Read(ctx, func(q *db.Reader) (err error) {
		if v.ProgrammeView, err = programme.ProgrammeBySlug(ctx, q, r.PathValue("slug"), v.Now); err != nil {
			return err
		}
		if !v.Shown() {
			return fault.New(fault.NotFound, "programme.no_programme")
		}
		var next programme.Cursor
		v.Needs, next, err = programme.Needs(ctx, q, v.Now, programme.NeedFilter{Programme: v.ID})
		v.More = next != programme.Cursor{}
		if err != nil {
			return err
		}
		if v.Renews, err = programme.Lapsed(ctx, q, v.Organisation, v.Now); err != nil {
			return err
		}
		d, err := programme.DetailOf(ctx, q, v.ID)
		v.Detail, v.Sealed = d.Public()
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, programmePage(v))
}

// organisationView is one organisation with its programmes that everybody sees.
type organisationView struct {
	programme.Organisation
	Programmes []programme.ProgrammeLine
	Now        time.Time
	Renews     bool // its registration has run out: nothing new is given for now
}

// organisation shows who somebody is.
func (p *Pages) organisation(w http.ResponseWriter, r *http.Request) error {
	v := organisationView{Now: p.DB.Now()}
	err := p.DB.Read(r.Context(), func(q *db.Reader) error { return v.read(r.Context(), q, r.PathValue("slug")) })
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, organisationPage(v))
}

func (v *organisationView) read(ctx context.Context, q db.Queryer, slug string) (err error) {
	if v.Organisation, err = programme.OrganisationBySlug(ctx, q, slug); err != nil {
		return err
	}
	if v.State != programme.Published {
		return fault.New(fault.NotFound, "programme.no_organisation")
	}
	if v.Renews, err = programme.Lapsed(ctx, q, v.ID, v.Now); err != nil {
		return err
	}
	v.Programmes, _, err = programme.Programmes(ctx, q, v.Now, programme.ProgrammeFilter{Organisation: v.ID})
	return err
}
