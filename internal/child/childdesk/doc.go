// Package childdesk is where those who work with children open and keep their records: workers,
// supervisors, safeguarding leads, and whoever takes a referral.
//
// A record is opened for a purpose, and the purpose stands in the address of the page: it decides which
// groups of fields come, and is in the trail. What a purpose does not show is named on the page with the
// reason. An address holds numbers alone; names are sent as forms and never come back in a link, a title
// or a heading of the browser. The package knows HTTP and no SQL and decides nothing: package child
// does, whose answers it shows. It must not log or keep what people typed.
package childdesk

import (
	"context"
	"embed"
	"io/fs"

	"manyhands/internal/access"
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

// Organisation is a place that a page names.
type Organisation struct {
	ID   int64
	Name i18n.Text
}

// Person is somebody of the staff.
type Person struct {
	ID   int64
	Name string
}

// Config is what the pages stand on. The functions are wired by the app.
type Config struct {
	DB       *db.DB
	Children *child.Service
	Consents *consent.Service
	// Organisations returns those that children can be referred to.
	Organisations func(ctx context.Context, r db.Queryer) ([]Organisation, error)
	// Places names any organisation. Faults: NotFound.
	Places consent.Names
	// Names returns what persons are called; unknown ones are left out.
	Names func(ctx context.Context, r db.Queryer, ids []int64) (map[int64]string, error)
	// Workers returns who is appointed to work with children at an organisation.
	Workers func(ctx context.Context, r db.Queryer, organisation int64) ([]Person, error)
	// Leads returns the safeguarding leads of an organisation, the network's too.
	Leads func(ctx context.Context, r db.Queryer, organisation int64) ([]Person, error)
	// Glass says that there is a page on which a record is opened in an emergency.
	Glass bool
}

// Pages answers the routes of this package.
type Pages struct{ cfg Config }

// New returns the pages.
func New(cfg Config) *Pages { return &Pages{cfg} }

// Routes enters the pages into the table.
func (p *Pages) Routes(m *web.Mux) {
	need := web.Need(access.RecordFind)
	for _, x := range []struct {
		pattern string
		h       web.Handler
	}{
		{"GET /desk/children", p.home},
		{"POST /desk/children", p.find},
		{"GET /desk/children/list/{purpose}", p.tonight},
		{"GET /desk/children/new", p.enrolForm},
		{"POST /desk/children/new", p.enrol},
		{"GET /desk/children/received", p.received},
		{"POST /desk/children/received", p.take},
		{"GET /desk/children/{id}", p.choose},
		{"GET /desk/children/{id}/{purpose}", p.record},
		{"GET /desk/children/{id}/{purpose}/edit/{group}", p.editForm},
		{"POST /desk/children/{id}/{purpose}/edit/{group}", p.edit},
		{"POST /desk/children/{id}/{purpose}/notes", p.addNote},
		{"GET /desk/children/{id}/{purpose}/notes/{note}", p.noteForm},
		{"POST /desk/children/{id}/{purpose}/notes/{note}", p.amendNote},
		{"POST /desk/children/{id}/{purpose}/files", p.attach},
		{"GET /desk/children/{id}/{purpose}/files/{file}", p.file},
		{"GET /desk/children/{id}/{purpose}/files/{file}/look", p.lookAt},
		{"GET /desk/children/{id}/{purpose}/collectors", p.collectors},
		{"POST /desk/children/{id}/{purpose}/collectors", p.addCollector},
		{"POST /desk/children/{id}/{purpose}/collectors/{collector}/end", p.endCollector},
		{"GET /desk/children/{id}/{purpose}/collectors/{collector}/photo", p.photo},
		{"POST /desk/children/{id}/{purpose}/collectors/{collector}/photo", p.setPhoto},
		{"GET /desk/children/{id}/care/door", p.door},
		{"POST /desk/children/{id}/care/door", p.atDoor},
		{"GET /desk/children/{id}/{purpose}/end", p.endForm},
		{"POST /desk/children/{id}/{purpose}/end", p.end},
		{"GET /desk/children/{id}/{purpose}/requests", p.requests},
		{"POST /desk/children/{id}/{purpose}/requests/{request}", p.decide},
		{"GET /desk/children/{id}/{purpose}/trail", p.trail},
		{"POST /desk/children/{id}/casework/accept", p.accept},
		{"GET /desk/children/{id}/casework/guardians", p.guardians},
		{"POST /desk/children/{id}/casework/guardians", p.addGuardian},
		{"POST /desk/children/{id}/casework/guardians/{guardian}/{act}", p.changeGuardian},
		{"GET /desk/children/{id}/casework/consents", p.consents},
		{"POST /desk/children/{id}/casework/consents/ask", p.ask},
		{"GET /desk/children/{id}/casework/consents/{matter}", p.matter},
		{"POST /desk/children/{id}/casework/consents/{matter}", p.answer},
		{"POST /desk/children/{id}/casework/consents/{matter}/withdraw", p.withdraw},
		{"GET /desk/children/{id}/casework/consents/{matter}/print", p.print},
		{"POST /desk/children/{id}/casework/consents/{matter}/remarks", p.remark},
		{"POST /desk/children/{id}/casework/consents/{matter}/remarks/{remark}/end", p.endRemark},
		{"GET /desk/children/{id}/casework/workers", p.workers},
		{"POST /desk/children/{id}/casework/workers", p.assign},
		{"POST /desk/children/{id}/casework/workers/{assignment}/end", p.unassign},
		{"GET /desk/children/{id}/casework/household", p.household},
		{"POST /desk/children/{id}/casework/household", p.join},
		{"POST /desk/children/{id}/casework/household/leave", p.leave},
		{"GET /desk/children/{id}/referral/handover", p.handover},
		{"POST /desk/children/{id}/referral/handover", p.refer},
		{"POST /desk/children/{id}/referral/handover/{referral}/revoke", p.revoke},
		{"GET /desk/children/{id}/safeguarding/override", p.overrideForm},
		{"POST /desk/children/{id}/safeguarding/override", p.override},
		{"GET /desk/children/{id}/safeguarding/override/{override}", p.overrideReason},
	} {
		m.Handle(x.pattern, need, x.h)
	}
}
