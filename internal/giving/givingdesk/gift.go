package givingdesk

import (
	"context"
	"errors"
	"net/http"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/money"
	"manyhands/internal/payment"
	"manyhands/internal/web"
)

// giftView is a gift's page.
type giftView struct {
	giftLine
	Refunds  []refundLine
	History  []happening
	Words    wordsLine    // what the giver wrote for the public, if the reader may judge it
	Receive  bool         // the reader may say that what was promised has come
	Refund   bool         // the reader may ask for it to be given back
	AtMost   money.Amount // what can be given back, refunds that wait for a decision deducted
	Form     web.FormView
	Refunded money.Amount
}

// refundLine is a refund with whether the reader may decide it.
type refundLine struct {
	payment.Refund
	AskedBy string
	Mine    bool
	Decide  bool
}

func (h *Desk) showGift(w http.ResponseWriter, r *http.Request) error {
	return h.giftPage(w, r, http.StatusOK, web.FormView{})
}

// giftPage shows a gift; f is a form that needs another look.
func (h *Desk) giftPage(w http.ResponseWriter, r *http.Request, status int, f web.FormView) error {
	ctx := r.Context()
	id, err := idOf(r)
	if err != nil {
		return err
	}
	v, err := read(ctx, h.db, func(snap *db.Reader) (giftView, error) { return h.giftView(ctx, h.lookup(snap), id) })
	if err != nil {
		return err
	}
	v.Form = f
	return web.Render(w, r, status, giftPage(v))
}

func (h *Desk) giftView(ctx context.Context, l *lookup, id int64) (v giftView, err error) {
	g, err := giving.GiftByID(ctx, l.r, id)
	if err != nil {
		return v, err
	}
	if v.giftLine, err = l.giftLine(ctx, g); err != nil {
		return v, err
	}
	v.Refunded = money.Amount{Minor: g.Refunded, Unit: g.Amount.Unit}
	if v.History, err = l.history(ctx, id); err != nil {
		return v, err
	}
	if v.Words, err = l.wordsOf(ctx, g, v.href()); err != nil {
		return v, err
	}
	may, err := allowed(access.CheckFor(ctx, access.GiftReceive, v.Need.Organisation))
	if err != nil {
		return v, err
	}
	v.Receive = may && g.Method == giving.MethodPromise && g.State == giving.Waiting
	if g.Method == giving.MethodPromise {
		return v, nil
	}
	return v, h.addRefunds(ctx, l, &v)
}

// addRefunds puts what is known of a gift's refunds into its page. A gift that came by no gateway has
// none: it is given back the way it came.
func (h *Desk) addRefunds(ctx context.Context, l *lookup, v *giftView) error {
	list, err := h.payments.Refunds(ctx, l.r, v.ID)
	if errors.Is(err, payment.ErrNoPayment) {
		return nil
	}
	if err != nil {
		return err
	}
	decide, err := allowed(access.CheckFor(ctx, access.GiftRefundApprove, v.Need.Organisation))
	if err != nil {
		return err
	}
	for _, x := range list {
		name, err := l.person(ctx, x.RequestedBy)
		if err != nil {
			return err
		}
		mine := x.RequestedBy == me(ctx)
		v.Refunds = append(v.Refunds, refundLine{Refund: x, AskedBy: name, Mine: mine, Decide: decide && !mine && x.State == payment.RefundRequested})
	}
	v.Refund, err = allowed(access.CheckFor(ctx, access.GiftRefundRequest, v.Need.Organisation))
	v.Refund = v.Refund && v.State == giving.Received && v.Net() > 0
	if err != nil || !v.Refund {
		return err
	}
	v.AtMost, err = refundable(ctx, l.r, v.Gift, list)
	return err
}

// onGift changes a gift in one transaction, if whoever acts may do p for the organisation that it went
// to.
func (h *Desk) onGift(ctx context.Context, id int64, p access.Permission, do func(tx *db.Tx, g giving.Gift) error) error {
	return h.db.Write(ctx, func(tx *db.Tx) error {
		g, err := giving.GiftByID(ctx, tx, id)
		if err != nil {
			return err
		}
		n, err := h.lookup(tx).need(ctx, g.Need)
		if err != nil {
			return err
		}
		if err := access.CheckFor(ctx, p, n.Organisation); err != nil {
			return err
		}
		return do(tx, g)
	})
}

// arrived notes that what was promised has come.
func (h *Desk) arrived(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, err := idOf(r)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	quantity := f.Int("arrived", 1, money.MaxMinor)
	if f.Err() == nil {
		err = h.onGift(ctx, id, access.GiftReceive, func(tx *db.Tx, g giving.Gift) error {
			if g.Method == giving.MethodPromise && g.State == giving.Received {
				return nil // the button was pressed twice
			}
			return h.giving.Arrived(ctx, tx, id, quantity, me(ctx))
		})
		if err != nil {
			if err = beside(f, err, map[string]string{"giving.more_than_promised": "arrived"}); err != nil {
				return err
			}
		}
	}
	if f.Err() != nil {
		return h.giftPage(w, r, http.StatusUnprocessableEntity, f.View())
	}
	return web.Redirect(w, r, "/desk/gifts/"+clock.FormatID(id))
}

// takeBack ends a promise that will not be kept.
func (h *Desk) takeBack(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, err := idOf(r)
	if err != nil {
		return err
	}
	err = h.onGift(ctx, id, access.GiftReceive, func(tx *db.Tx, g giving.Gift) error {
		if g.Method == giving.MethodPromise && g.State == giving.Closed {
			return nil // the button was pressed twice
		}
		return h.giving.TakeBack(ctx, tx, id, me(ctx))
	})
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/desk/gifts/"+clock.FormatID(id))
}
