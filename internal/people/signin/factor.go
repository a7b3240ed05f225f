package signin

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/people/signin/internal/signindb"
)

// InvitedFor is how long after an appointment a link alone is enough to set up the first passkey or code
// app. Later a stolen mailbox must not be: then two colleagues are needed.
const InvitedFor = 14 * 24 * time.Hour

// Standing is where a person stands with their ways to sign in.
type Standing struct {
	Session  Session
	Passkeys []Passkey
	App      time.Time // since when a code app is in force; zero: none
	Password time.Time // when the password was set; zero: none
	Codes    int64     // recovery codes left
	Family   time.Time // when the family code was set; zero: none
	Guardian bool      // answers for a child
	Staff    bool      // has an appointment
	Invited  bool      // was appointed within InvitedFor
	Reset    Reset     // the one under way, if any
	At       time.Time
}

// Strong reports whether the person can prove more than that they read a mailbox.
func (st Standing) Strong() bool { return len(st.Passkeys) > 0 || !st.App.IsZero() }

// First reports whether who acts may set up a way to sign in with what they have shown until now, which
// is little: because they have none yet, or because two colleagues let them begin anew.
func (st Standing) First() bool {
	return st.Reset.Opened(st.At) || !st.Strong() && st.Family.IsZero() && !st.Guardian && (!st.Staff || st.Invited)
}

// wellEnough reports whether what who acts has shown is enough to change their ways to sign in. A link and
// the family code are, but not for staff: it would lead to the desk.
func (st Standing) wellEnough() bool {
	return st.Session.Way.Strong() || st.First() || st.Session.Way == ByFamily && (!st.Staff || st.Invited && !st.Strong())
}

// MayAdd returns nil when who acts may add or change a way to sign in. Faults: Unauthenticated
// "signin.prove_again", "signin.prove"; Forbidden "signin.not_invited", "signin.family_worker".
func (st Standing) MayAdd() error {
	switch {
	case st.At.Sub(st.Session.Proven) >= RecentFor:
		return fault.New(fault.Unauthenticated, "signin.prove_again")
	case st.wellEnough():
		return nil
	case st.Strong(), st.Session.Way != ByFamily && !st.Family.IsZero() && !st.Staff:
		return fault.New(fault.Unauthenticated, "signin.prove")
	case st.Staff:
		return fault.New(fault.Forbidden, "signin.not_invited")
	}
	return errFamilyWorker
}

// Standing reads where who acts by n stands.
func (s *Service) Standing(ctx context.Context, q db.Queryer, n Session, now time.Time) (Standing, error) {
	st := Standing{Session: n, At: now}
	rows, err := s.q.PasskeysOf(ctx, q, n.PersonID)
	if err != nil {
		return st, fmt.Errorf("signin: passkeys: %w", err)
	}
	for _, r := range rows {
		st.Passkeys = append(st.Passkeys, Passkey{ID: r.ID, Name: r.Name, Made: clock.Time(r.MadeAt), Used: clock.Time(r.UsedAt)})
	}
	app, err := s.totp(ctx, q, n.PersonID)
	if err != nil {
		return st, err
	}
	st.App = clock.Time(app.MadeAt)
	word, err := s.password(ctx, q, n.PersonID)
	if err != nil {
		return st, err
	}
	st.Password = clock.Time(word.MadeAt)
	if st.Codes, err = s.q.CountRecoveryCodes(ctx, q, n.PersonID); err != nil {
		return st, fmt.Errorf("signin: recovery codes: %w", err)
	}
	code, err := s.familyCode(ctx, q, n.PersonID)
	if err != nil {
		return st, err
	}
	st.Family = clock.Time(code.MadeAt)
	if st.Guardian, err = s.cfg.Guardian(ctx, q, n.PersonID); err != nil {
		return st, err
	}
	held, err := s.cfg.People.AppointmentsOf(ctx, q, n.PersonID, now)
	if err != nil {
		return st, err
	}
	for _, a := range held {
		st.Staff = true
		st.Invited = st.Invited || now.Sub(a.Made) < InvitedFor
	}
	st.Reset, err = s.openReset(ctx, q, n.PersonID, now)
	return st, err
}

