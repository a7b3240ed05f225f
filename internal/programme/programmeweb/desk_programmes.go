package programmeweb

import (
	"errors"
	"net/http"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/programme"
	"manyhands/internal/web"
)

// deskProgrammeView is one programme at the desk; with the zero programme a new one of Of.
type deskProgrammeView struct {
	programme.ProgrammeView
	Form  web.FormView
	Check web.FormView // records a check
}

func programmeInput(f *web.Form) programme.ProgrammeInput {
	return programme.ProgrammeInput{Theme: f.Choice("theme", programme.Themes()...), Name: bilingual(f, "name", programme.MaxName),
		Summary: i18n.Text{ZH: f.Lines("summary_zh", programme.MaxShort), EN: f.Lines("summary_en", programme.MaxShort)},
		Place:   bilingual(f, "place", programme.MaxName)}
}

func (p *Pages) newProgramme(w http.ResponseWriter, r *http.Request) error {
	v, err := p.programmeOf(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, newProgrammePage(v))
}

// programmeOf begins a new programme of the organisation in the path.
func (p *Pages) programmeOf(r *http.Request) (deskProgrammeView, error) {
	o, err := p.loadOrganisation(r)
	if err != nil {
		return deskProgrammeView{}, err
	}
	v := deskProgrammeView{}
	v.Of = o.Organisation
	return v, access.CheckFor(r.Context(), access.OrganisationEdit, o.ID)
}

func (p *Pages) createProgramme(w http.ResponseWriter, r *http.Request) error {
	v, err := p.programmeOf(r)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	in, detail := programmeInput(f), detailInput(f)
	ctx := r.Context()
	if f.Err() == nil {
		var made programme.Programme
		fields, err := p.write(ctx, func(tx *db.Tx) (err error) {
			if made, err = programme.CreateProgramme(ctx, tx, v.Of.ID, in, access.PersonID(ctx)); err != nil {
				return err
			}
			return programme.SetDetail(ctx, tx, made.ID, detail, access.PersonID(ctx))
		})
		if err != nil {
			return err
		}
		if fields == nil {
			return web.Redirect(w, r, deskPath("programmes", made.ID))
		}
		_ = f.Merge(fields) // fields merge without an error
	}
	v.Form = f.View()
	return web.Render(w, r, http.StatusUnprocessableEntity, newProgrammePage(v))
}

func (p *Pages) loadProgramme(r *http.Request) (deskProgrammeView, error) {
	var v deskProgrammeView
	n, err := id(r, "programme.no_programme")
	if err != nil {
		return v, err
	}
	var detail programme.Detail
	err = p.DB.Read(r.Context(), func(q *db.Reader) (err error) {
		if v.ProgrammeView, err = programme.ProgrammeViewByID(r.Context(), q, n, p.DB.Now()); err != nil {
			return err
		}
		detail, err = programme.DetailOf(r.Context(), q, n)
		return err
	})
	v.Form = detailForm(programmeForm(v.Programme), detail)
	return v, err
}

func (p *Pages) deskProgramme(w http.ResponseWriter, r *http.Request) error {
	v, err := p.loadProgramme(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, deskProgrammePage(v))
}

// changeProgramme runs body on a programme that who acts may write, and shows the page again with form
// when body refused some of its fields.
func (p *Pages) changeProgramme(w http.ResponseWriter, r *http.Request, form web.FormView, body func(tx *db.Tx, id int64) error) error {
	v, err := p.loadProgramme(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if err := access.CheckFor(ctx, access.OrganisationEdit, v.Organisation); err != nil {
		return err
	}
	if len(form.Errs) == 0 {
		fields, err := p.write(ctx, func(tx *db.Tx) error { return body(tx, v.ID) })
		if err != nil {
			return err
		}
		if fields == nil {
			return web.Redirect(w, r, deskPath("programmes", v.ID))
		}
		form.Errs = fields
	}
	if form.Values != nil {
		v.Form.Values = form.Values
	}
	v.Form.Errs = form.Errs
	return web.Render(w, r, http.StatusUnprocessableEntity, deskProgrammePage(v))
}

func (p *Pages) saveProgramme(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	in, detail := programmeInput(f), detailInput(f)
	return p.changeProgramme(w, r, f.View(), func(tx *db.Tx, id int64) error {
		return bothWrites(programme.UpdateProgramme(r.Context(), tx, id, in, access.PersonID(r.Context())),
			programme.SetDetail(r.Context(), tx, id, detail, access.PersonID(r.Context())))
	})
}

func (p *Pages) publishProgramme(w http.ResponseWriter, r *http.Request) error {
	return p.changeProgramme(w, r, web.FormView{}, func(tx *db.Tx, id int64) error {
		return programme.PublishProgramme(r.Context(), tx, id, access.PersonID(r.Context()))
	})
}

func (p *Pages) suspendProgramme(w http.ResponseWriter, r *http.Request) error {
	return p.changeProgramme(w, r, web.FormView{}, func(tx *db.Tx, id int64) error {
		return programme.SuspendProgramme(r.Context(), tx, id, access.PersonID(r.Context()))
	})
}

// verify records a check that the person who acts has done.
func (p *Pages) verify(w http.ResponseWriter, r *http.Request) error {
	v, err := p.loadProgramme(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if err := access.CheckFor(ctx, access.ProgrammeVerify, v.Organisation); err != nil {
		return err
	}
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	in := programme.VerifyInput{Step: f.Choice("step", programme.Steps()...),
		Note: i18n.Text{ZH: f.Lines("note_zh", programme.MaxShort), EN: f.Lines("note_en", programme.MaxShort)}}
	if f.Has("ends_on") {
		in.EndsAt = endOf(f.Date("ends_on"))
	}
	if f.Err() == nil {
		fields, err := p.write(ctx, func(tx *db.Tx) error {
			return programme.Verify(ctx, tx, p.Appointed, v.ID, in, access.PersonID(ctx))
		})
		if e, ok := errors.AsType[*fault.Error](err); ok && e.Key == "programme.verify_own" {
			f.Bad("step", e.Key)
			err = nil
		} else if err == nil && fields == nil {
			return web.Redirect(w, r, deskPath("programmes", v.ID))
		}
		if err != nil {
			return err
		}
		_ = f.Merge(fields) // fields merge without an error
	}
	v.Check = f.View()
	return web.Render(w, r, http.StatusUnprocessableEntity, deskProgrammePage(v))
}
