package app

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/ledger"
	"manyhands/internal/metrics"
	"manyhands/internal/notify"
	"manyhands/internal/payment"
)

// Watcher is told what gateways and payments do. It must be quick; *metrics.Metrics is one.
type Watcher interface {
	Called(gateway, call string, took time.Duration, failed bool)
	Ended(how string, n int)
}

// figures adds to the process's metrics what its parts know of themselves.
func (a *App) figures() {
	m := a.metrics
	one := func(v float64) metrics.Values { return metrics.Values{"": v} }
	m.Live(metrics.Figure{Name: "pressure", Help: "How near the process is to its limits, 0 to 1; from above it turns requests away, the least important first."},
		func() metrics.Values { return one(a.Shed.Stats().Pressure) })
	m.Live(metrics.Figure{Name: "http_in_flight", Label: "room", Help: "Requests under way, by the room that is kept for their kind."},
		func() metrics.Values { return floats(a.Shed.Stats().InFlight) })
	m.Live(metrics.Figure{Name: "http_places", Label: "room", Help: "Places in each room."},
		func() metrics.Values { return floats(a.Shed.Stats().Places) })
	m.Live(metrics.Figure{Name: "http_streams", Help: "Open live views."},
		func() metrics.Values { return one(float64(a.Shed.Stats().Streams)) })
	m.Live(metrics.Figure{Name: "shed_total", Label: "class", Counter: true, Help: "Requests turned away with 503, by class."},
		func() metrics.Values { return floats(a.Shed.Stats().Refused) })
	m.Live(metrics.Figure{Name: "db_file_bytes", Label: "file", Help: "Size of the embedded database's files: data, and wal, which is written back into it again and again."}, a.fileSizes)
	m.Stored(metrics.Figure{Name: "holds_open", Help: "Reservations that have not ended: matches promised, payouts asked for, things promised."},
		func(ctx context.Context, q db.Queryer) (metrics.Values, error) {
			n, _, err := ledger.OpenHolds(ctx, q)
			return one(float64(n)), err
		})
	m.Stored(metrics.Figure{Name: "hold_expiry_lag_seconds", Help: "For how long the most overdue reservation should have ended; 0 when none is overdue."},
		func(ctx context.Context, q db.Queryer) (metrics.Values, error) {
			_, first, err := ledger.OpenHolds(ctx, q)
			if first.IsZero() {
				return one(0), err
			}
			return one(max(0, a.DB.Now().Sub(first).Seconds())), err
		})
	m.Stored(metrics.Figure{Name: "mails_waiting", Help: "Mails that have not been handed over to the mail server."},
		func(ctx context.Context, q db.Queryer) (metrics.Values, error) {
			n, err := notify.Waiting(ctx, q)
			return one(float64(n)), err
		})
	m.Stored(metrics.Figure{Name: "quarantined_payments", Help: "Money that a gateway reported, that fits no payment and waits for a person; counted up to 100."},
		func(ctx context.Context, q db.Queryer) (metrics.Values, error) {
			cases, err := a.Payments.Quarantined(ctx, q, 0, 100)
			return one(float64(len(cases))), err
		})
}

// fileSizes returns the sizes of an embedded database's files, none where there is no folder.
func (a *App) fileSizes() metrics.Values {
	out := metrics.Values{}
	if a.DB.Engine() != db.SQLite {
		return out
	}
	for label, suffix := range map[string]string{"data": "", "wal": "-wal"} {
		if info, err := os.Stat(filepath.Join(a.cfg.Data, db.FileName+suffix)); err == nil {
			out[label] = float64(info.Size())
		}
	}
	return out
}

func floats(in map[string]int64) metrics.Values {
	out := metrics.Values{}
	for k, n := range in {
		out[k] = float64(n)
	}
	return out
}

// watched is a gateway whose calls are told to a Watcher.
type watched struct {
	payment.Gateway
	to Watcher
}

func (g watched) note(call string, began time.Time, err error) {
	g.to.Called(g.Name(), call, clock.System{}.Now().Sub(began), err != nil)
}

// Create implements payment.Gateway.
func (g watched) Create(ctx context.Context, in payment.Intent) (out payment.Checkout, err error) {
	defer func(t time.Time) { g.note("create", t, err) }(clock.System{}.Now())
	return g.Gateway.Create(ctx, in)
}

// Query implements payment.Gateway.
func (g watched) Query(ctx context.Context, ref string) (out payment.Status, err error) {
	defer func(t time.Time) { g.note("query", t, err) }(clock.System{}.Now())
	return g.Gateway.Query(ctx, ref)
}

// Close implements payment.Gateway.
func (g watched) Close(ctx context.Context, ref string) (out payment.Status, err error) {
	defer func(t time.Time) { g.note("close", t, err) }(clock.System{}.Now())
	return g.Gateway.Close(ctx, ref)
}

// Refund implements payment.Gateway.
func (g watched) Refund(ctx context.Context, o payment.RefundOrder) (out payment.RefundStatus, err error) {
	defer func(t time.Time) { g.note("refund", t, err) }(clock.System{}.Now())
	return g.Gateway.Refund(ctx, o)
}

// QueryRefund implements payment.Gateway.
func (g watched) QueryRefund(ctx context.Context, ref, refund string) (out payment.RefundStatus, err error) {
	defer func(t time.Time) { g.note("query_refund", t, err) }(clock.System{}.Now())
	return g.Gateway.QueryRefund(ctx, ref, refund)
}

// ParseNotice implements payment.Gateway.
func (g watched) ParseNotice(header http.Header, body []byte, now time.Time) (out payment.Status, err error) {
	defer func(t time.Time) { g.note("notice", t, err) }(clock.System{}.Now())
	return g.Gateway.ParseNotice(header, body, now)
}

// counted is a purpose of payments whose ends are told to a Watcher once they are durable.
type counted struct {
	payment.Purpose
	to Watcher
}

// Captured implements payment.Purpose.
func (c counted) Captured(ctx context.Context, tx *db.Tx, captures ...payment.Capture) error {
	err := c.Purpose.Captured(ctx, tx, captures...)
	if err == nil {
		tx.AfterCommit(func() { c.to.Ended(string(payment.Captured), len(captures)) })
	}
	return err
}

// Ended implements payment.Purpose.
func (c counted) Ended(ctx context.Context, tx *db.Tx, purpose int64, s payment.State) error {
	err := c.Purpose.Ended(ctx, tx, purpose, s)
	if err == nil {
		tx.AfterCommit(func() { c.to.Ended(string(s), 1) })
	}
	return err
}
