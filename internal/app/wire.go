package app

import (
	"context"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/money"
	"manyhands/internal/payment"
)

// payments is what giving asks of the payment side. It is set after both are made, since each needs
// the other.
type payments struct{ service *payment.Service }

// Begin implements giving.Payments.
func (p *payments) Begin(ctx context.Context, tx *db.Tx, purpose int64, gateway string, amount money.Amount, closesAt time.Time) error {
	_, err := p.service.Begin(ctx, tx, purpose, gateway, amount, closesAt)
	return err
}

// gifts is what payments are for. It implements payment.Purpose.
type gifts struct{ service *giving.Service }

// Captured posts the gift that was paid for.
func (g gifts) Captured(ctx context.Context, tx *db.Tx, c payment.Capture) error {
	return g.service.Captured(ctx, tx, c.PurposeID, c.PaidAt)
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
