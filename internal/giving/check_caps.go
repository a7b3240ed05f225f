package giving

import (
	"context"
	"fmt"
	"hash/maphash"
	"math/bits"

	"manyhands/internal/clock"
	"manyhands/internal/giving/internal/givingdb"
)

// capBuckets is into how many buckets the counters of caps are folded. It bounds what a second look
// has to keep: the counters of one bucket.
const capBuckets = 4096

// capPrime is 2^61-1. Sums of quantities, each times a number drawn for its counter, are kept modulo
// it: two different lists of counters agree with a chance of about 1 in 2^50.
const capPrime = 1<<61 - 1

// caps holds what gifts say against what was counted, without keeping either: every quantity of a
// gift is added and every counter subtracted, so that each bucket ends at 0.
type caps struct {
	seed  maphash.Seed
	sums  [capBuckets]uint64
	exact map[useKey]int64 // on the second look: the counters of one bucket
	only  int              // which
}

// countCaps adds gifts to the counters of the caps that their matches are counted against.
func (c *checker) countCaps(ctx context.Context, gifts []givingdb.GiftsToCheckRow) error {
	for _, g := range gifts {
		counts := g.MatchPromised > 0 && (g.State == string(Waiting) || g.MatchPosted > 0)
		if !counts || g.Method == MethodPromise {
			continue
		}
		p, err := c.pool(ctx, g.PoolID)
		if err != nil {
			return err
		}
		for _, k := range useKeys(p, g.GiverKey, g.CampaignID, g.GivenOn) {
			c.caps.add(k, g.MatchPromised)
		}
	}
	return nil
}

// pool returns a pool, which is read once.
func (c *checker) pool(ctx context.Context, id int64) (*Pool, error) {
	if p := c.pools[id]; p != nil {
		return p, nil
	}
	p, err := PoolByID(ctx, c.r, id)
	if err != nil {
		return nil, err
	}
	c.pools[id] = &p
	return &p, nil
}

func (c *caps) add(k useKey, minor int64) {
	h := maphash.Comparable(c.seed, k)
	bucket := int(h % capBuckets)
	if c.exact != nil {
		if bucket == c.only {
			c.exact[k] += minor
		}
		return
	}
	x := uint64(minor)
	if minor < 0 {
		x = capPrime - uint64(-minor)
	}
	hi, lo := bits.Mul64((h>>3)%capPrime, x%capPrime)
	_, rest := bits.Div64(hi, lo, capPrime)
	c.sums[bucket] = (c.sums[bucket] + rest) % capPrime
}

// uses holds the counters of caps against the gifts behind them and against the caps.
func (c *checker) uses(ctx context.Context) error {
	if err := c.eachUse(ctx, c.checkCap); err != nil {
		return err
	}
	for bucket, sum := range c.caps.sums {
		if sum != 0 {
			return c.findUse(ctx, bucket)
		}
	}
	return nil
}

// eachUse subtracts every counter and hands it to take, one pool and scope after the other.
func (c *checker) eachUse(ctx context.Context, take func(context.Context, givingdb.PoolUse) error) error {
	for pool := int64(0); ; {
		var err error
		if pool, err = q.NextUsePool(ctx, c.r, pool); err != nil || pool == 0 {
			return err
		}
		for scope := ""; ; {
			scope, err = q.NextUseScope(ctx, c.r, givingdb.NextUseScopeParams{PoolID: pool, After: scope})
			if err != nil {
				return err
			}
			if scope == "" {
				break
			}
			if err := c.eachUseOf(ctx, pool, scope, take); err != nil {
				return err
			}
		}
	}
}

func (c *checker) eachUseOf(ctx context.Context, pool int64, scope string, take func(context.Context, givingdb.PoolUse) error) error {
	arg := givingdb.PoolUsesParams{PoolID: pool, Scope: scope, Most: checkRows}
	for {
		rows, err := q.PoolUses(ctx, c.r, arg)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, u := range rows {
			c.caps.add(useKey{u.PoolID, u.Scope, u.Key}, -u.UsedMinor)
			if err := take(ctx, u); err != nil {
				return err
			}
		}
		c.step(len(rows))
		arg.After = rows[len(rows)-1].Key
	}
}

// checkCap holds a counter against its pool's cap.
func (c *checker) checkCap(ctx context.Context, u givingdb.PoolUse) error {
	p, err := c.pool(ctx, u.PoolID)
	if err != nil {
		return err
	}
	if limit := p.Terms.cap(u.Scope); limit > 0 && u.UsedMinor > limit {
		return &Breach{Invariant: "I10", Pool: u.PoolID, Detail: fmt.Sprintf("%s used %d of %d", u.Scope, u.UsedMinor, limit)}
	}
	return nil
}

// findUse names a counter of one bucket that is not what the gifts behind it add up to. Which giver it
// counts for stays unsaid: breaches are printed and logged.
func (c *checker) findUse(ctx context.Context, bucket int) error {
	c.caps.exact, c.caps.only = map[useKey]int64{}, bucket
	err := c.eachPage(ctx, func(rows []givingdb.GiftsToCheckRow) error { return c.countCaps(ctx, rows) })
	if err != nil {
		return err
	}
	if err := c.eachUse(ctx, func(context.Context, givingdb.PoolUse) error { return nil }); err != nil {
		return err
	}
	for k, left := range c.caps.exact {
		if left != 0 {
			return &Breach{Invariant: "I10", Pool: k.pool, Detail: fmt.Sprintf("%s of pool %s: gifts say %d more than was counted", k.scope, clock.FormatID(k.pool), left)}
		}
	}
	return &Breach{Invariant: "I10", Detail: "the counters of caps are not what the gifts say"}
}
