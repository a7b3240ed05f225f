package reach

import (
	"context"
	"fmt"

	"manyhands/internal/db"
	"manyhands/internal/people/reach/internal/reachdb"
)

// Shared returns groups of persons with the same number or address, reading at most limit rows. What
// they share is not said.
func Shared(ctx context.Context, q db.Queryer, limit int32) ([][]int64, error) {
	rows, err := reachdb.New().SharedLookups(ctx, q, limit)
	if err != nil {
		return nil, fmt.Errorf("reach: shared contact points: %w", err)
	}
	var groups [][]int64
	last := ""
	for _, r := range rows {
		if r.Lookup != last {
			groups, last = append(groups, nil), r.Lookup
		}
		g := &groups[len(groups)-1]
		*g = append(*g, r.PersonID)
	}
	return groups, nil
}

// Holders returns, for each of the values that somebody has as a contact point of that kind, who.
// Faults: those of package vault.
func (k *Service) Holders(ctx context.Context, q db.Queryer, kind Kind, values []string) (map[string][]int64, error) {
	byLookup, lookups := map[string]string{}, make([]string, 0, len(values))
	for _, v := range values {
		l, err := k.lookup(kind, v)
		if err != nil {
			return nil, err
		}
		byLookup[l], lookups = v, append(lookups, l)
	}
	rows, err := reachdb.New().PeopleByLookups(ctx, q, lookups)
	if err != nil {
		return nil, fmt.Errorf("reach: holders: %w", err)
	}
	out := map[string][]int64{}
	for _, r := range rows {
		v := byLookup[r.Lookup]
		out[v] = append(out[v], r.PersonID)
	}
	return out, nil
}
