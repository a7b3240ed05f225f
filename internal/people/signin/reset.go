package signin

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/people"
	"manyhands/internal/people/signin/internal/signindb"
)

// How a reset goes.
const (
	ResetWait = 24 * time.Hour     // from asking, unless both have met the person: time to call it off
	resetLife = 7 * 24 * time.Hour // to be confirmed, and then to be used
)

// Reset lets somebody who has lost every way to sign in set up a new one after a link by mail. Two people
// answer for it, and whoever reads the mailbox is told first.
type Reset struct {
	ID          int64
	PersonID    int64
	AskedBy     int64
	AskedMet    bool // has met the person
	Asked       time.Time
	ConfirmedBy int64 // 0: nobody has
	Confirmed   time.Time
	Opens       time.Time // zero until it is confirmed
	Closes      time.Time
	Ended       time.Time // used or called off; zero: neither
}

// Opened reports whether a link is enough to begin anew.
func (r Reset) Opened(at time.Time) bool {
	return !r.Opens.IsZero() && !at.Before(r.Opens) && at.Before(r.Closes) && r.Ended.IsZero()
}

func resetOf(r signindb.OpenResetsRow) Reset {
	return Reset{ID: r.ID, PersonID: r.PersonID, AskedBy: r.AskedBy, AskedMet: r.AskedMet, Asked: clock.Time(r.AskedAt), ConfirmedBy: r.ConfirmedBy,
		Confirmed: clock.Time(r.ConfirmedAt), Opens: clock.Time(r.OpensAt), Closes: clock.Time(r.ClosesAt), Ended: clock.Time(r.EndedAt)}
}

// openReset returns the reset of a person that is under way, or an empty one.
func (s *Service) openReset(ctx context.Context, q db.Queryer, person int64, now time.Time) (Reset, error) {
	rows, err := s.q.OpenResetOf(ctx, q, signindb.OpenResetOfParams{PersonID: person, Now: clock.Micros(now)})
	if err != nil {
		return Reset{}, fmt.Errorf("signin: resets of a person: %w", err)
	}
	if len(rows) == 0 {
		return Reset{}, nil
	}
	return resetOf(signindb.OpenResetsRow(rows[0])), nil
}

// Resets returns those under way that who acts in ctx may have a say in, oldest first, at most 200.
func (s *Service) Resets(ctx context.Context, q db.Queryer, now time.Time) (out []Reset, err error) {
	rows, err := s.q.OpenResets(ctx, q, clock.Micros(now))
	if err != nil {
		return nil, fmt.Errorf("signin: resets: %w", err)
	}
	for _, r := range rows {
		switch _, err := s.mayReset(ctx, q, r.PersonID, now); fault.KindOf(err) {
		case fault.Forbidden, fault.NotFound:
		default:
			out = append(out, resetOf(r))
		}
	}
	return out, nil
}

// mayReset asks whether who acts in ctx may have a say in a reset of somebody: people.appoint everywhere
// that they are appointed, and for the whole network when they are nowhere. network: who acts holds it
// for the whole network. Faults: those of access.CheckFor; Forbidden "signin.reset_yourself".
func (s *Service) mayReset(ctx context.Context, q db.Queryer, person int64, now time.Time) (network bool, err error) {
	if person == access.PersonID(ctx) {
		return false, fault.New(fault.Forbidden, "signin.reset_yourself")
	}
	held, err := s.cfg.People.AppointmentsOf(ctx, q, person, now)
	if err != nil {
		return false, err
	}
	if len(held) == 0 {
		return true, access.CheckFor(ctx, access.PeopleAppoint, access.Network)
	}
	for _, a := range held {
		if err := access.CheckFor(ctx, access.PeopleAppoint, a.Organisation); err != nil {
			return false, err
		}
	}
	return access.CheckFor(ctx, access.PeopleAppoint, access.Network) == nil, nil
}

// Resettable returns the colleagues for whom who acts in ctx may ask, out of those handed in.
func (s *Service) Resettable(ctx context.Context, q db.Queryer, staff []people.Member, now time.Time) (out []people.Person) {
	for _, m := range staff {
		if _, err := s.mayReset(ctx, q, m.Person.ID, now); err == nil {
			out = append(out, m.Person)
		}
	}
	return out
}

// AskReset asks that somebody may begin anew; met says that who acts in ctx has met them about it. They
// are told. Faults: those of mayReset and CheckRecent; Conflict "signin.reset_open".
func (s *Service) AskReset(ctx context.Context, tx *db.Tx, person int64, met bool) (Reset, error) {
	if err := CheckRecent(ctx); err != nil {
		return Reset{}, err
	}
	if _, err := s.mayReset(ctx, tx, person, tx.Now()); err != nil {
		return Reset{}, err
	}
	open, err := s.openReset(ctx, tx, person, tx.Now())
	if err != nil {
		return Reset{}, err
	}
	if open.ID != 0 {
		return Reset{}, fault.New(fault.Conflict, "signin.reset_open")
	}
	r := Reset{ID: tx.NewID(), PersonID: person, AskedBy: access.PersonID(ctx), AskedMet: met, Asked: tx.Now(), Closes: tx.Now().Add(resetLife)}
	err = s.q.InsertReset(ctx, tx, signindb.InsertResetParams{ID: r.ID, PersonID: person, AskedBy: r.AskedBy, AskedMet: met,
		AskedAt: clock.Micros(r.Asked), ClosesAt: clock.Micros(r.Closes)})
	if err != nil {
		return Reset{}, fmt.Errorf("signin: ask for a reset: %w", err)
	}
	return r, s.noteReset(ctx, tx, "person.reset_asked", "reset_asked", r, r.AskedBy)
}

