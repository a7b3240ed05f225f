package people

import (
	"context"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"manyhands/internal/access"
	"manyhands/internal/checklist"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/people/internal/peopledb"
)

// Inquiry is the code of the yearly inquiry with police and procuratorate in the list of persons.
const Inquiry = "child_protection_inquiry"

// withChildren is what a check of the list of persons switches off.
const withChildren = "children"

// unlimited stands for an end that is not there, where ends are compared.
var unlimited = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// Bar says that an inquiry found something about a person.
type Bar struct {
	Person     int64
	Reference  string    // of the authority's answer; the record itself is never kept
	Answered   time.Time // the day of the answer
	RecordedBy int64
	Recorded   time.Time
}

// Checks are what has been checked about one person, and whether they are barred from roles with children.
type Checks struct {
	Items []checklist.Item
	Bar   *Bar // nil: not barred
}

// ClearedUntil returns until when a person's checks let them work with children, the zero time when they
// do not at the moment asked about.
func (c Checks) ClearedUntil() time.Time {
	if c.Bar != nil {
		return time.Time{}
	}
	until, asked := unlimited, false
	for _, i := range c.Items {
		if !slices.Contains(i.SwitchesOff, withChildren) {
			continue
		}
		asked = true
		if !i.InForce() {
			return time.Time{}
		}
		if !i.EndsAt.IsZero() && i.EndsAt.Before(until) {
			until = i.EndsAt
		}
	}
	if !asked {
		return time.Time{}
	}
	return until
}

// Wanting returns the checks for want of which a role with children does not count.
func (c Checks) Wanting() []checklist.Item {
	var out []checklist.Item
	for _, i := range c.Items {
		if slices.Contains(i.SwitchesOff, withChildren) && !i.InForce() {
			out = append(out, i)
		}
	}
	return out
}

// ChecksOf returns the checks of persons at a moment, in a handful of queries however many they are. It
// decides nothing about who may see them.
func (s *Service) ChecksOf(ctx context.Context, q db.Queryer, persons []int64, at time.Time) (map[int64]Checks, error) {
	out := make(map[int64]Checks, len(persons))
	if len(persons) == 0 {
		return out, nil
	}
	subjects := make([]checklist.Subject, len(persons))
	for i, id := range persons {
		subjects[i] = subject(id)
	}
	items, err := checklist.ItemsOf(ctx, q, subjects, at)
	if err != nil {
		return nil, fmt.Errorf("people: checks: %w", err)
	}
	bars, err := peopledb.New().Barred(ctx, q, persons)
	if err != nil {
		return nil, fmt.Errorf("people: bars: %w", err)
	}
	for _, id := range persons {
		out[id] = Checks{Items: items[id]}
	}
	for _, r := range bars {
		c := out[r.PersonID]
		c.Bar = &Bar{Person: r.PersonID, Reference: r.Reference, Answered: clock.Time(r.AnsweredAt), RecordedBy: r.RecordedBy, Recorded: clock.Time(r.RecordedAt)}
		out[r.PersonID] = c
	}
	return out, nil
}

func subject(person int64) checklist.Subject {
	return checklist.Subject{Kind: checklist.Person, ID: person}
}

// ClearedUntil is Checks.ClearedUntil of one person.
func (s *Service) ClearedUntil(ctx context.Context, q db.Queryer, person int64, at time.Time) (time.Time, error) {
	all, err := s.ChecksOf(ctx, q, []int64{person}, at)
	return all[person].ClearedUntil(), err
}

func (s *Service) found(ctx context.Context, q db.Queryer, person int64) (bool, error) {
	bars, err := peopledb.New().Barred(ctx, q, []int64{person})
	if err != nil {
		return false, fmt.Errorf("people: bars: %w", err)
	}
	return len(bars) > 0, nil
}

// RecordCheck notes that a check of a person found nothing against them, or that they were taught: its
// code in the list of persons, when it was and under which reference. Who acts needs check.record at an
// organisation where the person is appointed, and is not that person. Faults: NotFound "people.unknown",
// also for persons elsewhere; Forbidden "checklist.own_check"; Conflict "people.barred"; those of
// checklist.Record.
func (s *Service) RecordCheck(ctx context.Context, tx *db.Tx, person int64, code, reference string, on time.Time) error {
	if err := s.mayCheck(ctx, tx, person); err != nil {
		return err
	}
	barred, err := s.found(ctx, tx, person)
	if err != nil {
		return err
	}
	if barred && code == Inquiry {
		return fault.New(fault.Conflict, "people.barred")
	}
	_, err = checklist.Record(ctx, tx, subject(person), code, checklist.Evidence{Reference: reference, From: on}, access.PersonID(ctx))
	return err
}

