package givingdesk

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/payment"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// waitingRefund is a refund that somebody has to decide or the gateway to make.
type waitingRefund struct {
	payment.WaitingRefund
	AskedBy string
}

func (l waitingRefund) href() string { return "/desk/gifts/" + clock.FormatID(l.PurposeID) }

type refundsView struct {
	Lines []waitingRefund
	Next  string
}

func (h *Desk) listRefunds(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := read(ctx, h.db, func(snap *db.Reader) (v refundsView, err error) {
		list, err := h.payments.WaitingRefunds(ctx, snap, cursor(r), pageSize+1)
		if err != nil {
			return v, err
		}
		list, v.Next = page(list, func(x payment.WaitingRefund) int64 { return x.ID })
		l := h.lookup(snap)
		for _, x := range list {
			name, err := l.person(ctx, x.RequestedBy)
			if err != nil {
				return v, err
			}
			v.Lines = append(v.Lines, waitingRefund{x, name})
		}
		return v, nil
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, refundsPage(v))
}

func reasonOptions(ctx context.Context) []ui.Option {
	out := []ui.Option{{Label: i18n.T(ctx, "desk.choose")}}
	for _, x := range payment.RefundReasons() {
		out = append(out, ui.Option{Value: x, Label: i18n.T(ctx, "payment.refund_reason."+x)})
	}
	return out
}

// refundable is the most that can be asked back of a gift whose refunds are list.
func refundable(ctx context.Context, r db.Queryer, g giving.Gift, list []payment.Refund) (money.Amount, error) {
	minor, err := giving.Returnable(ctx, r, g)
	for _, x := range list {
		if x.State == payment.RefundRequested {
			minor -= x.Amount.Minor
		}
	}
	return money.Amount{Minor: max(0, minor), Unit: g.Amount.Unit}, err
}

// requestRefund asks for a gift to be given back. The form says how many refunds there were when it
// was shown: a second sending finds one more, and leads to it.
func (h *Desk) requestRefund(w http.ResponseWriter, r *http.Request) error {
	fields := map[string]string{payment.ErrRefundTooMuch.Key: "refund", "desk.refund_at_most": "refund"}
	return h.onGift(w, r, access.GiftRefundRequest, fields, func(f *web.Form) change[giving.Gift] {
		back, reason, known := f.Money("refund", money.CNY), f.Choice("refund_reason", payment.RefundReasons()...), f.Values.Get("known")
		return func(ctx context.Context, tx *db.Tx, g giving.Gift) error {
			list, err := h.payments.Refunds(ctx, tx, g.ID)
			if err != nil {
				return err
			}
			again := func(x payment.Refund) bool { return x.RequestedBy == me(ctx) && x.Amount == back && x.Reason == reason }
			if strconv.Itoa(len(list)) != known && slices.ContainsFunc(list, again) {
				return nil
			}
			most, err := refundable(ctx, tx, g, list)
			if err != nil {
				return err
			}
			if back.Minor > most.Minor {
				return fault.New(fault.Conflict, "desk.refund_at_most", "Amount", most)
			}
			_, err = h.payments.RequestRefund(ctx, tx, payment.RefundRequest{PurposeID: g.ID, Minor: back.Minor, Reason: reason, Person: me(ctx)})
			return err
		}
	})
}

func (h *Desk) approveRefund(w http.ResponseWriter, r *http.Request) error {
	return h.decideRefund(w, r, h.payments.ApproveRefund, payment.RefundApproved, payment.RefundGiven)
}

func (h *Desk) refuseRefund(w http.ResponseWriter, r *http.Request) error {
	return h.decideRefund(w, r, h.payments.RefuseRefund, payment.RefundRefused)
}

// decideRefund decides a refund of the gift in the route. One that the same person has decided alike
// before is in one of the states done.
func (h *Desk) decideRefund(w http.ResponseWriter, r *http.Request, decide func(ctx context.Context, tx *db.Tx, id, person int64) error, done ...payment.RefundState) error {
	refund, err := clock.ParseID(r.PathValue("refund"))
	if err != nil {
		return fault.Wrap(err, fault.NotFound, "payment.no_refund")
	}
	return press(h, w, r, gifts(), access.GiftRefundApprove, func(ctx context.Context, tx *db.Tx, g giving.Gift) error {
		list, err := h.payments.Refunds(ctx, tx, g.ID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(x payment.Refund) bool { return x.ID == refund })
		if i < 0 {
			return fault.New(fault.NotFound, "payment.no_refund")
		}
		if list[i].DecidedBy == me(ctx) && slices.Contains(done, list[i].State) {
			return nil // the button was pressed twice
		}
		return decide(ctx, tx, refund, me(ctx))
	})
}