// ConfirmReset is the second person's word. One of the two must hold people.appoint for the whole
// network. The reset opens a day after it was asked for, or at once when both have met the colleague.
// Faults: NotFound "signin.reset_unknown"; Forbidden "signin.reset_twice" for the one who asked,
// "signin.reset_network"; those of AskReset; Conflict "signin.reset_ended".
func (s *Service) ConfirmReset(ctx context.Context, tx *db.Tx, id int64, met bool) (Reset, error) {
	r, network, err := s.resetFor(ctx, tx, id)
	if err != nil {
		return r, err
	}
	by := access.PersonID(ctx)
	switch {
	case by == r.AskedBy:
		return r, fault.New(fault.Forbidden, "signin.reset_twice")
	case !r.Ended.IsZero() || !r.Confirmed.IsZero() || !tx.Now().Before(r.Closes):
		return r, fault.New(fault.Conflict, "signin.reset_ended")
	}
	if !network {
		if network, err = s.forNetwork(ctx, tx, r.AskedBy); err != nil {
			return r, err
		}
		if !network {
			return r, fault.New(fault.Forbidden, "signin.reset_network")
		}
	}
	r.ConfirmedBy, r.Confirmed, r.Opens = by, tx.Now(), tx.Now()
	if wait := r.Asked.Add(ResetWait); !(met && r.AskedMet) && wait.After(r.Opens) {
		r.Opens = wait
	}
	r.Closes = r.Opens.Add(resetLife)
	n, err := s.q.ConfirmReset(ctx, tx, signindb.ConfirmResetParams{ConfirmedBy: by, ConfirmedMet: met, ConfirmedAt: clock.Micros(r.Confirmed),
		OpensAt: clock.Micros(r.Opens), ClosesAt: clock.Micros(r.Closes), ID: id})
	if err != nil {
		return r, fmt.Errorf("signin: confirm a reset: %w", err)
	}
	if n == 0 {
		return r, fault.New(fault.Conflict, "signin.reset_ended")
	}
	return r, s.noteReset(ctx, tx, "person.reset_confirmed", "reset_confirmed", r, by)
}

// forNetwork reports whether another person holds people.appoint for the whole network now.
func (s *Service) forNetwork(ctx context.Context, tx *db.Tx, person int64) (bool, error) {
	a, err := s.cfg.People.Actor(ctx, tx, person, tx.Now())
	if err != nil {
		return false, err
	}
	return access.CheckFor(access.With(ctx, a), access.PeopleAppoint, access.Network) == nil, nil
}

// resetFor reads a reset in which who acts in ctx has a say; others learn nothing of it.
func (s *Service) resetFor(ctx context.Context, tx *db.Tx, id int64) (r Reset, network bool, err error) {
	if err := CheckRecent(ctx); err != nil {
		return r, false, err
	}
	row, err := s.q.ResetByID(ctx, tx, id)
	if err != nil {
		return r, false, fmt.Errorf("signin: reset: %w", db.NotFound(err, "signin.reset_unknown"))
	}
	r = resetOf(signindb.OpenResetsRow(row))
	if network, err = s.mayReset(ctx, tx, r.PersonID, tx.Now()); err != nil {
		return r, false, fault.New(fault.NotFound, "signin.reset_unknown")
	}
	return r, network, nil
}

// CallOffReset ends a reset: by who has a say in it, or by the person themselves, who need not be able to
// prove more than they can. Faults: NotFound "signin.reset_unknown"; Conflict "signin.reset_ended".
func (s *Service) CallOffReset(ctx context.Context, tx *db.Tx, id int64) error {
	row, err := s.q.ResetByID(ctx, tx, id)
	if err != nil {
		return fmt.Errorf("signin: reset: %w", db.NotFound(err, "signin.reset_unknown"))
	}
	r := resetOf(signindb.OpenResetsRow(row))
	if r.PersonID != access.PersonID(ctx) {
		if _, err := s.mayReset(ctx, tx, r.PersonID, tx.Now()); err != nil {
			return fault.New(fault.NotFound, "signin.reset_unknown")
		}
	}
	return s.endReset(ctx, tx, r, access.PersonID(ctx), "person.reset_called_off")
}

func (s *Service) endReset(ctx context.Context, tx *db.Tx, r Reset, by int64, kind string) error {
	n, err := s.q.EndReset(ctx, tx, signindb.EndResetParams{Now: tx.NowMicros(), EndedBy: by, ID: r.ID})
	if err != nil {
		return fmt.Errorf("signin: end a reset: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "signin.reset_ended")
	}
	return r.note(ctx, tx, kind, by)
}

// note enters what became of a reset into the diary and into the trail, which holds for good who answered
// for it.
func (r Reset) note(ctx context.Context, tx *db.Tx, kind string, by int64) error {
	if err := event.Add(ctx, tx, kind, r.PersonID, by, nil); err != nil {
		return err
	}
	met := map[bool]string{true: "yes", false: "no"}
	data := map[string]string{"reset": clock.FormatID(r.ID), "asked_by": clock.FormatID(r.AskedBy), "asked_met": met[r.AskedMet]}
	if r.ConfirmedBy != 0 {
		data["confirmed_by"] = clock.FormatID(r.ConfirmedBy)
	}
	return note(ctx, tx, kind, r.PersonID, by, data)
}

func (s *Service) noteReset(ctx context.Context, tx *db.Tx, kind, what string, r Reset, by int64) error {
	if err := s.tell(ctx, tx, r.PersonID, what, Device{}); err != nil {
		return err
	}
	return r.note(ctx, tx, kind, by)
}
