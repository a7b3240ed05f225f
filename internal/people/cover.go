package people

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/people/internal/peopledb"
)

// LongestAbsence is how long somebody can be away and keep the role; for longer, end the appointment.
const LongestAbsence = 366 * 24 * time.Hour

// Absence is a time in which a supervisor is away, with whoever covers.
type Absence struct {
	ID           int64
	Appointment  int64 // as supervisor
	Person       int64 // who is away
	Role         access.Role
	Organisation int64
	Starts       time.Time // when handed in, now at the earliest
	Ends         time.Time
	Cover        int64 // the person who covers; 0: nobody yet
	MadeBy       int64
	Made         time.Time

	heldFrom, heldUntil time.Time // of the appointment
}

// held reports whether the appointment holds at a moment.
func (a Absence) held(at time.Time) bool {
	return !at.Before(a.heldFrom) && (a.heldUntil.IsZero() || at.Before(a.heldUntil))
}

func absenceOf(r peopledb.AbsenceByIDRow) Absence {
	return Absence{ID: r.ID, Appointment: r.AppointmentID, Person: r.PersonID, Role: access.Role(r.Role), Organisation: r.OrganisationID,
		Starts: clock.Time(r.StartsAt), Ends: clock.Time(r.EndsAt), Cover: r.CoverID, MadeBy: r.MadeBy, Made: clock.Time(r.MadeAt),
		heldFrom: clock.Time(r.HeldFrom), heldUntil: clock.Time(r.HeldUntil)}
}

// PlanAbsence notes that a supervisor is away; of a, Appointment, Starts, Ends and Cover count. Who is
// away may do so, and whoever arranges people there. Faults: NotFound "people.appointment_unknown",
// also for an appointment that who acts may not know of; Fields naming "starts", "ends" or "cover";
// Conflict "people.absent_already" and, for other roles, "people.absent_role".
func (s *Service) PlanAbsence(ctx context.Context, tx *db.Tx, a Absence) (Absence, error) {
	q := peopledb.New()
	row, err := q.AppointmentByID(ctx, tx, a.Appointment)
	if err != nil {
		return Absence{}, fmt.Errorf("people: appointment: %w", db.NotFound(err, "people.appointment_unknown"))
	}
	of := appointmentOf(row)
	if !mayPlan(ctx, of.PersonID, of.Organisation) {
		return Absence{}, fault.New(fault.NotFound, "people.appointment_unknown")
	}
	a.ID, a.Made, a.MadeBy = tx.NewID(), tx.Now(), access.PersonID(ctx)
	a.Person, a.Role, a.Organisation, a.heldFrom, a.heldUntil = of.PersonID, of.Role, of.Organisation, of.Starts, of.Ends
	a.Starts = later(a.Starts, tx.Now())
	if err := s.checkAbsence(ctx, tx, a); err != nil {
		return Absence{}, err
	}
	err = q.InsertAbsence(ctx, tx, peopledb.InsertAbsenceParams{ID: a.ID, AppointmentID: a.Appointment, StartsAt: clock.Micros(a.Starts),
		EndsAt: clock.Micros(a.Ends), CoverID: a.Cover, MadeBy: a.MadeBy, MadeAt: clock.Micros(a.Made)})
	if err != nil {
		return Absence{}, fmt.Errorf("people: plan an absence: %w", err)
	}
	return a, recordAbsence(ctx, tx, "absence.planned", a)
}

// mayPlan reports whether who acts may say that a person is away from a place: the person, while the role
// counts for them, and who arranges people there.
func mayPlan(ctx context.Context, person, organisation int64) bool {
	if access.CheckFor(ctx, access.PeopleArrange, organisation) == nil {
		return true
	}
	a, ok := access.From(ctx)
	return ok && a.PersonID != 0 && a.PersonID == person &&
		slices.Contains(a.Roles, access.Grant{Role: access.Supervisor, Organisation: organisation})
}

func (s *Service) checkAbsence(ctx context.Context, tx *db.Tx, a Absence) error {
	if a.Role != access.Supervisor {
		return fault.New(fault.Conflict, "people.absent_role")
	}
	var bad fault.Fields
	switch {
	case !a.Ends.After(a.Starts) || !a.Ends.After(tx.Now()):
		bad.Add("ends", "people.ends_before_start")
	case a.Ends.Sub(a.Starts) > LongestAbsence:
		bad.Add("ends", "people.absent_long")
	case !a.held(a.Starts):
		bad.Add("starts", "people.absent_unheld")
	}
	if err := bad.Err(); err != nil {
		return err
	}
	if a.Cover != 0 {
		if err := s.checkCover(ctx, tx, a); err != nil {
			return err
		}
	}
	n, err := peopledb.New().CountOverlapping(ctx, tx, peopledb.CountOverlappingParams{AppointmentID: a.Appointment,
		StartsAt: clock.Micros(a.Starts), EndsAt: clock.Micros(a.Ends)})
	if err != nil {
		return fmt.Errorf("people: look for the same absence: %w", err)
	}
	if n > 0 {
		return fault.New(fault.Conflict, "people.absent_already")
	}
	return nil
}

