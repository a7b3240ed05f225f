package giving

import (
	"context"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/ledger"
	"manyhands/internal/money"
)

// Figures are the network's living figures, each a balance of the ledger, per unit and in its
// smallest part. Nothing is converted: evenings and hours stand side by side.
type Figures struct {
	Given   map[money.Unit]int64 // arrived from givers, less what was given back
	Reached map[money.Unit]int64 // recorded as outcomes
}

// Figures reads the living figures.
func (s *Service) Figures(ctx context.Context, r db.Queryer) (Figures, error) {
	f := Figures{Given: map[money.Unit]int64{}, Reached: map[money.Unit]int64{}}
	for _, u := range money.Units() {
		methods := []string{MethodPromise}
		if u.IsMoney() {
			methods = append([]string{MethodCash, MethodBank, MethodPartner}, s.opts.Gateways...)
		}
		for _, m := range methods {
			a, err := accountIfAny(ctx, r, "arrivals:"+m+":"+string(u))
			if err != nil {
				return f, err
			}
			f.Given[u] += a.OutTotal - a.InTotal
		}
		if u.IsMoney() {
			continue
		}
		a, err := accountIfAny(ctx, r, "reached:"+string(u))
		if err != nil {
			return f, err
		}
		f.Reached[u] = a.Balance()
	}
	return f, nil
}

// accountIfAny returns an account, or an empty one where nothing has been posted yet.
func accountIfAny(ctx context.Context, r db.Queryer, code string) (ledger.Account, error) {
	a, err := ledger.AccountByCode(ctx, r, code)
	if fault.KindOf(err) == fault.NotFound {
		return ledger.Account{}, nil
	}
	return a, err
}

// OpenPool returns the pool that matches gifts at t and ends first; false when there is none.
func OpenPool(ctx context.Context, r db.Queryer, t time.Time) (best Pool, open bool, err error) {
	pools, err := Pools(ctx, r)
	for _, p := range pools {
		if p.OpenAt(t) && (!open || p.EndsAt.Before(best.EndsAt)) {
			best, open = p, true
		}
	}
	return best, open, err
}

// Drawn says what a payout was made of.
type Drawn struct {
	Gifts      int // gifts that it drew on, their matches not counted apart
	GiftMinor  int64
	MatchMinor int64
	OtherMinor int64 // moved into its fund from others
	First      time.Time
	Last       time.Time
	More       bool // there were more than Drawn looks at; the figures are of those looked at
}

// maxDrawn is how many pieces of a payout DrawnOf looks at.
const maxDrawn = 2000

// DrawnOf returns what a paid payout was made of.
func DrawnOf(ctx context.Context, r db.Queryer, p Payout) (Drawn, error) {
	var d Drawn
	if p.State != PayoutPaid {
		return d, nil
	}
	sources, err := ledger.Sources(ctx, r, p.Entry, maxDrawn)
	if err != nil {
		return d, err
	}
	d.More = len(sources) == maxDrawn
	gifts := map[int64]bool{}
	for _, s := range sources {
		switch s.Entry.Kind {
		case KindGift:
			d.GiftMinor += s.Quantity
			gifts[s.Entry.Subject] = true
		case KindMatch:
			d.MatchMinor += s.Quantity
			gifts[s.Entry.Subject] = true
		default:
			d.OtherMinor += s.Quantity
		}
		if d.First.IsZero() || s.Entry.At.Before(d.First) {
			d.First = s.Entry.At
		}
		if s.Entry.At.After(d.Last) {
			d.Last = s.Entry.At
		}
	}
	d.Gifts = len(gifts)
	return d, nil
}

// LeastChildren is the smallest number of children that public pages count out: a smaller group could
// be recognised by its neighbours, and is told as "fewer than five".
const LeastChildren = 5

// FewChildren reports whether the outcome counts children and so few that their number stays inside.
func (o Outcome) FewChildren() bool {
	return o.Quantity.Unit == money.Child && o.Quantity.Minor < LeastChildren
}
