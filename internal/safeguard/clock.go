package safeguard

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/fault"
)

// Kind is a kind of thing that is kept for a time.
type Kind string

// The kinds whose end a lead confirms.
const (
	Records      Kind = "record"      // children's records
	Reports      Kind = "report"      // that a child may be harmed
	Checks       Kind = "check"       // of people: references, notes, documents
	Applications Kind = "application" // of organisations, that were returned and left
	Requests     Kind = "request"     // of guardians: what they wrote and what was answered
	Emergencies  Kind = "emergency"   // why a record was opened, and what the review found
)

// The kinds that end by themselves, or never.
const (
	Trail   Kind = "trail"   // the audit trail
	Session Kind = "session" // browsers in which somebody is signed in
	Device  Kind = "device"  // browsers that are known
	Leaving Kind = "leaving" // accounts whose owner wants to leave
	Backup  Kind = "backup"  // keys in backups
)

// Clock says for how long a kind of thing is kept. Since when, why, and by which source are texts:
// safeguard.clock.<kind>_from and safeguard.clock.<kind>_why.
type Clock struct {
	Kind    Kind
	Days    int    // 0: for good
	Two     bool   // takes two leads
	Itself  bool   // nobody has to confirm
	Setting string // that changes Days; "" for none
}

// clocks are the usual times: the one table of what is kept for how long. Where care.md is silent the time
// is a default of ours, to be set by whoever answers for the network.
func clocks() []Clock {
	return []Clock{
		{Kind: Records, Days: 1095, Setting: "keep_records_days"},            // three years, as attendance and consents
		{Kind: Reports, Days: 9131, Two: true, Setting: "keep_reports_days"}, // 25 years: a child of any age is grown up
		{Kind: Checks, Days: 2192, Setting: "keep_checks_days"},              // six years
		{Kind: Applications, Days: 730, Setting: "keep_applications_days"},
		{Kind: Requests, Days: 1095, Setting: "keep_requests_days"},
		{Kind: Emergencies, Days: 1095, Setting: "keep_emergencies_days"},
		{Kind: Trail, Itself: true},
	}
}

// Clocks returns for how long everything is kept here, in the order in which pages list it.
func (s *Service) Clocks() []Clock { return s.clocks }

// setClocks joins the usual times, those that were set, and those of things that end by themselves.
func setClocks(set map[Kind]int, itself []Clock) []Clock {
	all := clocks()
	for i, c := range all {
		if set[c.Kind] > 0 {
			all[i].Days = set[c.Kind]
		}
	}
	for _, c := range itself {
		c.Itself = true
		all = append(all, c)
	}
	return all
}

// clockOf returns the clock of a kind that a lead confirms. Faults: NotFound "safeguard.no_kind".
func (s *Service) clockOf(kind Kind) (Clock, error) {
	for _, c := range s.clocks {
		if c.Kind == kind && !c.Itself {
			return c, nil
		}
	}
	return Clock{}, fault.New(fault.NotFound, "safeguard.no_kind")
}

// cut is the moment at or before which something must have ended for its time to have run out.
func (c Clock) cut(now time.Time) time.Time { return now.AddDate(0, 0, -c.Days) }

// Runs is when the time of something that ended at a moment runs out.
func (c Clock) Runs(ended time.Time) time.Time { return ended.AddDate(0, 0, c.Days) }

// Due is one thing whose time has run out.
type Due struct {
	ID           int64
	Organisation int64  // access.Network for none, or the whole network
	Record       int64  // the child's record that it is about; 0 for none
	Name         string // what the page calls it: a code, or what somebody is called
	Ended        time.Time
	AskedBy      int64 // who would destroy it, where it takes two; 0 for nobody
}

// Keeper keeps one kind of thing. Package app wires those that other packages keep.
type Keeper interface {
	// Due returns what ended at or before a moment, that who acts may destroy and that nothing holds, the
	// oldest first.
	Due(ctx context.Context, tx *db.Tx, before time.Time, most int32) ([]Due, error)
	// Destroy destroys it and returns the proof that its key is gone, "" for what has no key of its own and
	// was emptied.
	Destroy(ctx context.Context, tx *db.Tx, d Due) (proof string, err error)
}

// mostDue is how many are read before those are left out that are not who acts': what is due at one place must
// not hide what is due at another.
const mostDue = 5000

// Keep sets who keeps a kind of thing that another package owns.
func (s *Service) Keep(kind Kind, k Keeper) { s.keepers[kind] = k }

// Due returns the things of a kind whose time has run out, that who acts may destroy, at most MaxPage, the
// oldest first. What a legal hold keeps is left out. Faults: NotFound "safeguard.no_kind".
func (s *Service) Due(ctx context.Context, tx *db.Tx, kind Kind) ([]Due, error) {
	c, err := s.clockOf(kind)
	if err != nil {
		return nil, err
	}
	keeper, ok := s.keepers[kind]
	if !ok {
		return nil, nil
	}
	list, err := keeper.Due(ctx, tx, c.cut(tx.Now()), mostDue)
	list = list[:min(len(list), MaxPage)]
	if err != nil || !c.Two || len(list) == 0 {
		return list, err
	}
	asks, err := q.Asks(ctx, tx, string(kind))
	if err != nil {
		return nil, fmt.Errorf("safeguard: who asked: %w", err)
	}
	by := map[int64]int64{}
	for _, a := range asks {
		by[a.SubjectID] = a.ByID
	}
	for i := range list {
		list[i].AskedBy = by[list[i].ID]
	}
	return list, nil
}

// lead reports whether who acts is a lead for an organisation.
func lead(ctx context.Context, organisation int64) bool {
	return access.CheckFor(ctx, access.GlassReview, organisation) == nil
}
