package payment

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/job"
	"manyhands/internal/payment/internal/paymentdb"
)

// settleEvery says how often the settling job asks gateways about overdue payments, settleRows how
// many it looks up at a time. A round of a slow gateway ends with the job's lease; the next begins
// elsewhere.
const (
	settleEvery = 30 * time.Second
	settleRows  = 500
)

// Register names the service's jobs to the runner: settling what is overdue, and refunds.
func (s *Service) Register(r *job.Runner) {
	r.Every("payment.settle", settleEvery, func(ctx context.Context) error {
		if _, err := s.SettleDue(ctx, settleRows); err != nil {
			// The next slot tries again. Retrying this one as well would only pile questions up
			// while a gateway is down.
			slog.WarnContext(ctx, "payments not settled", "error", err)
		}
		return nil
	})
	r.Handle(JobRefund, func(ctx context.Context, args json.RawMessage) error {
		var a refundArgs
		if err := json.Unmarshal(args, &a); err != nil {
			return fmt.Errorf("payment: arguments of a refund: %w", err)
		}
		return s.executeRefund(ctx, a.Refund)
	})
}

// executeRefund asks the gateway for an approved refund, under the same number each time, and notes
// when the money has gone back.
func (s *Service) executeRefund(ctx context.Context, id int64) error {
	var r Refund
	var p Payment
	err := s.d.Read(ctx, func(rd *db.Reader) (err error) {
		r, p, err = s.refund(ctx, rd, id)
		return err
	})
	if err != nil || r.State != RefundApproved {
		return err
	}
	g, err := s.Gateway(p.Gateway)
	if err != nil {
		return err
	}
	call, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	st, err := g.Refund(call, RefundOrder{MerchantRef: p.MerchantRef, RefundRef: RefundRef(id), Amount: r.Amount, Reason: r.Reason})
	if err != nil {
		return asked(err)
	}
	switch st.Progress {
	case RefundDone:
		return s.finishRefund(ctx, p, r)
	case RefundPending:
		return s.d.Write(ctx, func(tx *db.Tx) error {
			_, err := job.Add(ctx, tx, JobRefund, refundArgs{Refund: id}, job.Options{RunAt: tx.Now().Add(refundWait)})
			return err
		})
	default:
		return errRefundFailed
	}
}

// RefundRef is our number for a refund at its gateway.
func RefundRef(id int64) string { return "mr" + clock.FormatID(id) }

func (s *Service) finishRefund(ctx context.Context, p Payment, r Refund) error {
	return s.d.Write(ctx, func(tx *db.Tx) error {
		n, err := q.FinishRefund(ctx, tx, paymentdb.FinishRefundParams{ID: r.ID, DoneAt: tx.NowMicros()})
		if err != nil || n == 0 {
			return err
		}
		return note(ctx, tx, "payment.refunded", p, r, 0)
	})
}
