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

// Appointment is a role that a person holds for a time, in one organisation or in the whole network.
type Appointment struct {
	ID           int64
	PersonID     int64
	Role         access.Role
	Organisation int64     // access.Network for the whole network
	Starts       time.Time // the zero time, when handed in, is now
	Ends         time.Time // zero: open
	MadeBy       int64     // the person who appointed; 0 for the command line
	Made         time.Time
}

// InForce reports whether the appointment holds at the given moment.
func (a Appointment) InForce(at time.Time) bool {
	return !at.Before(a.Starts) && (a.Ends.IsZero() || at.Before(a.Ends))
}

func appointmentOf(r peopledb.Appointment) Appointment {
	return Appointment{ID: r.ID, PersonID: r.PersonID, Role: access.Role(r.Role), Organisation: r.OrganisationID,
		Starts: clock.Time(r.StartsAt), Ends: clock.Time(r.EndsAt), MadeBy: r.MadeBy, Made: clock.Time(r.MadeAt)}
}

// MayAppoint returns nil when who acts may appoint somebody to a role at an organisation, and end it:
// people.appoint there for any role, people.arrange for those that work with children day by day, never
// for one with a say over money, over people or over safeguarding. Faults: those of access.CheckFor.
func MayAppoint(ctx context.Context, role access.Role, organisation int64) error {
	err := access.CheckFor(ctx, access.PeopleAppoint, organisation)
	if err != nil && (role == access.Worker || role == access.Supervisor) {
		return access.CheckFor(ctx, access.PeopleArrange, organisation)
	}
	return err
}

// Appoint gives a person a role. ID and Made are set here. Unless MadeBy is 0, who acts in ctx needs
// what MayAppoint says. A role with children that lacks a check is kept and rests (see Standings).
// Faults: those of access.CheckFor; Fields naming "role" or "ends"; Forbidden "people.not_yourself"
// when MadeBy is the person: whoever appoints must not hand themselves a say over money; Conflict
// "people.appointed_already", and "people.barred" for a role with children when an inquiry found
// something; NotFound "people.unknown".
func (s *Service) Appoint(ctx context.Context, tx *db.Tx, a Appointment) (Appointment, error) {
	if a.MadeBy != 0 {
		if err := MayAppoint(ctx, a.Role, a.Organisation); err != nil {
			return Appointment{}, err
		}
	}
	a.ID, a.Made = tx.NewID(), tx.Now()
	if a.Starts.IsZero() {
		a.Starts = tx.Now()
	}
	if err := s.checkAppointment(ctx, tx, a); err != nil {
		return Appointment{}, err
	}
	ends := int64(0)
	if !a.Ends.IsZero() {
		ends = clock.Micros(a.Ends)
	}
	err := peopledb.New().InsertAppointment(ctx, tx, peopledb.InsertAppointmentParams{
		ID: a.ID, PersonID: a.PersonID, Role: string(a.Role), OrganisationID: a.Organisation,
		StartsAt: clock.Micros(a.Starts), EndsAt: ends, MadeBy: a.MadeBy, MadeAt: clock.Micros(a.Made),
	})
	if err != nil {
		return Appointment{}, fmt.Errorf("people: appoint: %w", err)
	}
	return a, recordAppointment(ctx, tx, "appointment.made", a, a.MadeBy)
}

func (s *Service) checkAppointment(ctx context.Context, tx *db.Tx, a Appointment) error {
	var bad fault.Fields
	if !slices.Contains(access.Roles(), a.Role) {
		bad.Add("role", "form.choice")
	}
	if !a.Ends.IsZero() && (!a.Ends.After(a.Starts) || !a.Ends.After(tx.Now())) {
		bad.Add("ends", "people.ends_before_start")
	}
	if err := bad.Err(); err != nil {
		return err
	}
	if a.MadeBy != 0 && a.MadeBy == a.PersonID {
		return fault.New(fault.Forbidden, "people.not_yourself")
	}
	if _, err := s.PersonByID(ctx, tx, a.PersonID); err != nil {
		return err
	}
	if err := s.checkBar(ctx, tx, a); err != nil {
		return err
	}
	n, err := peopledb.New().CountOpenSame(ctx, tx, peopledb.CountOpenSameParams{
		PersonID: a.PersonID, Role: string(a.Role), OrganisationID: a.Organisation, At: tx.NowMicros(),
	})
	if err != nil {
		return fmt.Errorf("people: look for the same appointment: %w", err)
	}
	if n > 0 {
		return fault.New(fault.Conflict, "people.appointed_already")
	}
	return nil
}

func (s *Service) checkBar(ctx context.Context, tx *db.Tx, a Appointment) error {
	if !WithChildren(a.Role) {
		return nil
	}
	barred, err := s.found(ctx, tx, a.PersonID)
	if err == nil && barred {
		err = fault.New(fault.Conflict, "people.barred")
	}
	return err
}

