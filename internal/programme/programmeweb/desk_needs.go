package programmeweb

import (
	"context"
	"net/http"
	"strings"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/programme"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// deskList is the desk's list of needs.
type deskList struct {
	listView
	State  string
	Counts programme.Counts
}

// deskNeeds lists the needs of every state, drafts first.
func (p *Pages) deskNeeds(w http.ResponseWriter, r *http.Request) error {
	list, after, err := p.listOf(r)
	if err != nil {
		return err
	}
	v := deskList{listView: list, State: r.URL.Query().Get("state")}
	err = p.DB.Read(r.Context(), func(q *db.Reader) error {
		f := programme.NeedFilter{Desk: true, State: programme.NeedState(v.State), Kind: v.Kind, Words: v.Words, After: after}
		needs, next, err := programme.Needs(r.Context(), q, v.Now, f)
		if err != nil {
			return err
		}
		v.Needs, v.Next = needs, next.String()
		v.Counts, err = programme.CountNeeds(r.Context(), q)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, deskNeedsPage(v))
}

// deskNeedView is one need at the desk; the zero need is a new one.
type deskNeedView struct {
	programme.NeedView
	Programmes []ui.Option // of a new need
	Form       web.FormView
}

func (p *Pages) newNeed(w http.ResponseWriter, r *http.Request) error {
	options, err := p.programmeOptions(r.Context())
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, newNeedPage(deskNeedView{Programmes: options}))
}

// programmeOptions lists the programmes for which who acts may write needs.
func (p *Pages) programmeOptions(ctx context.Context) ([]ui.Option, error) {
	var out []ui.Option
	err := p.DB.Read(ctx, func(q *db.Reader) error {
		out = nil
		f := programme.ProgrammeFilter{HiddenToo: true}
		for {
			lines, next, err := programme.Programmes(ctx, q, p.DB.Now(), f)
			if err != nil {
				return err
			}
			for _, l := range lines {
				if may(ctx, access.NeedEdit, l.Organisation) {
					out = append(out, ui.Option{Value: formatID(l.ID), Label: l.Name.In(ctx) + " · " + l.OrganisationName.In(ctx)})
				}
			}
			if f.After = next; next == (programme.Cursor{}) {
				return nil
			}
		}
	})
	return out, err
}

func (p *Pages) createNeed(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	kind, unit := unitOf(f)
	in := needInput(f, kind, unit)
	in.Programme = f.ID("programme")
	ctx := r.Context()
	if f.Err() == nil {
		var n programme.Need
		fields, err := p.write(ctx, func(tx *db.Tx) (err error) {
			if err = mayWriteNeeds(ctx, tx, in.Programme); err != nil {
				return err
			}
			n, err = programme.CreateNeed(ctx, tx, in, access.PersonID(ctx))
			return err
		})
		if err != nil {
			return err
		}
		if fields == nil {
			return web.Redirect(w, r, deskPath("needs", n.ID))
		}
		_ = f.Merge(fields) // fields merge without an error
	}
	options, err := p.programmeOptions(ctx)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusUnprocessableEntity, newNeedPage(deskNeedView{Programmes: options, Form: f.View()}))
}

func mayWriteNeeds(ctx context.Context, q db.Queryer, programmeID int64) error {
	of, err := programme.ProgrammeByID(ctx, q, programmeID)
	if err != nil {
		return err
	}
	return access.CheckFor(ctx, access.NeedEdit, of.Organisation)
}

// unitOf reads the choice among unitChoices.
func unitOf(f *web.Form) (kind string, unit money.Unit) {
	kind, u, _ := strings.Cut(f.Choice("unit", unitChoices()...), ":")
	return kind, money.Unit(u)
}

func needInput(f *web.Form, kind string, unit money.Unit) programme.NeedInput {
	in := programme.NeedInput{Kind: kind, Unit: unit, Wanted: f.Int("wanted", 1, money.MaxMinor),
		Title: bilingual(f, "title", programme.MaxName),
		Body:  i18n.Text{ZH: f.Lines("body_zh", programme.MaxLong), EN: f.Lines("body_en", programme.MaxLong)},
		Place: bilingual(f, "place", programme.MaxName)}
	if f.Has("until_on") {
		in.UntilAt = endOf(f.Date("until_on"))
	}
	return in
}

func bilingual(f *web.Form, name string, most int) i18n.Text {
	return i18n.Text{ZH: f.Text(name+"_zh", most), EN: f.Text(name+"_en", most)}
}

// loadNeed reads the need in the path.
func (p *Pages) loadNeed(r *http.Request) (programme.NeedView, error) {
	n, err := id(r, "programme.no_need")
	if err != nil {
		return programme.NeedView{}, err
	}
	var v programme.NeedView
	err = p.DB.Read(r.Context(), func(q *db.Reader) (err error) {
		v, err = programme.NeedViewByID(r.Context(), q, n)
		return err
	})
	return v, err
}

func (p *Pages) deskNeed(w http.ResponseWriter, r *http.Request) error {
	v, err := p.loadNeed(r)
	if err != nil {
		return err
	}
	if v.Unit.IsMoney() {
		return web.Redirect(w, r, "/desk/campaigns")
	}
	return web.Render(w, r, http.StatusOK, deskNeedPage(deskNeedView{NeedView: v, Form: needForm(r.Context(), v.Need)}))
}

// changeNeed runs body on a need that who acts may write, and shows the page again with form when body
// refused some of its fields.
func (p *Pages) changeNeed(w http.ResponseWriter, r *http.Request, form web.FormView, body func(tx *db.Tx, v programme.NeedView) error) error {
	v, err := p.loadNeed(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if v.Unit.IsMoney() {
		return fault.New(fault.NotFound, "programme.no_need")
	}
	if err := access.CheckFor(ctx, access.NeedEdit, v.Organisation); err != nil {
		return err
	}
	if len(form.Errs) == 0 {
		fields, err := p.write(ctx, func(tx *db.Tx) error { return body(tx, v) })
		if err != nil {
			return err
		}
		if fields == nil {
			return web.Redirect(w, r, deskPath("needs", v.ID))
		}
		form.Errs = fields
	}
	if form.Values == nil {
		form.Values = needForm(ctx, v.Need).Values
	}
	return web.Render(w, r, http.StatusUnprocessableEntity, deskNeedPage(deskNeedView{NeedView: v, Form: form}))
}

func (p *Pages) saveNeed(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	in := needInput(f, "", "")
	return p.changeNeed(w, r, f.View(), func(tx *db.Tx, v programme.NeedView) error {
		return programme.UpdateNeed(r.Context(), tx, v.ID, in, access.PersonID(r.Context()))
	})
}

func (p *Pages) publishNeed(w http.ResponseWriter, r *http.Request) error {
	return p.changeNeed(w, r, web.FormView{}, func(tx *db.Tx, v programme.NeedView) error {
		return programme.PublishNeed(r.Context(), tx, v.ID, access.PersonID(r.Context()))
	})
}

func (p *Pages) closeNeed(w http.ResponseWriter, r *http.Request) error {
	return p.changeNeed(w, r, web.FormView{}, func(tx *db.Tx, v programme.NeedView) error {
		return programme.CloseNeed(r.Context(), tx, v.ID, access.PersonID(r.Context()))
	})
}
