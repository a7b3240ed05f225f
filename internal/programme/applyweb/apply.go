package applyweb

import (
	"errors"
	"net/http"

	"manyhands/internal/access"
	"manyhands/internal/blob"
	"manyhands/internal/checklist"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/programme"
	"manyhands/internal/programme/apply"
	"manyhands/internal/web"
)

// frontView is the page on which an application begins.
type frontView struct {
	Mine   []apply.View
	Signed bool
	Form   web.FormView
}

func (p *Pages) front(w http.ResponseWriter, r *http.Request) error {
	v, err := p.loadFront(r)
	if err != nil {
		return err
	}
	v.Form = web.NewFormView("kind", "charity")
	return web.Render(w, r, http.StatusOK, frontPage(v))
}

func (p *Pages) loadFront(r *http.Request) (v frontView, err error) {
	ctx := r.Context()
	me := access.PersonID(ctx)
	if v.Signed = me != 0; !v.Signed {
		return v, nil
	}
	err = p.DB.Read(ctx, func(q *db.Reader) (err error) {
		v.Mine, err = apply.Mine(ctx, q, me)
		return err
	})
	return v, err
}

func (p *Pages) begin(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	in := programme.OrganisationInput{Kind: f.Choice("kind", programme.OrganisationKinds()...), Name: pair(f, "name", programme.MaxName),
		CreditCode: f.Text("credit_code", programme.MaxName)}
	ctx := r.Context()
	if f.Err() == nil {
		var made programme.Organisation
		fields, err := p.write(ctx, func(tx *db.Tx) (err error) {
			made, err = p.Apply.Begin(ctx, tx, in, access.PersonID(ctx))
			return err
		})
		if err != nil {
			return err
		}
		if fields == nil {
			return web.Redirect(w, r, applyPath(made.ID))
		}
		_ = f.Merge(fields) // fields merge without an error
	}
	v, err := p.loadFront(r)
	if err != nil {
		return err
	}
	v.Form = f.View()
	return web.Render(w, r, http.StatusUnprocessableEntity, frontPage(v))
}

func pair(f *web.Form, name string, most int) i18n.Text {
	return i18n.Text{ZH: f.Text(name+"_zh", most), EN: f.Text(name+"_en", most)}
}

// applicationView is an application as its organisation sees it. A form that was refused is shown again
// in its place, with what was typed.
type applicationView struct {
	apply.View
	Part string // which form was refused: "details", "account", "people", "appeal" or a requirement's code
	Form web.FormView
}

// form returns what a part of the page shows: what was typed, or what is kept.
func (v applicationView) form(part string) web.FormView {
	if v.Part == part {
		return v.Form
	}
	if part != "details" {
		return web.FormView{}
	}
	return web.NewFormView("kind", v.Kind, "name_zh", v.Name.ZH, "name_en", v.Name.EN, "credit_code", v.CreditCode, "about_zh", v.About.ZH,
		"about_en", v.About.EN, "place_zh", v.Place.ZH, "place_en", v.Place.EN, "website", v.Website,
		"purpose_zh", v.Application.Purpose.ZH, "purpose_en", v.Application.Purpose.EN)
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request, id int64, part string, form web.FormView) error {
	v := applicationView{Part: part, Form: form}
	err := p.DB.Read(r.Context(), func(q *db.Reader) (err error) {
		v.View, err = p.Apply.View(r.Context(), q, id)
		return err
	})
	if err != nil {
		return err
	}
	status := http.StatusOK
	if form.Failed() {
		status = http.StatusUnprocessableEntity
	}
	return web.Render(w, r, status, applicationPage(v, p.DB.Now()))
}

func (p *Pages) application(w http.ResponseWriter, r *http.Request) error {
	id, asked, err := p.mine(r)
	if err != nil {
		return err
	}
	if asked {
		return p.ask(w, r, id)
	}
	return p.show(w, r, id, "", web.FormView{})
}

