package signin

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/audit"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
)

// MayEnd returns nil when who acts in ctx may end a colleague's sessions: whoever may have a say in letting
// them begin anew. Faults: Forbidden "signin.end_own"; those of access.CheckFor.
func (s *Service) MayEnd(ctx context.Context, q db.Queryer, person int64, now time.Time) error {
	if person == access.PersonID(ctx) {
		return fault.New(fault.Forbidden, "signin.end_own")
	}
	_, err := s.mayReset(ctx, q, person, now)
	return err
}

// EndColleague ends all sessions of a colleague at once, because a device was lost or somebody else sits at
// it. Their ways to sign in stay. They are told, and it stands in the trail. Ending none is no fault, so
// that a second press does nothing. Faults: those of CheckRecent and MayEnd; NotFound "people.unknown".
func (s *Service) EndColleague(ctx context.Context, tx *db.Tx, person int64) error {
	if err := CheckRecent(ctx); err != nil {
		return err
	}
	if _, err := s.cfg.People.PersonByID(ctx, tx, person); err != nil {
		return err
	}
	if err := s.MayEnd(ctx, tx, person, tx.Now()); err != nil {
		return err
	}
	open, err := s.Sessions(ctx, tx, person, tx.Now())
	if err != nil || len(open) == 0 {
		return err
	}
	if err := s.EndAll(ctx, tx, person); err != nil {
		return err
	}
	if err := s.tell(ctx, tx, person, "sessions_ended", Device{}); err != nil {
		return err
	}
	by := access.PersonID(ctx)
	if err := event.Add(ctx, tx, "person.sessions_ended_by_colleague", person, by, nil); err != nil {
		return err
	}
	return note(ctx, tx, "person.sessions_ended", person, by, nil)
}

// note enters into the trail what one person did about how another signs in.
func note(ctx context.Context, tx *db.Tx, kind string, person, by int64, data map[string]string) error {
	all := map[string]string{"person": clock.FormatID(person)}
	for k, v := range data {
		all[k] = v
	}
	if err := audit.Add(ctx, tx, audit.Act{Kind: kind, Subject: person, Person: by, Data: all}); err != nil {
		return fmt.Errorf("signin: trail: %w", err)
	}
	return nil
}
