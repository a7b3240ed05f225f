package app

import (
	"context"

	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/payment"
)

// payments is what giving asks of the payment side. It is set after both are made, since each needs
// the other.
type payments struct{ service *payment.Service }

// Begin implements giving.Payments.
func (p *payments) Begin(ctx context.Context, tx *db.Tx, due ...giving.Due) error {
	asked := make([]payment.Due, len(due))
	for i, d := range due {
		asked[i] = payment.Due{PurposeID: d.Gift, Gateway: d.Gateway, Amount: d.Amount, ClosesAt: d.ClosesAt}
	}
	_, err := p.service.Begin(ctx, tx, asked...)
	return err
}

// gifts is what payments are for. It implements payment.Purpose.
type gifts struct{ service *giving.Service }

// Captured posts the gifts that were paid for.
func (g gifts) Captured(ctx context.Context, tx *db.Tx, captures ...payment.Capture) error {
	came := make([]giving.Capture, len(captures))
	for i, c := range captures {
		came[i] = giving.Capture{Gift: c.PurposeID, PaidAt: c.PaidAt}
	}
	return g.service.Captured(ctx, tx, came...)
}

// Ended closes the gift that will not be paid.
func (g gifts) Ended(ctx context.Context, tx *db.Tx, purpose int64, s payment.State) error {
	state := giving.Closed
	if s == payment.Failed {
		state = giving.Failed
	}
	return g.service.Ended(ctx, tx, purpose, state)
}

// Returned takes a refund out of the gift's fund.
func (g gifts) Returned(ctx context.Context, tx *db.Tx, r payment.Return) error {
	return g.service.Returned(ctx, tx, r.PurposeID, r.Amount.Minor, r.RefundID)
}
