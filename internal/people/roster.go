package people

import (
	"context"
	"fmt"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/people/internal/peopledb"
)

// Colleague is one person of the staff at a glance, as far as who looks may see.
type Colleague struct {
	Person Person
	Held   []Standing // roles in force, resting and to come, covers included, at the places that one may see
	Checks Checks     // of those who hold a role with children; else empty
}

// WithChildren reports whether one of the roles is with children.
func (e Colleague) WithChildren() bool {
	return slices.ContainsFunc(e.Held, func(x Standing) bool { return WithChildren(x.Role) })
}

// mostRoster bounds the staff that one page shows: a network has hundreds of staff, not thousands.
const mostRoster = 1000

// Roster returns the staff at the places for which who acts holds people.see, by name. Of somebody who
// works elsewhere too, only what is at those places is told.
func (s *Service) Roster(ctx context.Context, q db.Queryer, at time.Time) ([]Colleague, error) {
	members, err := s.Staff(ctx, q, at, mostRoster)
	if err != nil {
		return nil, err
	}
	checked, err := s.ChecksOf(ctx, q, checkedAmong(members), at)
	if err != nil {
		return nil, err
	}
	covers, err := s.coversByPerson(ctx, q, members, at)
	if err != nil {
		return nil, err
	}
	var out []Colleague
	for _, m := range members {
		e := Colleague{Person: m.Person, Checks: checked[m.Person.ID]}
		held := covers[m.Person.ID]
		for i := len(m.Appointments) - 1; i >= 0; i-- {
			held = slices.Insert(held, 0, Standing{Appointment: m.Appointments[i]})
		}
		e.Held = seen(ctx, held)
		for i := range e.Held {
			e.Held[i].judge(at, e.Checks.ClearedUntil())
		}
		if len(e.Held) > 0 {
			out = append(out, e)
		}
	}
	return out, nil
}

// seen leaves out what is at places that who acts may not see.
func seen(ctx context.Context, held []Standing) []Standing {
	return slices.DeleteFunc(held, func(x Standing) bool { return access.CheckFor(ctx, access.PeopleSee, x.Organisation) != nil })
}

// checkedAmong returns who may need checks: everybody, since anybody may come to cover.
func checkedAmong(members []Member) []int64 {
	ids := make([]int64, len(members))
	for i, m := range members {
		ids[i] = m.Person.ID
	}
	return ids
}

func (s *Service) coversByPerson(ctx context.Context, q db.Queryer, members []Member, at time.Time) (map[int64][]Standing, error) {
	away, err := s.Absences(ctx, q, at, mostRoster)
	if err != nil {
		return nil, err
	}
	out := map[int64][]Standing{}
	for _, m := range members {
		if !slices.ContainsFunc(away, func(a Away) bool { return a.Cover == m.Person.ID }) {
			continue
		}
		if out[m.Person.ID], err = coversOf(ctx, q, m.Person.ID, m.Appointments, at); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Glance returns one person with their roles and checks. Who acts sees themselves, the staff of places for
// which they hold people.see, whom an inquiry ended there and, with people.see for the whole network,
// anybody. Faults: NotFound
// "people.unknown" for everybody else.
func (s *Service) Glance(ctx context.Context, q db.Queryer, person int64, at time.Time) (Colleague, error) {
	p, err := s.PersonByID(ctx, q, person)
	if err != nil {
		return Colleague{}, err
	}
	all, err := s.Standings(ctx, q, person, at)
	if err != nil {
		return Colleague{}, err
	}
	e := Colleague{Person: p, Held: all}
	me := access.PersonID(ctx)
	if me == 0 || me != person {
		e.Held = seen(ctx, all)
		if len(e.Held) == 0 {
			if err := s.mayStillSee(ctx, q, person); err != nil {
				return Colleague{}, err
			}
		}
	}
	checks, err := s.ChecksOf(ctx, q, []int64{person}, at)
	e.Checks = checks[person]
	return e, err
}

// mayStillSee asks whether who acts may see somebody who holds nothing at their places: with people.see for
// the whole network, or when it was an inquiry that ended what they held there.
func (s *Service) mayStillSee(ctx context.Context, q db.Queryer, person int64) error {
	if access.CheckFor(ctx, access.PeopleSee, access.Network) == nil {
		return nil
	}
	barred, err := s.found(ctx, q, person)
	if err != nil {
		return err
	}
	rows, err := peopledb.New().AppointmentsEver(ctx, q, person)
	if err != nil {
		return fmt.Errorf("people: appointments ever: %w", err)
	}
	was := slices.ContainsFunc(rows, func(r peopledb.Appointment) bool {
		return access.CheckFor(ctx, access.PeopleSee, r.OrganisationID) == nil
	})
	if !barred || !was {
		return fault.New(fault.NotFound, "people.unknown")
	}
	return nil
}

// Candidates returns who can cover at an organisation from a moment on: the staff there, less the one
// who is away, whose checks hold at that moment.
func (s *Service) Candidates(ctx context.Context, q db.Queryer, organisation, away int64, from time.Time) ([]Person, error) {
	members, err := s.Staff(ctx, q, s.d.Now(), mostRoster)
	if err != nil {
		return nil, err
	}
	checked, err := s.ChecksOf(ctx, q, checkedAmong(members), s.d.Now())
	if err != nil {
		return nil, err
	}
	var out []Person
	for _, m := range members {
		if _, ok := worksThere(m.Appointments, organisation, from); ok && m.Person.ID != away && from.Before(checked[m.Person.ID].ClearedUntil()) {
			out = append(out, m.Person)
		}
	}
	return out, nil
}

// MaySee asks whether who acts may see a person among the staff, as for Glance. Faults: NotFound
// "people.unknown".
func (s *Service) MaySee(ctx context.Context, q db.Queryer, person int64) error {
	return s.mayAt(ctx, q, access.PeopleSee, person)
}

// MayKeep asks whether who acts may write down how and when a person can be reached: themselves, or who
// arranges people where the person works. Faults: NotFound "people.unknown".
func (s *Service) MayKeep(ctx context.Context, q db.Queryer, person int64) error {
	return s.mayAt(ctx, q, access.PeopleArrange, person)
}

func (s *Service) mayAt(ctx context.Context, q db.Queryer, p access.Permission, person int64) error {
	if me := access.PersonID(ctx); me != 0 && me == person || access.CheckFor(ctx, p, access.Network) == nil {
		return nil
	}
	all, err := s.live(ctx, q, person, s.d.Now())
	if err == nil && !anywhere(ctx, p, all) {
		err = fault.New(fault.NotFound, "people.unknown")
	}
	return err
}
