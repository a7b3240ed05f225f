package givingweb

import (
	"context"
	"net/http"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/giving"
	"manyhands/internal/programme"
	"manyhands/internal/web"
)

// booksView is the public books: a line per fund.
type booksView struct {
	Lines []giving.FundBook
	Total giving.FundBook
}

// books shows what came into each fund, what left it and what is there.
func (h *Handlers) books(w http.ResponseWriter, r *http.Request) error {
	var v booksView
	err := h.d.DB.Read(r.Context(), func(q *db.Reader) (err error) {
		v.Lines, err = giving.Books(r.Context(), q)
		return err
	})
	if err != nil {
		return err
	}
	for _, l := range v.Lines {
		v.Total.In += l.In
		v.Total.Out += l.Out
		v.Total.Held += l.Held
		v.Total.Free += l.Free
	}
	return web.Render(w, r, http.StatusOK, booksPage(v))
}

// bookView is one fund's page.
type bookView struct {
	Line      giving.FundBook
	Campaigns []programme.NeedView
	Paid      []paidView // not refused, newest first
}

// book shows one fund with all that was paid out of it.
func (h *Handlers) book(w http.ResponseWriter, r *http.Request) error {
	var v bookView
	err := h.d.DB.Read(r.Context(), func(q *db.Reader) error { return v.read(r.Context(), q, r.PathValue("slug")) })
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, bookPage(v))
}

func (v *bookView) read(ctx context.Context, r db.Queryer, slug string) error {
	f, err := giving.FundBySlug(ctx, r, slug)
	if err != nil {
		return err
	}
	if v.Line, err = giving.Book(ctx, r, f); err != nil {
		return err
	}
	campaigns, err := giving.CampaignsOfFund(ctx, r, f.ID)
	if err != nil {
		return err
	}
	for _, c := range campaigns {
		n, err := programme.NeedViewByID(ctx, r, c.Need)
		if err != nil {
			return err
		}
		if c.State != giving.CampaignDraft && n.Shown() {
			v.Campaigns = append(v.Campaigns, n)
		}
	}
	return v.readPayouts(ctx, r, f.ID)
}

func (v *bookView) readPayouts(ctx context.Context, r db.Queryer, fund int64) error {
	payouts, err := giving.PayoutsOfFund(ctx, r, fund)
	if err != nil {
		return err
	}
	for _, p := range payouts {
		if p.State == giving.PayoutRefused {
			continue
		}
		v.Paid = append(v.Paid, paidView{Payout: p})
	}
	return readPaid(ctx, r, v.Paid)
}

// payoutView is one payout's page.
type payoutView struct {
	paidView
	Fund  giving.Fund
	Drawn giving.Drawn
}

// payout shows what a payout paid for, what it became and how many gifts it drew on. Who asked and
// who approved stays inside.
func (h *Handlers) payout(w http.ResponseWriter, r *http.Request) error {
	id, err := clock.ParseID(r.PathValue("id"))
	if err != nil {
		return fault.New(fault.NotFound, "giving.no_payout")
	}
	var v payoutView
	err = h.d.DB.Read(r.Context(), func(q *db.Reader) error { return v.read(r.Context(), q, id) })
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, payoutPage(v))
}

func (v *payoutView) read(ctx context.Context, r db.Queryer, id int64) error {
	p, err := giving.PayoutByID(ctx, r, id)
	if err != nil {
		return err
	}
	if p.State != giving.PayoutPaid {
		return fault.New(fault.NotFound, "giving.no_payout")
	}
	paid := []paidView{{Payout: p}}
	if err := readPaid(ctx, r, paid); err != nil {
		return err
	}
	v.paidView = paid[0]
	if v.Fund, err = giving.FundByID(ctx, r, p.Fund); err != nil {
		return err
	}
	v.Drawn, err = giving.DrawnOf(ctx, r, p)
	return err
}
