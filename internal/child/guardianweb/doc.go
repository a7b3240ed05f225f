// Package guardianweb is what guardians see of their children's records: they enrol a child, say yes or
// no to each purpose, name who collects the child, read who looked, and ask for a correction, a copy or
// an erasure.
//
// Its readers are often grandparents with a cheap telephone: one thing a screen, short words, large
// buttons, and nothing that needs a script. An address holds numbers alone, and neither a title of the
// browser nor a log has a name. The package knows HTTP and no SQL and decides nothing: package child does
// and says "not found" of every record that is not the reader's. It must not show one guardian what
// another answered, wrote or can be reached by.
package guardianweb

import (
	"context"
	"embed"
	"io/fs"
	"strings"
	"time"

	"manyhands/internal/child"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/web"
)

//go:embed text/*.toml
var texts embed.FS

// Texts holds the catalogues of the pages.
func Texts() fs.FS { return texts }

// Place is an organisation that takes children.
type Place struct {
	ID   int64
	Name i18n.Text
	Town i18n.Text
}

// Erased is a record that was destroyed because a guardian asked: all that they can still be told.
type Erased struct {
	Code    string
	At      time.Time
	Backups time.Time // from when on no backup holds it either
}

// Config is what the pages stand on. The functions are wired by the app.
type Config struct {
	DB       *db.DB
	Children *child.Service
	Consents *consent.Service
	// Prove and ProveAgain return a fault until who acts has shown more than a mailbox or a telephone: in
	// this session, and within minutes. ProvePath is where to show it, on the way to a page.
	Prove, ProveAgain func(context.Context) error
	ProvePath         func(to string) string
	// Places returns the organisations at which a child can be enrolled: those where somebody is there to
	// take the enrolment up.
	Places func(ctx context.Context, r db.Queryer) ([]Place, error)
	// Erased returns the records that were destroyed because who acts asked for it, the latest first.
	Erased func(ctx context.Context, r db.Queryer) ([]Erased, error)
	// Organisations names any organisation. Faults: NotFound.
	Organisations consent.Names
	// Names returns what persons are called; unknown ones are left out.
	Names func(ctx context.Context, r db.Queryer, ids []int64) (map[int64]string, error)
}

// Pages answers the routes of this package.
type Pages struct{ cfg Config }

// New returns the pages.
func New(cfg Config) *Pages { return &Pages{cfg} }

// Routes enters the pages into the table. Whoever is signed in and has proved themselves well may come in;
// whose child it is, package child asks each time. Taking a yes back waits for no proof but being signed
// in: withdrawing must be as easy as giving (Personal Information Protection Law, Art. 15), on the day on
// which a family code is forgotten too.
func (p *Pages) Routes(m *web.Mux) {
	const once, fresh = false, true // what is asked for once in a session, and anew within minutes
	table := []struct {
		pattern string
		h       web.Handler
		fresh   bool
	}{
		{"GET /me/children", p.list, once},
		{"GET /me/children/new", p.begin, once},
		{"POST /me/children/new", p.enrol, once},
		{"GET /me/children/join", p.joinForm, once},
		{"POST /me/children/join", p.join, once},
		{"GET /me/children/{id}", p.child, once},
		{"GET /me/children/{id}/fill/{group}", p.fillForm, once},
		{"POST /me/children/{id}/fill/{group}", p.fill, once},
		{"GET /me/children/{id}/guardians", p.guardians, once},
		{"POST /me/children/{id}/guardians", p.addGuardian, once},
		{"POST /me/children/{id}/guardians/me", p.changeMe, once},
		{"POST /me/children/{id}/guardians/papers", p.handIn, once},
		{"GET /me/children/{id}/files/{file}", p.file, once},
		{"GET /me/children/{id}/collectors", p.collectors, fresh},
		{"POST /me/children/{id}/collectors", p.addCollector, fresh},
		{"GET /me/children/{id}/collectors/never", p.never, fresh},
		{"POST /me/children/{id}/collectors/never", p.addNever, fresh},
		{"POST /me/children/{id}/collectors/{collector}/end", p.endCollector, fresh},
		{"GET /me/children/{id}/collectors/{collector}/photo", p.photo, fresh},
		{"POST /me/children/{id}/collectors/{collector}/photo", p.setPhoto, fresh},
		{"GET /me/children/{id}/send", p.send, fresh},
		{"POST /me/children/{id}/send", p.sendOnce, fresh},
		{"POST /me/children/{id}/send/{pickup}/end", p.endPickup, fresh},
		{"GET /me/children/{id}/consents", p.consents, once},
		{"GET /me/children/{id}/consents/{matter}", p.matter, once},
		{"POST /me/children/{id}/consents/{matter}", p.answer, once},
		{"GET /me/children/{id}/answers/{answer}", p.words, once},
		{"GET /me/children/{id}/looked", p.looked, once},
		{"GET /me/children/{id}/requests", p.requests, fresh},
		{"POST /me/children/{id}/requests", p.ask, fresh},
		{"GET /me/children/{id}/copy", p.copy, fresh},
		{"GET /me/children/{id}/copy.json", p.copyJSON, fresh},
	}
	pages := map[string]bool{}
	for _, x := range table {
		pages[x.pattern] = true
	}
	for _, x := range table {
		_, at, _ := strings.Cut(x.pattern, " ")
		m.Handle(x.pattern, web.SignedIn, p.guarded(x.h, x.fresh, formPage(pages, "GET "+at)))
	}
	m.Handle("GET /me/children/stop", web.SignedIn, p.stop)
	m.Handle("POST /me/children/{id}/consents/{matter}/withdraw", web.SignedIn, p.withdraw)
}
