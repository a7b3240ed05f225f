package child

import (
	"context"
	"fmt"

	"manyhands/internal/access"
	"manyhands/internal/audit"
	"manyhands/internal/db"
	"manyhands/internal/fault"
)

// errNoRecord is the answer about a record that is not there, and about one that who asks may not know.
var errNoRecord = fault.New(fault.NotFound, "child.no_record")

// may loads a record and asks whether who acts may do p with it. Faults: NotFound "child.no_record" when
// they may not know of it, otherwise those of access.Decision.
func (s *Service) may(ctx context.Context, tx *db.Tx, record int64, p access.Permission, question access.Question) (*dossier, error) {
	d, err := s.one(ctx, tx, record)
	if err != nil {
		return nil, err
	}
	question.At = tx.Now()
	return d, refusal(ctx, d, p, question)
}

func (s *Service) one(ctx context.Context, tx *db.Tx, record int64) (*dossier, error) {
	all, err := s.load(ctx, tx, []int64{record}, tx.Now())
	if err != nil {
		return nil, err
	}
	if all[record] == nil {
		return nil, errNoRecord
	}
	return all[record], nil
}

// refusal returns nil when who acts may do p with d, else the fault.
func refusal(ctx context.Context, d *dossier, p access.Permission, question access.Question) error {
	decision := access.DecideRecord(ctx, p, d.res, question)
	if decision.Allowed {
		return nil
	}
	err := decision.Err(ctx)
	if fault.KindOf(err) == fault.Unauthenticated {
		return err
	}
	rule, _ := fault.Refusal(err)
	known := access.DecideRecord(ctx, access.RecordOpen, d.res, access.Question{At: question.At, Purpose: question.Purpose})
	if !known.Allowed {
		return errNoRecord.By(rule, d.ID)
	}
	return fault.New(fault.KindOf(err), fault.KeyOf(err)).By(rule, d.ID)
}

// Resource returns a record and what the policies need to know of it, for a caller that asks package
// access itself: an emergency, a hold. It shows nothing that is sealed. Faults: NotFound
// "child.no_record".
func (s *Service) Resource(ctx context.Context, tx *db.Tx, record int64) (Record, *access.Record, error) {
	d, err := s.one(ctx, tx, record)
	if err != nil {
		return Record{}, nil, err
	}
	return d.Record, d.res, nil
}

// IDOf returns the id of the record with a code, for whoever may not open it but has to name it: the
// operator, and a colleague in an emergency. Faults: NotFound "child.no_record".
func (s *Service) IDOf(ctx context.Context, r db.Queryer, typed string) (int64, error) {
	id, err := q.RecordIDByCode(ctx, r, ParseCode(typed))
	if err != nil {
		return 0, fmt.Errorf("child: by code: %w", db.NotFound(err, errNoRecord.Key))
	}
	return id, nil
}

// act notes in the trail that who acts did something with a record. data holds ids and codes alone.
func act(ctx context.Context, tx *db.Tx, kind string, d *dossier, purpose access.Purpose, data any) error {
	err := audit.Add(ctx, tx, audit.Act{Kind: kind, Subject: d.ID, Organisation: d.Organisation, Person: access.PersonID(ctx),
		Purpose: string(purpose), Data: data})
	if err != nil {
		return fmt.Errorf("child: trail: %w", err)
	}
	return nil
}