// ask shows who was named by another whether it is true, and nothing else of the application.
func (p *Pages) ask(w http.ResponseWriter, r *http.Request, id int64) error {
	v := applicationView{}
	err := p.DB.Read(r.Context(), func(q *db.Reader) (err error) {
		v.View, err = p.Apply.View(r.Context(), q, id)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, askPage(v, access.PersonID(r.Context())))
}

// confirm takes the word of who was named by another: yes, or that it is not them.
func (p *Pages) confirm(w http.ResponseWriter, r *http.Request) error {
	id, _, err := p.mine(r)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	ctx, me, to := r.Context(), access.PersonID(r.Context()), applyPath(id)
	answer := f.Choice("answer", "yes", "no")
	if err := f.Err(); err != nil {
		return err
	}
	err = p.DB.Write(ctx, func(tx *db.Tx) error {
		if answer == "yes" {
			return p.Apply.Confirm(ctx, tx, id, me)
		}
		to = "/apply"
		for _, post := range apply.Posts() {
			if err := p.Apply.EndPerson(ctx, tx, id, me, post, me); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return web.Redirect(w, r, to)
}

// change reads a form of the reader's own application, lets the write happen that read returns, and shows
// the page again: as it then is, or with what was refused.
func (p *Pages) change(w http.ResponseWriter, r *http.Request, part string, read func(f *web.Form, id int64) func(tx *db.Tx) error) error {
	id, err := p.writable(r)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	return p.changed(w, r, id, part, f, read(f, id))
}

func (p *Pages) changed(w http.ResponseWriter, r *http.Request, id int64, part string, f *web.Form, body func(tx *db.Tx) error) error {
	if f.Err() == nil {
		fields, err := p.write(r.Context(), body)
		if err != nil {
			return err
		}
		if fields == nil && f.Err() == nil {
			return web.Redirect(w, r, applyPath(id)+"#"+part)
		}
		_ = f.Merge(fields) // fields merge without an error
	}
	return p.show(w, r, id, part, f.View())
}

func (p *Pages) save(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, "details", func(f *web.Form, id int64) func(tx *db.Tx) error {
		kind, name, code := f.Choice("kind", programme.OrganisationKinds()...), pair(f, "name", programme.MaxName), f.Text("credit_code", programme.MaxName)
		about := i18n.Text{ZH: f.Lines("about_zh", programme.MaxLong), EN: f.Lines("about_en", programme.MaxLong)}
		place, website := pair(f, "place", programme.MaxName), f.Text("website", 300)
		purpose := i18n.Text{ZH: f.Lines("purpose_zh", apply.MaxPurpose), EN: f.Lines("purpose_en", apply.MaxPurpose)}
		return func(tx *db.Tx) error {
			o, err := programme.OrganisationByID(r.Context(), tx, id)
			if err != nil {
				return err
			}
			in := o.Input()
			in.Kind, in.Name, in.CreditCode, in.About, in.Place, in.Website = kind, name, code, about, place, website
			return p.Apply.Save(r.Context(), tx, id, in, purpose, access.PersonID(r.Context()))
		}
	})
}

func (p *Pages) account(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, "account", func(f *web.Form, id int64) func(tx *db.Tx) error {
		number := f.Text("account", 60)
		return func(tx *db.Tx) error {
			return p.Apply.SetAccount(r.Context(), tx, id, number, access.PersonID(r.Context()))
		}
	})
}

func (p *Pages) addPerson(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, "people", func(f *web.Form, id int64) func(tx *db.Tx) error {
		email, name, post := f.Email("email"), f.Text("name", programme.MaxName), f.Choice("post", apply.Posts()...)
		return func(tx *db.Tx) error {
			return p.Apply.AddPerson(r.Context(), tx, id, email, name, post, access.PersonID(r.Context()))
		}
	})
}

func (p *Pages) endPerson(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, "people", func(f *web.Form, id int64) func(tx *db.Tx) error {
		person, post := f.ID("person"), f.Choice("post", apply.Posts()...)
		return func(tx *db.Tx) error {
			return p.Apply.EndPerson(r.Context(), tx, id, person, post, access.PersonID(r.Context()))
		}
	})
}

// uploadSlack is room for the other fields beside a document.
const uploadSlack = 64 << 10

func (p *Pages) handInPaper(w http.ResponseWriter, r *http.Request) error {
	id, err := p.writable(r)
	if err != nil {
		return err
	}
	f, err := web.ReadUpload(w, r, blob.MaxBytes+uploadSlack)
	if err != nil {
		return err
	}
	ctx, code := r.Context(), r.PathValue("code")
	e := checklist.Evidence{Reference: f.Text(named(code, "reference"), checklist.MaxReference)}
	if f.Has(named(code, "from_on")) {
		e.From = f.Date(named(code, "from_on"))
	}
	if f.Has(named(code, "until_on")) {
		e.Until = endOf(f.Date(named(code, "until_on")))
	}
	var upload blob.Upload
	if f.HasFile(named(code, "document")) {
		if upload, err = p.cleaned(r, f, named(code, "document")); err != nil {
			return err
		}
	}
	return p.changed(w, r, id, code, f, func(tx *db.Tx) error {
		err := p.Apply.HandInPaper(ctx, tx, id, code, e, upload, access.PersonID(ctx))
		if fields, ok := errors.AsType[fault.Fields](err); ok {
			return under(code, fields)
		}
		return err
	})
}

// cleaned looks at what was uploaded before the write begins. What is wrong with it stands beside the
// field.
func (p *Pages) cleaned(r *http.Request, f *web.Form, name string) (blob.Upload, error) {
	file, ok := f.File(name, blob.MaxBytes)
	if !ok {
		return blob.Upload{}, nil
	}
	up, err := p.Apply.Blobs.Clean(r.Context(), blob.Upload{Name: file.Name, Bytes: file.Data, By: access.PersonID(r.Context())})
	return up, beside(f, name, err)
}

func (p *Pages) ownDocument(w http.ResponseWriter, r *http.Request) error {
	id, err := p.writable(r)
	if err != nil {
		return err
	}
	return p.send(w, r, id)
}

func (p *Pages) handIn(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, "top", func(_ *web.Form, id int64) func(tx *db.Tx) error {
		return func(tx *db.Tx) error { return p.Apply.HandIn(r.Context(), tx, id, access.PersonID(r.Context())) }
	})
}

func (p *Pages) appeal(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, "appeal", func(f *web.Form, id int64) func(tx *db.Tx) error {
		text := f.Lines("appeal", apply.MaxPurpose)
		return func(tx *db.Tx) error { return p.Apply.Appeal(r.Context(), tx, id, text, access.PersonID(r.Context())) }
	})
}