func (s *Service) password(ctx context.Context, q db.Queryer, person int64) (signindb.PasswordRow, error) {
	row, err := s.q.Password(ctx, q, person)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return row, fmt.Errorf("signin: password: %w", err)
	}
	return row, nil
}

func (s *Service) mayAdd(ctx context.Context, tx *db.Tx, n Session) (Standing, error) {
	st, err := s.Standing(ctx, tx, n, tx.Now())
	if err != nil {
		return st, err
	}
	return st, st.MayAdd()
}

// mayRemove is asked after something was removed. Faults: Unauthenticated "signin.prove_again" and
// "signin.prove"; Conflict "signin.last_factor" when the desk could not be opened any more, and
// "signin.family_first" when the pages of a child could not.
func (s *Service) mayRemove(ctx context.Context, tx *db.Tx, n Session) error {
	st, err := s.Standing(ctx, tx, n, tx.Now())
	switch {
	case err != nil:
		return err
	case st.At.Sub(n.Proven) >= RecentFor:
		return fault.New(fault.Unauthenticated, "signin.prove_again")
	case !n.Way.Strong():
		return fault.New(fault.Unauthenticated, "signin.prove")
	}
	return st.left()
}

// ProviderRemoved is called in the write that took an identity at the network's provider out of the account
// of who acts by n. It ends their other sessions and tells them. Faults: those of Standing.MayAdd; Conflict
// "signin.last_factor" and "signin.family_first" when nothing is left that opens the desk, or the pages of
// a child.
func (s *Service) ProviderRemoved(ctx context.Context, tx *db.Tx, n Session) error {
	st, err := s.mayAdd(ctx, tx, n)
	if err != nil {
		return err
	}
	if err := st.left(); err != nil {
		return err
	}
	return s.changed(ctx, tx, n, "provider_removed")
}

// left returns a fault when a person could not get to where they belong any more.
func (st Standing) left() error {
	switch {
	case st.Staff && !st.Strong():
		return fault.New(fault.Conflict, "signin.last_factor")
	case st.Guardian && !st.Strong() && st.Family.IsZero():
		return fault.New(fault.Conflict, "signin.family_first")
	}
	return nil
}

// begunAnew deletes the old ways of a person whom two colleagues let begin anew, before the first new
// one is added.
func (s *Service) begunAnew(ctx context.Context, tx *db.Tx, st Standing) error {
	if !st.Reset.Opened(st.At) {
		return nil
	}
	if err := s.forgetFactors(ctx, tx, st.Session.PersonID); err != nil {
		return err
	}
	return s.endReset(ctx, tx, st.Reset, st.Session.PersonID, "person.reset_used")
}

func (s *Service) forgetFactors(ctx context.Context, tx *db.Tx, person int64) error {
	for what, forget := range map[string]func() error{
		"passkeys":        func() error { return s.q.DeletePasskeys(ctx, tx, person) },
		"the password":    func() error { _, err := s.q.DeletePassword(ctx, tx, person); return err },
		"recovery codes":  func() error { return s.q.DeleteRecoveryCodes(ctx, tx, person) },
		"the family code": func() error { return s.q.DeleteFamilyCode(ctx, tx, person) },
		"papers for one":  func() error { return s.q.DeleteFamilyPapers(ctx, tx, person) },
		"the code app":    func() error { _, err := s.q.DeleteTOTP(ctx, tx, person); return err },
	} {
		if err := forget(); err != nil {
			return fmt.Errorf("signin: forget %s: %w", what, err)
		}
	}
	return nil
}

// changed ends the other sessions of who acts by n, tells them what was changed and enters it into the
// diary.
func (s *Service) changed(ctx context.Context, tx *db.Tx, n Session, what string) error {
	if err := s.EndOthers(ctx, tx, n.PersonID, n.ID); err != nil {
		return err
	}
	if err := s.tell(ctx, tx, n.PersonID, what, n.Device); err != nil {
		return err
	}
	return event.Add(ctx, tx, "person."+what, n.PersonID, n.PersonID, nil)
}

