package people

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/people/internal/peopledb"
)

// WithChildren reports whether a role works with children. Whoever holds one needs a valid inquiry with
// the police and the procuratorate (Minors Protection Law, art. 62); without it the role rests.
func WithChildren(r access.Role) bool {
	return r == access.Worker || r == access.Supervisor || r == access.SafeguardingLead
}

// Force says whether a role counts at a moment.
type Force string

// The states of force.
const (
	InForce Force = "in_force"
	Later   Force = "later"   // it has not begun
	Resting Force = "resting" // it is held, but a check is missing or has run out
)

// Standing is one role as somebody holds it at a moment: in their own right, or for somebody absent.
type Standing struct {
	Appointment           // of a cover: the appointment that is covered, from and until the absence's ends
	CoverFor    int64     // whose place is taken; 0 for a role of one's own
	Force       Force     // at the moment asked about
	Stops       time.Time // when it stops counting by itself; zero: nothing that we know of
	ByCheck     bool      // it is the check that ends first
}

// Standings returns the roles that a person holds at a moment or will hold, their own first, then those
// in which they cover. Whether they count is computed from the moment alone: nothing has to run for a
// role to begin, rest or end.
func (s *Service) Standings(ctx context.Context, q db.Queryer, person int64, at time.Time) ([]Standing, error) {
	own, err := s.live(ctx, q, person, at)
	if err != nil || len(own) == 0 {
		return nil, err
	}
	out := make([]Standing, 0, len(own))
	for _, a := range own {
		out = append(out, Standing{Appointment: a})
	}
	covers, err := coversOf(ctx, q, person, own, at)
	if err != nil {
		return nil, err
	}
	out = append(out, covers...)
	var until time.Time
	if slices.ContainsFunc(out, func(x Standing) bool { return WithChildren(x.Role) }) {
		if until, err = s.ClearedUntil(ctx, q, person, at); err != nil {
			return nil, err
		}
	}
	for i := range out {
		out[i].judge(at, until)
	}
	return out, nil
}

// judge says whether x counts at a moment. cleared is when the inquiry about the person runs out, zero
// when there is none in force.
func (x *Standing) judge(at, cleared time.Time) {
	x.Force, x.Stops, x.ByCheck = InForce, x.Ends, false
	if WithChildren(x.Role) {
		switch {
		case !at.Before(cleared):
			x.Force, x.ByCheck = Resting, true
		case x.Ends.IsZero() || cleared.Before(x.Ends):
			x.Stops, x.ByCheck = cleared, true
		}
	}
	if at.Before(x.Starts) {
		x.Force = Later
	}
}

// live returns a person's own appointments that hold at a moment or have not begun.
func (s *Service) live(ctx context.Context, q db.Queryer, person int64, at time.Time) ([]Appointment, error) {
	rows, err := peopledb.New().LiveAppointments(ctx, q, peopledb.LiveAppointmentsParams{PersonID: person, At: clock.Micros(at)})
	if err != nil {
		return nil, fmt.Errorf("people: appointments: %w", err)
	}
	out := make([]Appointment, len(rows))
	for i, r := range rows {
		out[i] = appointmentOf(r)
	}
	return out, nil
}

// coversOf returns the roles in which a person with these appointments of their own stands in for
// others, now or later.
func coversOf(ctx context.Context, q db.Queryer, person int64, own []Appointment, at time.Time) ([]Standing, error) {
	rows, err := peopledb.New().CoveredBy(ctx, q, peopledb.CoveredByParams{PersonID: person, At: clock.Micros(at)})
	if err != nil {
		return nil, fmt.Errorf("people: covers: %w", err)
	}
	var out []Standing
	for _, r := range rows {
		a := absenceOf(peopledb.AbsenceByIDRow(r))
		when := at
		if a.Starts.After(at) {
			when = a.Starts
		}
		until, works := worksThere(own, a.Organisation, when)
		if a.Person == person || !works || !a.held(when) {
			continue
		}
		x := Standing{Appointment: Appointment{ID: a.Appointment, PersonID: person, Role: a.Role, Organisation: a.Organisation,
			Starts: a.Starts, Ends: earlier(earlier(a.Ends, a.heldUntil), until), MadeBy: a.MadeBy, Made: a.Made}, CoverFor: a.Person}
		out = append(out, x)
	}
	return out, nil
}

// worksThere reports whether one of the appointments holds at an organisation at a moment, and until
// when the longest of them does; the zero time is for ever.
func worksThere(own []Appointment, organisation int64, at time.Time) (until time.Time, ok bool) {
	for _, a := range own {
		if !a.InForce(at) || a.Organisation != organisation && a.Organisation != access.Network {
			continue
		}
		if !ok || a.Ends.IsZero() || !until.IsZero() && a.Ends.After(until) {
			until = a.Ends
		}
		ok = true
	}
	return until, ok
}

// earlier returns the earlier of two ends, of which the zero time is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Actor returns the person as package access knows them: the roles in force at the given moment, and
// those that rest for want of a check. Faults: NotFound "people.unknown", for a second record that was
// merged into another and for who has left too, so that their sessions end.
func (s *Service) Actor(ctx context.Context, q db.Queryer, id int64, at time.Time) (access.Actor, error) {
	p, err := s.PersonByID(ctx, q, id)
	if err != nil {
		return access.Actor{}, err
	}
	kept, err := s.Current(ctx, q, id)
	if err != nil {
		return access.Actor{}, err
	}
	if kept != id || !p.Left.IsZero() {
		return access.Actor{}, fault.New(fault.NotFound, "people.unknown")
	}
	held, err := s.Standings(ctx, q, id, at)
	if err != nil {
		return access.Actor{}, err
	}
	a := access.Actor{PersonID: p.ID, Name: p.Called()}
	for _, x := range held {
		g := access.Grant{Role: x.Role, Organisation: x.Organisation}
		switch x.Force {
		case InForce:
			a.Roles = append(a.Roles, g)
		case Resting:
			a.Lapsed = append(a.Lapsed, g)
		}
	}
	return a, nil
}

// Current returns the record that stands for a person today: id itself, or the one that it was merged
// into.
func (s *Service) Current(ctx context.Context, q db.Queryer, id int64) (int64, error) {
	for range longestChain {
		kept, err := peopledb.New().KeptFor(ctx, q, id)
		if errors.Is(err, sql.ErrNoRows) {
			return id, nil
		}
		if err != nil {
			return 0, fmt.Errorf("people: merged into: %w", err)
		}
		id = kept
	}
	return id, nil
}

// Records returns all records of the person for whom id stands today: id first, then those merged into
// it. Whatever is done to a person as a whole, such as leaving, is done to each.
func (s *Service) Records(ctx context.Context, q db.Queryer, id int64) ([]int64, error) {
	out := []int64{id}
	for i := 0; i < len(out) && i < longestChain; i++ {
		gone, err := peopledb.New().MergedInto(ctx, q, out[i])
		if err != nil {
			return nil, fmt.Errorf("people: records of a person: %w", err)
		}
		out = append(out, gone...)
	}
	return out, nil
}

// longestChain is how many merges of merges are followed.
const longestChain = 16
