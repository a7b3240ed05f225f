package job_test

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/job"
)

// twoNodes opens one PostgreSQL database twice, as two processes do, on one clock.
func twoNodes(t *testing.T) (a, b *db.DB, c *clock.Sim) {
	t.Helper()
	if e := os.Getenv("MANYHANDS_TEST_ENGINES"); e != "" && !strings.Contains(e, string(db.Postgres)) {
		t.Skip("MANYHANDS_TEST_ENGINES leaves PostgreSQL out")
	}
	c = clock.NewSim(dbtest.Start)
	target := dbtest.PostgresTarget(t)
	var nodes [2]*db.DB
	for i := range nodes {
		d, err := db.Open(t.Context(), target, db.Options{Clock: c, Node: i})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		})
		nodes[i] = d
	}
	return nodes[0], nodes[1], c
}

// A node stops dead in the middle of a job. The other leaves the job alone while the lease lasts, then
// does it; the first, should it wake up, changes nothing any more.
func TestJobOfADeadNodeIsTakenOver(t *testing.T) {
	t.Parallel()
	da, other, c := twoNodes(t)
	a, b := newRunner(da), newRunner(other)
	once(t, b) // the runners' own periodic job
	begun, wake := make(chan struct{}), make(chan struct{})
	var first sync.Once
	a.Handle("k", func(context.Context, json.RawMessage) error {
		first.Do(func() { close(begun) })
		<-wake
		return nil
	})
	var did int
	b.Handle("k", func(context.Context, json.RawMessage) error { did++; return nil })
	add(t, t.Context(), da, "k", nil, job.Options{Unique: "only-one"})
	var dead sync.WaitGroup
	dead.Go(func() { once(t, a) })
	<-begun
	c.Advance(2*time.Minute - time.Second)
	if once(t, b); did != 0 {
		t.Error("a job under way was taken from a living node")
	}
	c.Advance(time.Second)
	if once(t, b); did != 1 {
		t.Errorf("the job of a dead node was done %d times, want once", did)
	}
	if !add(t, t.Context(), other, "k", nil, job.Options{Unique: "only-one"}) {
		t.Error("the job has not ended")
	}
	close(wake)
	dead.Wait() // the first goes on and does the second job too
	if ready, gone := stats(t, da); ready != 0 || gone != 0 {
		t.Errorf("%d ready and %d dead jobs left", ready, gone)
	}
}

// A node that dies in the middle of a slot's job leaves it to the other, and later slots do not wait
// for it.
func TestSlotsGoOnWithoutADeadNode(t *testing.T) {
	t.Parallel()
	da, other, c := twoNodes(t)
	var ran atomic.Int64
	begun, wake := make(chan struct{}), make(chan struct{})
	a, b := newRunner(da), newRunner(other)
	var first sync.Once
	a.Every("settle", 10*time.Second, func(context.Context) error {
		first.Do(func() { close(begun); <-wake })
		return nil
	})
	b.Every("settle", 10*time.Second, func(context.Context) error { ran.Add(1); return nil })
	var dead sync.WaitGroup
	dead.Go(func() { once(t, a) })
	<-begun
	for range 3 {
		c.Advance(10 * time.Second)
		once(t, b)
	}
	if n := ran.Load(); n != 3 {
		t.Errorf("the living node ran %d slots, want 3", n)
	}
	c.Advance(2 * time.Minute)
	once(t, b)
	if n := ran.Load(); n != 5 {
		t.Errorf("the living node ran %d slots, want the present one and the dead node's too", n)
	}
	close(wake)
	dead.Wait()
}
