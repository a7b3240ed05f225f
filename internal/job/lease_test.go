package job

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
)

// A node that lost its lease must not end the job of the node that took over.
func TestLostLeaseIsFencedOff(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		ctx := t.Context()
		r := NewRunner(d, slog.New(slog.DiscardHandler), Config{Lease: time.Minute})
		if _, err := r.RunOnce(ctx); err != nil {
			t.Fatal(err)
		}
		err := d.Write(ctx, func(tx *db.Tx) error {
			_, err := Add(ctx, tx, "k", nil, Options{MaxAttempts: 2})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		first, err := r.take(ctx, 5)
		if err != nil || len(first) != 1 {
			t.Fatalf("first claim: %v, %v", first, err)
		}
		if again, err := r.take(ctx, 5); err != nil || len(again) != 0 {
			t.Fatalf("claimed twice: %v, %v", again, err)
		}
		c.Advance(time.Minute)
		second, err := r.take(ctx, 5)
		if err != nil || len(second) != 1 {
			t.Fatalf("claim after the lease: %v, %v", second, err)
		}
		if err := r.end(ctx, first[0], nil); err != nil {
			t.Fatal(err)
		}
		assertReady(t, d, 1) // the first node's word does not count any more
		c.Advance(time.Minute)
		ran := false
		r.Handle("k", func(context.Context, json.RawMessage) error { ran = true; return nil })
		if _, err := r.RunOnce(ctx); err == nil || ran {
			t.Errorf("a job beyond its last attempt ran (%v), error %v", ran, err)
		}
		assertReady(t, d, 0)
	})
}

func assertReady(t *testing.T, d *db.DB, want int64) {
	t.Helper()
	err := d.Read(t.Context(), func(q *db.Reader) error {
		ready, _, _, err := Stats(t.Context(), q)
		if ready != want {
			t.Errorf("%d ready jobs, want %d", ready, want)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestBackoffGrowsToAnHour(t *testing.T) {
	t.Parallel()
	for attempt, want := range map[int64]time.Duration{1: 2 * time.Second, 3: 8 * time.Second, 12: time.Hour, 500: time.Hour} {
		if got := backoff(attempt); got != want {
			t.Errorf("backoff(%d) = %v, want %v", attempt, got, want)
		}
	}
}
