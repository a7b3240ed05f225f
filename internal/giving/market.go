package giving

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/giving/internal/givingdb"
	"manyhands/internal/ledger"
)

// market is what gifts meet: the pools that are open to them, the money that these have left and how
// much of their caps is used. It is read once for many gifts, which then draw on it one after the
// other, as if each had come alone.
type market struct {
	pools map[int64][]Pool // by campaign, in the order of their ids
	left  map[int64]int64  // by pool: money that is neither held nor posted
	used  map[useKey]int64 // counters of the caps
	drawn map[useKey]int64 // what was added to them since they were read
}

// useKey is one counter that a gift touches.
type useKey struct {
	pool       int64
	scope, key string
}

// scopes are those in which caps are counted.
var scopes = [...]string{scopeCampaign, scopeGiver, scopeGiverDay}

// useKeys names the counters that a match from p touches: one for each cap that p has, which its
// frozen terms say for good.
func useKeys(p *Pool, giver string, campaign int64, givenOn string) []useKey {
	var out []useKey
	for _, scope := range scopes {
		if p.Terms.cap(scope) > 0 {
			out = append(out, useKey{p.ID, scope, useName(scope, giver, campaign, givenOn)})
		}
	}
	return out
}

// useName tells the counters of one scope apart.
func useName(scope, giver string, campaign int64, givenOn string) string {
	switch scope {
	case scopeCampaign:
		return clock.FormatID(campaign)
	case scopeGiver:
		return giver
	default:
		return giver + " " + givenOn
	}
}

// readMarket reads what the gifts will meet at the moment now.
func readMarket(ctx context.Context, r db.Queryer, gifts []givingdb.Gift, now int64) (*market, error) {
	campaigns := idsOf(gifts, func(g givingdb.Gift) int64 { return g.CampaignID })
	rows, err := q.OpenPoolsFor(ctx, r, givingdb.OpenPoolsForParams{At: now, Campaigns: campaigns})
	if err != nil {
		return nil, err
	}
	m := &market{pools: map[int64][]Pool{}, left: map[int64]int64{}, used: map[useKey]int64{}, drawn: map[useKey]int64{}}
	accounts := map[int64]int64{}
	for _, row := range rows {
		p := poolOf(row.Pool)
		m.pools[row.CampaignID] = append(m.pools[row.CampaignID], p)
		accounts[p.ID] = p.Account
	}
	if err := m.readLeft(ctx, r, accounts); err != nil {
		return nil, err
	}
	return m, m.readUsed(ctx, r, gifts)
}

func (m *market) readLeft(ctx context.Context, r db.Queryer, accounts map[int64]int64) error {
	found, err := ledger.Accounts(ctx, r, slices.Sorted(maps.Values(accounts)))
	if err != nil {
		return err
	}
	for pool, account := range accounts {
		a, ok := found[account]
		if !ok {
			return errors.New("giving: a pool without an account")
		}
		m.left[pool] = a.Available()
	}
	return nil
}

// readUsed reads the counters that the gifts touch: one query for each cap of each pool, which has
// only one list, so that the engine cannot but find each counter by its whole key.
func (m *market) readUsed(ctx context.Context, r db.Queryer, gifts []givingdb.Gift) error {
	type cap struct {
		pool  int64
		scope string
	}
	keys := map[cap]map[string]bool{}
	for i := range gifts {
		for _, p := range m.pools[gifts[i].CampaignID] {
			for _, k := range useKeys(&p, gifts[i].GiverKey, gifts[i].CampaignID, gifts[i].GivenOn) {
				c := cap{k.pool, k.scope}
				if keys[c] == nil {
					keys[c] = map[string]bool{}
				}
				keys[c][k.key] = true
			}
		}
	}
	for c, names := range keys {
		rows, err := q.PoolUsesOf(ctx, r, givingdb.PoolUsesOfParams{Pool: c.pool, Scope: c.scope, Keys: slices.Sorted(maps.Keys(names))})
		if err != nil {
			return err
		}
		for _, row := range rows {
			m.used[useKey{c.pool, c.scope, row.Key}] = row.UsedMinor
		}
	}
	return nil
}

// best returns the first-come pool with the largest match for the gift, else the first pro-rata pool
// that takes it, else none.
func (m *market) best(g *givingdb.Gift) (best Pool, match int64) {
	for _, p := range m.pools[g.CampaignID] {
		if p.Terms.Rule == ProRata {
			if best.ID == 0 && g.Quantity >= p.Terms.MinGiftMinor {
				best = p
			}
			continue
		}
		var u Used
		for _, k := range useKeys(&p, g.GiverKey, g.CampaignID, g.GivenOn) {
			u.add(k.scope, m.used[k])
		}
		if n := p.Terms.MatchOf(g.Quantity, u, m.left[p.ID]); n > match {
			best, match = p, n
		}
	}
	return best, match
}

// draw takes a match for the gift out of p.
func (m *market) draw(p *Pool, g *givingdb.Gift, match int64) {
	m.left[p.ID] -= match
	for _, k := range useKeys(p, g.GiverKey, g.CampaignID, g.GivenOn) {
		m.used[k] += match
		m.drawn[k] += match
	}
}

var addUses = db.InsertRows("pool_use", "pool_id, scope, key, used_minor",
	"ON CONFLICT (pool_id, scope, key) DO UPDATE SET used_minor = pool_use.used_minor + excluded.used_minor")

// rows are what was drawn.
func (m *market) rows() db.Rows {
	keys := slices.SortedFunc(maps.Keys(m.drawn), func(a, b useKey) int {
		return cmp.Or(cmp.Compare(a.pool, b.pool), cmp.Compare(a.scope, b.scope), cmp.Compare(a.key, b.key))
	})
	return addUses.Rows(len(keys), func(i int, args []any) []any {
		k := keys[i]
		return append(args, k.pool, k.scope, k.key, m.drawn[k])
	})
}

// takeUse counts a match back that its gift will not get.
func takeUse(ctx context.Context, tx *db.Tx, g *givingdb.Gift) error {
	row, err := q.GetPool(ctx, tx, g.PoolID)
	if err != nil {
		return err
	}
	p := poolOf(row)
	for _, k := range useKeys(&p, g.GiverKey, g.CampaignID, g.GivenOn) {
		n, err := q.TakePoolUse(ctx, tx, givingdb.TakePoolUseParams{PoolID: k.pool, Scope: k.scope, Key: k.key, UsedMinor: g.MatchPromised})
		if err != nil {
			return err
		}
		if n != 1 {
			return errors.New("giving: a cap that was never counted")
		}
	}
	return nil
}

// idsOf returns the ids that the rows name, each once and in order, without 0.
func idsOf[T any](rows []T, id func(T) int64) []int64 {
	out := make([]int64, 0, len(rows))
	for _, r := range rows {
		if n := id(r); n != 0 {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
