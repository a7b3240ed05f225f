package givingdesk

import (
	"context"
	"net/http"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// payoutForm is the page on which a payout is asked for.
type payoutForm struct {
	Form    web.FormView
	Invoice invoiceLine
	Funds   []ui.Option
	Taken   int64 // of the invoice when the form was shown
}

func (h *Desk) newPayout(w http.ResponseWriter, r *http.Request) error {
	id, err := clock.ParseID(r.URL.Query().Get("invoice"))
	if err != nil {
		return web.Redirect(w, r, "/desk/invoices")
	}
	return h.payoutForm(w, r, http.StatusOK, id, web.FormView{})
}

func (h *Desk) payoutForm(w http.ResponseWriter, r *http.Request, status int, invoice int64, f web.FormView) error {
	ctx := r.Context()
	v, err := read(ctx, h.db, func(snap *db.Reader) (v payoutForm, err error) {
		l := h.lookup(snap)
		inv, err := l.invoice(ctx, invoice)
		if err != nil {
			return v, err
		}
		if v.Invoice, err = l.invoiceLine(ctx, inv); err != nil {
			return v, err
		}
		v.Taken = inv.Amount.Minor - v.Invoice.Left.Minor
		v.Funds, err = l.fundOptions(ctx, access.PayoutRequest)
		return v, err
	})
	if err != nil {
		return err
	}
	if v.Form = f; f.Values == nil && v.Invoice.Left.Minor > 0 {
		v.Form = web.NewFormView("amount", v.Invoice.Left.Decimal())
	}
	return web.Render(w, r, status, payoutFormPage(v))
}

// fundOptions lists the funds that have free money and with which who acts may do p.
func (l *lookup) fundOptions(ctx context.Context, p access.Permission) ([]ui.Option, error) {
	books, err := giving.Books(ctx, l.r)
	if err != nil {
		return nil, err
	}
	var out []ui.Option
	for _, b := range books {
		l.funds[b.Fund.ID] = b.Fund
		ok, err := l.allowedWith(ctx, p, b.Fund.ID)
		if err != nil {
			return nil, err
		}
		if ok && b.Free > 0 {
			out = append(out, ui.Option{Value: clock.FormatID(b.Fund.ID),
				Label: i18n.T(ctx, "desk.fund_free", "Fund", b.Fund.Name, "Free", money.Yuan(b.Free))})
		}
	}
	return sortedOptions(ctx, out), nil
}

func (h *Desk) requestPayout(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	ask := payoutAsk{invoice: f.ID("invoice"), fund: f.ID("fund"), amount: f.Money("amount", money.CNY), taken: f.Int("taken", 0, money.MaxMinor)}
	if ask.invoice == 0 {
		return f.Err()
	}
	var id int64
	if f.Err() == nil {
		if id, err = h.savePayout(ctx, ask); err != nil {
			if err = beside(f, err, map[string]string{"giving.over_invoice": "amount", "giving.fund_short": "amount"}); err != nil {
				return err
			}
		}
	}
	if f.Err() != nil {
		return h.payoutForm(w, r, http.StatusUnprocessableEntity, ask.invoice, f.View())
	}
	return web.Redirect(w, r, "/desk/payouts/"+clock.FormatID(id))
}

// payoutAsk is what the form about a payout says.
type payoutAsk struct {
	invoice, fund int64
	amount        money.Amount
	taken         int64
}

// again reports whether p, of the same invoice, is what a first sending of the same form has made.
func (a payoutAsk) again(p giving.Payout, person int64, now time.Time) bool {
	return p.Fund == a.fund && p.Amount == a.amount && p.RequestedBy == person && now.Sub(p.RequestedAt) < formLife
}

// savePayout asks for a payout. A form that was sent twice finds more of its invoice taken than when
// it was shown, and leads to the payout that the first one made.
func (h *Desk) savePayout(ctx context.Context, ask payoutAsk) (id int64, err error) {
	err = h.db.Write(ctx, func(tx *db.Tx) error {
		if err := h.lookup(tx).mayWith(ctx, access.PayoutRequest, ask.fund); err != nil {
			return err
		}
		taken, err := giving.InvoiceTaken(ctx, tx, ask.invoice)
		if err != nil {
			return err
		}
		if taken != ask.taken {
			list, err := giving.PayoutsOfInvoice(ctx, tx, ask.invoice)
			if err != nil {
				return err
			}
			if i := slices.IndexFunc(list, func(p giving.Payout) bool { return ask.again(p, me(ctx), tx.Now()) }); i >= 0 {
				id = list[i].ID
				return nil
			}
		}
		p, err := h.giving.RequestPayout(ctx, tx, ask.fund, ask.invoice, ask.amount, me(ctx))
		id = p.ID
		return err
	})
	return id, err
}
