package givingdesk

import (
	"context"
	"errors"
	"net/http"

	"github.com/a-h/templ"

	"manyhands/internal/access"
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
	return show(h, w, r, status, h.giftView, func(v giftView) templ.Component {
		v.Form = f
		return giftPage(v)
	})
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

// onGift answers a form on a gift's page: read reads its fields, and fields says which of them a refusal
// concerns.
func (h *Desk) onGift(w http.ResponseWriter, r *http.Request, p access.Permission, fields map[string]string, read func(f *web.Form) change[giving.Gift]) error {
	return submit(h, w, r, gifts(), p, form[giving.Gift]{beside: fields,
		read:  func(f *web.Form) (change[giving.Gift], error) { return read(f), nil },
		again: func(f *web.Form) error { return h.giftPage(w, r, http.StatusUnprocessableEntity, f.View()) }})
}

// arrived notes that what was promised has come.
func (h *Desk) arrived(w http.ResponseWriter, r *http.Request) error {
	fields := map[string]string{"giving.more_than_promised": "arrived"}
	return h.onGift(w, r, access.GiftReceive, fields, func(f *web.Form) change[giving.Gift] {
		quantity := f.Int("arrived", 1, money.MaxMinor)
		return func(ctx context.Context, tx *db.Tx, g giving.Gift) error {
			if g.Method == giving.MethodPromise && g.State == giving.Received {
				return nil // the button was pressed twice
			}
			return h.giving.Arrived(ctx, tx, g.ID, quantity, me(ctx))
		}
	})
}

// takeBack ends a promise that will not be kept.
func (h *Desk) takeBack(w http.ResponseWriter, r *http.Request) error {
	return press(h, w, r, gifts(), access.GiftReceive, func(ctx context.Context, tx *db.Tx, g giving.Gift) error {
		if g.Method == giving.MethodPromise && g.State == giving.Closed {
			return nil // the button was pressed twice
		}
		return h.giving.TakeBack(ctx, tx, g.ID, me(ctx))
	})
}
