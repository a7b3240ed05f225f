package peopleweb

import (
	"cmp"
	"net/http"
	"net/url"

	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
	"manyhands/internal/people/account"
	"manyhands/internal/people/signin"
	"manyhands/internal/web"
)

// signIn shows the form for a link, or that one was sent. Who has signed in and is led here has to show
// once more who they are, or is where they need not be.
func (p *Pages) signIn(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	ctx, to := r.Context(), people.LocalPath(q.Get("to"))
	if _, ok := signin.Of(ctx); ok {
		if ofChildren(to) && signin.CheckFamilyRecent(ctx) != nil {
			return web.Redirect(w, r, familyTo("", to))
		}
		if to != "" && (weak(ctx) || !signin.Recent(ctx)) {
			return web.Redirect(w, r, provePath(to))
		}
		return web.Redirect(w, r, cmp.Or(to, firstPage(ctx)))
	}
	v := p.signInView(web.NewFormView("to", to))
	v.sent = q.Get("sent") != ""
	v.provider, _ = p.providerLabel(ctx)
	return p.showSignIn(w, r, http.StatusOK, v)
}

func (p *Pages) signInView(f web.FormView) signInView {
	return signInView{form: f, to: f.Value("to"), passkeys: p.cfg.SignIn.Passkeys()}
}

func (p *Pages) showSignIn(w http.ResponseWriter, r *http.Request, status int, v signInView) error {
	w.Header().Set("Cache-Control", "no-store")
	return web.Render(w, r, status, signInPage(v))
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
	to := people.LocalPath(f.Values.Get("to"))
	if p.cfg.Account != nil && account.LooksLikePhone(f.Values.Get("who")) {
		return p.askPhone(w, r, f, to)
	}
	err = p.cfg.People.RequestLink(r.Context(), f.Values.Get("who"), to, i18n.LangOf(r.Context()))
	if err := f.Merge(renamed(err, "email", "who")); err != nil {
		return err
	}
	if f.Err() != nil {
		return p.showSignIn(w, r, http.StatusUnprocessableEntity, p.signInView(f.View()))
	}
	back := url.Values{"sent": {"1"}}
	if to != "" {
		back.Set("to", to)
	}
	return web.Redirect(w, r, "/sign-in?"+back.Encode())
}

// renamed says what is wrong with a field under the name that the form has for it.
func renamed(err error, from, to string) error {
	fields, ok := err.(fault.Fields)
	if !ok {
		return err
	}
	out := make(fault.Fields, len(fields))
	for i, f := range fields {
		if f.Name == from {
			f.Name = to
		}
		out[i] = f
	}
	return out
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
	ctx := r.Context()
	var a people.Arrival
	way := signin.ByLink
	err := p.cfg.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if a, err = p.cfg.People.UseLink(ctx, tx, r.PathValue("token")); err != nil {
			return err
		}
		if a.Console {
			way = signin.ByConsole
		}
		return p.beginIn(ctx, tx, a.Person.ID, way)
	})
	if err != nil {
		return p.deadLink(w, r, err)
	}
	return p.enter(w, r, a.Person.ID, a.To, way)
}

// deadLink shows why a link does not work, with the form for a new one at hand.
func (p *Pages) deadLink(w http.ResponseWriter, r *http.Request, err error) error {
	kind := fault.KindOf(err)
	if kind != fault.Gone && kind != fault.NotFound {
		return err
	}
	web.ProofFailed(r.Context(), "link", err)
	v := p.signInView(web.FormView{})
	v.problem = i18n.Fault(r.Context(), err)
	return p.showSignIn(w, r, web.Status(kind), v)
}

// passwordForm shows the form for address, password and code.
func (p *Pages) passwordForm(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	return web.Render(w, r, http.StatusOK, passwordPage(signInView{to: people.LocalPath(r.URL.Query().Get("to"))}))
}

// signInWithPassword signs in. What does not fit gets one answer, whatever it was and whosever it is not.
func (p *Pages) signInWithPassword(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	ctx, to := r.Context(), people.LocalPath(f.Values.Get("to"))
	person, err := p.cfg.SignIn.SignInWithPassword(ctx, f.Values.Get("who"), f.Values.Get("password"), f.Values.Get("code"), visitOf(ctx).browser)
	switch kind := fault.KindOf(err); {
	case err == nil:
		if err := p.begin(ctx, person, signin.ByPassword); err != nil {
			return err
		}
		return p.enter(w, r, person, to, signin.ByPassword)
	case kind == fault.Forbidden || kind == fault.TooMany:
		web.ProofFailed(ctx, "password", err)
		return web.Render(w, r, refusedStatus(kind), passwordPage(signInView{to: to, form: web.NewFormView("who", f.Values.Get("who")), problem: i18n.Fault(ctx, err)}))
	}
	return err
}

// refusedStatus is 422 for what does not fit: the form is shown again, and nobody is kept out.
func refusedStatus(k fault.Kind) int {
	if k == fault.Forbidden {
		return http.StatusUnprocessableEntity
	}
	return web.Status(k)
}

// signOut ends the session; for a guest it changes nothing.
func (p *Pages) signOut(w http.ResponseWriter, r *http.Request) error {
	if n, ok := signin.Of(r.Context()); ok {
		if err := p.end(r.Context(), n); err != nil {
			return err
		}
	}
	p.setCookie(w, sessionCookie, "", -1)
	w.Header().Set("Clear-Site-Data", `"cache"`) // what the back button would show
	return web.Redirect(w, r, "/")
}
