package db_test

import (
	"runtime"
	"testing"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
)

// TestABodyThatEndsItsGoroutineKeepsNobodyWaiting: as a test does that calls Fatal inside a write.
func TestABodyThatEndsItsGoroutineKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		insert := func(tx *db.Tx) error {
			_, err := tx.ExecContext(t.Context(), "INSERT INTO person (id, name, made_at) VALUES ($1, $2, $3)", tx.NewID(), "x", tx.NowMicros())
			return err
		}
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			if err := insert(tx); err != nil {
				return err
			}
			runtime.Goexit()
			return nil
		})
		if err == nil {
			t.Error("the write that never returned is answered as done")
		}
		if err := d.Write(t.Context(), insert); err != nil {
			t.Fatalf("the next write: %v", err)
		}
		var n int
		err = d.Read(t.Context(), func(r *db.Reader) error {
			return r.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM person").Scan(&n)
		})
		if err != nil || n != 1 {
			t.Errorf("%d rows, %v: want the second write's alone", n, err)
		}
	})
}
