// Package peopleweb is how people sign in, see themselves and, at the desk, are appointed: browser
// sessions, the pages around them and the gate that routes ask. The desk's pages of keys, with which
// programs prove themselves, are here too.
//
// It knows HTTP and no SQL. It must not decide who may do what: that is package access's to say.
package peopleweb

import (
	"context"
	"embed"
	"log/slog"
	"net/http"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/people"
	"manyhands/internal/people/account"
	"manyhands/internal/people/oidc"
	"manyhands/internal/people/reach"
	"manyhands/internal/people/signin"
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
	SignIn *signin.Service
	Reach  *reach.Service // how and when the staff can be reached
	// Fail answers a request whose session could not be read or kept: web.Mux.Fail.
	Fail func(w http.ResponseWriter, r *http.Request, err error)
	// Gifts returns a person's gifts, newest first and bounded: those made signed in and those made
	// as a guest under the same, proven, address.
	Gifts func(ctx context.Context, personID int64, email string) ([]GiftLine, error)
	// Account is what people do with their own account; nil: they sign in by mail and no more.
	Account *account.Service
	// NoSMS says that no short message leaves this installation, so that numbers cannot be proven.
	NoSMS bool
	// OIDC is the network's own provider; nil for none.
	OIDC *oidc.Client
	// Log is told why a provider could not be used; nil for nobody.
	Log *slog.Logger
	// GiftOfLink returns the gift of a private link or code as somebody pasted it. Faults: NotFound.
	GiftOfLink func(ctx context.Context, q db.Queryer, pasted string) (int64, error)
	// NoMail says that no mail leaves this installation, so that links are made on the server.
	NoMail bool
	// Organisations returns those in which people can be appointed and for which keys can be made.
	Organisations func(ctx context.Context) ([]Organisation, error)
}

// Pages answers the routes of this package.
type Pages struct {
	cfg        Config
	asks       *web.Limiter // wishes for links, by client address
	challenges *web.Limiter // and for passkeys' challenges
	exports    *web.Limiter // and for what they take along
}

// What one client address may ask for: a household or a school behind one address included.
const (
	asksPerMinute = 6
	asksAtOnce    = 12
	asksKeys      = 20_000

	challengesPerMinute = 30 // each look at the sign-in page asks for one
	challengesAtOnce    = 60

	exportsPerMinute = 2
	exportsAtOnce    = 4
)

// New returns the pages.
func New(cfg Config) *Pages {
	return &Pages{cfg: cfg, asks: web.NewLimiter(cfg.DB.Clock(), asksPerMinute, asksAtOnce, asksKeys),
		challenges: web.NewLimiter(cfg.DB.Clock(), challengesPerMinute, challengesAtOnce, asksKeys),
		exports:    web.NewLimiter(cfg.DB.Clock(), exportsPerMinute, exportsAtOnce, asksKeys)}
}

// Routes enters the pages into the table.
func (p *Pages) Routes(m *web.Mux) {
	m.Handle("GET /sign-in", web.Public, p.signIn)
	m.Handle("POST /sign-in", web.Public, p.ask)
	m.Handle("GET /sign-in/{token}", web.Public, p.link)
	m.Handle("POST /sign-in/{token}", web.Public, p.useLink)
	m.Handle("POST /sign-out", web.Public, p.signOut)
	p.signInRoutes(m)
	p.accountRoutes(m)
	p.staffRoutes(m)
	m.Handle("GET /desk/keys", web.Need(access.KeyManage), p.keys)
	m.Handle("POST /desk/keys", web.Need(access.KeyManage), p.makeKey)
	m.Handle("GET /desk/keys/{id}/revoke", web.Need(access.KeyManage), p.askRevoke)
	m.Handle("POST /desk/keys/{id}/revoke", web.Need(access.KeyManage), p.revokeKey)
}

