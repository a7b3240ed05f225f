package child

import (
	"context"
	"fmt"

	"manyhands/internal/access"
	"manyhands/internal/child/internal/childdb"
	"manyhands/internal/db"
	"manyhands/internal/fault"
)

// Join notes that two children live in one household; the households that they had become one. Faults:
// NotFound "child.no_record" and those of access.Decision, for either; Fields naming "code" for one
// record twice, or for records of two organisations.
func (s *Service) Join(ctx context.Context, tx *db.Tx, record, other int64) error {
	a, err := s.mayGuardians(ctx, tx, record, access.Casework)
	if err != nil {
		return err
	}
	b, err := s.mayGuardians(ctx, tx, other, access.Casework)
	if err != nil {
		return err
	}
	if a.ID == b.ID || a.Organisation != b.Organisation {
		return fault.Fields{{Name: "code", Key: "form.choice"}}
	}
	home := a.Household
	if home == 0 {
		home = b.Household
	}
	if home == 0 {
		home = tx.NewID()
	}
	for _, d := range []*dossier{a, b} {
		if d.Household != 0 && d.Household != home {
			if err := q.JoinHouseholds(ctx, tx, childdb.JoinHouseholdsParams{ToID: home, FromID: d.Household}); err != nil {
				return fmt.Errorf("child: join households: %w", err)
			}
		}
		if err := q.SetHousehold(ctx, tx, childdb.SetHouseholdParams{ToID: home, ID: d.ID}); err != nil {
			return fmt.Errorf("child: set a household: %w", err)
		}
		if err := act(ctx, tx, "household.joined", d, access.Casework, nil); err != nil {
			return err
		}
	}
	return nil
}

// Leave notes that a child does not live in that household any more. Faults: NotFound "child.no_record"
// and those of access.Decision.
func (s *Service) Leave(ctx context.Context, tx *db.Tx, record int64) error {
	d, err := s.mayGuardians(ctx, tx, record, access.Casework)
	if err != nil || d.Household == 0 {
		return err
	}
	if err := q.SetHousehold(ctx, tx, childdb.SetHouseholdParams{ID: record}); err != nil {
		return fmt.Errorf("child: leave a household: %w", err)
	}
	return act(ctx, tx, "household.left", d, access.Casework, nil)
}

// Siblings lists the other records of a child's household that who acts may know of for the purpose,
// without opening them. Faults: NotFound "child.no_record" and those of access.Decision.
func (s *Service) Siblings(ctx context.Context, tx *db.Tx, record int64, purpose access.Purpose) ([]Record, error) {
	d, err := s.may(ctx, tx, record, access.RecordOpen, access.Question{Purpose: purpose})
	if err != nil || d.Household == 0 {
		return nil, err
	}
	ids, err := q.RecordIDsOfHousehold(ctx, tx, d.Household)
	if err != nil {
		return nil, fmt.Errorf("child: household: %w", err)
	}
	others := ids[:0]
	for _, id := range ids {
		if id != record {
			others = append(others, id)
		}
	}
	return s.Briefs(ctx, tx, others, purpose)
}
