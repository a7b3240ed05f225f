package peopleweb

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"

	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
	"manyhands/internal/people/oidc"
	"manyhands/internal/people/signin"
	"manyhands/internal/web"
)

// providerCookie names the browser while its person is away at the provider.
const providerCookie = "mh_provider"

// providerLabel is what people call the network's own provider; false when there is none.
func (p *Pages) providerLabel(ctx context.Context) (string, bool) {
	if p.cfg.OIDC == nil {
		return "", false
	}
	return p.cfg.OIDC.Label().In(ctx), true
}

// providerTitle is what people call the provider, or that it is one.
func providerTitle(ctx context.Context, v securityView) string {
	return cmp.Or(v.provider, i18n.T(ctx, "signin.way.provider"))
}

// linkHost names a provider by its host: "id.example.org".
func linkHost(l oidc.Link) string {
	u, err := url.Parse(l.Issuer)
	if err != nil {
		return l.Issuer
	}
	return u.Host
}

// ifProvider answers 404 where the network has no provider of its own.
func (p *Pages) ifProvider(h web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if p.cfg.OIDC == nil {
			return fault.New(fault.NotFound, "fault.not_found.sentence")
		}
		return h(w, r)
	}
}

// provider sends the browser to the provider. It is a link and no form: the content security policy lets
// no form lead to another site.
func (p *Pages) provider(w http.ResponseWriter, r *http.Request) error {
	if !p.asks.Allow(web.ClientKey(r)) {
		return fault.New(fault.TooMany, "fault.too_many.sentence")
	}
	browser := oidc.NewBrowser()
	to, err := p.cfg.OIDC.Begin(r.Context(), browser, r.URL.Query().Get("to"))
	if err != nil {
		return p.providerFailed(w, r, err)
	}
	p.setProviderCookie(w, browser, int(oidc.CeremonyLife.Seconds()))
	return web.Redirect(w, r, to)
}

func (p *Pages) setProviderCookie(w http.ResponseWriter, value string, age int) {
	http.SetCookie(w, &http.Cookie{Name: providerCookie, Value: value, Path: "/sign-in/provider", MaxAge: age,
		HttpOnly: true, Secure: p.cfg.People.Secure(), SameSite: http.SameSiteLaxMode})
}

func browserOf(r *http.Request) string {
	c, err := r.Cookie(providerCookie)
	if err != nil {
		return ""
	}
	return c.Value
}

// back takes in what the provider sent the browser back with.
func (p *Pages) back(w http.ResponseWriter, r *http.Request) error {
	if !p.challenges.Allow(web.ClientKey(r)) {
		return fault.New(fault.TooMany, "fault.too_many.sentence")
	}
	w.Header().Set("Referrer-Policy", "no-referrer") // the address holds a code
	query := r.URL.Query()
	e, err := p.cfg.OIDC.Finish(r.Context(), browserOf(r), query.Get("state"), query.Get("code"))
	if err != nil {
		return p.providerFailed(w, r, err)
	}
	if e.Ticket != "" {
		w.Header().Set("Cache-Control", "no-store")
		label, _ := p.providerLabel(r.Context())
		return web.Render(w, r, http.StatusOK, confirmPage(confirmView{ticket: e.Ticket, email: e.Email, provider: label}))
	}
	return p.enterByProvider(w, r, e)
}

// linkProvider says yes to linking the provider's identity with the account of its address.
func (p *Pages) linkProvider(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	e, err := p.cfg.OIDC.Confirm(r.Context(), browserOf(r), f.Values.Get("ticket"))
	if err != nil {
		return p.providerFailed(w, r, err)
	}
	return p.enterByProvider(w, r, e)
}

func (p *Pages) enterByProvider(w http.ResponseWriter, r *http.Request, e oidc.Entry) error {
	p.setProviderCookie(w, "", -1)
	way := signin.ByAccount
	if e.Strong {
		way = signin.ByProvider
	}
	if err := p.begin(r.Context(), e.Person.ID, way); err != nil {
		return err
	}
	return p.enter(w, r, e.Person.ID, e.To, way)
}

// providerFailed shows why nobody was signed in, with the other ways at hand.
func (p *Pages) providerFailed(w http.ResponseWriter, r *http.Request, err error) error {
	if fault.KindOf(err) == fault.Internal {
		return err
	}
	web.ProofFailed(r.Context(), "provider", err)
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Err != nil && p.cfg.Log != nil {
		p.cfg.Log.WarnContext(r.Context(), "signing in with the provider failed", "error", e.Err)
	}
	w.Header().Set("Cache-Control", "no-store")
	return web.Render(w, r, statusOf(err), providerFailedPage(i18n.Fault(r.Context(), err)))
}

// confirmView is the page on which a new identity is linked.
type confirmView struct {
	ticket, email, provider string
}

// withTo is a path with where to go afterwards.
func withTo(path, to string) string {
	if to = people.LocalPath(to); to == "" {
		return path
	}
	return path + "?" + url.Values{"to": {to}}.Encode()
}
