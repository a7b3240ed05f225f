package ledger

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
)

// OpenHolds counts the holds that have not ended. first is when the first of them that can expire
// does, zero when none can: in the past means that nobody ends them.
func OpenHolds(ctx context.Context, q db.Queryer) (open int64, first time.Time, err error) {
	const query = "SELECT CAST(COUNT(*) AS BIGINT), CAST(COALESCE(MIN(CASE WHEN expires_at > 0 THEN expires_at END), 0) AS BIGINT) FROM hold WHERE state = 'held'"
	var at int64
	if err := q.QueryRowContext(ctx, query).Scan(&open, &at); err != nil {
		return 0, time.Time{}, fmt.Errorf("ledger: open holds: %w", err)
	}
	return open, clock.Time(at), nil
}
