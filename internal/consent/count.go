package consent

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/consent/internal/consentdb"
	"manyhands/internal/db"
)

// Count is how often guardians answered about one purpose, in a time.
type Count struct {
	Purpose                              Purpose
	Given, Refused, Withdrawn, Overrides int64
}

// Counts returns a Count for each purpose, in their order: what was answered, taken back and overridden
// from since on and before until, at one organisation or, for 0, everywhere. It tells numbers alone; small
// ones can still point at a child, so whoever publishes them hides those.
func Counts(ctx context.Context, r db.Queryer, organisation int64, since, until time.Time) ([]Count, error) {
	from, to := clock.Micros(since), clock.Micros(until)
	by := map[string]*Count{}
	out := make([]Count, len(Purposes()))
	for i, p := range Purposes() {
		out[i].Purpose = p
		by[string(p)] = &out[i]
	}
	answered, err := q.CountAnswers(ctx, r, consentdb.CountAnswersParams{OrganisationID: organisation, Since: from, Until: to})
	if err != nil {
		return nil, fmt.Errorf("consent: count answers: %w", err)
	}
	for _, x := range answered {
		c := by[x.Purpose]
		if c != nil && x.Given {
			c.Given = x.N
		} else if c != nil {
			c.Refused = x.N
		}
	}
	taken, err := q.CountTakenBack(ctx, r, consentdb.CountTakenBackParams{OrganisationID: organisation, Since: from, Until: to})
	if err != nil {
		return nil, fmt.Errorf("consent: count what was taken back: %w", err)
	}
	for _, x := range taken {
		if c := by[x.Purpose]; c != nil {
			c.Withdrawn = x.N
		}
	}
	overrides, err := q.CountOverrides(ctx, r, consentdb.CountOverridesParams{OrganisationID: organisation, Since: from, Until: to})
	if err != nil {
		return nil, fmt.Errorf("consent: count overrides: %w", err)
	}
	for _, x := range overrides {
		if c := by[x.Purpose]; c != nil {
			c.Overrides = x.N
		}
	}
	return out, nil
}

// GroundCount is how often something went on without consent on one ground, in a time.
type GroundCount struct {
	Ground Ground
	N      int64
}

// GroundCounts returns a GroundCount for each ground, in their order, as Counts does for purposes.
func GroundCounts(ctx context.Context, r db.Queryer, organisation int64, since, until time.Time) ([]GroundCount, error) {
	rows, err := q.CountGrounds(ctx, r, consentdb.CountGroundsParams{OrganisationID: organisation, Since: clock.Micros(since), Until: clock.Micros(until)})
	if err != nil {
		return nil, fmt.Errorf("consent: count grounds: %w", err)
	}
	out := make([]GroundCount, len(Grounds()))
	for i, g := range Grounds() {
		out[i].Ground = g
		for _, x := range rows {
			if x.Ground == string(g) {
				out[i].N = x.N
			}
		}
	}
	return out, nil
}
