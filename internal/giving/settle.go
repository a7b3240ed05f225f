package giving

import (
	"context"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/giving/internal/givingdb"
	"manyhands/internal/ledger"
)

// settleBatch is how many shares or promises one write settles.
const settleBatch = 500

// SettleDue closes what has reached its end: campaigns, promises of things, and pools, which are
// shared out if that is their rule. It is safe to run on any node, at any time, again.
func (s *Service) SettleDue(ctx context.Context) error {
	for _, step := range []func(context.Context) error{s.closeCampaigns, s.endPromises, s.closePools} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) closeCampaigns(ctx context.Context) error {
	now := clock.Micros(s.db.Now())
	due, err := readList(ctx, s.db, func(r db.Queryer) ([]int64, error) { return q.CampaignsToClose(ctx, r, now) })
	if err != nil || len(due) == 0 {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		for _, id := range due {
			if _, err := s.CloseCampaign(ctx, tx, id, 0); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) endPromises(ctx context.Context) error {
	now := clock.Micros(s.db.Now())
	due, err := readList(ctx, s.db, func(r db.Queryer) ([]givingdb.PromisesToEndRow, error) { return q.PromisesToEnd(ctx, r, now) })
	if err != nil || len(due) == 0 {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		for _, g := range due {
			n, err := q.EndGift(ctx, tx, givingdb.EndGiftParams{ID: g.ID, State: string(Closed)})
			if err != nil {
				return err
			}
			if n == 0 {
				continue // it was brought, or taken back, in the meantime
			}
			if err := ledger.Expire(ctx, tx, g.MatchID); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) closePools(ctx context.Context) error {
	now := clock.Micros(s.db.Now())
	due, err := readList(ctx, s.db, func(r db.Queryer) ([]int64, error) { return q.PoolsToClose(ctx, r, now) })
	if err != nil {
		return err
	}
	for _, id := range due {
		if err := s.closePool(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// closePool takes a pool from open through closing to closed. While gifts made in its window are
// still being paid it stays closing: their promises, or their part in the sharing out, are kept.
func (s *Service) closePool(ctx context.Context, id int64) error {
	var p Pool
	var waiting, planned int64
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		if _, err = q.SetPoolState(ctx, tx, givingdb.SetPoolStateParams{ID: id, State: string(PoolClosing), OldState: string(PoolOpen)}); err != nil {
			return err
		}
		if p, err = PoolByID(ctx, tx, id); err != nil {
			return err
		}
		if waiting, err = q.CountWaitingOfPool(ctx, tx, id); err != nil {
			return err
		}
		planned, err = q.CountAllotments(ctx, tx, id)
		return err
	})
	if err != nil || p.State != PoolClosing || waiting > 0 {
		return err
	}
	if p.Terms.Rule == ProRata {
		if planned == 0 {
			if err := s.planShares(ctx, p); err != nil {
				return err
			}
		}
		if err := s.postShares(ctx, p); err != nil {
			return err
		}
	}
	return s.finishPool(ctx, p)
}

// planShares writes down what each gift gets, all in one write: from here on it cannot change.
func (s *Service) planShares(ctx context.Context, p Pool) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		claims, err := s.claims(ctx, tx, p)
		if err != nil {
			return err
		}
		a, err := ledger.AccountByID(ctx, tx, p.Account)
		if err != nil {
			return err
		}
		for _, x := range ShareOut(a.Available(), claims) {
			if err := q.InsertAllotment(ctx, tx, givingdb.InsertAllotmentParams{PoolID: p.ID, GiftID: x.Gift, EligibleMinor: x.Eligible, MatchMinor: x.Match}); err != nil {
				return err
			}
		}
		return nil
	})
}

// claims walks the pool's received gifts in the order in which they were made and applies the caps.
func (s *Service) claims(ctx context.Context, r db.Queryer, p Pool) ([]Claim, error) {
	var claims []Claim
	used := map[useKey]int64{}
	after := int64(0)
	for {
		rows, err := q.EligibleGifts(ctx, r, givingdb.EligibleGiftsParams{PoolID: p.ID, After: after, Most: maxRows})
		if err != nil || len(rows) == 0 {
			return claims, err
		}
		for _, g := range rows {
			keys := useKeys(&p, g.GiverKey, g.CampaignID, g.GivenOn)
			var u Used
			for _, k := range keys {
				u.add(k.scope, used[k])
			}
			x := p.Terms.Eligible(g.Quantity-g.Refunded, u)
			for _, k := range keys {
				used[k] += x
			}
			if x > 0 {
				claims = append(claims, Claim{Gift: g.ID, Eligible: x})
			}
			after = g.ID
		}
	}
}

func (s *Service) postShares(ctx context.Context, p Pool) error {
	for {
		n := 0
		err := s.db.Write(ctx, func(tx *db.Tx) error {
			rows, err := q.AllotmentsToPost(ctx, tx, givingdb.AllotmentsToPostParams{PoolID: p.ID, Limit: settleBatch})
			n = len(rows)
			if err != nil {
				return err
			}
			for _, a := range rows {
				if err := s.postShare(ctx, tx, p, a); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || n == 0 {
			return err
		}
	}
}

func (s *Service) postShare(ctx context.Context, tx *db.Tx, p Pool, a givingdb.AllotmentsToPostRow) error {
	g, err := GiftByID(ctx, tx, a.GiftID)
	if err != nil {
		return err
	}
	// What was given back since the shares were written down is not matched.
	match := min(a.MatchMinor, mulDiv(g.Net(), p.Terms.RatioPercent, 100))
	if match > 0 {
		f, err := FundByID(ctx, tx, a.FundID)
		if err != nil {
			return err
		}
		id := tx.NewID()
		e := ledger.Entry{ID: id, Kind: KindMatch, From: p.Account, To: f.Account, Quantity: match, Subject: a.GiftID}
		if err := ledger.Post(ctx, tx, ledger.Set{ID: id, Entries: []ledger.Entry{e}}); err != nil {
			return err
		}
		t := tallies{s.campaignDay(g.Campaign, clock.Micros(g.ReceivedAt)): count{matched: match}}
		if _, err := db.ExecTogether(ctx, tx, t.rows()); err != nil {
			return err
		}
		if err := q.SetGiftMatch(ctx, tx, givingdb.SetGiftMatchParams{ID: a.GiftID, MatchID: id, MatchPosted: match}); err != nil {
			return err
		}
	}
	return q.MarkAllotmentPosted(ctx, tx, givingdb.MarkAllotmentPostedParams{PoolID: p.ID, GiftID: a.GiftID, PostedAt: tx.NowMicros()})
}

// finishPool gives what is left back to the sponsor and closes the pool.
func (s *Service) finishPool(ctx context.Context, p Pool) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		n, err := q.SetPoolState(ctx, tx, givingdb.SetPoolStateParams{ID: p.ID, State: string(PoolClosed), ClosedAt: tx.NowMicros(), OldState: string(PoolClosing)})
		if err != nil || n == 0 {
			return err
		}
		a, err := ledger.AccountByID(ctx, tx, p.Account)
		if err != nil {
			return err
		}
		if rest := a.Available(); rest > 0 {
			to, err := sponsorAccount(ctx, tx, p.Sponsor)
			if err != nil {
				return err
			}
			id := restEntry(p)
			e := ledger.Entry{ID: id, Kind: KindPoolRest, From: p.Account, To: to, Quantity: rest, Subject: p.ID}
			if err := ledger.Post(ctx, tx, ledger.Set{ID: id, Entries: []ledger.Entry{e}}); err != nil {
				return err
			}
		}
		return event.Add(ctx, tx, "pool.closed", p.ID, 0, nil)
	})
}

// SettleEvery is how often SettleDue should run.
const SettleEvery = 10 * time.Second

func readList[T any](ctx context.Context, d *db.DB, f func(db.Queryer) ([]T, error)) (out []T, err error) {
	err = d.Read(ctx, func(r *db.Reader) error {
		out, err = f(r)
		return err
	})
	return out, err
}
