package apply

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/checklist"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/programme"
	"manyhands/internal/programme/apply/internal/applydb"
	"manyhands/internal/vault"
)

// Left is an application that was returned and that nobody has touched since.
type Left struct {
	Organisation int64
	ChangedAt    time.Time
}

// ReturnedBefore returns the applications that were returned, and that nobody has changed since a moment or
// before, the oldest first.
func ReturnedBefore(ctx context.Context, r db.Queryer, before time.Time, most int32) ([]Left, error) {
	rows, err := q.ReturnedBefore(ctx, r, applydb.ReturnedBeforeParams{Before: clock.Micros(before), Most: most})
	if err != nil {
		return nil, fmt.Errorf("apply: returned before: %w", err)
	}
	out := make([]Left, len(rows))
	for i, x := range rows {
		out[i] = Left{Organisation: x.OrganisationID, ChangedAt: clock.Time(x.ChangedAt)}
	}
	return out, nil
}

// Forget destroys what came with an application that was returned: the organisation's key, and with it the
// bank account and all documents; what was written and said; who answered for it. Its name stays, with the
// days on which it applied; its credit code is free, so that it can apply anew. Faults: NotFound
// "apply.none"; Conflict "apply.not_returned"; those of package vault.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, organisation, by int64) (vault.Destroyed, error) {
	none := vault.Destroyed{}
	a, err := ApplicationOf(ctx, tx, organisation)
	if err != nil {
		return none, err
	}
	n, err := q.Forget(ctx, tx, applydb.ForgetParams{Nothing: []byte{}, Now: tx.NowMicros(), OrganisationID: organisation})
	if err != nil {
		return none, fmt.Errorf("apply: forget: %w", err)
	}
	if n == 0 || a.State != Returned {
		return none, fault.New(fault.Conflict, "apply.not_returned")
	}
	proof, err := s.Vault.Destroy(ctx, tx, organisation)
	if err != nil {
		return none, fmt.Errorf("apply: destroy the key: %w", err)
	}
	if _, err := s.Blobs.DeleteAll(ctx, tx, organisation); err != nil {
		return none, fmt.Errorf("apply: delete files: %w", err)
	}
	for _, step := range []func() error{
		func() error { return q.ForgetWords(ctx, tx, organisation) },
		func() error {
			return q.EndAllResponsible(ctx, tx, applydb.EndAllResponsibleParams{Now: tx.NowMicros(), OrganisationID: organisation})
		},
		func() error { _, err := checklist.Empty(ctx, tx, checklist.Organisation, organisation, by); return err },
		func() error { return programme.ForgetDraft(ctx, tx, organisation, by) },
		func() error { return event.Add(ctx, tx, "application.forgotten", organisation, by, nil) },
	} {
		if err := step(); err != nil {
			return none, fmt.Errorf("apply: forget: %w", err)
		}
	}
	return proof, nil
}
