package programmeweb

import (
	"context"
	"net/http"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/programme"
	"manyhands/internal/web"
)

func formatID(id int64) string { return clock.FormatID(id) }

// deskOrganisationsView is the desk's list of organisations.
type deskOrganisationsView struct {
	Lines       []programme.OrganisationLine
	Kind, State string
	Next        string
}

func (p *Pages) deskOrganisations(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	v := deskOrganisationsView{Kind: query.Get("kind"), State: query.Get("state")}
	err := p.DB.Read(r.Context(), func(q *db.Reader) error {
		lines, next, err := programme.Organisations(r.Context(), q, programme.OrganisationFilter{
			Kind: v.Kind, State: programme.State(v.State), After: programme.ParseCursor(query.Get("after"))})
		v.Lines, v.Next = lines, next.String()
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, deskOrganisationsPage(v))
}

// deskOrganisationView is one organisation at the desk; the zero organisation is a new one.
type deskOrganisationView struct {
	programme.Organisation
	Applied    bool // it has an application
	Programmes []programme.ProgrammeLine
	More       bool // there are more programmes than are shown
	Form       web.FormView
}

func (p *Pages) newOrganisation(w http.ResponseWriter, r *http.Request) error {
	if err := access.CheckFor(r.Context(), access.OrganisationEdit, access.Network); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, newOrganisationPage(web.NewFormView("kind", "charity")))
}

func organisationInput(f *web.Form) programme.OrganisationInput {
	in := programme.OrganisationInput{Kind: f.Choice("kind", programme.OrganisationKinds()...), Name: bilingual(f, "name", programme.MaxName),
		About:      i18n.Text{ZH: f.Lines("about_zh", programme.MaxLong), EN: f.Lines("about_en", programme.MaxLong)},
		CreditCode: f.Text("credit_code", programme.MaxName), Certificate: f.Text("certificate", programme.MaxName),
		Place: bilingual(f, "place", programme.MaxName), Website: f.Text("website", 300)}
	if f.Has("certificate_ends_on") {
		in.CertificateEndsAt = endOf(f.Date("certificate_ends_on"))
	}
	return in
}

func (p *Pages) createOrganisation(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := access.CheckFor(ctx, access.OrganisationEdit, access.Network); err != nil {
		return err
	}
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	in := organisationInput(f)
	if f.Err() == nil {
		var o programme.Organisation
		fields, err := p.write(ctx, func(tx *db.Tx) (err error) {
			o, err = programme.CreateOrganisation(ctx, tx, in, access.PersonID(ctx))
			return err
		})
		if err != nil {
			return err
		}
		if fields == nil {
			return web.Redirect(w, r, deskPath("organisations", o.ID))
		}
		_ = f.Merge(fields) // fields merge without an error
	}
	return web.Render(w, r, http.StatusUnprocessableEntity, newOrganisationPage(f.View()))
}

func (p *Pages) loadOrganisation(r *http.Request) (deskOrganisationView, error) {
	var v deskOrganisationView
	n, err := id(r, "programme.no_organisation")
	if err != nil {
		return v, err
	}
	ctx := r.Context()
	err = p.DB.Read(ctx, func(q *db.Reader) (err error) {
		if v.Organisation, err = programme.OrganisationByID(ctx, q, n); err != nil {
			return err
		}
		if v.Applied, err = p.applied(ctx, q, n); err != nil {
			return err
		}
		var next programme.Cursor
		v.Programmes, next, err = programme.Programmes(ctx, q, p.DB.Now(), programme.ProgrammeFilter{Organisation: n, HiddenToo: true})
		v.More = next != programme.Cursor{}
		return err
	})
	return v, err
}

func (p *Pages) deskOrganisation(w http.ResponseWriter, r *http.Request) error {
	v, err := p.loadOrganisation(r)
	if err != nil {
		return err
	}
	v.Form = organisationForm(r.Context(), v.Organisation)
	return web.Render(w, r, http.StatusOK, deskOrganisationPage(v))
}

// changeOrganisation runs body on an organisation that who acts may write, and shows the page again
// with form when body refused some of its fields.
func (p *Pages) changeOrganisation(w http.ResponseWriter, r *http.Request, form web.FormView, body func(tx *db.Tx, id int64) error) error {
	v, err := p.loadOrganisation(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if err := access.CheckFor(ctx, access.OrganisationEdit, v.ID); err != nil {
		return err
	}
	if len(form.Errs) == 0 {
		fields, err := p.write(ctx, func(tx *db.Tx) error { return body(tx, v.ID) })
		if err != nil {
			return err
		}
		if fields == nil {
			return web.Redirect(w, r, deskPath("organisations", v.ID))
		}
		form.Errs = fields
	}
	if form.Values == nil {
		form.Values = organisationForm(ctx, v.Organisation).Values
	}
	v.Form = form
	return web.Render(w, r, http.StatusUnprocessableEntity, deskOrganisationPage(v))
}

func (p *Pages) saveOrganisation(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	in := organisationInput(f)
	return p.changeOrganisation(w, r, f.View(), func(tx *db.Tx, id int64) error {
		return programme.UpdateOrganisation(r.Context(), tx, id, in, access.PersonID(r.Context()))
	})
}

func (p *Pages) applied(ctx context.Context, r db.Queryer, organisation int64) (bool, error) {
	if p.Applied == nil {
		return false, nil
	}
	return p.Applied(ctx, r, organisation)
}
