// Package programmeweb shows the directory: what is needed, by whom, how it was checked; and lets the
// desk write it.
//
// It knows HTTP and no SQL, and decides no rule: package programme does. How something is given is
// not its matter either: a need's page leaves a place for the form that whoever runs gifts hands in.
package programmeweb

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/programme"
	"manyhands/internal/web"
)

//go:embed text/*.toml
var texts embed.FS

// Texts holds the catalogues of the pages.
func Texts() fs.FS { return texts }

// Options are what the pages stand on.
type Options struct {
	DB *db.DB
	// Appointed says who works for an organisation and cannot verify it.
	Appointed programme.Appointed
	// Applied is nil where nobody applies.
	Applied Applied
	// Promise renders the form by which somebody promises something to a need that is open; nil leaves
	// the place empty.
	Promise func(ctx context.Context, n programme.NeedView) templ.Component
}

// Applied says whether an organisation has an application, by which it comes into the network.
type Applied func(ctx context.Context, r db.Queryer, organisation int64) (bool, error)

// Pages answers the routes of this package.
type Pages struct {
	Options
	surroundings surroundings
}

// New returns the pages.
func New(o Options) *Pages { return &Pages{Options: o} }

// Routes enters the pages into the table. Beyond what a route needs, a change is allowed only to whom
// the permission is given for the organisation in question.
func (p *Pages) Routes(m *web.Mux) {
	m.Handle("GET /needs", web.Public, p.needs, web.Search)
	m.Handle("GET /needs/{slug}", web.Public, p.need)
	m.Handle("GET /programmes", web.Public, p.programmes, web.Search)
	m.Handle("GET /programmes/{slug}", web.Public, p.programme)
	m.Handle("GET /organisations/{slug}", web.Public, p.organisation)

	see, edit := web.Need(access.DeskSee), web.Need(access.NeedEdit)
	m.Handle("GET /desk/needs", see, p.deskNeeds)
	m.Handle("GET /desk/needs/new", edit, p.newNeed)
	m.Handle("POST /desk/needs", edit, p.createNeed)
	m.Handle("GET /desk/needs/{id}", see, p.deskNeed)
	m.Handle("POST /desk/needs/{id}", edit, p.saveNeed)
	m.Handle("POST /desk/needs/{id}/publish", edit, p.publishNeed)
	m.Handle("POST /desk/needs/{id}/close", edit, p.closeNeed)

	edit = web.Need(access.OrganisationEdit)
	m.Handle("GET /desk/organisations", see, p.deskOrganisations)
	m.Handle("GET /desk/organisations/new", edit, p.newOrganisation)
	m.Handle("POST /desk/organisations", edit, p.createOrganisation)
	m.Handle("GET /desk/organisations/{id}", see, p.deskOrganisation)
	m.Handle("POST /desk/organisations/{id}", edit, p.saveOrganisation)
	m.Handle("GET /desk/organisations/{id}/programmes/new", edit, p.newProgramme)
	m.Handle("POST /desk/organisations/{id}/programmes", edit, p.createProgramme)
	m.Handle("GET /desk/programmes/{id}", see, p.deskProgramme)
	m.Handle("POST /desk/programmes/{id}", edit, p.saveProgramme)
	m.Handle("POST /desk/programmes/{id}/publish", edit, p.publishProgramme)
	m.Handle("POST /desk/programmes/{id}/suspend", edit, p.suspendProgramme)
	m.Handle("POST /desk/programmes/{id}/verify", web.Need(access.ProgrammeVerify), p.verify)
}

// id reads the id in the path.
func id(r *http.Request, key string) (int64, error) {
	n, err := clock.ParseID(r.PathValue("id"))
	if err != nil {
		return 0, fault.Wrap(err, fault.NotFound, key)
	}
	return n, nil
}

// write runs body and returns what it refused of the form's fields apart from other failures.
func (p *Pages) write(ctx context.Context, body func(tx *db.Tx) error) (fault.Fields, error) {
	err := p.DB.Write(ctx, body)
	if fields, ok := errors.AsType[fault.Fields](err); ok {
		return fields, nil
	}
	return nil, err
}

// endOf turns a last day, at its beginning, into the moment after it.
func endOf(day time.Time) time.Time {
	if day.IsZero() {
		return day
	}
	return day.AddDate(0, 0, 1)
}

// lastDay is the day that endOf was given, as a form writes it.
func lastDay(end time.Time, zone *time.Location) string {
	if end.IsZero() {
		return ""
	}
	return end.Add(-time.Microsecond).In(zone).Format(time.DateOnly)
}
