package concern

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/concern/internal/concerndb"
	"manyhands/internal/db"
)

// Numbers count the reports of the whole network in a span of time. They are not told apart by
// organisation: a single report at a small place would tell of itself.
type Numbers struct{ Came, Reported, Closed int64 }

// Count returns the numbers from since on and before until.
func Count(ctx context.Context, r db.Queryer, since, until time.Time) (Numbers, error) {
	x, err := q.Count(ctx, r, concerndb.CountParams{Since: clock.Micros(since), Until: clock.Micros(until)})
	if err != nil {
		return Numbers{}, fmt.Errorf("concern: count: %w", err)
	}
	return Numbers(x), nil
}
