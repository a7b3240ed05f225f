// Package safeguardweb is the pages of safeguarding leads: emergencies, the audit trail, how long records
// are kept and the proof that one was destroyed, and the yearly audit of minors' data. The page on which
// a colleague opens a record in an emergency is here too.
//
// It knows HTTP and no SQL and decides nothing: package safeguard does. No page holds a name of a child.
package safeguardweb

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/safeguard"
	"manyhands/internal/web"
)

//go:embed text/*.toml
var texts embed.FS

// Texts holds the catalogues of the pages.
func Texts() fs.FS { return texts }

// Organisation is a place that a page names.
type Organisation struct {
	ID      int64
	Name    i18n.Text
	Stopped bool // suspended
}

// Config is what the pages stand on. The functions are wired by the app.
type Config struct {
	DB        *db.DB
	Safeguard *safeguard.Service
	Children  *child.Service
	Zone      *time.Location
	// Prove returns nil when who acts has proved who they are a moment ago: asked before a record is opened
	// in an emergency or destroyed.
	Prove func(ctx context.Context) error
	// Organisations returns all organisations.
	Organisations func(ctx context.Context) ([]Organisation, error)
	// PersonByEmail returns whom the staff know under an address.
	PersonByEmail func(ctx context.Context, r db.Queryer, email string) (int64, error)
	// Names returns what persons are called.
	Names func(ctx context.Context, r db.Queryer, ids []int64) (map[int64]string, error)
}

// Pages answers the routes of this package.
type Pages struct{ cfg Config }

// New returns the pages.
func New(cfg Config) *Pages { return &Pages{cfg: cfg} }

// Routes enters the pages into the table.
func (p *Pages) Routes(m *web.Mux) {
	find, review, search := web.Need(access.RecordFind), web.Need(access.GlassReview), web.Need(access.AuditSearch)
	m.Handle("GET /desk/glass", find, p.glasses)
	m.Handle("GET /desk/glass/{record}", find, p.askGlass)
	m.Handle("POST /desk/glass/{record}", find, p.breakGlass)
	m.Handle("POST /desk/glass/{id}/end", find, p.shut)
	m.Handle("POST /desk/glass/{id}/review", review, p.review)
	m.Handle("GET /desk/audit", search, p.audit)
	m.Handle("GET /desk/audit/whole", web.Need(access.AuditExport), p.export)
	m.Handle("GET /desk/retention", review, p.retention)
	m.Handle("POST /desk/retention/hold", review, p.hold)
	m.Handle("POST /desk/retention/{record}/lift", review, p.lift)
	m.Handle("GET /desk/retention/kinds/{kind}/due", review, p.askDue)
	m.Handle("POST /desk/retention/kinds/{kind}/due", review, p.dispose)
	m.Handle("GET /desk/retention/heirs", review, p.heirs)
	m.Handle("POST /desk/retention/heirs", review, p.handOver)
	m.Handle("GET /desk/retention/{record}/erase", review, p.askErase)
	m.Handle("POST /desk/retention/{record}/erase", review, p.erase)
	m.Handle("GET /desk/retention/{record}/proof", search, p.proof)
	m.Handle("GET /desk/minors", web.Need(access.AuditExport), p.yearly)
	m.Handle("GET /desk/minors/export", web.Need(access.AuditExport), p.exportYearly)
}

func idOf(r *http.Request, name, key string) (int64, error) {
	id, err := clock.ParseID(r.PathValue(name))
	if err != nil {
		return 0, fault.Wrap(err, fault.NotFound, key)
	}
	return id, nil
}

// known are the names that a page shows: persons, organisations and codes of records.
type known struct {
	people map[int64]string
	places map[int64]i18n.Text
	codes  map[int64]string
}

func (p *Pages) known(ctx context.Context, tx *db.Tx, people, records []int64) (k known, err error) {
	if k.people, err = p.cfg.Names(ctx, tx, people); err != nil {
		return k, err
	}
	list, err := p.cfg.Organisations(ctx)
	if err != nil {
		return k, err
	}
	k.places, k.codes = map[int64]i18n.Text{}, map[int64]string{}
	for _, o := range list {
		k.places[o.ID] = o.Name
	}
	for _, purpose := range []access.Purpose{access.Safeguarding, access.Casework} {
		briefs, err := p.cfg.Children.Briefs(ctx, tx, records, purpose)
		if err != nil {
			return k, err
		}
		for _, b := range briefs {
			k.codes[b.ID] = b.Code
		}
	}
	return k, nil
}

// code is what a record is called: its code where the reader may know it, else its number.
func (k known) code(record int64) string {
	if c, ok := k.codes[record]; ok {
		return c
	}
	return clock.FormatID(record)
}
