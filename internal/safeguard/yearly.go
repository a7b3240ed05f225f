package safeguard

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/audit"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/safeguard/internal/safeguarddb"
)

// Yearly is what the audit of minors' data asks for once a year (Regulation on the Protection of Minors in
// Cyberspace, art. 37; the result is filed by the end of January): how many records there are, on what
// consents they stand, who looked at them and what for, and what went wrong. It names nobody.
type Yearly struct {
	Year         int
	Organisation int64 // 0: the whole network
	Since, Until time.Time
	Filed        time.Time // by when the result is to be filed
	Records      child.Counts
	Consents     []consent.Count       // by purpose
	Grounds      []consent.GroundCount // on which something went on without consent
	Looks        []audit.Count
	Opened       int64 // in emergencies
	Justified    int64
	Unjustified  int64
	Came         int64      // reports that a child may be harmed, in the whole network
	Told         int64      // of these, authorities told
	Trail        audit.Head // where the audit trail ends, whole and verified
}

// Small is the smallest number that is shown as it is: below it one could tell whom it is about.
const Small = 5

// Shown writes a number as reports may show it.
func Shown(n int64) string {
	if n > 0 && n < Small {
		return "<" + strconv.Itoa(Small)
	}
	return strconv.FormatInt(n, 10)
}

// Concerns counts the reports of a span of time. Package app wires it.
type Concerns func(ctx context.Context, r db.Queryer, since, until time.Time) (came, told int64, err error)

// Yearly returns the figures of a calendar year in a time zone, of one organisation or, for access.Network,
// of all. Reports are counted for the network alone: a single one at a small place would tell of itself.
// Faults: those of access.CheckFor for whoever may not export the trail there.
func (s *Service) Yearly(ctx context.Context, r db.Queryer, organisation int64, year int, zone *time.Location) (Yearly, error) {
	y := Yearly{Year: year, Organisation: organisation, Since: time.Date(year, 1, 1, 0, 0, 0, 0, zone), Until: time.Date(year+1, 1, 1, 0, 0, 0, 0, zone),
		Filed: time.Date(year+1, 1, 31, 0, 0, 0, 0, zone)}
	if err := access.CheckFor(ctx, access.AuditExport, organisation); err != nil {
		return y, err
	}
	var err error
	if y.Trail, err = audit.Verify(ctx, r, nil); err != nil {
		return y, err
	}
	if y.Records, err = s.children.Counts(ctx, r, organisation, y.Since, y.Until); err != nil {
		return y, err
	}
	if y.Consents, err = consent.Counts(ctx, r, organisation, y.Since, y.Until); err != nil {
		return y, err
	}
	if y.Grounds, err = consent.GroundCounts(ctx, r, organisation, y.Since, y.Until); err != nil {
		return y, err
	}
	if y.Looks, err = audit.Counts(ctx, r, organisation, y.Since, y.Until); err != nil {
		return y, err
	}
	y.Looks = slices.DeleteFunc(y.Looks, func(c audit.Count) bool { return strings.HasPrefix(c.Kind, "concern.") })
	if s.o.Concerns != nil && organisation == access.Network {
		if y.Came, y.Told, err = s.o.Concerns(ctx, r, y.Since, y.Until); err != nil {
			return y, err
		}
	}
	g, err := q.CountGlass(ctx, r, safeguarddb.CountGlassParams{Since: clock.Micros(y.Since), Until: clock.Micros(y.Until), Organisation: organisation})
	if err != nil {
		return y, fmt.Errorf("safeguard: count: %w", err)
	}
	y.Opened, y.Justified, y.Unjustified = g.Opened, g.Justified, g.Unjustified
	return y, nil
}