// checkCover asks whether somebody can cover: another person who works there and has been checked.
func (s *Service) checkCover(ctx context.Context, q db.Queryer, a Absence) error {
	if a.Cover == a.Person {
		return fault.Fields{{Name: "cover", Key: "people.cover_self"}}
	}
	from := later(a.Starts, s.d.Now())
	own, err := s.live(ctx, q, a.Cover, from)
	if err != nil {
		return err
	}
	if _, ok := worksThere(own, a.Organisation, from); !ok {
		return fault.Fields{{Name: "cover", Key: "people.cover_elsewhere"}}
	}
	until, err := s.ClearedUntil(ctx, q, a.Cover, s.d.Now())
	if err != nil {
		return err
	}
	if !from.Before(until) {
		return fault.Fields{{Name: "cover", Key: "people.cover_unchecked"}}
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// SetCover says who covers during an absence, 0 for nobody. Who is away may do so, and whoever arranges
// people there. Faults: NotFound "people.absence_unknown"; Fields naming "cover"; Gone
// "people.absence_over"; Conflict "people.cover_changed" when somebody else was named meanwhile.
func (s *Service) SetCover(ctx context.Context, tx *db.Tx, id, cover int64) error {
	a, err := s.absenceOfActor(ctx, tx, id)
	if err != nil {
		return err
	}
	was := a.Cover
	if a.Cover = cover; cover == was {
		return nil
	}
	if cover != 0 {
		if err := s.checkCover(ctx, tx, a); err != nil {
			return err
		}
	}
	n, err := peopledb.New().SetCover(ctx, tx, peopledb.SetCoverParams{CoverID: cover, ID: id, Was: was, Now: tx.NowMicros()})
	if err != nil {
		return fmt.Errorf("people: name a cover: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "people.cover_changed")
	}
	return recordAbsence(ctx, tx, "absence.covered", a)
}

// absenceOfActor returns an absence that is not over and that who acts may change.
func (s *Service) absenceOfActor(ctx context.Context, tx *db.Tx, id int64) (Absence, error) {
	row, err := peopledb.New().AbsenceByID(ctx, tx, id)
	if err != nil {
		return Absence{}, fmt.Errorf("people: absence: %w", db.NotFound(err, "people.absence_unknown"))
	}
	a := absenceOf(row)
	if !mayPlan(ctx, a.Person, a.Organisation) {
		return Absence{}, fault.New(fault.NotFound, "people.absence_unknown")
	}
	if !tx.Now().Before(a.Ends) || !a.Starts.Before(a.Ends) {
		return Absence{}, fault.New(fault.Gone, "people.absence_over")
	}
	return a, nil
}

// EndAbsence ends an absence now, and the cover with it; one that has not begun never begins. Faults:
// NotFound "people.absence_unknown"; Gone "people.absence_over".
func (s *Service) EndAbsence(ctx context.Context, tx *db.Tx, id int64) error {
	a, err := s.absenceOfActor(ctx, tx, id)
	if err != nil {
		return err
	}
	n, err := peopledb.New().EndAbsence(ctx, tx, peopledb.EndAbsenceParams{EndsAt: clock.Micros(later(a.Starts, tx.Now())), ID: id})
	if err != nil {
		return fmt.Errorf("people: end an absence: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Gone, "people.absence_over")
	}
	return recordAbsence(ctx, tx, "absence.ended", a)
}

func recordAbsence(ctx context.Context, tx *db.Tx, kind string, a Absence) error {
	return event.Add(ctx, tx, kind, a.Person, access.PersonID(ctx), struct {
		Absence      string `json:"absence"`
		Organisation string `json:"organisation"`
		Cover        string `json:"cover"`
	}{clock.FormatID(a.ID), clock.FormatID(a.Organisation), clock.FormatID(a.Cover)})
}

// Away is an absence with what it leaves open.
type Away struct {
	Absence
	Gap time.Time // from when on nobody covers; zero: somebody does until the end
}

// Absences returns the absences of supervisors that are not over at a moment, at most limit of them, by
// their start, with the gaps that they leave.
func (s *Service) Absences(ctx context.Context, q db.Queryer, at time.Time, limit int) ([]Away, error) {
	rows, err := peopledb.New().Absences(ctx, q, peopledb.AbsencesParams{At: clock.Micros(at), Most: int32(min(max(limit, 0), math.MaxInt32))})
	if err != nil {
		return nil, fmt.Errorf("people: absences: %w", err)
	}
	out := make([]Away, len(rows))
	for i, r := range rows {
		a := absenceOf(peopledb.AbsenceByIDRow(r))
		out[i].Absence = a
		if out[i].Gap, err = s.gap(ctx, q, a, at); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// gap returns the first moment from at on at which nobody covers an absence, zero when somebody does.
func (s *Service) gap(ctx context.Context, q db.Queryer, a Absence, at time.Time) (time.Time, error) {
	from := later(a.Starts, at)
	if a.Cover == 0 || a.Cover == a.Person {
		return from, nil
	}
	own, err := s.live(ctx, q, a.Cover, from)
	if err != nil {
		return time.Time{}, err
	}
	until, works := worksThere(own, a.Organisation, from)
	cleared, err := s.ClearedUntil(ctx, q, a.Cover, at)
	if err != nil {
		return time.Time{}, err
	}
	stops := earlier(until, cleared)
	switch {
	case !works || !from.Before(cleared):
		return from, nil
	case stops.Before(earlier(a.Ends, a.heldUntil)):
		return stops, nil
	}
	return time.Time{}, nil
}
