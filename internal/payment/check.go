package payment

import (
	"context"
	"errors"
	"fmt"

	"manyhands/internal/db"
	"manyhands/internal/payment/internal/paymentdb"
)

// Check recomputes the invariants of docs/giving.md that lie in this package's tables and returns
// what does not hold, joined: a purpose has one payment (I5); a payment's state, numbers and times
// agree (I7); refunds are of captured payments and never more than they (I8); whoever asked for a
// refund did not decide it (I18).
func Check(ctx context.Context, r db.Queryer) error {
	var errs []error
	for _, c := range []struct {
		what  string
		count func(context.Context, paymentdb.DBTX) (int64, error)
	}{
		{"purposes with more than one payment", q.CheckPurposes},
		{"payments whose state, numbers and times disagree", q.CheckStates},
		{"payments with more refunds than money", q.CheckRefundSums},
		{"refunds whose state and decision disagree", q.CheckRefundDeciders},
	} {
		n, err := c.count(ctx, r)
		if err != nil {
			return fmt.Errorf("payment: check %s: %w", c.what, err)
		}
		if n != 0 {
			errs = append(errs, fmt.Errorf("payment: %d %s", n, c.what))
		}
	}
	return errors.Join(errs...)
}
