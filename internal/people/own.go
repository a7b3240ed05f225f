package people

import (
	"context"
	"fmt"

	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/people/internal/peopledb"
)

// AddPerson makes a person without an address: one who signs in by telephone. lang may be empty.
func (s *Service) AddPerson(ctx context.Context, tx *db.Tx, lang i18n.Lang) (Person, error) {
	id := tx.NewID()
	_, err := peopledb.New().InsertPerson(ctx, tx, peopledb.InsertPersonParams{ID: id, Lang: string(lang), MadeAt: tx.NowMicros()})
	if err != nil {
		return Person{}, fmt.Errorf("people: add a person: %w", err)
	}
	return s.PersonByID(ctx, tx, id)
}

// SetEmail gives a person another address, which they have proven, or none: "". Faults: Fields naming
// "email"; Conflict "people.email_taken" when it is another person's, or the person has left.
func (s *Service) SetEmail(ctx context.Context, tx *db.Tx, id int64, email string) error {
	if email != "" {
		folded, err := Email(email)
		if err != nil {
			return err
		}
		email = folded
	}
	n, err := peopledb.New().SetEmail(ctx, tx, peopledb.SetEmailParams{Email: email, ID: id})
	if err != nil {
		return fmt.Errorf("people: change an address: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "people.email_taken")
	}
	return nil
}

// Leave empties a person's row: no address, no name, no language. What refers to the row keeps it, and
// nobody can sign in as the person any more. Again it changes nothing.
func (s *Service) Leave(ctx context.Context, tx *db.Tx, id int64) error {
	n, err := peopledb.New().Leave(ctx, tx, peopledb.LeaveParams{Now: tx.NowMicros(), ID: id})
	if err != nil {
		return fmt.Errorf("people: leave: %w", err)
	}
	if n == 0 {
		return nil
	}
	return event.Add(ctx, tx, "person.left", id, 0, nil)
}

// CountOpenAppointments returns how many appointments of a person have not ended: those to come too.
func (s *Service) CountOpenAppointments(ctx context.Context, q db.Queryer, person int64) (int64, error) {
	n, err := peopledb.New().CountOpen(ctx, q, peopledb.CountOpenParams{PersonID: person, At: s.d.NowMicros()})
	if err != nil {
		return 0, fmt.Errorf("people: open appointments: %w", err)
	}
	return n, nil
}
