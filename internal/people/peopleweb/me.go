package peopleweb

import (
	"context"
	"net/http"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
	"manyhands/internal/people/account"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

const longestName = 60

// accountRoutes enters the pages of a person's own account into the table.
func (p *Pages) accountRoutes(m *web.Mux) {
	m.Handle("GET /me", web.SignedIn, p.me)
	m.Handle("POST /me", web.SignedIn, p.saveMe)
	if p.cfg.Account == nil {
		return
	}
	m.Handle("GET /sign-in/phone", web.Public, p.phone)
	m.Handle("POST /sign-in/phone", web.Public, p.askByPhone)
	m.Handle("POST /sign-in/phone/code", web.Public, p.enterByPhone)
	m.Handle("GET /notices/{token}", web.Public, p.refusal)
	m.Handle("POST /notices/{token}", web.Public, p.refuse)
	m.Handle("POST /me/gifts", web.SignedIn, p.keepGift)
	m.Handle("GET /me/contact", web.SignedIn, p.contact)
	m.Handle("POST /me/contact/email", web.SignedIn, p.askEmail)
	m.Handle("POST /me/contact/email/code", web.SignedIn, p.setEmail)
	m.Handle("POST /me/contact/phone", web.SignedIn, p.askOwnPhone)
	m.Handle("POST /me/contact/phone/code", web.SignedIn, p.setPhone)
	m.Handle("POST /me/contact/phone/remove", web.SignedIn, p.removePhone)
	m.Handle("GET /me/notices", web.SignedIn, p.notices)
	m.Handle("POST /me/notices", web.SignedIn, p.saveNotices)
	m.Handle("GET /me/data", web.SignedIn, p.data)
	m.Handle("POST /me/data/export", web.SignedIn, p.export)
	m.Handle("POST /me/data/leave", web.SignedIn, p.leave)
	m.Handle("POST /me/data/stay", web.SignedIn, p.stay)
	m.Handle("GET /sign-in/provider", web.Public, p.ifProvider(p.provider))
	m.Handle("GET /sign-in/provider/back", web.Public, p.ifProvider(p.back))
	m.Handle("POST /sign-in/provider/link", web.Public, p.ifProvider(p.linkProvider))
}

// meTabs are the pages of a person's own account.
func meTabs(ctx context.Context, current string) []ui.Tab {
	var out []ui.Tab
	for _, t := range []struct{ id, key, href string }{
		{"me", "people.me.overview", "/me"}, {"notices", "people.notices.title", "/me/notices"}, {"contact", "people.contact.title", "/me/contact"},
		{"security", "people.security.title", "/me/security"}, {"data", "people.data.title", "/me/data"},
	} {
		out = append(out, ui.Tab{Label: i18n.T(ctx, t.key), Href: t.href, Current: t.id == current})
	}
	return out
}

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
	if p.cfg.Account != nil {
		if v.leaving, err = p.leavingOf(ctx); err != nil {
			return v, err
		}
	}
	v.keeps = p.cfg.Account != nil && p.cfg.GiftOfLink != nil
	if p.cfg.Gifts != nil {
		v.gifts, err = p.cfg.Gifts(ctx, v.person.ID, v.person.Email)
	}
	return v, err
}

func (p *Pages) leavingOf(ctx context.Context) (l account.Leaving, err error) {
	err = p.cfg.DB.Read(ctx, func(q *db.Reader) error {
		l, err = p.cfg.Account.LeavingOf(ctx, q, access.PersonID(ctx))
		return err
	})
	return l, err
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

// keepGift puts a past gift into the account, by its private link or its code: whoever holds that can
// see the gift anyway. An address that somebody types proves nothing.
func (p *Pages) keepGift(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if !p.asks.Allow(web.ClientKey(r)) {
		return fault.New(fault.TooMany, "fault.too_many.sentence")
	}
	f.Required("code")
	code := f.Text("code", 500)
	if f.Err() == nil {
		err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
			gift, err := p.cfg.GiftOfLink(ctx, tx, code)
			if err != nil {
				return err
			}
			return p.cfg.Account.KeepGift(ctx, tx, access.PersonID(ctx), gift)
		})
		switch fault.KindOf(err) {
		case fault.NotFound:
			f.Bad("code", "people.me.no_such_gift")
		case fault.TooMany:
			f.Bad("code", "account.kept_full")
		default:
			if err != nil {
				return err
			}
		}
	}
	if f.Err() == nil {
		return web.Redirect(w, r, "/me?saved=1")
	}
	v, err := p.meView(ctx)
	if err != nil {
		return err
	}
	v.keep = f.View()
	return web.Render(w, r, http.StatusUnprocessableEntity, mePage(v))
}

// meView is a person's own page.
type meView struct {
	person people.Person
	form   web.FormView
	gifts  []GiftLine
	keeps  bool         // gifts can be added by their links
	keep   web.FormView // the form for that
	saved  bool

	leaving account.Leaving
}

// called greets a person, who may have neither a name nor an address.
func called(ctx context.Context, p people.Person) string {
	if name := p.Called(); name != "" {
		return i18n.T(ctx, "people.me.hello", "Name", name)
	}
	return i18n.T(ctx, "people.me.hello_friend")
}
