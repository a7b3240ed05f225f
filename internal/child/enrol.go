package child

import (
	"context"
	"fmt"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/child/internal/childdb"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/vault"
)

// mostEnrolling is how many records one guardian may have begun that nobody has taken up yet.
const mostEnrolling = 10

// Enrolment is what a record begins with. Empty groups are left out.
type Enrolment struct {
	Organisation int64
	Name         Name
	Identity     Identity
	Number       Number
	Contact      Contact
	Alerts       Alerts
	Education    Education
	Guardians    []NewGuardian
	Sure         bool // a worker has looked: another child of the same name and birthday is another child
}

// Enrol begins a record: by a worker of the organisation, who takes it down from paper or in talk, or by
// a signed-in person as the guardian, who is then the first of Guardians. Nothing is done with it before
// Accept. A guardian who sends the form twice has begun one record. Faults: Fields naming what cannot be right, "guardians" with "child.no_guardian" when nobody
// with authority can be reached; Unauthenticated "access.sign_in"; TooMany "child.enrolments_many";
// NotFound for the organisation; Conflict, to workers alone, "child.number_here" when the organisation
// has a record with the same identity number, and "child.name_here" for the same name and birthday
// unless Sure; those of package vault.
func (s *Service) Enrol(ctx context.Context, tx *db.Tx, in Enrolment) (Record, error) {
	staff, err := s.mayEnrol(ctx, tx, in.Organisation)
	if err != nil {
		return Record{}, err
	}
	contents, err := in.checked(tx.Now())
	if err != nil {
		return Record{}, err
	}
	guardians, err := s.firstGuardians(ctx, tx, in.Guardians, staff)
	if err != nil {
		return Record{}, err
	}
	if _, err := s.o.Names.Organisation(ctx, tx, in.Organisation); err != nil {
		return Record{}, fmt.Errorf("child: organisation: %w", err)
	}
	p := childdb.InsertRecordParams{ID: tx.NewID(), OrganisationID: in.Organisation, MadeBy: access.PersonID(ctx), MadeAt: tx.NowMicros()}
	if p.NameLookup, p.NumberLookup, err = s.lookups(contents); err != nil {
		return Record{}, err
	}
	if staff {
		err = notTwice(ctx, tx, p, in.Sure)
	} else if before, ok, e := begunBefore(ctx, tx, p); e != nil || ok {
		return before, e
	}
	if err != nil {
		return Record{}, err
	}
	if p.Code, err = insertRecord(ctx, tx, p); err != nil {
		return Record{}, err
	}
	d := &dossier{Record: Record{ID: p.ID, Code: p.Code, Organisation: in.Organisation, State: Enrolling, Made: tx.Now(), MadeBy: p.MadeBy}}
	if err := s.fillNew(ctx, tx, d, contents, guardians, staff); err != nil {
		return Record{}, err
	}
	return d.Record, act(ctx, tx, "record.begun", d, "", nil)
}

// mayEnrol reports whether who acts enrols as a worker of the organisation, and not as a guardian.
func (s *Service) mayEnrol(ctx context.Context, tx *db.Tx, organisation int64) (staff bool, err error) {
	err = access.CheckFor(ctx, access.RecordEnrol, organisation)
	if err == nil {
		return true, nil
	}
	person := access.PersonID(ctx)
	if person == 0 {
		return false, err
	}
	n, err := q.CountEnrolling(ctx, tx, person)
	if err != nil {
		return false, fmt.Errorf("child: count enrolments: %w", err)
	}
	if n >= mostEnrolling {
		return false, fault.New(fault.TooMany, "child.enrolments_many")
	}
	return false, nil
}

func (in Enrolment) checked(now time.Time) ([]Content, error) {
	var bad fault.Fields
	var out []Content
	for _, c := range []Content{in.Name, in.Identity, in.Number, in.Contact, in.Alerts, in.Education} {
		kept, err := c.checked(now)
		if f, ok := err.(fault.Fields); ok {
			bad = append(bad, f...)
			continue
		}
		out = append(out, kept)
	}
	if len(bad) == 0 {
		if f, ok := fits(in.Identity, in.Number, now).(fault.Fields); ok {
			bad = append(bad, f...)
		}
	}
	return out, bad.Err()
}

