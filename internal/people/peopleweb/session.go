package peopleweb

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/people/signin"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

const (
	sessionCookie = "mh_session"
	deviceCookie  = "mh_device"
)

// visit is what one request knows of the browser that sent it.
type visit struct {
	w       http.ResponseWriter
	browser signin.Browser
	// full is who acts with all their roles, when their session is too weak to use them; else nobody.
	full access.Actor
}

type visitKey struct{}

func visitOf(ctx context.Context) *visit {
	v, _ := ctx.Value(visitKey{}).(*visit)
	return v
}

// Middleware finds out who asks and puts them into the context, as access.Actor, as signin.Session and
// for the pages' header. Guests cost nothing; roles are read anew for each request, since appointments
// can end at any moment. It belongs inside whatever sets ui.Env.
func (p *Pages) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/static/") {
			next.ServeHTTP(w, r)
			return
		}
		v := &visit{w: w, browser: signin.Browser{Client: web.ClientKey(r), Device: signin.ParseDevice(r.UserAgent()), Token: p.cookie(r, deviceCookie)}}
		ctx := context.WithValue(r.Context(), visitKey{}, v)
		if token := p.cookie(r, sessionCookie); token != "" {
			var err error
			if ctx, err = p.identify(ctx, v, token); err != nil {
				p.cfg.Fail(w, r, err)
				return
			}
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// identify reads whose session a token opens. Staff who have shown no more than that they read a mailbox
// act without their roles.
func (p *Pages) identify(ctx context.Context, v *visit, token string) (context.Context, error) {
	now := p.cfg.DB.Now()
	var n signin.Session
	var found bool
	var actor access.Actor
	err := p.cfg.DB.Read(ctx, func(q *db.Reader) (err error) {
		if n, found, err = p.cfg.SignIn.Find(ctx, q, token, now); !found || err != nil {
			return err
		}
		actor, err = p.cfg.People.Actor(ctx, q, n.PersonID, now)
		return err
	})
	switch gone := fault.KindOf(err) == fault.NotFound; {
	case err != nil && !gone:
		return ctx, err
	case !found:
		return ctx, nil
	case gone || n.Over(isStaff(actor), now):
		return ctx, p.end(ctx, n)
	}
	if err := p.cfg.SignIn.See(ctx, n); err != nil {
		return ctx, err
	}
	v.browser.Session = n.ID
	web.Identified(ctx, actor.PersonID)
	ctx = signin.With(ctx, n, now)
	person := &ui.Person{Name: cmp.Or(actor.Name, i18n.T(ctx, "people.me.title")), Desk: access.Allowed(access.With(ctx, actor), access.DeskSee)}
	if isStaff(actor) && !n.Way.Strong() {
		v.full = actor
		actor.Roles, actor.Lapsed = nil, nil
	}
	return ui.WithPerson(access.With(ctx, actor), person), nil
}

func isStaff(a access.Actor) bool { return len(a.Roles)+len(a.Lapsed) > 0 }

// weak reports whether who acts is staff and has to show more before their roles count.
func weak(ctx context.Context) bool {
	v := visitOf(ctx)
	return v != nil && isStaff(v.full)
}

// end deletes a session's row.
func (p *Pages) end(ctx context.Context, n signin.Session) error {
	err := p.cfg.DB.Write(ctx, func(tx *db.Tx) error { return p.cfg.SignIn.End(ctx, tx, n.PersonID, n.ID) })
	if fault.KindOf(err) == fault.NotFound {
		return nil // another tab was first
	}
	return err
}

// begin starts a session for a person who has proved themselves in a way, in place of the one that the
// browser held.
func (p *Pages) begin(ctx context.Context, id int64, way signin.Way) error {
	return p.cfg.DB.Write(ctx, func(tx *db.Tx) error { return p.beginIn(ctx, tx, id, way) })
}

// beginIn is begin within a write. Cookies set by a body that runs twice are overwritten.
func (p *Pages) beginIn(ctx context.Context, tx *db.Tx, id int64, way signin.Way) error {
	v := visitOf(ctx)
	b, err := p.cfg.SignIn.Begin(ctx, tx, id, way, v.browser)
	if err != nil {
		return err
	}
	v.browser.Token = b.DeviceToken
	p.setCookie(v.w, sessionCookie, b.Token, int(signin.Life.Seconds()))
	p.setCookie(v.w, deviceCookie, b.DeviceToken, int(signin.DeviceLife.Seconds()))
	return nil
}

// enter sends somebody who has just signed in to the page they asked for, or to their first page; staff
// who have shown too little for the desk are asked for more on the way.
func (p *Pages) enter(w http.ResponseWriter, r *http.Request, id int64, to string, way signin.Way) error {
	to, err := p.entrance(r.Context(), id, to, way)
	if err != nil {
		return err
	}
	return web.Redirect(w, r, to)
}

func (p *Pages) entrance(ctx context.Context, id int64, to string, way signin.Way) (string, error) {
	var actor access.Actor
	err := p.cfg.DB.Read(ctx, func(q *db.Reader) (err error) {
		if id, err = p.cfg.People.Current(ctx, q, id); err == nil {
			actor, err = p.cfg.People.Actor(ctx, q, id, p.cfg.DB.Now())
		}
		return err
	})
	to = cmp.Or(to, firstPage(access.With(ctx, actor)))
	if isStaff(actor) && !way.Strong() && (to == "/desk" || strings.HasPrefix(to, "/desk/")) {
		to = provePath(to)
	}
	return to, err
}

func provePath(to string) string { return "/me/prove?" + url.Values{"to": {to}}.Encode() }

// firstPage is where those go who asked for no page: staff to the desk, givers to their gifts.
func firstPage(ctx context.Context) string {
	if access.Allowed(ctx, access.DeskSee) {
		return "/desk"
	}
	return "/me"
}

// cookieName has browsers insist on https, this very host and the whole of it (RFC 6265bis, 4.1.3).
func (p *Pages) cookieName(name string) string {
	if p.cfg.People.Secure() {
		return "__Host-" + name
	}
	return name
}

func (p *Pages) cookie(r *http.Request, name string) string {
	c, err := r.Cookie(p.cookieName(name))
	if err != nil {
		return ""
	}
	return c.Value
}

// setCookie sets a cookie in place of one of the same name that this answer sets already.
func (p *Pages) setCookie(w http.ResponseWriter, name, value string, seconds int) {
	c := &http.Cookie{Name: p.cookieName(name), Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: p.cfg.People.Secure(), SameSite: http.SameSiteLaxMode}
	var kept []string
	for _, line := range w.Header()["Set-Cookie"] {
		if !strings.HasPrefix(line, c.Name+"=") {
			kept = append(kept, line)
		}
	}
	w.Header()["Set-Cookie"] = append(kept, c.String())
}

// own returns the session by which who asks acts. Routes that need it are for those who have signed in.
func own(ctx context.Context) (signin.Session, error) {
	n, ok := signin.Of(ctx)
	if !ok {
		return n, fault.New(fault.Unauthenticated, "access.sign_in")
	}
	return n, nil
}
