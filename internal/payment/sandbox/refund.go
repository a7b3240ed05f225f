package sandbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/money"
	"manyhands/internal/payment"
	"manyhands/internal/payment/sandbox/internal/sandboxdb"
)

// Refund gives money back at once; the same number again is the same refund. Faults:
// payment.ErrUnknownOrder, payment.ErrNotCaptured, payment.ErrRefundTooMuch, Conflict
// "sandbox.other_refund" when the number is known with another amount.
func (g *Gateway) Refund(ctx context.Context, r payment.RefundOrder) (st payment.RefundStatus, err error) {
	if err := g.strike("refund", false, r.MerchantRef); err != nil {
		return st, err
	}
	err = g.d.Write(ctx, func(tx *db.Tx) (err error) {
		st, err = refund(ctx, tx, r)
		return err
	})
	if err != nil {
		return st, err
	}
	return st, g.strike("refund", true, r.MerchantRef)
}

func refund(ctx context.Context, tx *db.Tx, r payment.RefundOrder) (st payment.RefundStatus, err error) {
	o, err := q.OrderByMerchantRef(ctx, tx, r.MerchantRef)
	if err != nil {
		return st, db.NotFound(err, payment.ErrUnknownOrder.Key)
	}
	switch known, err := q.RefundByRef(ctx, tx, r.RefundRef); {
	case err == nil && (known.MerchantRef != r.MerchantRef || known.AmountMinor != r.Amount.Minor):
		return st, fault.New(fault.Conflict, "sandbox.other_refund")
	case err == nil:
		return refundStatus(o, known), nil
	case !errors.Is(err, sql.ErrNoRows):
		return st, fmt.Errorf("sandbox: look for a refund: %w", err)
	}
	if o.PaidAt == 0 || o.State == "open" {
		return st, payment.ErrNotCaptured
	}
	before, err := q.SumRefunds(ctx, tx, r.MerchantRef)
	if err != nil {
		return st, fmt.Errorf("sandbox: sum refunds: %w", err)
	}
	paid := status(o, payment.Captured).Amount
	if r.Amount.Unit != paid.Unit || r.Amount.Minor <= 0 || r.Amount.Minor > paid.Minor-before {
		return st, payment.ErrRefundTooMuch
	}
	p := sandboxdb.InsertRefundParams{RefundRef: r.RefundRef, MerchantRef: r.MerchantRef, AmountMinor: r.Amount.Minor, MadeAt: tx.NowMicros()}
	if _, err := q.InsertRefund(ctx, tx, p); err != nil {
		return st, fmt.Errorf("sandbox: make a refund: %w", err)
	}
	return refundStatus(o, sandboxdb.SandboxRefund(p)), nil
}

// QueryRefund says how far a refund is: the sandbox's are done at once. Faults:
// payment.ErrUnknownOrder, payment.ErrUnknownRefund.
func (g *Gateway) QueryRefund(ctx context.Context, merchantRef, refundRef string) (st payment.RefundStatus, err error) {
	if err := g.strike("query_refund", false, merchantRef); err != nil {
		return st, err
	}
	err = g.d.Read(ctx, func(r *db.Reader) error {
		o, err := q.OrderByMerchantRef(ctx, r, merchantRef)
		if err != nil {
			return db.NotFound(err, payment.ErrUnknownOrder.Key)
		}
		known, err := q.RefundByRef(ctx, r, refundRef)
		if err != nil {
			return db.NotFound(err, payment.ErrUnknownRefund.Key)
		}
		if known.MerchantRef != merchantRef {
			return payment.ErrUnknownRefund
		}
		st = refundStatus(o, known)
		return nil
	})
	return st, err
}

func refundStatus(o sandboxdb.SandboxOrder, r sandboxdb.SandboxRefund) payment.RefundStatus {
	return payment.RefundStatus{RefundRef: r.RefundRef, Progress: payment.RefundDone,
		Amount: money.Amount{Minor: r.AmountMinor, Unit: money.Unit(o.Unit)}}
}
