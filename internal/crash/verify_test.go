package crash

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"manyhands/internal/app"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/ledger"
	"manyhands/internal/payment"
	"manyhands/internal/programme"
)

// books is the database of a program that does not run.
type books struct {
	*app.Services
	r *db.Reader
}

// kept compares what was answered about some gifts, payouts and refunds with what is there. It holds
// at any moment, whatever was not answered.
func (b books) kept(ctx context.Context, acts []*act, payouts []*payout, refunds []*refund) error {
	for _, a := range acts {
		if err := b.gift(ctx, a); err != nil {
			return fmt.Errorf("form %s: %w", a.gift.Key, err)
		}
	}
	for _, p := range payouts {
		if err := b.payout(ctx, p); err != nil {
			return fmt.Errorf("invoice %s: %w", p.number, err)
		}
	}
	for _, r := range refunds {
		if err := b.refund(ctx, r); err != nil {
			return fmt.Errorf("refund of form %s: %w", r.act.gift.Key, err)
		}
	}
	return nil
}

func (b books) gift(ctx context.Context, a *act) error {
	if a.token == "" {
		return nil
	}
	gift, err := giving.GiftByToken(ctx, b.r, a.token)
	if err != nil {
		return fmt.Errorf("answered, and not there: %w", err)
	}
	pay, err := b.Payments.ByPurpose(ctx, b.r, gift.ID)
	if err != nil {
		return fmt.Errorf("the gift has no payment: %w", err)
	}
	received := gift.State == giving.Received
	switch {
	case a.id != 0 && (gift.ID != a.id || gift.MatchPromised != a.promised):
		return fmt.Errorf("a match of %d was shown, %d is promised", a.promised, gift.MatchPromised)
	case gift.Amount.Minor != a.gift.Minor:
		return fmt.Errorf("%d fen were given, %d are in the books", a.gift.Minor, gift.Amount.Minor)
	case received != (pay.State == payment.Captured):
		return fmt.Errorf("the gift is %s and its payment %s", gift.State, pay.State)
	case !a.paid.IsZero() && !received:
		return fmt.Errorf("the money was taken, and the gift is %s", gift.State)
	case !a.paid.IsZero() && !a.keeps(gift.MatchPosted):
		return fmt.Errorf("a match of %d was promised until %s, paid %s, posted %d", a.promised, a.ends, a.paid, gift.MatchPosted)
	case a.ended != "" && string(gift.State) != a.ended && (a.plan != tarries || !received):
		return fmt.Errorf("it was answered that the gift is %s, it is %s", a.ended, gift.State)
	case !received:
		return nil
	}
	entry, err := ledger.EntryByID(ctx, b.r, gift.ID)
	if err == nil && entry.Quantity != gift.Amount.Minor {
		err = fmt.Errorf("the entry says %d of %d", entry.Quantity, gift.Amount.Minor)
	}
	return err
}

// steps says in which order a payout moves on.
var steps = []giving.PayoutState{"", giving.PayoutRequested, giving.PayoutApproved, giving.PayoutPaid}

func (b books) payout(ctx context.Context, p *payout) error {
	if p.invoice == 0 {
		return nil
	}
	if _, err := giving.InvoiceByID(ctx, b.r, p.invoice); err != nil {
		return fmt.Errorf("answered, and not there: %w", err)
	}
	if p.id == 0 {
		return nil
	}
	got, err := giving.PayoutByID(ctx, b.r, p.id)
	switch {
	case err != nil:
		return fmt.Errorf("answered, and not there: %w", err)
	case got.Invoice != p.invoice || got.Amount.Minor != p.minor || got.Fund != p.fund:
		return fmt.Errorf("%d of fund %d became %d of fund %d", p.minor, p.fund, got.Amount.Minor, got.Fund)
	case p.refuse && (got.State == giving.PayoutRequested && p.state == "" || got.State == giving.PayoutRefused):
		return nil
	case p.refuse || slices.Index(steps, got.State) < slices.Index(steps, p.state):
		return fmt.Errorf("it was answered %s and is %s", p.state, got.State)
	}
	return nil
}

func (b books) refund(ctx context.Context, r *refund) error {
	if !r.asked {
		return nil
	}
	list, err := b.Payments.Refunds(ctx, b.r, r.act.id)
	if err != nil || len(list) != 1 {
		return errors.Join(err, fmt.Errorf("one was asked for, there are %d", len(list)))
	}
	got, gone := list[0], list[0].State == payment.RefundApproved || list[0].State == payment.RefundGiven
	switch {
	case got.Amount.Minor != r.minor:
		return fmt.Errorf("%d were asked for, %d are in the books", r.minor, got.Amount.Minor)
	case r.state == payment.RefundApproved && !gone, r.state == payment.RefundRefused && got.State != payment.RefundRefused:
		return fmt.Errorf("it was answered %s and is %s", r.state, got.State)
	}
	gift, err := giving.GiftByID(ctx, b.r, r.act.id)
	if err == nil && gone != (gift.Refunded == r.minor) || !gone && gift.Refunded != 0 {
		err = fmt.Errorf("the refund is %s, and the gift says %d of %d", got.State, gift.Refunded, r.minor)
	}
	return err
}

// checks proves the books by themselves: what "manyhands check" proves.
func (b books) checks(ctx context.Context) error {
	quarantined, err := b.Payments.Quarantined(ctx, b.r, 0, 1)
	if err == nil && len(quarantined) > 0 {
		err = fmt.Errorf("money in quarantine: %s", quarantined[0].Reason)
	}
	return errors.Join(err, ledger.Check(ctx, b.r, nil), b.Giving.Check(ctx, b.r, func(int64, int64) {}), payment.Check(ctx, b.r), programme.Check(ctx, b.r))
}
