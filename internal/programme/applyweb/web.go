// Package applyweb shows an organisation its way into the network, and verifiers their queue.
//
// It knows HTTP and no SQL, and decides no rule: package apply does. An application is seen by who
// answers for its organisation, by who may write the organisation at the desk, and by verifiers once it
// is handed in; for everybody else it is not there. A document leaves only as a download, and each time
// is noted in the audit trail.
package applyweb

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"net/http"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/audit"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/programme/apply"
	"manyhands/internal/web"
)

//go:embed text/*.toml
var texts embed.FS

// Texts holds the catalogues of the pages.
func Texts() fs.FS { return texts }

// Options are what the pages stand on.
type Options struct {
	DB    *db.DB
	Apply *apply.Service
}

// Pages answers the routes of this package.
type Pages struct {
	Options
}

// New returns the pages.
func New(o Options) *Pages { return &Pages{o} }

// Routes enters the pages into the table. Beyond what a route needs, an application is opened only to
// those whom it concerns.
func (p *Pages) Routes(m *web.Mux) {
	m.Handle("GET /apply", web.Public, p.front)
	m.Handle("POST /apply", web.SignedIn, p.begin)
	m.Handle("GET /apply/{id}", web.SignedIn, p.application)
	m.Handle("POST /apply/{id}", web.SignedIn, p.save)
	m.Handle("POST /apply/{id}/account", web.SignedIn, p.account)
	m.Handle("POST /apply/{id}/people", web.SignedIn, p.addPerson)
	m.Handle("POST /apply/{id}/people/end", web.SignedIn, p.endPerson)
	m.Handle("POST /apply/{id}/people/confirm", web.SignedIn, p.confirm)
	m.Handle("POST /apply/{id}/papers/{code}", web.SignedIn, p.handInPaper)
	m.Handle("GET /apply/{id}/documents/{document}", web.SignedIn, p.ownDocument)
	m.Handle("POST /apply/{id}/hand-in", web.SignedIn, p.handIn)
	m.Handle("POST /apply/{id}/appeal", web.SignedIn, p.appeal)

	verify, stop := web.Need(access.ProgrammeVerify), web.Need(access.OrganisationStop)
	m.Handle("POST /desk/organisations/{id}/application", web.Need(access.OrganisationEdit), p.open)
	m.Handle("GET /desk/verification", stop, p.queue)
	m.Handle("GET /desk/verification/{id}", stop, p.review)
	m.Handle("POST /desk/verification/{id}/items/{evidence}", verify, p.decide)
	m.Handle("POST /desk/verification/{id}/found/{code}", verify, p.record)
	m.Handle("POST /desk/verification/{id}/withdraw/{code}", verify, p.withdraw)
	m.Handle("POST /desk/verification/{id}/conflict", verify, p.declare)
	m.Handle("POST /desk/verification/{id}/return", verify, p.giveBack)
	m.Handle("POST /desk/verification/{id}/approve", verify, p.approve)
	m.Handle("POST /desk/verification/{id}/account", verify, p.showAccount)
	m.Handle("GET /desk/verification/{id}/documents/{document}", verify, p.document)
	m.Handle("GET /desk/verification/{id}/documents/{document}/look", verify, p.lookAt)
	m.Handle("POST /desk/verification/{id}/suspend", stop, p.suspend)
	m.Handle("POST /desk/verification/{id}/uphold", stop, p.uphold)
	m.Handle("POST /desk/verification/{id}/lift", stop, p.lift)
	m.Handle("POST /desk/verification/{id}/close", stop, p.closeForGood)
}

// pathID reads an id in the path.
func pathID(r *http.Request, name, key string) (int64, error) {
	n, err := clock.ParseID(r.PathValue(name))
	if err != nil {
		return 0, fault.Wrap(err, fault.NotFound, key)
	}
	return n, nil
}

// mine returns the organisation in the path if its application is the reader's to see: they answer for
// it, or write it at the desk. Everybody else is told that it is not there. asked tells that the reader was
// named by another and has not confirmed yet: they see it and change nothing.
func (p *Pages) mine(r *http.Request) (id int64, asked bool, err error) {
	if id, err = pathID(r, "id", "apply.none"); err != nil {
		return 0, false, err
	}
	ctx := r.Context()
	named, confirmed := false, false
	err = p.DB.Read(ctx, func(q *db.Reader) (err error) {
		if named, confirmed, err = apply.Answers(ctx, q, id, access.PersonID(ctx)); err != nil || named {
			return err
		}
		_, err = apply.ApplicationOf(ctx, q, id)
		return err
	})
	desk := access.CheckFor(ctx, access.OrganisationEdit, id) == nil
	if err == nil && !named && !desk {
		err = fault.New(fault.NotFound, "apply.none")
	}
	return id, named && !confirmed && !desk, err
}

// writable is mine for whoever wants to change something. Faults: Forbidden "apply.confirm_first".
func (p *Pages) writable(r *http.Request) (int64, error) {
	id, asked, err := p.mine(r)
	if err == nil && asked {
		err = fault.New(fault.Forbidden, "apply.confirm_first")
	}
	return id, err
}

// write runs body and returns what it refused of the form's fields apart from other failures.
func (p *Pages) write(ctx context.Context, body func(tx *db.Tx) error) (fault.Fields, error) {
	err := p.DB.Write(ctx, body)
	if fields, ok := errors.AsType[fault.Fields](err); ok {
		return fields, nil
	}
	return nil, err
}

// send answers with a document: a download and nothing else. That it was read is noted first.
func (p *Pages) send(w http.ResponseWriter, r *http.Request, organisation int64) error {
	id, err := pathID(r, "document", "checklist.no_document_here")
	if err != nil {
		return err
	}
	ctx := r.Context()
	var headers map[string]string
	var body []byte
	err = p.DB.Read(ctx, func(q *db.Reader) error {
		b, plain, err := p.Apply.Paper(ctx, q, organisation, id)
		headers, body = b.Headers(), plain
		return err
	})
	if err != nil {
		return err
	}
	if err := p.note(ctx, "document.read", organisation, id); err != nil {
		return err
	}
	for name, value := range headers {
		w.Header().Set(name, value)
	}
	_, _ = w.Write(body) // the reader may have gone
	return nil
}

func (p *Pages) note(ctx context.Context, kind string, organisation, subject int64) error {
	return p.DB.Write(ctx, func(tx *db.Tx) error {
		return audit.Add(ctx, tx, audit.Act{Kind: kind, Subject: subject, Organisation: organisation, Person: access.PersonID(ctx), Purpose: "verification"})
	})
}

// named is the name of a field in one of many like forms of a page, so that each has an id of its own.
func named(part, field string) string { return part + "_" + field }

// under gives fields that were refused the names that they have in the form of a part.
func under(part string, fields fault.Fields) fault.Fields {
	out := slices.Clone(fields)
	for i := range out {
		out[i].Name = named(part, out[i].Name)
	}
	return out
}

func applyPath(id int64) string { return "/apply/" + clock.FormatID(id) }

func deskPath(id int64) string { return "/desk/verification/" + clock.FormatID(id) }

// endOf turns a last day, at its beginning, into the moment after it.
func endOf(day time.Time) time.Time {
	if day.IsZero() {
		return day
	}
	return day.AddDate(0, 0, 1)
}
