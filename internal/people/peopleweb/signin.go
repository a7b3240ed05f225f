package peopleweb

import (
	"cmp"
	"context"
	"net/http"
	"net/url"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
	"manyhands/internal/web"
)

// signIn shows the form for a link, or that one was sent.
func (p *Pages) signIn(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	to := people.LocalPath(q.Get("to"))
	if _, ok := access.From(r.Context()); ok {
		return web.Redirect(w, r, cmp.Or(to, firstPage(r.Context())))
	}
	w.Header().Set("Cache-Control", "no-store")
	return web.Render(w, r, http.StatusOK, signInPage(signInView{form: web.NewFormView("to", to), sent: q.Get("sent") != ""}))
}

// ask sends a link, and says the same whoever asks for whom.
func (p *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	if !p.asks.Allow(web.ClientKey(r)) {
		return fault.New(fault.TooMany, "fault.too_many.sentence")
	}
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	err = p.cfg.People.RequestLink(r.Context(), f.Values.Get("email"), f.Values.Get("to"), i18n.LangOf(r.Context()))
	if err := f.Merge(err); err != nil {
		return err
	}
	if f.Err() != nil {
		return web.Render(w, r, http.StatusUnprocessableEntity, signInPage(signInView{form: f.View()}))
	}
	back := url.Values{"sent": {"1"}}
	if to := people.LocalPath(f.Values.Get("to")); to != "" {
		back.Set("to", to)
	}
	return web.Redirect(w, r, "/sign-in?"+back.Encode())
}

// link shows one button and does nothing: programs that check mails open every link in them.
func (p *Pages) link(w http.ResponseWriter, r *http.Request) error {
	token := r.PathValue("token")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Robots-Tag", "noindex")
	if err := p.cfg.People.CheckLink(r.Context(), token); err != nil {
		return p.deadLink(w, r, err)
	}
	return web.Render(w, r, http.StatusOK, linkPage(token))
}

// useLink signs in.
func (p *Pages) useLink(w http.ResponseWriter, r *http.Request) error {
	person, to, err := p.cfg.People.UseLink(r.Context(), r.PathValue("token"))
	if err != nil {
		return p.deadLink(w, r, err)
	}
	if err := p.begin(r.Context(), person.ID); err != nil {
		return err
	}
	if to != "" {
		return web.Redirect(w, r, to)
	}
	err = p.cfg.DB.Read(r.Context(), func(q *db.Reader) error {
		a, err := p.cfg.People.Actor(r.Context(), q, person.ID, p.cfg.DB.Now())
		to = firstPage(access.With(r.Context(), a))
		return err
	})
	if err != nil {
		return err
	}
	return web.Redirect(w, r, to)
}

// firstPage is where those go who asked for no page: staff to the desk, givers to their gifts.
func firstPage(ctx context.Context) string {
	if access.Allowed(ctx, access.DeskSee) {
		return "/desk"
	}
	return "/me"
}

// deadLink shows why a link does not work, with the form for a new one at hand.
func (p *Pages) deadLink(w http.ResponseWriter, r *http.Request, err error) error {
	kind := fault.KindOf(err)
	if kind != fault.Gone && kind != fault.NotFound {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return web.Render(w, r, web.Status(kind), signInPage(signInView{problem: i18n.Fault(r.Context(), err)}))
}

// signOut ends the session; for a guest it changes nothing.
func (p *Pages) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := p.sessions.Destroy(r.Context()); err != nil {
		return err
	}
	return web.Redirect(w, r, "/")
}