// signInRoutes are those of stronger proofs than a link.
func (p *Pages) signInRoutes(m *web.Mux) {
	m.Handle("GET /sign-in/password", web.Public, p.passwordForm)
	m.Handle("POST /sign-in/password", web.Public, p.signInWithPassword)
	m.Handle("POST /sign-in/passkey", web.Public, p.signInWithPasskey)
	m.Handle("POST /sign-in/passkey/options", web.Public, p.askPasskey)
	m.Handle("GET /me/prove", web.SignedIn, p.prove)
	m.Handle("POST /me/prove", web.SignedIn, p.proveCode)
	m.Handle("POST /me/prove/link", web.SignedIn, p.proveByLink)
	m.Handle("POST /me/prove/passkey", web.SignedIn, p.proveWithPasskey)
	m.Handle("POST /me/prove/passkey/options", web.SignedIn, p.askOwnPasskey)
	m.Handle("GET /me/security", web.SignedIn, p.security)
	m.Handle("POST /me/security/passkeys", web.SignedIn, p.addPasskey)
	m.Handle("POST /me/security/passkeys/options", web.SignedIn, p.offerPasskey)
	m.Handle("POST /me/security/passkeys/{id}/remove", web.SignedIn, p.change("passkey_removed", p.removePasskey))
	m.Handle("GET /me/security/app", web.SignedIn, p.showApp)
	m.Handle("POST /me/security/app", web.SignedIn, p.offerApp)
	m.Handle("POST /me/security/app/confirm", web.SignedIn, p.confirmApp)
	m.Handle("POST /me/security/app/remove", web.SignedIn, p.change("app_removed", p.removeApp))
	m.Handle("GET /me/security/password", web.SignedIn, p.showPassword)
	m.Handle("POST /me/security/password", web.SignedIn, p.setPassword)
	m.Handle("POST /me/security/password/remove", web.SignedIn, p.change("password_removed", p.removePassword))
	m.Handle("POST /me/security/provider/remove", web.SignedIn, p.unlink)
	m.Handle("POST /me/security/codes", web.SignedIn, p.makeCodes)
	m.Handle("POST /me/security/sessions/end", web.SignedIn, p.change("sessions_ended", p.endSessions))
	m.Handle("POST /me/security/sessions/{id}/end", web.SignedIn, p.change("session_ended", p.endSession))
	m.Handle("POST /me/security/resets/{id}/end", web.SignedIn, p.change("reset_called_off", p.callOffOwnReset))
	m.Handle("GET /me/family", web.SignedIn, p.family)
	m.Handle("POST /me/family", web.SignedIn, p.sayFamily)
	m.Handle("GET /me/family/new", web.SignedIn, p.newFamily)
	m.Handle("POST /me/family/new", web.SignedIn, p.setFamily)
	m.Handle("GET /me/family/forgotten", web.SignedIn, p.forgotten)
	m.Handle("POST /me/family/forgotten", web.SignedIn, p.setForgotten)
	m.Handle("GET /desk/resets", web.Need(access.PeopleAppoint), p.resets)
	m.Handle("POST /desk/resets", web.Need(access.PeopleAppoint), p.askReset)
	m.Handle("POST /desk/resets/{id}/confirm", web.Need(access.PeopleAppoint), p.confirmReset)
	m.Handle("POST /desk/resets/{id}/end", web.Need(access.PeopleAppoint), p.callOffReset)
}

// staffRoutes are those of who is appointed to what, and of what that rests on.
func (p *Pages) staffRoutes(m *web.Mux) {
	see, arrange, appoint := web.Need(access.PeopleSee), web.Need(access.PeopleArrange), web.Need(access.PeopleAppoint)
	m.Handle("GET /desk/people", see, p.staff)
	m.Handle("POST /desk/people", arrange, p.appoint)
	m.Handle("POST /desk/people/appointments/{id}/end", arrange, p.endAppointment)
	m.Handle("GET /desk/people/{id}", see, p.person)
	m.Handle("POST /desk/people/{id}/checks", web.Need(access.CheckRecord), p.recordCheck)
	m.Handle("POST /desk/people/{id}/sign-out", appoint, p.endColleague)
	m.Handle("POST /desk/people/{id}/bar/lift", appoint, p.liftBar)
	m.Handle("GET /desk/people/checks", see, p.checks)
	m.Handle("GET /desk/people/cover", see, p.cover)
	m.Handle("POST /desk/people/cover", arrange, p.planCover)
	m.Handle("POST /desk/people/cover/{id}/name", web.SignedIn, p.nameCover) // by who is away too
	m.Handle("POST /desk/people/cover/{id}/end", web.SignedIn, p.endCover)
	m.Handle("GET /desk/people/duplicates", appoint, p.duplicates)
	m.Handle("GET /desk/people/merge", appoint, p.compare)
	m.Handle("POST /desk/people/merge", appoint, p.merge)
	m.Handle("POST /desk/people/merges/{id}/confirm", appoint, p.confirmMerge)
	m.Handle("POST /desk/people/merges/{id}/refuse", appoint, p.refuseMerge)
	m.Handle("POST /desk/people/merges/{id}/undo", appoint, p.undoMerge)
	m.Handle("GET /me/duties", web.SignedIn, p.work)
	m.Handle("POST /me/duties/absence", web.SignedIn, p.beAway)
	m.Handle("POST /me/duties/reach", web.SignedIn, p.addPoint)
	m.Handle("POST /me/duties/reach/{id}/remove", web.SignedIn, p.removePoint)
	m.Handle("POST /me/duties/hours", web.SignedIn, p.addHours)
	m.Handle("POST /me/duties/hours/{id}/remove", web.SignedIn, p.removeHours)
	m.Handle("POST /me/duties/conduct", web.SignedIn, p.acceptConduct)
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
	if weak(ctx) && access.Check(access.With(ctx, visitOf(ctx).full), access.Permission(need)) == nil {
		return fault.New(fault.Unauthenticated, "signin.prove")
	}
	return access.Check(ctx, access.Permission(need))
}

// Allowed answers for ui.Env.Allowed whether who acts in ctx holds a permission.
func Allowed(ctx context.Context, permission string) bool {
	return access.Allowed(ctx, access.Permission(permission))
}
