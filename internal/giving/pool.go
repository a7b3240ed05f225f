package giving

import (
	"context"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/giving/internal/givingdb"
	"manyhands/internal/i18n"
	"manyhands/internal/ledger"
	"manyhands/internal/money"
	"manyhands/internal/slug"
)

// DefaultHold is how long a promised match is held while a gift is being paid.
const DefaultHold = 15 * time.Minute

// How long a promise may be held, in seconds: long enough to pay, short enough not to starve others.
const (
	minHoldSeconds = 60
	maxHoldSeconds = 3600
)

// PoolInput describes a pool to prepare.
type PoolInput struct {
	Name      i18n.Text
	Sponsor   int64 // organisation
	Terms     Terms // times in StartsAt and EndsAt below; SponsorID is filled in
	StartsAt  time.Time
	EndsAt    time.Time
	Campaigns []int64 // empty: all
}

// Validate returns what is wrong with the input, field by field.
func (in PoolInput) Validate() error {
	var f fault.Fields
	if in.Name.ZH == "" {
		f.Add("name_zh", "form.required")
	}
	if in.Name.EN == "" {
		f.Add("name_en", "form.required")
	}
	if in.Sponsor == 0 {
		f.Add("sponsor", "form.required")
	}
	if in.Terms.Rule != FirstCome && in.Terms.Rule != ProRata {
		f.Add("rule", "giving.choose_rule")
	}
	if in.Terms.RatioPercent < 1 {
		f.Add("ratio_percent", "form.too_small", "Min", 1)
	}
	if in.Terms.RatioPercent > 1000 {
		f.Add("ratio_percent", "form.too_big", "Max", 1000)
	}
	if !in.EndsAt.After(in.StartsAt) {
		f.Add("ends_at", "giving.ends_before_start")
	}
	for name, limit := range map[string]int64{"min_gift": in.Terms.MinGiftMinor, "cap_gift": in.Terms.CapGiftMinor, "cap_giver": in.Terms.CapGiverMinor,
		"cap_giver_day": in.Terms.CapDayMinor, "cap_campaign": in.Terms.CapCampaign} {
		if limit < 0 {
			f.Add(name, "money.not_positive")
		}
	}
	if in.Terms.HoldSeconds != 0 && (in.Terms.HoldSeconds < minHoldSeconds || in.Terms.HoldSeconds > maxHoldSeconds) {
		f.Add("hold_seconds", "form.choice")
	}
	if len(in.Campaigns) > maxPoolsCampaigns {
		f.Add("campaigns", "giving.too_many_campaigns", "Max", maxPoolsCampaigns)
	}
	return f.Err()
}

// CreatePool prepares a pool as a draft, with an empty account.
func (s *Service) CreatePool(ctx context.Context, tx *db.Tx, in PoolInput, by int64) (Pool, error) {
	if err := in.Validate(); err != nil {
		return Pool{}, err
	}
	if in.Terms.HoldSeconds == 0 {
		in.Terms.HoldSeconds = int64(DefaultHold / time.Second)
	}
	id := tx.NewID()
	account, err := poolAccount(ctx, tx, id)
	if err != nil {
		return Pool{}, err
	}
	t := in.Terms
	row := givingdb.InsertPoolParams{ID: id, Slug: slug.Unique(in.Name.EN, id), NameZh: in.Name.ZH, NameEn: in.Name.EN, SponsorID: in.Sponsor,
		AccountID: account, Rule: string(t.Rule), RatioPercent: t.RatioPercent, MinGiftMinor: t.MinGiftMinor, CapGiftMinor: t.CapGiftMinor,
		CapGiverMinor: t.CapGiverMinor, CapGiverDayMinor: t.CapDayMinor, CapCampaignMinor: t.CapCampaign, HoldSeconds: t.HoldSeconds,
		StartsAt: clock.Micros(in.StartsAt), EndsAt: clock.Micros(in.EndsAt), MadeBy: by, MadeAt: tx.NowMicros()}
	if err := q.InsertPool(ctx, tx, row); err != nil {
		return Pool{}, err
	}
	for _, c := range in.Campaigns {
		if err := q.InsertPoolCampaign(ctx, tx, givingdb.InsertPoolCampaignParams{PoolID: id, CampaignID: c}); err != nil {
			return Pool{}, err
		}
	}
	if err := event.Add(ctx, tx, "pool.created", id, by, nil); err != nil {
		return Pool{}, err
	}
	return PoolByID(ctx, tx, id)
}

// FundPool moves a sponsor's money into a pool that has not closed. The same id again changes
// nothing; with another sum it is ledger.ErrIDTaken. Fault: Conflict "giving.pool_closed".
func FundPool(ctx context.Context, tx *db.Tx, pool Pool, amount money.Amount, id, by int64) error {
	_, err := ledger.EntryByID(ctx, tx, id)
	again := err == nil
	if !again && (pool.State == PoolClosed || pool.State == PoolClosing) {
		return fault.New(fault.Conflict, "giving.pool_closed")
	}
	from, err := sponsorAccount(ctx, tx, pool.Sponsor)
	if err != nil {
		return err
	}
	e := ledger.Entry{ID: id, Kind: KindPoolFunded, From: from, To: pool.Account, Quantity: amount.Minor, Subject: pool.ID}
	if err := ledger.Post(ctx, tx, ledger.Set{ID: id, Entries: []ledger.Entry{e}}); err != nil || again {
		return err
	}
	return event.Add(ctx, tx, "pool.funded", pool.ID, by, map[string]int64{"minor": amount.Minor})
}

