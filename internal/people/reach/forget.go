package reach

import (
	"context"
	"errors"
	"fmt"

	"manyhands/internal/db"
	"manyhands/internal/people/reach/internal/reachdb"
)

// Forget deletes every way to reach a person who leaves, the look-ups too, by which somebody who has the
// number could still be found, and their hours. What was sealed under their key and went to another record
// of the same person goes with it: the key is destroyed in the same write.
func Forget(ctx context.Context, tx *db.Tx, person int64) error {
	q := reachdb.New()
	if err := errors.Join(q.ForgetPoints(ctx, tx, person), q.ForgetHours(ctx, tx, person)); err != nil {
		return fmt.Errorf("reach: forget a person: %w", err)
	}
	return nil
}
