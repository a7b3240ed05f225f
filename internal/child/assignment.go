package child

import (
	"context"
	"fmt"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/child/internal/childdb"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
)

// Assign gives a child to a worker, until a moment or, for zero, openly. A supervisor of the record's
// organisation does it, or one of an organisation that took a referral for a worker of their own. The
// worker must hold the role there now, with every check it asks for. Faults: NotFound "child.no_record"
// and those of access.Decision; Fields naming "person" or "until"; Conflict "child.assigned".
func (s *Service) Assign(ctx context.Context, tx *db.Tx, record, worker int64, until time.Time) (int64, error) {
	d, where, err := s.mayAssign(ctx, tx, record)
	if err != nil {
		return 0, err
	}
	var bad fault.Fields
	if !until.IsZero() && !until.After(tx.Now()) {
		bad.Add("until", "child.until_past")
	}
	who, err := s.o.People.Actor(ctx, tx, worker, tx.Now())
	switch {
	case fault.KindOf(err) == fault.NotFound || err == nil && !works(who, where):
		bad.Add("person", "child.no_worker")
	case err != nil:
		return 0, fmt.Errorf("child: worker: %w", err)
	}
	if err := bad.Err(); err != nil {
		return 0, err
	}
	n, err := q.CountAssigned(ctx, tx, childdb.CountAssignedParams{RecordID: record, PersonID: worker, OrganisationID: where, Now: tx.NowMicros()})
	if err != nil {
		return 0, fmt.Errorf("child: look for the same assignment: %w", err)
	}
	if n > 0 {
		return 0, fault.New(fault.Conflict, "child.assigned")
	}
	id, err := insertAssignment(ctx, tx, Assignment{Record: record, Person: worker, Organisation: where, From: tx.Now(), Until: until,
		MadeBy: access.PersonID(ctx)})
	if err != nil {
		return 0, err
	}
	return id, actAssignment(ctx, tx, "record.assigned", d, worker)
}

// mayAssign returns for which organisation who acts assigns workers to a record: the one that keeps it,
// or one that took a referral of it.
func (s *Service) mayAssign(ctx context.Context, tx *db.Tx, record int64) (*dossier, int64, error) {
	d, err := s.one(ctx, tx, record)
	if err != nil {
		return nil, 0, err
	}
	where, err := assigns(ctx, d, tx.Now())
	if err != nil {
		return nil, 0, err
	}
	return d, where, nil
}

func assigns(ctx context.Context, d *dossier, now time.Time) (int64, error) {
	err := refusal(ctx, d, access.RecordAssign, access.Question{At: now, Purpose: access.Casework})
	if err == nil {
		return d.Organisation, nil
	}
	a, _ := access.From(ctx)
	for _, to := range d.res.Receivers {
		if slices.Contains(a.Roles, access.Grant{Role: access.Supervisor, Organisation: to}) && d.Ended.IsZero() {
			return to, nil
		}
	}
	return 0, err
}

func insertAssignment(ctx context.Context, tx *db.Tx, a Assignment) (int64, error) {
	a.ID = tx.NewID()
	err := q.InsertAssignment(ctx, tx, childdb.InsertAssignmentParams{ID: a.ID, RecordID: a.Record, PersonID: a.Person,
		OrganisationID: a.Organisation, FromAt: clock.Micros(a.From), UntilAt: endOf(a.Until), MadeBy: a.MadeBy, MadeAt: tx.NowMicros()})
	if err != nil {
		return 0, fmt.Errorf("child: assign: %w", err)
	}
	return a.ID, nil
}

func actAssignment(ctx context.Context, tx *db.Tx, kind string, d *dossier, worker int64) error {
	return act(ctx, tx, kind, d, access.Casework, struct {
		Worker string `json:"worker"`
	}{clock.FormatID(worker)})
}

// Unassign ends an assignment now: from the next request on the worker sees the record no more. Faults:
// NotFound "child.no_record", "child.no_assignment" and those of access.Decision. One that has ended
// already stays as it is.
func (s *Service) Unassign(ctx context.Context, tx *db.Tx, assignment int64) error {
	x, err := q.AssignmentByID(ctx, tx, assignment)
	if err != nil {
		return fmt.Errorf("child: assignment: %w", db.NotFound(err, "child.no_assignment"))
	}
	d, where, err := s.mayAssign(ctx, tx, x.RecordID)
	if err != nil {
		return err
	}
	if where != d.Organisation && where != x.OrganisationID {
		return fault.New(fault.NotFound, "child.no_assignment")
	}
	n, err := q.EndAssignment(ctx, tx, childdb.EndAssignmentParams{Now: tx.NowMicros(), ID: assignment})
	if err != nil {
		return fmt.Errorf("child: end an assignment: %w", err)
	}
	if n == 0 {
		return nil
	}
	return actAssignment(ctx, tx, "record.unassigned", d, x.PersonID)
}

// Assignments lists to whom a record is and was assigned, oldest first, for whoever assigns. Faults:
// NotFound "child.no_record" and those of access.Decision.
func (s *Service) Assignments(ctx context.Context, tx *db.Tx, record int64) ([]Assignment, error) {
	d, where, err := s.mayAssign(ctx, tx, record)
	if err != nil {
		return nil, err
	}
	var out []Assignment
	for _, x := range d.assignments {
		if where == d.Organisation || where == x.OrganisationID {
			out = append(out, Assignment{ID: x.ID, Record: x.RecordID, Person: x.PersonID, Organisation: x.OrganisationID,
				From: clock.Time(x.FromAt), Until: clock.Time(x.UntilAt), MadeBy: x.MadeBy})
		}
	}
	return out, nil
}
