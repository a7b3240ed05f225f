package peopleweb

import (
	"context"
	"net/http"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
	"manyhands/internal/web"
)

const longestName = 60

// me shows a person to themselves.
func (p *Pages) me(w http.ResponseWriter, r *http.Request) error {
	v, err := p.meView(r.Context())
	if err != nil {
		return err
	}
	v.saved = r.URL.Query().Get("saved") != ""
	return web.Render(w, r, http.StatusOK, mePage(v))
}

func (p *Pages) meView(ctx context.Context) (meView, error) {
	var v meView
	err := p.cfg.DB.Read(ctx, func(q *db.Reader) (err error) {
		v.person, err = p.cfg.People.PersonByID(ctx, q, access.PersonID(ctx))
		return err
	})
	if err != nil {
		return v, err
	}
	lang := v.person.Lang
	if lang == "" {
		lang = i18n.LangOf(ctx)
	}
	v.form = web.NewFormView("name", v.person.Name, "lang", string(lang))
	if p.cfg.Gifts != nil {
		v.gifts, err = p.cfg.Gifts(ctx, v.person.ID, v.person.Email)
	}
	return v, err
}

// saveMe changes name and language; the page then comes back in that language.
func (p *Pages) saveMe(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	name, lang := f.Text("name", longestName), i18n.Lang(f.Choice("lang", string(i18n.ZH), string(i18n.EN)))
	if f.Err() == nil {
		err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
			return p.cfg.People.SetProfile(ctx, tx, access.PersonID(ctx), name, lang)
		})
		if err := f.Merge(err); err != nil {
			return err
		}
	}
	if f.Err() == nil {
		return web.Redirect(w, r, "/me?saved=1&lang="+string(lang))
	}
	v, err := p.meView(ctx)
	if err != nil {
		return err
	}
	v.form = f.View()
	return web.Render(w, r, http.StatusUnprocessableEntity, mePage(v))
}

// meView is a person's own page.
type meView struct {
	person people.Person
	form   web.FormView
	gifts  []GiftLine
	saved  bool
}
