package ledgersim

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
)

// World is a database that tells Clock's time and is struck by Faults. It serves one run after the
// other.
type World struct {
	DB     *db.DB
	Clock  *clock.Sim
	Faults *Faults
	Start  time.Time // when every run begins
}

// wipe makes the book empty again.
func (w *World) wipe(ctx context.Context) error {
	w.Clock.Set(w.Start)
	return w.DB.Write(ctx, func(tx *db.Tx) error {
		statements := []string{"DELETE FROM account", "DELETE FROM entry", "DELETE FROM hold", "DELETE FROM carve"}
		if tx.Engine() == db.Postgres { // which would keep what is deleted until it is vacuumed
			statements = []string{"TRUNCATE account, entry, hold, carve"}
		}
		for _, q := range statements {
			if _, err := tx.ExecContext(ctx, q); err != nil {
				return fmt.Errorf("ledgersim: wipe: %w", err)
			}
		}
		return nil
	})
}

// outcome is how a body ended.
type outcome struct {
	answers []string
	err     error // what Write returned, refusals included
}

// failed reports whether the caller was told neither yes nor no.
func (o outcome) failed() bool {
	_, refused := errors.AsType[*refusal](o.err)
	return o.err != nil && !refused
}

// write hands bodies to the database so that it runs them in their order, in one transaction.
func (w *World) write(ctx context.Context, bodies []Body, a accounts) []outcome {
	out := make([]outcome, len(bodies))
	one := func(i int) {
		out[i].err = w.DB.Write(ctx, func(tx *db.Tx) (err error) {
			w.Faults.enter(i)
			if out[i].answers, err = bodies[i].run(ctx, tx, a); err != nil {
				return err
			}
			return w.Faults.leave(i)
		})
	}
	if len(bodies) == 1 {
		one(0)
		return out
	}
	gate, held, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() { // keeps the writer busy until all wait
		_ = w.DB.Write(ctx, func(*db.Tx) error { // an error, so that nothing is committed
			close(held)
			<-gate
			return errStruck
		})
		done <- struct{}{}
	}()
	<-held
	for i := range bodies {
		go func() {
			one(i)
			done <- struct{}{}
		}()
		for w.DB.Stats().Waiting <= i {
			runtime.Gosched()
		}
	}
	close(gate)
	for range len(bodies) + 1 {
		<-done
	}
	return out
}
