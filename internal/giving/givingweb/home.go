package givingweb

import (
	"context"
	"net/http"
	"sync"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/programme"
	"manyhands/internal/web"
)

// homeView is what the home page tells, the same for every reader.
type homeView struct {
	Figures giving.Figures
	Needs   []programme.NeedView
	Ripple  []rippleFund // recent payouts by fund
	Chain   *chainView   // nil: nothing has become anything yet
	Pool    *poolBand    // nil: no pool is open
	At      time.Time
}

// rippleFund is one fund with what left it and what that became.
type rippleFund struct {
	Fund  giving.Fund
	Minor int64
	Paid  []paidView
}

// chainView is one payout told from its gifts to its outcome.
type chainView struct {
	Fund  giving.Fund
	Paid  paidView
	Drawn giving.Drawn
}

const (
	homePayouts = 18
	homeFresh   = 2 * time.Second  // how old the page's figures may be
	homeRests   = 10 * time.Second // the same while figures rest
)

// homeCache keeps the last view: on a giving day the page is asked for far more often than its
// figures can be told apart.
type homeCache struct {
	mu   sync.Mutex
	view homeView
}

func (h *Handlers) home(w http.ResponseWriter, r *http.Request) error {
	v, err := h.homeView(r.Context())
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, homePage(v))
}

func (h *Handlers) homeView(ctx context.Context) (homeView, error) {
	h.cache.mu.Lock()
	defer h.cache.mu.Unlock()
	now, fresh := h.now(), homeFresh
	if h.d.Resting() {
		fresh = homeRests
	}
	if age := now.Sub(h.cache.view.At); age >= 0 && age < fresh {
		return h.cache.view, nil
	}
	v, err := h.readHome(ctx, now)
	if err == nil {
		h.cache.view = v
	}
	return v, err
}

func (h *Handlers) readHome(ctx context.Context, now time.Time) (homeView, error) {
	v := homeView{At: now}
	err := h.d.DB.Read(ctx, func(r *db.Reader) (err error) {
		if v.Figures, err = h.d.Giving.Figures(ctx, r); err != nil {
			return err
		}
		if v.Needs, err = programme.NeedsOfWeek(ctx, r, now); err != nil {
			return err
		}
		if v.Pool, err = readBand(ctx, r, now); err != nil {
			return err
		}
		return v.readActs(ctx, r)
	})
	return v, err
}

// readActs reads the newest payouts for the ripple, and the newest of them that became something for
// the chain.
func (v *homeView) readActs(ctx context.Context, r db.Queryer) error {
	payouts, err := giving.Payouts(ctx, r, giving.PayoutPaid, 0, homePayouts)
	if err != nil {
		return err
	}
	all := make([]paidView, len(payouts))
	for i, p := range payouts {
		all[i].Payout = p
	}
	if err := readPaid(ctx, r, all); err != nil {
		return err
	}
	at := map[int64]int{}
	for _, paid := range all {
		p := paid.Payout
		i, seen := at[p.Fund]
		if !seen {
			f, err := giving.FundByID(ctx, r, p.Fund)
			if err != nil {
				return err
			}
			i = len(v.Ripple)
			at[p.Fund] = i
			v.Ripple = append(v.Ripple, rippleFund{Fund: f})
		}
		v.Ripple[i].Paid = append(v.Ripple[i].Paid, paid)
		v.Ripple[i].Minor += p.Amount.Minor
		if v.Chain == nil && len(paid.Outcomes) > 0 {
			if err := v.readChain(ctx, r, v.Ripple[i].Fund, paid); err != nil {
				return err
			}
		}
	}
	return nil
}

func (v *homeView) readChain(ctx context.Context, r db.Queryer, f giving.Fund, paid paidView) (err error) {
	c := &chainView{Fund: f, Paid: paid}
	if c.Drawn, err = giving.DrawnOf(ctx, r, paid.Payout); err != nil {
		return err
	}
	v.Chain = c
	return nil
}
