package giving

import (
	"context"
	"fmt"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/giving/internal/givingdb"
	"manyhands/internal/ledger"
)

// Breach is a rule of giving that the records do not keep.
type Breach struct {
	Invariant string // as docs/giving.md numbers it
	Gift      int64
	Pool      int64
	Detail    string
}

func (b *Breach) Error() string {
	return fmt.Sprintf("giving: invariant %s: gift %s, pool %s: %s", b.Invariant, clock.FormatID(b.Gift), clock.FormatID(b.Pool), b.Detail)
}

// Check recomputes what giving promises from gifts, entries and holds, and returns the first *Breach:
// a received gift has its entry and nothing else has (I5, I19); a live promise is held and a kept one
// posted to the fen (I12); every counter of a cap equals the gifts behind it and stays within the cap
// (I10); nobody approves what they asked for (I18).
func (s *Service) Check(ctx context.Context, r *db.Reader, progress func(done, total int64)) error {
	use := map[[3]string]int64{}
	var done int64
	for after := int64(0); ; {
		rows, err := q.GiftsAfter(ctx, r, givingdb.GiftsAfterParams{After: after, Most: maxRows})
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			break
		}
		if err := s.checkGifts(ctx, r, rows, use); err != nil {
			return err
		}
		after = rows[len(rows)-1].ID
		done += int64(len(rows))
		progress(done, 0)
	}
	if err := s.checkUses(ctx, r, use); err != nil {
		return err
	}
	return checkPayouts(ctx, r)
}

// checkPromise looks at a gift that waits: what it was promised, or what it promises, is held.
func checkPromise(ctx context.Context, r db.Queryer, g givingdb.Gift) error {
	want := g.MatchPromised
	if g.Method == MethodPromise {
		want = g.Quantity
	}
	if g.State != string(Waiting) || want == 0 {
		return nil
	}
	h, err := ledger.HoldByID(ctx, r, g.MatchID)
	if err != nil {
		return err
	}
	if h.State != ledger.Live || h.Quantity != want {
		return &Breach{Invariant: "I12", Gift: g.ID, Pool: g.PoolID, Detail: fmt.Sprintf("promised %d, hold of %d is %s", want, h.Quantity, h.State)}
	}
	return nil
}

// checkPayouts looks at every payout: four eyes, and an entry of its sum exactly when it was paid.
func checkPayouts(ctx context.Context, r db.Queryer) error {
	for before := int64(0); ; {
		payouts, err := Payouts(ctx, r, "", before, maxRows)
		if err != nil || len(payouts) == 0 {
			return err
		}
		ids := make([]int64, len(payouts))
		for i, p := range payouts {
			ids[i] = p.Entry
		}
		entries, err := ledger.EntriesByIDs(ctx, r, ids)
		if err != nil {
			return err
		}
		for _, p := range payouts {
			if p.DecidedBy != 0 && p.DecidedBy == p.RequestedBy {
				return &Breach{Invariant: "I18", Detail: "payout " + clock.FormatID(p.ID) + " was decided by whoever asked for it"}
			}
			if e, posted := entries[p.Entry]; posted != (p.State == PayoutPaid) || (posted && e.Quantity != p.Amount.Minor) {
				return &Breach{Invariant: "I5", Detail: fmt.Sprintf("payout %s is %s, its entry holds %d", clock.FormatID(p.ID), p.State, e.Quantity)}
			}
		}
		before = payouts[len(payouts)-1].ID
	}
}

func (s *Service) checkGifts(ctx context.Context, r db.Queryer, rows []givingdb.Gift, use map[[3]string]int64) error {
	ids := make([]int64, 0, 2*len(rows))
	for _, g := range rows {
		ids = append(ids, g.ID)
		if g.MatchPosted > 0 {
			ids = append(ids, g.MatchID)
		}
	}
	entries, err := ledger.EntriesByIDs(ctx, r, ids)
	if err != nil {
		return err
	}
	for _, g := range rows {
		if err := checkGift(g, entries); err != nil {
			return err
		}
		if err := checkPromise(ctx, r, g); err != nil {
			return err
		}
		promised := g.MatchPromised > 0 && (g.State == string(Waiting) || g.MatchPosted > 0)
		if !promised || g.Method == MethodPromise {
			continue
		}
		for _, k := range useKeys(g.GiverKey, g.CampaignID, g.GivenOn) {
			use[[3]string{clock.FormatID(g.PoolID), k.scope, k.key}] += g.MatchPromised
		}
	}
	return nil
}

func checkGift(g givingdb.Gift, entries map[int64]ledger.Posted) error {
	e, posted := entries[g.ID]
	switch received := g.State == string(Received); {
	case received != posted:
		return &Breach{Invariant: "I19", Gift: g.ID, Detail: fmt.Sprintf("state %s, but entry exists: %v", g.State, posted)}
	case received && g.Method != MethodPromise && e.Quantity != g.Quantity:
		return &Breach{Invariant: "I5", Gift: g.ID, Detail: fmt.Sprintf("%d in the gift, %d in its entry", g.Quantity, e.Quantity)}
	}
	if g.MatchPosted == 0 {
		return nil
	}
	m, ok := entries[g.MatchID]
	if !ok || m.Quantity != g.MatchPosted {
		return &Breach{Invariant: "I12", Gift: g.ID, Pool: g.PoolID, Detail: fmt.Sprintf("matched with %d, entry holds %d", g.MatchPosted, m.Quantity)}
	}
	if g.MatchPromised > 0 && g.MatchPosted != g.MatchPromised {
		return &Breach{Invariant: "I12", Gift: g.ID, Pool: g.PoolID, Detail: fmt.Sprintf("promised %d, matched %d", g.MatchPromised, g.MatchPosted)}
	}
	return nil
}

func (s *Service) checkUses(ctx context.Context, r db.Queryer, use map[[3]string]int64) error {
	pools := map[int64]Pool{}
	arg := givingdb.PoolUsesParams{Most: maxRows}
	for {
		rows, err := q.PoolUses(ctx, r, arg)
		if err != nil {
			return err
		}
		for _, u := range rows {
			key := [3]string{clock.FormatID(u.PoolID), u.Scope, u.Key}
			if use[key] != u.UsedMinor {
				return &Breach{Invariant: "I10", Pool: u.PoolID, Detail: fmt.Sprintf("%s counted %d, gifts say %d", u.Scope, u.UsedMinor, use[key])}
			}
			delete(use, key)
			if err := checkCap(ctx, r, u, pools); err != nil {
				return err
			}
		}
		if len(rows) < maxRows {
			break
		}
		last := rows[len(rows)-1]
		arg.AfterPool, arg.AfterScope, arg.AfterKey = last.PoolID, last.Scope, last.Key
	}
	for key, n := range use {
		return &Breach{Invariant: "I10", Detail: fmt.Sprintf("%s of pool %s: gifts say %d, nothing was counted", key[1], key[0], n)}
	}
	return nil
}

func checkCap(ctx context.Context, r db.Queryer, u givingdb.PoolUse, pools map[int64]Pool) error {
	p, ok := pools[u.PoolID]
	if !ok {
		var err error
		if p, err = PoolByID(ctx, r, u.PoolID); err != nil {
			return err
		}
		pools[u.PoolID] = p
	}
	if limit := p.Terms.cap(u.Scope); limit > 0 && u.UsedMinor > limit {
		return &Breach{Invariant: "I10", Pool: u.PoolID, Detail: fmt.Sprintf("%s used %d of %d", u.Scope, u.UsedMinor, limit)}
	}
	return nil
}
