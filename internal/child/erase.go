package child

import (
	"context"
	"fmt"
	"slices"

	"manyhands/internal/access"
	"manyhands/internal/child/internal/childdb"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/vault"
)

// Hold keeps a record from being erased, or lets it go. Faults: NotFound "child.no_record" and those of
// access.Decision.
func (s *Service) Hold(ctx context.Context, tx *db.Tx, record int64, held bool) error {
	d, err := s.may(ctx, tx, record, access.RecordHold, access.Question{Purpose: access.Safeguarding, Reason: true})
	if err != nil {
		return err
	}
	if _, err := q.SetHeld(ctx, tx, childdb.SetHeldParams{Held: held, ID: record}); err != nil {
		return fmt.Errorf("child: hold: %w", err)
	}
	kind := "record.held"
	if !held {
		kind = "record.let_go"
	}
	return act(ctx, tx, kind, d, access.Safeguarding, nil)
}

// Erase destroys a record's key, and with it everything that was ever sealed under it, and clears what
// the record is found by. The code, dates and numbers stay, so that no count changes and no code is used
// again. Faults: NotFound "child.no_record" and those of access.Decision; Conflict "child.held"; those of
// package vault.
func (s *Service) Erase(ctx context.Context, tx *db.Tx, record int64) (vault.Destroyed, error) {
	d, err := s.may(ctx, tx, record, access.RecordErase, access.Question{Purpose: access.Safeguarding, Reason: true})
	if err != nil {
		return vault.Destroyed{}, err
	}
	return s.erase(ctx, tx, d)
}

// Expire erases a record whose time has run out: a retention clock calls it, for which nobody acts.
// Faults: NotFound "child.no_record"; Conflict "child.held", and "child.not_ended" for a child who is
// still here; those of package vault.
func (s *Service) Expire(ctx context.Context, tx *db.Tx, record int64) (vault.Destroyed, error) {
	d, err := s.one(ctx, tx, record)
	if err != nil {
		return vault.Destroyed{}, err
	}
	if d.State != Ended {
		return vault.Destroyed{}, fault.New(fault.Conflict, "child.not_ended")
	}
	return s.erase(ctx, tx, d)
}

func (s *Service) erase(ctx context.Context, tx *db.Tx, d *dossier) (vault.Destroyed, error) {
	if d.Held {
		return vault.Destroyed{}, fault.New(fault.Conflict, "child.held")
	}
	n, err := q.EraseRecord(ctx, tx, childdb.EraseRecordParams{Now: tx.NowMicros(), ID: d.ID})
	if err != nil {
		return vault.Destroyed{}, fmt.Errorf("child: erase: %w", err)
	}
	if n == 0 {
		return vault.Destroyed{}, fault.New(fault.Conflict, "child.held")
	}
	proof, err := s.o.Vault.Destroy(ctx, tx, d.ID)
	if err != nil {
		return vault.Destroyed{}, fmt.Errorf("child: destroy the key: %w", err)
	}
	if _, err := s.o.Blobs.DeleteAll(ctx, tx, d.ID); err != nil {
		return vault.Destroyed{}, fmt.Errorf("child: delete files: %w", err)
	}
	if err := s.tellWaiting(ctx, tx, d); err != nil {
		return vault.Destroyed{}, err
	}
	if err := sweep(ctx, tx, d.ID); err != nil {
		return vault.Destroyed{}, err
	}
	return proof, act(ctx, tx, "record.erased", d, access.Safeguarding, struct {
		Proof string `json:"proof"`
	}{proof.Proof})
}

// tellWaiting tells guardians who wait for an answer that there is one: what they asked for ends with the record.
func (s *Service) tellWaiting(ctx context.Context, tx *db.Tx, d *dossier) error {
	list, err := q.RequestsOf(ctx, tx, d.ID)
	if err != nil {
		return fmt.Errorf("child: requests: %w", err)
	}
	told := map[int64]bool{}
	for _, x := range list {
		if x.State != string(RequestOpen) || told[x.MadeBy] || !slices.Contains(d.persons(tx.Now()), x.MadeBy) {
			continue
		}
		told[x.MadeBy] = true
		if err := s.teller.Answered(ctx, tx, x.MadeBy); err != nil {
			return err
		}
	}
	return nil
}

// sweep deletes what nobody can open any more, and what could still tell who the child was.
func sweep(ctx context.Context, tx *db.Tx, record int64) error {
	nothing := []byte{}
	for _, step := range []func() error{
		func() error { return q.EraseGroups(ctx, tx, record) },
		func() error { return q.EraseProofs(ctx, tx, record) },
		func() error { return q.EraseCollectors(ctx, tx, record) },
		func() error { return q.ErasePickups(ctx, tx, record) },
		func() error { return q.EraseWrongPickups(ctx, tx, record) },
		func() error { return q.EraseNotes(ctx, tx, record) },
		func() error { return q.EraseAttachments(ctx, tx, record) },
		func() error {
			return q.EraseGuardians(ctx, tx, childdb.EraseGuardiansParams{Nothing: nothing, RecordID: record})
		},
		func() error {
			return q.EraseReferrals(ctx, tx, childdb.EraseReferralsParams{Nothing: nothing, RecordID: record})
		},
		func() error {
			return q.EraseRequests(ctx, tx, childdb.EraseRequestsParams{Nothing: nothing, ByID: access.PersonID(ctx), Now: tx.NowMicros(), RecordID: record})
		},
		func() error {
			return q.EndAssignments(ctx, tx, childdb.EndAssignmentsParams{Now: tx.NowMicros(), RecordID: record})
		},
	} {
		if err := step(); err != nil {
			return fmt.Errorf("child: sweep: %w", err)
		}
	}
	return nil
}