// OpenPool freezes and hashes the pool's rule and opens it. The one who opens it is not the one who
// prepared it (I18). Faults: Conflict "giving.pool_not_draft", Forbidden "giving.same_person",
// Conflict "giving.pool_empty".
func (s *Service) OpenPool(ctx context.Context, tx *db.Tx, id, by int64) (Pool, error) {
	p, err := PoolByID(ctx, tx, id)
	if err != nil {
		return Pool{}, err
	}
	if p.State != PoolDraft {
		return p, fault.New(fault.Conflict, "giving.pool_not_draft")
	}
	if p.MadeBy == by {
		return p, fault.New(fault.Forbidden, "giving.same_person")
	}
	a, err := ledger.AccountByID(ctx, tx, p.Account)
	if err != nil {
		return p, err
	}
	if a.Available() <= 0 {
		return p, fault.New(fault.Conflict, "giving.pool_empty")
	}
	if p.Terms.CampaignsSorted, err = q.ListPoolCampaigns(ctx, tx, id); err != nil {
		return p, err
	}
	text, hash, err := p.Terms.Freeze()
	if err != nil {
		return p, err
	}
	if _, err := q.OpenPool(ctx, tx, givingdb.OpenPoolParams{ID: id, RuleText: text, RuleHash: hash, OpenedBy: by, OpenedAt: tx.NowMicros()}); err != nil {
		return p, err
	}
	if err := event.Add(ctx, tx, "pool.opened", id, by, map[string]string{"rule_hash": hash}); err != nil {
		return p, err
	}
	return PoolByID(ctx, tx, id)
}

// PoolByID returns a pool. Faults: NotFound "giving.no_pool".
func PoolByID(ctx context.Context, r db.Queryer, id int64) (Pool, error) {
	row, err := q.GetPool(ctx, r, id)
	return poolOf(row), db.NotFound(err, "giving.no_pool")
}

// PoolBySlug returns a pool. Faults: NotFound "giving.no_pool".
func PoolBySlug(ctx context.Context, r db.Queryer, slug string) (Pool, error) {
	row, err := q.GetPoolBySlug(ctx, r, slug)
	return poolOf(row), db.NotFound(err, "giving.no_pool")
}

// Pools returns the newest 200 pools, newest first.
func Pools(ctx context.Context, r db.Queryer) ([]Pool, error) {
	rows, err := q.ListPools(ctx, r)
	return all(rows, poolOf), err
}

// PoolCampaigns returns the campaigns that a pool is for; none means all.
func PoolCampaigns(ctx context.Context, r db.Queryer, pool int64) ([]int64, error) {
	return q.ListPoolCampaigns(ctx, r, pool)
}

// PoolBook is what a pool's account says: Funded = Held + Matched + Left + Rest.
type PoolBook struct {
	Funded  int64 // by its sponsor
	Held    int64 // for gifts that are being paid
	Matched int64 // net of what came back with refunds
	Left    int64
	Rest    int64 // went back to the sponsor when the pool closed
}

// BookOfPool returns a pool's figures.
func BookOfPool(ctx context.Context, r db.Queryer, p Pool) (PoolBook, error) {
	a, err := ledger.AccountByID(ctx, r, p.Account)
	if err != nil {
		return PoolBook{}, err
	}
	back, err := matchReturns(ctx, r, p)
	if err != nil {
		return PoolBook{}, err
	}
	b := PoolBook{Funded: a.InTotal - back, Held: a.HeldOut, Matched: a.OutTotal - back, Left: a.Available()}
	if p.State == PoolClosed {
		rest, err := ledger.EntriesByIDs(ctx, r, []int64{restEntry(p)})
		if err != nil {
			return PoolBook{}, err
		}
		b.Rest = rest[restEntry(p)].Quantity
		b.Matched -= b.Rest
	}
	return b, nil
}

// restEntry is the id of the entry that gives a closed pool's rest back: its own, so that there is
// one at most.
func restEntry(p Pool) int64 { return p.ID }

// matchReturns sums up what came back to a pool with refunds: the few of its arrivals that are not
// its sponsor's.
func matchReturns(ctx context.Context, r db.Queryer, p Pool) (int64, error) {
	var sum int64
	for after := int64(-1); ; {
		arrivals, err := ledger.Statement(ctx, r, p.Account, true, after, maxRows)
		if err != nil || len(arrivals) == 0 {
			return sum, err
		}
		for _, e := range arrivals {
			if e.Kind == KindMatchReturn {
				sum += e.Quantity
			}
		}
		after = arrivals[len(arrivals)-1].ToStart
	}
}