// lookups returns what the record is found by: exact name and birthday, and the identity number.
func (s *Service) lookups(contents []Content) (name, number string, err error) {
	var n Name
	var id Identity
	for _, c := range contents {
		switch c := c.(type) {
		case Name:
			n = c
		case Identity:
			id = c
		case Number:
			if number, err = s.numberLookup(c); err != nil {
				return "", "", err
			}
		}
	}
	name, err = s.nameLookup(n.Name, id.Birth)
	return name, number, err
}

func (s *Service) nameLookup(name, birth string) (string, error) {
	if name == "" || birth == "" {
		return "", nil
	}
	return s.o.Vault.Lookup("child_name", folded(name)+" "+birth)
}

func (s *Service) numberLookup(n Number) (string, error) {
	if n.Kind == NoNumber || n.Number == "" {
		return "", nil
	}
	return s.o.Vault.Lookup("child_number", string(n.Kind)+" "+n.Number)
}

// begunBefore returns the record that the same guardian has begun for the same child: a form sent twice.
func begunBefore(ctx context.Context, tx *db.Tx, p childdb.InsertRecordParams) (Record, bool, error) {
	ids, err := q.RecordIDsByName(ctx, tx, p.NameLookup)
	if err != nil {
		return Record{}, false, fmt.Errorf("child: look for the same name: %w", err)
	}
	list, err := q.Records(ctx, tx, ids)
	if err != nil {
		return Record{}, false, fmt.Errorf("child: records: %w", err)
	}
	for _, x := range list {
		if x.MadeBy == p.MadeBy && x.OrganisationID == p.OrganisationID && State(x.State) == Enrolling {
			return recordOf(x), true, nil
		}
	}
	return Record{}, false, nil
}

func notTwice(ctx context.Context, tx *db.Tx, p childdb.InsertRecordParams, sure bool) error {
	n, err := q.CountSameNumber(ctx, tx, childdb.CountSameNumberParams{Lookup: p.NumberLookup, OrganisationID: p.OrganisationID, ID: p.ID})
	if err != nil {
		return fmt.Errorf("child: look for the same number: %w", err)
	}
	if n > 0 {
		return fault.New(fault.Conflict, "child.number_here")
	}
	n, err = q.CountSameName(ctx, tx, childdb.CountSameNameParams{Lookup: p.NameLookup, OrganisationID: p.OrganisationID, ID: p.ID})
	if err != nil {
		return fmt.Errorf("child: look for the same name: %w", err)
	}
	if n > 0 && !sure {
		return fault.New(fault.Conflict, "child.name_here")
	}
	return nil
}

func (s *Service) fillNew(ctx context.Context, tx *db.Tx, d *dossier, contents []Content, guardians []NewGuardian, staff bool) error {
	if err := s.o.Vault.Make(ctx, tx, d.ID); err != nil {
		return fmt.Errorf("child: make a key: %w", err)
	}
	box, err := s.o.Vault.Box(ctx, tx, d.ID)
	if err != nil {
		return fmt.Errorf("child: box: %w", err)
	}
	for _, c := range contents {
		if err := insertGroup(ctx, tx, box, d.ID, c); err != nil {
			return err
		}
	}
	for _, g := range guardians {
		if _, err := s.insertGuardian(ctx, tx, box, d, g); err != nil {
			return err
		}
	}
	if !staff || !isWorker(ctx, d.Organisation) {
		return nil
	}
	_, err = insertAssignment(ctx, tx, Assignment{Record: d.ID, Person: access.PersonID(ctx), Organisation: d.Organisation,
		From: tx.Now(), MadeBy: access.PersonID(ctx)})
	return err
}

// isWorker reports whether who acts works with children there: who takes a child down is the first to
// whom the child is assigned.
func isWorker(ctx context.Context, organisation int64) bool {
	a, _ := access.From(ctx)
	return works(a, organisation)
}

