package ledgersim

import (
	"context"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/ledger"
	"manyhands/internal/money"
)

// op is one call, on the ledger and on the model. It may be made again.
type op interface {
	run(ctx context.Context, tx *db.Tx) error
	predict(m *model, now time.Time) string
}

type opOpen struct {
	code            string
	unit            money.Unit
	floored, traced bool
	id              *int64 // as the ledger gave it
}

func (o opOpen) run(ctx context.Context, tx *db.Tx) (err error) {
	*o.id, err = ledger.Open(ctx, tx, o.code, o.unit, o.floored, o.traced)
	return err
}

func (o opOpen) predict(m *model, _ time.Time) string {
	return m.open(*o.id, o.code, o.unit, o.floored, o.traced)
}

type opPost struct{ sets []ledger.Set }

func (o opPost) run(ctx context.Context, tx *db.Tx) error { return ledger.Post(ctx, tx, o.sets...) }

func (o opPost) predict(m *model, _ time.Time) string { return m.post(o.sets) }

type opReserve struct{ holds []ledger.Hold }

func (o opReserve) run(ctx context.Context, tx *db.Tx) error {
	return ledger.Reserve(ctx, tx, o.holds...)
}

func (o opReserve) predict(m *model, _ time.Time) string { return m.reserve(o.holds) }

type opEnd struct {
	hold int64
	as   ledger.State
}

func (o opEnd) run(ctx context.Context, tx *db.Tx) error {
	if o.as == ledger.Expired {
		return ledger.Expire(ctx, tx, o.hold)
	}
	return ledger.Release(ctx, tx, o.hold)
}

func (o opEnd) predict(m *model, now time.Time) string { return m.end(o.hold, o.as, now) }

type opReverse struct {
	entry, by, subject int64
	kind               string
}

func (o opReverse) run(ctx context.Context, tx *db.Tx) error {
	return ledger.Reverse(ctx, tx, o.entry, o.by, o.subject, o.kind)
}

func (o opReverse) predict(m *model, _ time.Time) string {
	return m.reverse(o.entry, o.by, o.subject, o.kind)
}