// EndAppointment ends an appointment now; one that has not begun never begins. by is the person who
// ends it, 0 for the command line; a person needs what MayAppoint says. Faults: NotFound
// "people.appointment_unknown", also for one that who acts may not know of; Conflict
// "people.ended_already"; Forbidden "people.last_administrator" for the last administrator of the
// whole network, unless from the command line: nobody could appoint the next.
func (s *Service) EndAppointment(ctx context.Context, tx *db.Tx, id, by int64) error {
	row, err := peopledb.New().AppointmentByID(ctx, tx, id)
	if err != nil {
		return fmt.Errorf("people: appointment: %w", db.NotFound(err, "people.appointment_unknown"))
	}
	a := appointmentOf(row)
	if by != 0 {
		if err := mayEnd(ctx, tx, a); err != nil {
			return err
		}
	}
	return s.endNow(ctx, tx, a, by)
}

// endNow ends an appointment now, or before it begins. Faults: Conflict "people.ended_already".
func (s *Service) endNow(ctx context.Context, tx *db.Tx, a Appointment, by int64) error {
	ends := max(tx.NowMicros(), clock.Micros(a.Starts))
	n, err := peopledb.New().EndAppointment(ctx, tx, peopledb.EndAppointmentParams{EndsAt: ends, ID: a.ID})
	if err != nil {
		return fmt.Errorf("people: end an appointment: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "people.ended_already")
	}
	return recordAppointment(ctx, tx, "appointment.ended", a, by)
}

// mayEnd asks whether a person, and not the command line, may end a.
func mayEnd(ctx context.Context, tx *db.Tx, a Appointment) error {
	if err := MayAppoint(ctx, a.Role, a.Organisation); err != nil {
		if access.CheckFor(ctx, access.PeopleSee, a.Organisation) != nil && fault.KindOf(err) == fault.Forbidden {
			return fault.New(fault.NotFound, "people.appointment_unknown")
		}
		return err
	}
	if a.Role != access.Administrator || a.Organisation != access.Network || !a.InForce(tx.Now()) {
		return nil
	}
	others, err := peopledb.New().CountOthersInForce(ctx, tx, peopledb.CountOthersInForceParams{
		Role: string(access.Administrator), ID: a.ID, At: tx.NowMicros(),
	})
	if err != nil {
		return fmt.Errorf("people: count administrators: %w", err)
	}
	if others == 0 {
		return fault.New(fault.Forbidden, "people.last_administrator")
	}
	return nil
}

func recordAppointment(ctx context.Context, tx *db.Tx, kind string, a Appointment, by int64) error {
	return event.Add(ctx, tx, kind, a.PersonID, by, struct {
		Appointment  string      `json:"appointment"`
		Role         access.Role `json:"role"`
		Organisation string      `json:"organisation"`
	}{clock.FormatID(a.ID), a.Role, clock.FormatID(a.Organisation)})
}

// AppointmentsOf returns the appointments of a person that hold at the given moment.
func (s *Service) AppointmentsOf(ctx context.Context, q db.Queryer, person int64, at time.Time) ([]Appointment, error) {
	rows, err := peopledb.New().AppointmentsInForce(ctx, q, peopledb.AppointmentsInForceParams{
		PersonID: person, At: clock.Micros(at),
	})
	if err != nil {
		return nil, fmt.Errorf("people: appointments: %w", err)
	}
	out := make([]Appointment, len(rows))
	for i, r := range rows {
		out[i] = appointmentOf(r)
	}
	return out, nil
}

// Member is a person of the staff with their appointments.
type Member struct {
	Person       Person
	Appointments []Appointment // in force or to come
}

// Staff returns who has appointments in force or to come, by name, reading at most limit
// appointments.
func (s *Service) Staff(ctx context.Context, q db.Queryer, at time.Time, limit int) ([]Member, error) {
	rows, err := peopledb.New().Staff(ctx, q, peopledb.StaffParams{
		At: clock.Micros(at), Most: int32(min(max(limit, 0), math.MaxInt32)),
	})
	if err != nil {
		return nil, fmt.Errorf("people: staff: %w", err)
	}
	var out []Member
	for _, r := range rows {
		if len(out) == 0 || out[len(out)-1].Person.ID != r.PersonID {
			out = append(out, Member{Person: personOf(peopledb.Person{ID: r.PersonID, Email: r.Email, Name: r.Name,
				Lang: r.Lang, MadeAt: r.PersonMadeAt, SeenAt: r.SeenAt})})
		}
		m := &out[len(out)-1]
		m.Appointments = append(m.Appointments, appointmentOf(peopledb.Appointment{ID: r.ID, PersonID: r.PersonID,
			Role: r.Role, OrganisationID: r.OrganisationID, StartsAt: r.StartsAt, EndsAt: r.EndsAt,
			MadeBy: r.MadeBy, MadeAt: r.MadeAt}))
	}
	return out, nil
}
