package child

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/child/internal/childdb"
	"manyhands/internal/clock"
	"manyhands/internal/db"
)

// RequestTime is how long an organisation takes at most to answer a guardian's request. The Personal
// Information Protection Law, Art. 50, says 'timely'; the authorities' method of 2019 for apps allows 15
// working days, of which 15 days are the careful reading.
const RequestTime = 15 * 24 * time.Hour

// Counts are numbers of records and requests, of one organisation or everywhere.
type Counts struct {
	States               map[State]int64 // now
	Begun, Ended, Erased int64           // in the time
	Requests             int64           // made in the time
	Answered, InTime     int64           // of those; InTime within RequestTime
}

// Counts returns the numbers at one organisation or, for 0, everywhere, from since on and before until. It
// tells numbers alone; small ones can still point at a child, so whoever publishes them hides those.
func (s *Service) Counts(ctx context.Context, r db.Queryer, organisation int64, since, until time.Time) (Counts, error) {
	from, to := clock.Micros(since), clock.Micros(until)
	out := Counts{States: map[State]int64{}}
	states, err := q.CountStates(ctx, r, organisation)
	if err != nil {
		return out, fmt.Errorf("child: count records: %w", err)
	}
	for _, x := range states {
		out.States[State(x.State)] = x.N
	}
	moves, err := q.CountMoves(ctx, r, childdb.CountMovesParams{Since: from, Until: to, OrganisationID: organisation})
	if err != nil {
		return out, fmt.Errorf("child: count what happened: %w", err)
	}
	out.Begun, out.Ended, out.Erased = moves.Begun, moves.Ended, moves.Erased
	requests, err := q.CountRequests(ctx, r, childdb.CountRequestsParams{Within: RequestTime.Microseconds(), OrganisationID: organisation, Since: from, Until: to})
	if err != nil {
		return out, fmt.Errorf("child: count requests: %w", err)
	}
	out.Requests, out.Answered, out.InTime = requests.Made, requests.Answered, requests.InTime
	return out, nil
}