// SetPassword sets the password of who acts by n, or changes it for whoever knows the current one; whoever
// does not removes it first, with another proof. It opens together with a code only. It ends their other
// sessions and tells them. Faults: Fields naming "password" or "current"; Conflict "signin.app_first";
// TooMany "signin.wait" (Minutes); those of Standing.MayAdd.
func (s *Service) SetPassword(ctx context.Context, n Session, current, typed string, b Browser) error {
	var email, kept string
	err := s.d.Read(ctx, func(q *db.Reader) error {
		st, err := s.Standing(ctx, q, n, s.d.Now())
		if err == nil {
			err = st.MayAdd()
		}
		if err != nil {
			return err
		}
		if st.App.IsZero() {
			return errAppFirst
		}
		row, err := s.password(ctx, q, n.PersonID)
		if err != nil {
			return err
		}
		p, err := s.cfg.People.PersonByID(ctx, q, n.PersonID)
		email, kept = p.Email, row.Hash
		return err
	})
	if err != nil {
		return err
	}
	local, _, _ := strings.Cut(email, "@")
	chosen, err := newPassword(typed, append(s.names(), email, local)...)
	if err != nil {
		return err
	}
	if err := s.sayCurrent(ctx, n, current, kept, b); err != nil {
		return err
	}
	hash, err := s.hashes.hash(ctx, chosen)
	if err != nil {
		return err
	}
	return s.d.Write(ctx, func(tx *db.Tx) error {
		if st, err := s.mayAdd(ctx, tx, n); err != nil || st.App.IsZero() {
			return errors.Join(err, appMissing(st))
		}
		switch row, err := s.password(ctx, tx, n.PersonID); {
		case err != nil:
			return err
		case row.Hash != kept:
			return errCurrent // another tab was first
		}
		if err := s.q.PutPassword(ctx, tx, signindb.PutPasswordParams{PersonID: n.PersonID, Hash: hash, MadeAt: tx.NowMicros()}); err != nil {
			return fmt.Errorf("signin: keep a password: %w", err)
		}
		return s.changed(ctx, tx, n, "password_set")
	})
}

var errCurrent = fault.Fields{{Name: "current", Key: "signin.current_wrong"}}

// sayCurrent checks the current password, where there is one. A wrong one counts as a guess.
func (s *Service) sayCurrent(ctx context.Context, n Session, current, kept string, b Browser) error {
	if kept == "" {
		return nil
	}
	g, err := s.guesserOf(ctx, n, b)
	if err != nil {
		return err
	}
	if err := s.take(ctx, g); err != nil {
		return err
	}
	word, ok := password(current)
	right, err := s.hashes.matches(ctx, word, kept)
	if err != nil {
		return err
	}
	if !right || !ok {
		return errCurrent
	}
	return s.d.Write(ctx, func(tx *db.Tx) error { return s.right(ctx, tx, g) })
}

var errAppFirst = fault.New(fault.Conflict, "signin.app_first")

func appMissing(st Standing) error {
	if st.App.IsZero() {
		return errAppFirst
	}
	return nil
}

// RemovePassword deletes the password of who acts by n. Faults as RemovePasskey.
func (s *Service) RemovePassword(ctx context.Context, tx *db.Tx, n Session) error {
	if _, err := s.q.DeletePassword(ctx, tx, n.PersonID); err != nil {
		return fmt.Errorf("signin: remove a password: %w", err)
	}
	if err := s.mayRemove(ctx, tx, n); err != nil {
		return err
	}
	return s.changed(ctx, tx, n, "password_removed")
}

// RemoveApp deletes the code app of who acts by n, and the password, which is nothing without it. Faults
// as RemovePasskey.
func (s *Service) RemoveApp(ctx context.Context, tx *db.Tx, n Session) error {
	if _, err := s.q.DeletePassword(ctx, tx, n.PersonID); err != nil {
		return fmt.Errorf("signin: remove a password: %w", err)
	}
	if _, err := s.q.DeleteTOTP(ctx, tx, n.PersonID); err != nil {
		return fmt.Errorf("signin: remove a code app: %w", err)
	}
	if err := s.mayRemove(ctx, tx, n); err != nil {
		return err
	}
	return s.changed(ctx, tx, n, "app_removed")
}
