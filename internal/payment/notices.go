package payment

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/payment/internal/paymentdb"
)

// notice is what a gateway has said about an order, its signature verified.
type notice struct {
	gateway string
	status  Status
}

// theirRef is a gateway's number for a payment.
type theirRef struct{ gateway, ref string }

// takeNotices is the body of Service.notices. Most notices say what is expected: the money of an open
// payment, to the fen. Those are credited together. Whatever else a notice says is looked at by
// itself, after them.
func (s *Service) takeNotices(ctx context.Context, tx *db.Tx, items []*db.Item[notice]) error {
	expected, payments, err := s.expected(ctx, tx, items)
	if err != nil {
		return err
	}
	if err := s.creditAll(ctx, tx, payments); err != nil {
		return err
	}
	for _, it := range items {
		if expected[it] {
			continue
		}
		if _, err := s.apply(ctx, tx, it.Value.gateway, it.Value.status); err != nil {
			return err
		}
	}
	return nil
}

// credited is a payment that is to be credited with what its gateway said.
type credited struct {
	Payment
	ref    string
	paidAt time.Time
}

// expected picks the notices that say what is expected, and returns the payments that they pay.
func (s *Service) expected(ctx context.Context, tx *db.Tx, items []*db.Item[notice]) (map[*db.Item[notice]]bool, []credited, error) {
	byRef, err := s.byMerchantRefs(ctx, tx, items)
	if err != nil {
		return nil, nil, err
	}
	used, err := s.usedRefs(ctx, tx, items)
	if err != nil {
		return nil, nil, err
	}
	picked, out := map[*db.Item[notice]]bool{}, []credited(nil)
	for _, it := range items {
		st := it.Value.status
		p, ok := byRef[st.MerchantRef]
		theirs := theirRef{it.Value.gateway, st.ProviderRef}
		if !ok || !p.State.Open() || p.Gateway != it.Value.gateway || st.State != Captured || st.ProviderRef == "" || p.Amount != st.Amount || used[theirs] {
			continue
		}
		delete(byRef, st.MerchantRef) // a second notice of it is looked at by itself
		used[theirs], picked[it] = true, true
		paidAt := st.PaidAt
		if paidAt.IsZero() {
			paidAt = tx.Now()
		}
		out = append(out, credited{p, st.ProviderRef, paidAt.UTC().Truncate(time.Microsecond)})
	}
	return picked, out, nil
}

func (s *Service) byMerchantRefs(ctx context.Context, tx *db.Tx, items []*db.Item[notice]) (map[string]Payment, error) {
	refs := make([]string, len(items))
	for i, it := range items {
		refs[i] = it.Value.status.MerchantRef
	}
	rows, err := q.ByMerchantRefs(ctx, tx, refs)
	if err != nil {
		return nil, fmt.Errorf("payment: find by number: %w", err)
	}
	out := make(map[string]Payment, len(rows))
	for _, row := range rows {
		out[row.MerchantRef] = paymentOf(row)
	}
	return out, nil
}

// usedRefs returns which of the gateways' own numbers belong to payments already.
func (s *Service) usedRefs(ctx context.Context, tx *db.Tx, items []*db.Item[notice]) (map[theirRef]bool, error) {
	gateways, refs := map[string]bool{}, make([]string, len(items))
	for i, it := range items {
		gateways[it.Value.gateway], refs[i] = true, it.Value.status.ProviderRef
	}
	rows, err := q.ProviderRefsUsed(ctx, tx, paymentdb.ProviderRefsUsedParams{Gateways: slices.Sorted(maps.Keys(gateways)), Refs: refs})
	if err != nil {
		return nil, fmt.Errorf("payment: look for their numbers: %w", err)
	}
	out := make(map[theirRef]bool, len(rows))
	for _, row := range rows {
		out[theirRef{row.Gateway, row.ProviderRef}] = true
	}
	return out, nil
}

var markCaptured = db.UpdateRows("payment", "state = 'captured', provider_ref = v.column2, paid_at = v.column3, ended_at = v.column4",
	"payment.id = v.column1 AND payment.state <> 'captured'", 4)

// creditAll credits payments and tells their purposes.
func (s *Service) creditAll(ctx context.Context, tx *db.Tx, payments []credited) error {
	if len(payments) == 0 {
		return nil
	}
	n, err := markCaptured.Exec(ctx, tx, len(payments), func(i int, args []any) []any {
		p := &payments[i]
		return append(args, p.ID, p.ref, clock.Micros(p.paidAt), tx.NowMicros())
	})
	if err != nil {
		return fmt.Errorf("payment: capture: %w", err)
	}
	if n != int64(len(payments)) {
		return errors.New("payment: a payment was captured twice")
	}
	captures := make([]Capture, len(payments))
	for i, p := range payments {
		captures[i] = Capture{PurposeID: p.PurposeID, PaymentID: p.ID, Gateway: p.Gateway, Amount: p.Amount, PaidAt: p.paidAt, Late: !p.State.Open()}
	}
	return s.purpose.Captured(ctx, tx, captures...)
}
