package ledger

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/money"
)

// Hold reserves a movement: From cannot spend the quantity otherwise, To is told that it is coming.
// Its id comes from the caller and is the idempotency key.
type Hold struct {
	ID        int64
	Kind      string
	From, To  int64
	Quantity  int64 // minor units, 1..money.MaxMinor
	Subject   int64
	ExpiresAt time.Time // zero: never
}

// State says where a hold is in its life.
type State string

// The states. A hold leaves Live once and for all.
const (
	Live     State = "held"
	Used     State = "posted"   // an entry came of it, of all or of part
	Released State = "released" // given up
	Expired  State = "expired"  // its time ran out
)

// Held is a hold as it stands in the book.
type Held struct {
	Hold
	State           State
	Posted          int64 // how much became an entry
	Entry           int64 // that entry, or 0
	MadeAt, EndedAt time.Time
}

func (h Held) same(o Hold) bool {
	o.ExpiresAt = h.ExpiresAt // a caller who repeats himself counts from another moment
	return h.Hold == o
}

// Reserve writes holds. One that exists with the same content changes nothing, whatever became of
// it and whatever its expiry. An error means that nothing was written.
//
// Faults: ErrFloor, ErrIDTaken (Conflict); Invalid "ledger.quantity", "ledger.id",
// "ledger.same_account", "ledger.units_differ", "ledger.total"; NotFound "ledger.no_account".
func Reserve(ctx context.Context, tx *db.Tx, holds ...Hold) error {
	b, err := newHoldBatch(ctx, tx, holds)
	if err != nil {
		return err
	}
	for _, h := range holds {
		if err := b.reserve(h); err != nil {
			return err
		}
	}
	return b.write(ctx)
}

// Release gives a hold up. One that was released or has expired stays as it is.
//
// Faults: ErrHoldPosted (Conflict); NotFound "ledger.no_hold".
func Release(ctx context.Context, tx *db.Tx, holdID int64) error {
	return end(ctx, tx, holdID, Released)
}

// Expire ends a hold whose time has run out. One that was released or has expired stays as it is.
//
// Faults: ErrHoldLives, ErrHoldPosted (Conflict); NotFound "ledger.no_hold".
func Expire(ctx context.Context, tx *db.Tx, holdID int64) error {
	return end(ctx, tx, holdID, Expired)
}

func end(ctx context.Context, tx *db.Tx, holdID int64, as State) error {
	h, err := HoldByID(ctx, tx, holdID)
	if err != nil {
		return err
	}
	switch {
	case h.State == Used:
		return ErrHoldPosted
	case h.State != Live:
		return nil
	case as == Expired && (h.ExpiresAt.IsZero() || tx.Now().Before(h.ExpiresAt)):
		return ErrHoldLives
	}
	b := newBatch(tx)
	if err := b.loadAccounts(ctx, []int64{h.From, h.To}); err != nil {
		return err
	}
	b.endHold(&h, as, 0, 0)
	return b.write(ctx)
}

// HoldByID returns a hold; fault NotFound "ledger.no_hold".
func HoldByID(ctx context.Context, q db.Queryer, id int64) (Held, error) {
	h, err := scanHold(q.QueryRowContext(ctx, selectHold+"WHERE id = $1", id))
	if err != nil {
		return Held{}, found(err, errNoHold, "read hold")
	}
	return h, nil
}

// Lapsed returns the ids of live holds whose time has run out at the given moment, the earliest
// first: what a job hands to Expire.
func Lapsed(ctx context.Context, q db.Queryer, at time.Time, limit int) ([]int64, error) {
	var ids []int64
	err := each(ctx, q, "SELECT id FROM hold WHERE state = 'held' AND expires_at > 0 AND expires_at <= $1 ORDER BY expires_at, id LIMIT $2",
		[]any{clock.Micros(at), limit}, func(row scanner) error {
			var id int64
			err := row.Scan(&id)
			ids = append(ids, id)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("ledger: lapsed holds: %w", err)
	}
	return ids, nil
}

func holdsByIDs(ctx context.Context, q db.Queryer, ids []int64) (map[int64]*Held, error) {
	out := make(map[int64]*Held, len(ids))
	err := byIDs(ctx, q, selectHold, ids, func(row scanner) error {
		h, err := scanHold(row)
		out[h.ID] = &h
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ledger: read holds: %w", err)
	}
	return out, nil
}

func scanHold(row scanner) (Held, error) {
	var h Held
	var expires, made, ended int64
	err := row.Scan(&h.ID, &h.Kind, &h.From, &h.To, &h.Quantity, &h.Subject, &expires,
		&h.State, &h.Posted, &h.Entry, &made, &ended)
	h.ExpiresAt, h.MadeAt, h.EndedAt = clock.Time(expires), clock.Time(made), clock.Time(ended)
	return h, err
}

// micros is clock.Micros with the zero time as 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return clock.Micros(t)
}

// mayExceed reports whether more may be posted than was held: an evening can grow longer than
// planned, money and things cannot.
func mayExceed(u money.Unit) bool { return u == money.Hour || u == money.Evening }
