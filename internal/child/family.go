package child

import (
	"context"
	"fmt"

	"manyhands/internal/access"
	"manyhands/internal/child/internal/childdb"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
)

// FamilyPaperDays is for how many days such a code can be used.
const FamilyPaperDays = 7

// Papers makes the code with which a guardian who has forgotten their family code sets a new one; package
// people/signin does.
type Papers interface {
	FamilyPaper(ctx context.Context, tx *db.Tx, person int64) (string, error)
}

// FamilyPaper makes a code on paper for a guardian with an account, whom the worker who acts has before
// them: with it they set a new family code. It is shown once. The guardian is told, and sees it among
// those who looked. Faults: NotFound "child.no_record", "child.no_guardianship" and those of
// access.Decision; Conflict "child.no_account"; Forbidden "child.invite_proof" before a worker has seen
// what shows the guardianship; those of Papers.
func (s *Service) FamilyPaper(ctx context.Context, tx *db.Tx, record, guardian int64) (string, error) {
	d, err := s.mayGuardians(ctx, tx, record, access.Casework)
	if err != nil {
		return "", err
	}
	g, err := d.guardianAt(guardian, tx.Now())
	if err != nil {
		return "", err
	}
	switch {
	case g.PersonID == 0 || s.o.Papers == nil:
		return "", fault.New(fault.Conflict, "child.no_account")
	case g.Proof == "":
		return "", fault.New(fault.Forbidden, "child.invite_proof")
	}
	code, err := s.o.Papers.FamilyPaper(ctx, tx, g.PersonID)
	if err != nil {
		return "", err
	}
	return code, actGuardian(ctx, tx, "guardian.family_paper", d, access.Casework, guardian)
}

// Guards reports whether a person answers for a child and can open the child's record.
func (s *Service) Guards(ctx context.Context, r db.Queryer, person int64) (bool, error) {
	ids, err := q.RecordIDsOfGuardian(ctx, r, childdb.RecordIDsOfGuardianParams{PersonID: person, Now: clock.Micros(s.d.Now())})
	if err != nil {
		return false, fmt.Errorf("child: whose guardian: %w", err)
	}
	return len(ids) > 0, nil
}
