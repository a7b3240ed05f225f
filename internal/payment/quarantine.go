package payment

import (
	"context"
	"fmt"
	"math"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/money"
	"manyhands/internal/payment/internal/paymentdb"
)

// Quarantine is money that a gateway reported and that could not be credited.
type Quarantine struct {
	ID          int64
	Gateway     string
	MerchantRef string
	ProviderRef string
	Reason      Reason
	Amount      money.Amount // as the gateway said
	PaidAt      time.Time    // as the gateway said
	ReceivedAt  time.Time
}

// held is the data of the event "payment.quarantined": figures and the reason only.
type held struct {
	Reason Reason `json:"reason"`
	Minor  int64  `json:"minor"`
	Unit   string `json:"unit"`
}

// quarantine keeps reported money for a person to look at, once however often it is reported. What
// is no report of money is not kept.
func (s *Service) quarantine(ctx context.Context, tx *db.Tx, gateway string, st Status, why Reason) error {
	if st.State != Captured {
		return nil
	}
	id := tx.NewID()
	n, err := q.Quarantine(ctx, tx, paymentdb.QuarantineParams{ID: id, Gateway: gateway, MerchantRef: st.MerchantRef,
		ProviderRef: st.ProviderRef, Reason: string(why), AmountMinor: st.Amount.Minor, Unit: string(st.Amount.Unit),
		PaidAt: micros(st.PaidAt), ReceivedAt: tx.NowMicros()})
	if err != nil {
		return fmt.Errorf("payment: quarantine: %w", err)
	}
	if n == 0 {
		return nil
	}
	return event.Add(ctx, tx, "payment.quarantined", id, 0, held{Reason: why, Minor: st.Amount.Minor, Unit: string(st.Amount.Unit)})
}

// Quarantined returns at most limit unresolved cases with an id beyond after, the oldest first.
func (s *Service) Quarantined(ctx context.Context, r db.Queryer, after int64, limit int) ([]Quarantine, error) {
	rows, err := q.Quarantined(ctx, r, paymentdb.QuarantinedParams{After: after, Most: most(limit)})
	if err != nil {
		return nil, fmt.Errorf("payment: list the quarantine: %w", err)
	}
	out := make([]Quarantine, len(rows))
	for i, x := range rows {
		out[i] = Quarantine{ID: x.ID, Gateway: x.Gateway, MerchantRef: x.MerchantRef, ProviderRef: x.ProviderRef, Reason: Reason(x.Reason),
			Amount: money.Amount{Minor: x.AmountMinor, Unit: money.Unit(x.Unit)}, PaidAt: clock.Time(x.PaidAt), ReceivedAt: clock.Time(x.ReceivedAt)}
	}
	return out, nil
}

// QuarantinedFor reports whether p's gateway has ever reported money for p that could not be credited:
// then it cannot be said of p that nothing was charged. It stays so when the case is resolved.
func (s *Service) QuarantinedFor(ctx context.Context, r db.Queryer, p Payment) (bool, error) {
	n, err := q.CountQuarantinedFor(ctx, r, paymentdb.CountQuarantinedForParams{Gateway: p.Gateway, MerchantRef: p.MerchantRef})
	if err != nil {
		return false, fmt.Errorf("payment: look into the quarantine: %w", err)
	}
	return n > 0, nil
}

// MaxNoteRunes bounds the note with which a case is resolved.
const MaxNoteRunes = 500

// ResolveQuarantine notes that person has dealt with a case and how. It moves no money. Faults:
// Fields for an empty or too long note, NotFound "payment.no_case", ErrResolved.
func (s *Service) ResolveQuarantine(ctx context.Context, tx *db.Tx, id, person int64, note string) error {
	var bad fault.Fields
	switch n := len([]rune(note)); {
	case n == 0:
		bad.Add("note", "payment.note_empty")
	case n > MaxNoteRunes:
		bad.Add("note", "payment.note_long", "Max", MaxNoteRunes)
	}
	if err := bad.Err(); err != nil {
		return err
	}
	row, err := q.QuarantineByID(ctx, tx, id)
	if err != nil {
		return db.NotFound(err, "payment.no_case")
	}
	n, err := q.ResolveQuarantine(ctx, tx, paymentdb.ResolveQuarantineParams{ID: id, ResolvedBy: person, ResolvedAt: tx.NowMicros(), Note: note})
	if err != nil {
		return fmt.Errorf("payment: resolve: %w", err)
	}
	if n == 0 {
		return ErrResolved
	}
	return event.Add(ctx, tx, "payment.resolved", id, person, held{Reason: Reason(row.Reason), Minor: row.AmountMinor, Unit: row.Unit})
}

func most(limit int) int32 { return int32(min(max(limit, 0), math.MaxInt32)) }

// micros stores a moment that may be missing.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return clock.Micros(t)
}
