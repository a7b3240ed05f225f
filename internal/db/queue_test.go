package db_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"

	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
)

// busy keeps the writer busy until its answer is called.
func busy(d *db.DB) (release func()) {
	gate, running, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		_ = d.Write(context.Background(), func(*db.Tx) error { close(running); <-gate; return errRefused })
	}()
	<-running
	return func() { close(gate); <-done }
}

// queue has every call wait in the queue, in order, behind a writer that is busy.
func queue(d *db.DB, wg *sync.WaitGroup, calls ...func()) {
	for _, call := range calls {
		before := d.Stats().Waiting
		wg.Go(call)
		for d.Stats().Waiting == before {
			runtime.Gosched()
		}
	}
}

// together has the writer find all calls at once.
func together(d *db.DB, calls ...func()) {
	var wg sync.WaitGroup
	release := busy(d)
	queue(d, &wg, calls...)
	release()
	wg.Wait()
}

// TestBatchesAreBounded has more items wait than one transaction may hold.
func TestBatchesAreBounded(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite, db.Options{MaxBatch: 5})
	fillPot(t, d, 1000)
	var bodies []int
	k := db.Combine(d, func(ctx context.Context, tx *db.Tx, items []*db.Item[taking]) error {
		bodies = append(bodies, len(items))
		return take(ctx, tx, items)
	})
	var all []taking
	for i := range 12 {
		all = append(all, taking{id: i, want: 1})
	}
	for i, r := range takeTogether(t, d, k, all) {
		if r.err != nil || r.left != 999-int64(i) {
			t.Errorf("item %d: %+v", i, r)
		}
	}
	if !slices.Equal(bodies, []int{5, 5, 2}) {
		t.Errorf("bodies of %d, want 5, 5 and 2", bodies)
	}
}

// TestQueueIsBounded fills the queue: whoever comes then is sent away at once.
func TestQueueIsBounded(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite, db.Options{MaxQueue: 2})
	fillPot(t, d, 1000)
	k := db.Combine(d, take)
	ctx := context.Background()
	errs := make([]error, 2)
	var wg sync.WaitGroup
	release := busy(d)
	queue(d, &wg,
		func() { _, errs[0] = k.Do(ctx, taking{id: 1, want: 1}) },
		func() { errs[1] = d.Write(ctx, func(tx *db.Tx) error { return put(ctx, tx, "k", "v") }) })
	_, over := k.Do(ctx, taking{id: 2, want: 1})
	if e, ok := errors.AsType[*fault.Error](over); !ok || e.Kind != fault.Busy || e.Key != "db.queue_full" {
		t.Errorf("over the bound: %v", over)
	}
	release()
	wg.Wait()
	if errs[0] != nil || errs[1] != nil || settings(t, d) != 3 {
		t.Errorf("%v, %d settings", errs, settings(t, d))
	}
}
