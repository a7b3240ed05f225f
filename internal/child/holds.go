package child

import (
	"context"
	"fmt"

	"manyhands/internal/child/internal/childdb"
	"manyhands/internal/clock"
	"manyhands/internal/db"
)

// Holds says why a person cannot delete their account yet: a child's record rests on them as a guardian.
// Somebody else has to answer for the child first, or the child leave. It returns message keys, none when
// nothing holds them, and does not say which child.
func (s *Service) Holds(ctx context.Context, r db.Queryer, person int64) ([]string, error) {
	ids, err := q.RecordIDsOfGuardian(ctx, r, childdb.RecordIDsOfGuardianParams{PersonID: person, Now: clock.Micros(s.d.Now())})
	if err != nil {
		return nil, fmt.Errorf("child: whose guardian: %w", err)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return []string{"account.held_guardian"}, nil
}
