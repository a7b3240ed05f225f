// Package peopleweb is how people sign in, see themselves and, at the desk, are appointed: browser
// sessions, the pages around them and the gate that routes ask. The desk's pages of keys, with which
// programs prove themselves, are here too.
//
// It knows HTTP and no SQL. It must not decide who may do what: that is package access's to say.
package peopleweb

import (
	"context"
	"embed"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/people"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// Texts holds the catalogues of the pages.
//
//go:embed text/*.toml
var Texts embed.FS

// GiftLine is one gift on its giver's own page.
type GiftLine struct {
	At     time.Time
	Title  i18n.Text // what it was for
	Amount money.Amount
	Href   string // where to follow it; "" for nowhere
	Tone   ui.Tone
	State  string // message key of the state's name
}

// Organisation is one that people can be appointed in, and keys made for.
type Organisation struct {
	ID   int64
	Name i18n.Text
}

// Config is what the pages stand on. The functions are wired by the app, since gifts and
// organisations belong to others; each may be nil.
type Config struct {
	DB     *db.DB
	People *people.Service
	// Fail answers a request whose session could not be read or kept: web.Mux.Fail.
	Fail func(w http.ResponseWriter, r *http.Request, err error)
	// Gifts returns a person's gifts, newest first and bounded: those made signed in and those made
	// as a guest under the same, proven, address.
	Gifts func(ctx context.Context, personID int64, email string) ([]GiftLine, error)
	// NoMail says that no mail leaves this installation, so that links are made on the server.
	NoMail bool
	// Organisations returns those in which people can be appointed and for which keys can be made.
	Organisations func(ctx context.Context) ([]Organisation, error)
}

// Pages answers the routes of this package.
type Pages struct {
	cfg      Config
	sessions *scs.SessionManager
	asks     *web.Limiter // wishes for links, by client address
}

// What one client address may ask for: a household or a school behind one address included.
const (
	asksPerMinute = 6
	asksAtOnce    = 12
	asksKeys      = 20_000
)

// New returns the pages.
func New(cfg Config) *Pages {
	return &Pages{cfg: cfg, sessions: newSessions(cfg),
		asks: web.NewLimiter(cfg.DB.Clock(), asksPerMinute, asksAtOnce, asksKeys)}
}

// Routes enters the pages into the table.
func (p *Pages) Routes(m *web.Mux) {
	m.Handle("GET /sign-in", web.Public, p.signIn)
	m.Handle("POST /sign-in", web.Public, p.ask)
	m.Handle("GET /sign-in/{token}", web.Public, p.link)
	m.Handle("POST /sign-in/{token}", web.Public, p.useLink)
	m.Handle("POST /sign-out", web.Public, p.signOut)
	m.Handle("GET /me", web.SignedIn, p.me)
	m.Handle("POST /me", web.SignedIn, p.saveMe)
	m.Handle("GET /desk/people", web.Need(access.PeopleSee), p.staff)
	m.Handle("POST /desk/people", web.Need(access.PeopleAppoint), p.appoint)
	m.Handle("POST /desk/people/appointments/{id}/end", web.Need(access.PeopleAppoint), p.endAppointment)
	m.Handle("GET /desk/keys", web.Need(access.KeyManage), p.keys)
	m.Handle("POST /desk/keys", web.Need(access.KeyManage), p.makeKey)
	m.Handle("GET /desk/keys/{id}/revoke", web.Need(access.KeyManage), p.askRevoke)
	m.Handle("POST /desk/keys/{id}/revoke", web.Need(access.KeyManage), p.revokeKey)
}

// Gate decides for web.Options.Gate whether who acts in ctx may come in.
func Gate(ctx context.Context, need web.Need) error {
	switch need {
	case web.Public:
		return nil
	case web.SignedIn:
		if _, ok := access.From(ctx); !ok {
			return fault.New(fault.Unauthenticated, "access.sign_in")
		}
		return nil
	}
	return access.Check(ctx, access.Permission(need))
}

// Allowed answers for ui.Env.Allowed whether who acts in ctx holds a permission.
func Allowed(ctx context.Context, permission string) bool {
	return access.Allowed(ctx, access.Permission(permission))
}
