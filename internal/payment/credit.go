package payment

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/payment/internal/paymentdb"
)

// Reason says why money that a gateway reports could not be credited.
type Reason string

// The reasons for quarantine.
const (
	WrongAmount    Reason = "amount"    // another sum than was asked for
	WrongUnit      Reason = "unit"      // another currency
	WrongGateway   Reason = "gateway"   // a gateway speaks of another one's payment
	UnknownPayment Reason = "unknown"   // no payment has this number
	OtherRef       Reason = "other_ref" // captured already, under another number of theirs: paid twice
	RefUsed        Reason = "ref_used"  // their number belongs to another payment already
)

// Notice takes what a gateway has posted: verifies it, then credits or ends the payment. Money that
// does not equal the payment is put into quarantine and the notice counts as taken; duplicates do
// nothing. An error means that the gateway shall send it again. Faults: ErrUnknownGateway,
// ErrBadSignature, ErrStale, ErrBadNotice.
func (s *Service) Notice(ctx context.Context, gateway string, header http.Header, body []byte) error {
	g, err := s.Gateway(gateway)
	if err != nil {
		return err
	}
	st, err := g.ParseNotice(header, body, s.d.Now())
	if err != nil {
		return err
	}
	_, err = s.notices.Do(ctx, notice{gateway: gateway, status: st})
	return err
}

// apply brings the payment to what the gateway says, as far as that is a step forward, and returns
// where the payment stands then. quarantined money leaves it where it was.
func (s *Service) apply(ctx context.Context, tx *db.Tx, gateway string, st Status) (State, error) {
	if st.State == Captured && st.ProviderRef == "" {
		return "", ErrBadNotice
	}
	row, err := q.ByMerchantRef(ctx, tx, st.MerchantRef)
	if errors.Is(err, sql.ErrNoRows) {
		return "", s.quarantine(ctx, tx, gateway, st, UnknownPayment)
	}
	if err != nil {
		return "", fmt.Errorf("payment: find by number: %w", err)
	}
	p := paymentOf(row)
	if gateway != p.Gateway {
		return p.State, s.quarantine(ctx, tx, gateway, st, WrongGateway)
	}
	switch st.State {
	case Captured:
		return s.credit(ctx, tx, p, st)
	case Failed, Closed:
		return s.end(ctx, tx, p, st.State)
	default:
		return p.State, nil
	}
}

func (s *Service) credit(ctx context.Context, tx *db.Tx, p Payment, st Status) (State, error) {
	why, err := s.objection(ctx, tx, p, st)
	if err != nil {
		return p.State, err
	}
	if why != "" {
		return p.State, s.quarantine(ctx, tx, p.Gateway, st, why)
	}
	if p.State == Captured {
		return Captured, nil // a duplicate
	}
	paidAt := st.PaidAt
	if paidAt.IsZero() {
		paidAt = tx.Now()
	}
	return Captured, s.creditAll(ctx, tx, []credited{{p, st.ProviderRef, paidAt.UTC().Truncate(time.Microsecond)}})
}

// objection returns why money may not be credited to p, or nothing.
func (s *Service) objection(ctx context.Context, tx *db.Tx, p Payment, st Status) (Reason, error) {
	switch {
	case st.Amount.Unit != p.Amount.Unit:
		return WrongUnit, nil
	case st.Amount.Minor != p.Amount.Minor:
		return WrongAmount, nil
	case p.State == Captured && st.ProviderRef != p.ProviderRef:
		return OtherRef, nil
	case p.State == Captured:
		return "", nil
	}
	n, err := q.CountProviderRef(ctx, tx, paymentdb.CountProviderRefParams{Gateway: p.Gateway, ProviderRef: st.ProviderRef})
	if err != nil {
		return "", fmt.Errorf("payment: look for their number: %w", err)
	}
	if n > 0 {
		return RefUsed, nil
	}
	return "", nil
}

// end notes that an open payment has ended without money and tells the purpose.
func (s *Service) end(ctx context.Context, tx *db.Tx, p Payment, how State) (State, error) {
	n, err := q.MarkEnded(ctx, tx, paymentdb.MarkEndedParams{ID: p.ID, State: string(how), EndedAt: tx.NowMicros()})
	if err != nil {
		return p.State, fmt.Errorf("payment: end: %w", err)
	}
	if n == 0 {
		return p.State, nil // it has ended before
	}
	return how, s.purpose.Ended(ctx, tx, p.PurposeID, how)
}