// mayCheck asks whether who acts may record checks of a person.
func (s *Service) mayCheck(ctx context.Context, q db.Queryer, person int64) error {
	if err := access.Check(ctx, access.CheckRecord); err != nil {
		return err
	}
	if access.PersonID(ctx) == person {
		return fault.New(fault.Forbidden, "checklist.own_check")
	}
	all, err := s.live(ctx, q, person, s.d.Now())
	if err != nil {
		return err
	}
	if !anywhere(ctx, access.CheckRecord, all) {
		return fault.New(fault.NotFound, "people.unknown")
	}
	return nil
}

// anywhere reports whether who acts holds a permission at one of the places of some appointments.
func anywhere(ctx context.Context, p access.Permission, all []Appointment) bool {
	return slices.ContainsFunc(all, func(a Appointment) bool { return access.CheckFor(ctx, p, a.Organisation) == nil })
}

// RecordFound notes that an inquiry found something: every appointment of the person to a role with
// children, at any organisation, ends in the same moment, none can be made again, and the safeguarding
// leads are told that there is something to look at, not what. Faults: as RecordCheck; Fields naming
// "reference" or "on"; Conflict "people.barred" when it was noted already.
func (s *Service) RecordFound(ctx context.Context, tx *db.Tx, person int64, reference string, on time.Time) error {
	if err := s.mayCheck(ctx, tx, person); err != nil {
		return err
	}
	if err := checkFound(reference, on, tx.Now()); err != nil {
		return err
	}
	me := access.PersonID(ctx)
	n, err := peopledb.New().InsertBar(ctx, tx, peopledb.InsertBarParams{ID: tx.NewID(), PersonID: person, Reference: reference,
		AnsweredAt: clock.Micros(on), RecordedBy: me, RecordedAt: tx.NowMicros()})
	if err != nil {
		return fmt.Errorf("people: bar: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "people.barred")
	}
	all, err := s.live(ctx, tx, person, tx.Now())
	if err != nil {
		return err
	}
	for _, a := range all {
		if WithChildren(a.Role) {
			if err := s.endNow(ctx, tx, a, me); err != nil {
				return err
			}
		}
	}
	if err := event.Add(ctx, tx, "person.barred", person, me, nil); err != nil {
		return err
	}
	return s.tellLeads(ctx, tx, person, all)
}

func checkFound(reference string, on, now time.Time) error {
	var bad fault.Fields
	switch {
	case reference == "":
		bad.Add("reference", "form.required")
	case utf8.RuneCountInString(reference) > checklist.MaxReference:
		bad.Add("reference", "form.too_long", "Max", checklist.MaxReference)
	}
	if on.IsZero() || on.After(now) {
		bad.Add("on", "people.check_future")
	}
	return bad.Err()
}

// LiftBar takes back that an inquiry found something, when it was noted by mistake: the second person
// needs people.appoint for the whole network and is neither who noted it nor the person. What ended stays ended.
// Faults: those of access.CheckFor; Forbidden "checklist.own_check"; Conflict "people.bar_second" when
// who acts noted it, or it is not there.
func (s *Service) LiftBar(ctx context.Context, tx *db.Tx, person int64) error {
	if err := access.CheckFor(ctx, access.PeopleAppoint, access.Network); err != nil {
		return err
	}
	me := access.PersonID(ctx)
	if me == person {
		return fault.New(fault.Forbidden, "checklist.own_check")
	}
	n, err := peopledb.New().LiftBar(ctx, tx, peopledb.LiftBarParams{LiftedBy: me, Now: tx.NowMicros(), PersonID: person})
	if err != nil {
		return fmt.Errorf("people: lift a bar: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "people.bar_second")
	}
	return event.Add(ctx, tx, "person.unbarred", person, me, nil)
}

// ConductVersion is the version of the code of conduct whose text stands in the catalogues.
const ConductVersion = "1"

// Conduct is the code of the code of conduct in the list of persons.
const Conduct = "code_of_conduct"

// AcceptConduct notes that who acts has read and accepts the code of conduct as it is now.
func (s *Service) AcceptConduct(ctx context.Context, tx *db.Tx) error {
	me := access.PersonID(ctx)
	if me == 0 {
		return fault.New(fault.Unauthenticated, "access.sign_in")
	}
	items, err := checklist.Items(ctx, tx, subject(me), tx.Now())
	if err != nil {
		return fmt.Errorf("people: code of conduct: %w", err)
	}
	if slices.ContainsFunc(items, AcceptedConduct) {
		return nil
	}
	_, err = checklist.HandIn(ctx, tx, subject(me), Conduct, checklist.Evidence{Reference: ConductVersion}, me)
	return err
}

// AcceptedConduct reports whether an item says that the code of conduct as it is now was accepted.
func AcceptedConduct(i checklist.Item) bool {
	return i.Code == Conduct && i.InForce() && i.Holds.Reference == ConductVersion
}
