package peopleweb

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/ui"
)

const (
	sessionLife = 30 * 24 * time.Hour // from signing in, whatever happens
	sessionIdle = 12 * time.Hour      // without a request
	seenStep    = 10 * time.Minute    // how exactly the last request is remembered; saves writes

	// What a session holds, each an int64.
	keyPerson = "person"
	keyBegan  = "began" // micros; kept here beside the library's own end, to follow the house's clock
	keySeen   = "seen"  // micros
)

func newSessions(cfg Config) *scs.SessionManager {
	m := scs.New()
	m.Lifetime = sessionLife
	m.Store = cfg.People.Sessions()
	m.HashTokenInStore = true
	m.ErrorFunc = cfg.Fail
	m.Cookie.Name = "mh_session"
	m.Cookie.HttpOnly, m.Cookie.SameSite, m.Cookie.Path = true, http.SameSiteLaxMode, "/"
	if cfg.People.Secure() {
		// The prefix has browsers insist on https, this very host and the whole of it (RFC 6265bis, 4.1.3).
		m.Cookie.Name, m.Cookie.Secure = "__Host-mh_session", true
	}
	return m
}

// Middleware finds out who asks and puts them into the context, as access.Actor and for the pages'
// header. Guests cost nothing; roles are read anew for each request, since appointments can end at
// any moment. It belongs inside whatever sets ui.Env.
func (p *Pages) Middleware(next http.Handler) http.Handler {
	known := p.sessions.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, err := p.identify(r.Context())
		if err != nil {
			p.cfg.Fail(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/static/") {
			next.ServeHTTP(w, r)
			return
		}
		known.ServeHTTP(w, r)
	})
}

// identify reads who the session belongs to and ends it when it is too old or has been idle too long.
func (p *Pages) identify(ctx context.Context) (context.Context, error) {
	id := p.sessions.GetInt64(ctx, keyPerson)
	if id == 0 {
		return ctx, nil
	}
	now := p.cfg.DB.Now()
	age := now.Sub(clock.Time(p.sessions.GetInt64(ctx, keyBegan)))
	idle := now.Sub(clock.Time(p.sessions.GetInt64(ctx, keySeen)))
	if age >= sessionLife || idle >= sessionIdle {
		return ctx, p.sessions.Destroy(ctx)
	}
	if idle >= seenStep {
		p.sessions.Put(ctx, keySeen, clock.Micros(now))
	}
	var actor access.Actor
	err := p.cfg.DB.Read(ctx, func(q *db.Reader) (err error) {
		actor, err = p.cfg.People.Actor(ctx, q, id, now)
		return err
	})
	if fault.KindOf(err) == fault.NotFound {
		return ctx, p.sessions.Destroy(ctx)
	}
	if err != nil {
		return ctx, err
	}
	ctx = access.With(ctx, actor)
	return ui.WithPerson(ctx, &ui.Person{Name: actor.Name, Desk: access.Allowed(ctx, access.DeskSee)}), nil
}

// begin starts a session for a person under a new token, so that a token planted before signing in is
// worth nothing.
func (p *Pages) begin(ctx context.Context, id int64) error {
	if err := p.sessions.Clear(ctx); err != nil {
		return err
	}
	if err := p.sessions.RenewToken(ctx); err != nil {
		return err
	}
	now := p.cfg.DB.NowMicros()
	p.sessions.Put(ctx, keyPerson, id)
	p.sessions.Put(ctx, keyBegan, now)
	p.sessions.Put(ctx, keySeen, now)
	return nil
}