func works(a access.Actor, organisation int64) bool {
	return slices.ContainsFunc(a.Roles, func(g access.Grant) bool {
		return g.Role == access.Worker && (g.Organisation == organisation || g.Organisation == access.Network)
	})
}

func insertGroup(ctx context.Context, tx *db.Tx, box *vault.Box, record int64, c Content) error {
	sealed, err := sealJSON(box, groupField(c.Group()), c)
	if err != nil {
		return err
	}
	_, err = q.InsertGroup(ctx, tx, childdb.InsertGroupParams{RecordID: record, Name: string(c.Group()), Sealed: sealed,
		ChangedBy: access.PersonID(ctx), ChangedAt: tx.NowMicros()})
	if err != nil {
		return fmt.Errorf("child: keep a group: %w", err)
	}
	return nil
}

// Accept takes a record up: from now on the organisation works with the child. Who acts is a worker to
// whom the child is assigned, or a supervisor. Faults: NotFound "child.no_record" and those of
// access.Decision; Conflict "child.not_enrolling"; Forbidden "child.no_proof" when no guardian with
// authority who can be reached has been shown to be one; those of consent.Service.Needed for enrolling.
func (s *Service) Accept(ctx context.Context, tx *db.Tx, record int64) error {
	d, err := s.may(ctx, tx, record, access.RecordWrite, access.Question{Purpose: access.Casework, Group: access.Name})
	if err != nil {
		return err
	}
	if d.State != Enrolling {
		return fault.New(fault.Conflict, "child.not_enrolling")
	}
	if !slices.ContainsFunc(d.guardians, func(g childdb.ChildGuardian) bool {
		return d.counts(g, tx.Now()) && g.Proof != "" && g.Reachable
	}) {
		return fault.New(fault.Forbidden, "child.no_proof")
	}
	d.State = Active // guardians who only say that they are do not count any more
	if _, err := setState(ctx, tx, d.ID, Enrolling, Active, time.Time{}); err != nil {
		return err
	}
	if err := s.o.Consents.Needed(ctx, tx, d.ID, consent.For(consent.Enrol), tx.Now()); err != nil {
		return err
	}
	return act(ctx, tx, "record.accepted", d, access.Casework, nil)
}

// End notes that the child has left: assignments end and referrals are revoked, and the organisation's
// staff lose sight of the record after a time (see access's policies). Faults: NotFound
// "child.no_record" and those of access.Decision; Conflict "child.ended".
func (s *Service) End(ctx context.Context, tx *db.Tx, record int64, purpose access.Purpose) error {
	d, err := s.may(ctx, tx, record, access.RecordEnd, access.Question{Purpose: purpose})
	if err != nil {
		return err
	}
	ok, err := setState(ctx, tx, d.ID, d.State, Ended, tx.Now())
	if err != nil {
		return err
	}
	if !ok || d.State == Ended {
		return fault.New(fault.Conflict, "child.ended")
	}
	if err := q.EndAssignments(ctx, tx, childdb.EndAssignmentsParams{Now: tx.NowMicros(), RecordID: d.ID}); err != nil {
		return fmt.Errorf("child: end assignments: %w", err)
	}
	err = q.RevokeReferrals(ctx, tx, childdb.RevokeReferralsParams{DecidedBy: access.PersonID(ctx), DecidedAt: tx.NowMicros(), RecordID: d.ID})
	if err != nil {
		return fmt.Errorf("child: revoke referrals: %w", err)
	}
	return act(ctx, tx, "record.ended", d, purpose, nil)
}

func setState(ctx context.Context, tx *db.Tx, record int64, from, to State, ended time.Time) (bool, error) {
	n, err := q.SetState(ctx, tx, childdb.SetStateParams{ToState: string(to), EndedAt: endOf(ended), ID: record, FromState: string(from)})
	if err != nil {
		return false, fmt.Errorf("child: change the state: %w", err)
	}
	return n > 0, nil
}
