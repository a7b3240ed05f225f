package account

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/people/account/internal/accountdb"
)

// LeaveAfter is how long a person can take it back that they want to leave.
const LeaveAfter = 7 * 24 * time.Hour

// askAgain is when a person is looked at again who may not leave on their day, having taken on a duty
// since they asked.
const askAgain = 24 * time.Hour

// Leaving is a wish to leave.
type Leaving struct {
	Asked time.Time // zero: there is none
	Due   time.Time // when it becomes final
}

// LeavingOf returns a person's wish to leave; the zero value when there is none.
func (s *Service) LeavingOf(ctx context.Context, r db.Queryer, person int64) (Leaving, error) {
	row, err := q.LeavingOf(ctx, r, person)
	if errors.Is(err, sql.ErrNoRows) {
		return Leaving{}, nil
	}
	if err != nil {
		return Leaving{}, fmt.Errorf("account: leaving: %w", err)
	}
	return Leaving{Asked: clock.Time(row.AskedAt), Due: clock.Time(row.DueAt)}, nil
}

// Held returns the message keys of what a person has to hand over before they can leave.
func (s *Service) Held(ctx context.Context, r db.Queryer, person int64) ([]string, error) {
	var out []string
	for _, h := range s.cfg.Holders {
		keys, err := h.Holds(ctx, r, person)
		if err != nil {
			return nil, fmt.Errorf("account: who holds a person: %w", err)
		}
		out = append(out, keys...)
	}
	return out, nil
}

// AskLeave notes that a person wants to leave, and tells them by mail until when they can take it back.
// Again it changes nothing. Faults: Conflict "account.held" while something holds them.
func (s *Service) AskLeave(ctx context.Context, tx *db.Tx, person int64) error {
	held, err := s.Held(ctx, tx, person)
	if err != nil {
		return err
	}
	if len(held) > 0 {
		return fault.New(fault.Conflict, "account.held")
	}
	n, err := q.AskLeaving(ctx, tx, accountdb.AskLeavingParams{PersonID: person, AskedAt: tx.NowMicros(),
		DueAt: clock.Micros(tx.Now().Add(LeaveAfter))})
	if err != nil {
		return fmt.Errorf("account: leave: %w", err)
	}
	if n == 0 {
		return nil
	}
	if err := event.Add(ctx, tx, "person.leaving", person, person, nil); err != nil {
		return err
	}
	return s.tellMail(ctx, tx, person, "account.mail_leaving", "Link", s.cfg.BaseURL+"/me/data")
}

// Stay takes a wish to leave back. Without one it changes nothing.
func (s *Service) Stay(ctx context.Context, tx *db.Tx, person int64) error {
	n, err := q.StopLeaving(ctx, tx, person)
	if err != nil {
		return fmt.Errorf("account: stay: %w", err)
	}
	if n == 0 {
		return nil
	}
	return event.Add(ctx, tx, "person.stays", person, person, nil)
}

// LeaveDue makes final what is due. A person who has taken on a duty meanwhile stays until it is handed
// over.
func (s *Service) LeaveDue(ctx context.Context) error {
	var due []int64
	err := s.d.Read(ctx, func(r *db.Reader) (err error) {
		due, err = q.DueLeavings(ctx, r, s.d.NowMicros())
		return err
	})
	if err != nil {
		return fmt.Errorf("account: who leaves today: %w", err)
	}
	for _, person := range due { // what goes wrong with one keeps nobody else
		err = errors.Join(err, s.d.Write(ctx, func(tx *db.Tx) error { return s.leave(ctx, tx, person) }))
	}
	return err
}

// leave deletes what is known of a person: here, in their row, with every Forgetter, and last the key
// under which anything of theirs is sealed anywhere, old copies included.
func (s *Service) leave(ctx context.Context, tx *db.Tx, person int64) error {
	held, err := s.Held(ctx, tx, person)
	if err != nil {
		return err
	}
	if len(held) > 0 {
		return q.PutOffLeaving(ctx, tx, accountdb.PutOffLeavingParams{DueAt: clock.Micros(tx.Now().Add(askAgain)), PersonID: person})
	}
	n, err := q.LeavingDone(ctx, tx, accountdb.LeavingDoneParams{Now: tx.NowMicros(), PersonID: person})
	if err != nil || n == 0 {
		return err // taken back a moment ago
	}
	if err := s.tellMail(ctx, tx, person, "account.mail_left"); err != nil {
		return err
	}
	records, err := s.people.Records(ctx, tx, person) // second records that were merged into this one too
	if err != nil {
		return err
	}
	for _, id := range records {
		if err := s.leaveRecord(ctx, tx, id); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) leaveRecord(ctx context.Context, tx *db.Tx, person int64) error {
	addresses, err := s.Addresses(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, f := range s.cfg.Forgetters {
		if err := f.Forget(ctx, tx, person, addresses); err != nil {
			return fmt.Errorf("account: forget a person: %w", err)
		}
	}
	if err := s.forget(ctx, tx, person, addresses); err != nil {
		return err
	}
	return s.people.Leave(ctx, tx, person)
}

// forget deletes the rows of this package, and the person's key.
func (s *Service) forget(ctx context.Context, tx *db.Tx, person int64, addresses []string) error {
	_, err := q.DeletePhone(ctx, tx, person)
	err = errors.Join(err, q.DeletePastAddresses(ctx, tx, person), q.DeleteWish(ctx, tx, person), q.DeleteKept(ctx, tx, person))
	for _, a := range addresses {
		err = errors.Join(err, q.DeleteRefusals(ctx, tx, s.addressHash(a)))
	}
	if err != nil {
		return fmt.Errorf("account: forget: %w", err)
	}
	if _, err := s.vault.Destroy(ctx, tx, person); err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	return nil
}
