package programme

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/programme/internal/programmedb"
)

// ReviewWithin is how long a suspension stands before somebody else must have looked at it.
const ReviewWithin = 3 * 24 * time.Hour

// SuspendReasons lists why an organisation is suspended, in the order in which a form offers them.
func SuspendReasons() []string {
	return []string{"children", "money", "certificate", "false_information", "law", "other"}
}

// Suspension is one time for which an organisation was stopped.
type Suspension struct {
	ID           int64
	Organisation int64
	Reason       string // one of SuspendReasons
	Note         string // for the staff; at most MaxShort characters
	By           int64
	At           time.Time
	ReviewBy     time.Time // until when somebody else has to look
	ReviewedBy   int64     // who looked and upheld it; 0: nobody yet
	ReviewedAt   time.Time
	LiftFirstBy  int64 // who said first that it can end; 0: nobody
	LiftFirstAt  time.Time
	LiftedBy     int64
	LiftedAt     time.Time // zero: in force
}

// Overdue reports whether nobody has looked at it in time.
func (s Suspension) Overdue(now time.Time) bool {
	return s.LiftedAt.IsZero() && s.ReviewedBy == 0 && now.After(s.ReviewBy)
}

// SuspendOrganisation stops an organisation at once: it is hidden with all its programmes and needs, takes
// no gifts, is paid nothing, and its programs are refused (see MayAct). reason is one of SuspendReasons.
// Faults: Invalid fields reason, note; Conflict "programme.not_published" for a draft. Suspending again
// changes nothing.
func SuspendOrganisation(ctx context.Context, tx *db.Tx, id int64, reason, note string, by int64) error {
	o, err := OrganisationByID(ctx, tx, id)
	if err != nil || o.State == Suspended {
		return err
	}
	if o.State == Draft {
		return fault.New(fault.Conflict, "programme.not_published")
	}
	var f fault.Fields
	if !slices.Contains(SuspendReasons(), reason) {
		f.Add("reason", "form.choice")
	}
	if utf8.RuneCountInString(note) > MaxShort {
		f.Add("note", "form.too_long", "Max", MaxShort)
	}
	if err := f.Err(); err != nil {
		return err
	}
	err = q.InsertSuspension(ctx, tx, programmedb.InsertSuspensionParams{ID: tx.NewID(), OrganisationID: id, Reason: reason, Note: note,
		MadeBy: by, MadeAt: tx.NowMicros(), ReviewByAt: clock.Micros(tx.Now().Add(ReviewWithin))})
	if err != nil {
		return err
	}
	return setOrganisation(ctx, tx, id, Suspended, by)
}

// UpholdSuspension notes that by has looked at a suspension and agrees with it. Faults: Conflict
// "programme.not_suspended"; Forbidden "programme.second_person" for who suspended. Upholding again
// changes nothing.
func UpholdSuspension(ctx context.Context, tx *db.Tx, organisation, by int64) error {
	s, err := SuspensionOf(ctx, tx, organisation)
	if err != nil || s.ReviewedBy != 0 {
		return err
	}
	if s.By == by {
		return fault.New(fault.Forbidden, "programme.second_person")
	}
	if _, err := q.ReviewSuspension(ctx, tx, programmedb.ReviewSuspensionParams{ID: s.ID, ReviewedBy: by, ReviewedAt: tx.NowMicros()}); err != nil {
		return err
	}
	return event.Add(ctx, tx, "suspension.upheld", organisation, by, nil)
}

// LiftSuspension says that a suspension can end. The second different person who says so ends it: the
// organisation is shown and may act again. done tells whether it has ended. Faults: Conflict
// "programme.not_suspended", "programme.closed" for one that has left for good; Forbidden
// "programme.second_person" for who said so first.
func LiftSuspension(ctx context.Context, tx *db.Tx, organisation, by int64) (done bool, err error) {
	s, err := SuspensionOf(ctx, tx, organisation)
	if err != nil {
		return false, err
	}
	switch closed, err := ClosedAt(ctx, tx, organisation); {
	case err != nil:
		return false, err
	case !closed.IsZero():
		return false, fault.New(fault.Conflict, "programme.closed")
	}
	if s.LiftFirstBy == 0 {
		if _, err := q.LiftFirst(ctx, tx, programmedb.LiftFirstParams{ID: s.ID, LiftFirstBy: by, LiftFirstAt: tx.NowMicros()}); err != nil {
			return false, err
		}
		return false, event.Add(ctx, tx, "suspension.lift_first", organisation, by, nil)
	}
	if s.LiftFirstBy == by {
		return false, fault.New(fault.Forbidden, "programme.second_person")
	}
	if _, err := q.LiftSuspension(ctx, tx, programmedb.LiftSuspensionParams{ID: s.ID, LiftedBy: by, LiftedAt: tx.NowMicros()}); err != nil {
		return false, err
	}
	return true, setOrganisation(ctx, tx, organisation, Published, by)
}

// SuspensionOf returns the suspension under which an organisation stands. Faults: Conflict
// "programme.not_suspended".
func SuspensionOf(ctx context.Context, r db.Queryer, organisation int64) (Suspension, error) {
	row, err := q.SuspensionNow(ctx, r, organisation)
	if errors.Is(err, sql.ErrNoRows) {
		return Suspension{}, fault.New(fault.Conflict, "programme.not_suspended")
	}
	return suspensionOf(row), err
}

// Suspensions returns the suspensions of an organisation, the latest first; of 0 those in force anywhere,
// the oldest first.
func Suspensions(ctx context.Context, r db.Queryer, organisation int64) ([]Suspension, error) {
	if organisation == 0 {
		rows, err := q.SuspensionsOpen(ctx, r)
		return mapped(rows, suspensionOf), err
	}
	rows, err := q.SuspensionsOf(ctx, r, organisation)
	return mapped(rows, suspensionOf), err
}

func suspensionOf(r programmedb.Suspension) Suspension {
	return Suspension{ID: r.ID, Organisation: r.OrganisationID, Reason: r.Reason, Note: r.Note, By: r.MadeBy, At: clock.Time(r.MadeAt),
		ReviewBy: clock.Time(r.ReviewByAt), ReviewedBy: r.ReviewedBy, ReviewedAt: clock.Time(r.ReviewedAt), LiftFirstBy: r.LiftFirstBy,
		LiftFirstAt: clock.Time(r.LiftFirstAt), LiftedBy: r.LiftedBy, LiftedAt: clock.Time(r.LiftedAt)}
}

// CloseOrganisation ends an organisation's part in the network for good: its suspension is never lifted. It
// takes another person than the one who suspended it. That its records have an heir is the caller's to see
// to. Faults: Conflict "programme.not_suspended"; Forbidden "programme.second_person". Closing again changes
// nothing.
func CloseOrganisation(ctx context.Context, tx *db.Tx, organisation, by int64) error {
	s, err := SuspensionOf(ctx, tx, organisation)
	if err != nil {
		return err
	}
	if s.By == by {
		return fault.New(fault.Forbidden, "programme.second_person")
	}
	n, err := q.InsertClosing(ctx, tx, programmedb.InsertClosingParams{OrganisationID: organisation, MadeBy: by, MadeAt: tx.NowMicros()})
	if err != nil || n == 0 {
		return err
	}
	return event.Add(ctx, tx, "organisation.closed", organisation, by, nil)
}

// ClosedAt returns when an organisation was closed for good, the zero time when it is not.
func ClosedAt(ctx context.Context, r db.Queryer, organisation int64) (time.Time, error) {
	at, err := q.ClosedAt(ctx, r, organisation)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return clock.Time(at), err
}
