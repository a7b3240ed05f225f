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

// Config is what the pages stand on. The functions are wired by the app.
type Config struct {
	DB       *db.DB
	Children *child.Service
	Consents *consent.Service
	// Places returns the organisations at which a child can be enrolled: those where somebody is there to
	// take the enrolment up.
	Places func(ctx context.Context, r db.Queryer) ([]Place, error)
	// Organisations names any organisation. Faults: NotFound.
	Organisations consent.Names
	// Names returns what persons are called; unknown ones are left out.
	Names func(ctx context.Context, r db.Queryer, ids []int64) (map[int64]string, error)
}

// Pages answers the routes of this package.
type Pages struct{ cfg Config }

// New returns the pages.
func New(cfg Config) *Pages { return &Pages{cfg} }

// Routes enters the pages into the table. Whoever is signed in may come in; whose child it is, package
// child asks each time.
func (p *Pages) Routes(m *web.Mux) {
	for _, x := range []struct {
		pattern string
		h       web.Handler
	}{
		{"GET /me/children", p.list},
		{"GET /me/children/new", p.begin},
		{"POST /me/children/new", p.enrol},
		{"GET /me/children/join", p.joinForm},
		{"POST /me/children/join", p.join},
		{"GET /me/children/{id}", p.child},
		{"GET /me/children/{id}/fill/{group}", p.fillForm},
		{"POST /me/children/{id}/fill/{group}", p.fill},
		{"GET /me/children/{id}/guardians", p.guardians},
		{"POST /me/children/{id}/guardians", p.addGuardian},
		{"POST /me/children/{id}/guardians/me", p.changeMe},
		{"POST /me/children/{id}/guardians/papers", p.handIn},
		{"GET /me/children/{id}/files/{file}", p.file},
		{"GET /me/children/{id}/collectors", p.collectors},
		{"POST /me/children/{id}/collectors", p.addCollector},
		{"GET /me/children/{id}/collectors/never", p.never},
		{"POST /me/children/{id}/collectors/never", p.addNever},
		{"POST /me/children/{id}/collectors/{collector}/end", p.endCollector},
		{"GET /me/children/{id}/consents", p.consents},
		{"GET /me/children/{id}/consents/{matter}", p.matter},
		{"POST /me/children/{id}/consents/{matter}", p.answer},
		{"POST /me/children/{id}/consents/{matter}/withdraw", p.withdraw},
		{"GET /me/children/{id}/answers/{answer}", p.words},
		{"GET /me/children/{id}/looked", p.looked},
		{"GET /me/children/{id}/requests", p.requests},
		{"POST /me/children/{id}/requests", p.ask},
		{"GET /me/children/{id}/copy", p.copy},
		{"GET /me/children/{id}/copy.json", p.copyJSON},
	} {
		m.Handle(x.pattern, web.SignedIn, x.h)
	}
}
