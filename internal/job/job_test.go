package job_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
	"manyhands/internal/job"
)

func newRunner(d *db.DB) *job.Runner {
	return job.NewRunner(d, slog.New(slog.DiscardHandler), job.Config{Poll: time.Hour})
}

func add(t *testing.T, ctx context.Context, d *db.DB, kind string, args any, o job.Options) bool {
	t.Helper()
	var added bool
	err := d.Write(ctx, func(tx *db.Tx) (err error) {
		added, err = job.Add(ctx, tx, kind, args, o)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return added
}

func once(t *testing.T, r *job.Runner) int {
	t.Helper()
	n, err := r.RunOnce(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func stats(t *testing.T, d *db.DB) (ready, dead int64) {
	t.Helper()
	err := d.Read(t.Context(), func(q *db.Reader) (err error) {
		ready, dead, _, err = job.Stats(t.Context(), q)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ready, dead
}

func TestRunsDueJobsInOrderAndTheirFollowers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		r := newRunner(d)
		once(t, r) // the runner's own periodic job
		var ran []string
		r.Handle("say", func(ctx context.Context, args json.RawMessage) error {
			var word string
			if err := json.Unmarshal(args, &word); err != nil {
				return err
			}
			ran = append(ran, word)
			if word != "b" {
				return nil
			}
			return d.Write(ctx, func(tx *db.Tx) error {
				_, err := job.Add(ctx, tx, "say", "follower", job.Options{})
				return err
			})
		})
		add(t, t.Context(), d, "say", "later", job.Options{RunAt: c.Now().Add(time.Minute)})
		add(t, t.Context(), d, "say", "b", job.Options{})
		add(t, t.Context(), d, "say", "a", job.Options{RunAt: c.Now().Add(-time.Second)})
		if n := once(t, r); n != 3 {
			t.Errorf("ran %d jobs, want 3", n)
		}
		c.Advance(time.Minute)
		once(t, r)
		if want := []string{"a", "b", "follower", "later"}; !slices.Equal(ran, want) {
			t.Errorf("ran %v, want %v", ran, want)
		}
		if ready, dead := stats(t, d); ready != 0 || dead != 0 {
			t.Errorf("%d ready and %d dead jobs left", ready, dead)
		}
	})
}

func TestUniqueKeyIsHeldUntilTheEnd(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		r := newRunner(d)
		r.Handle("k", func(context.Context, json.RawMessage) error { return nil })
		o := job.Options{Unique: "only-one"}
		if !add(t, t.Context(), d, "k", nil, o) {
			t.Fatal("the first was not added")
		}
		if add(t, t.Context(), d, "k", nil, o) {
			t.Error("a second was added while the first was open")
		}
		once(t, r)
		if !add(t, t.Context(), d, "k", nil, o) {
			t.Error("the key was not free after the end")
		}
	})
}

func TestRollbackLeavesNoJob(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	broken := errors.New("broken")
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		if _, err := job.Add(t.Context(), tx, "k", nil, job.Options{}); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Fatal(err)
	}
	if ready, _ := stats(t, d); ready != 0 {
		t.Errorf("%d jobs after a rollback", ready)
	}
}

func TestFailingJobBacksOffDiesAndIsRetried(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		r := newRunner(d)
		tries, ok := 0, false
		r.Handle("k", func(_ context.Context, args json.RawMessage) error {
			tries++
			if ok {
				if string(args) != `"kept"` {
					t.Errorf("arguments after retry: %s", args)
				}
				return nil
			}
			panic("no luck")
		})
		add(t, t.Context(), d, "k", "kept", job.Options{MaxAttempts: 2})
		if _, err := r.RunOnce(t.Context()); err == nil {
			t.Error("a panic was not reported")
		}
		if once(t, r); tries != 1 {
			t.Errorf("tried again without waiting")
		}
		c.Advance(2 * time.Second)
		if _, err := r.RunOnce(t.Context()); err == nil {
			t.Error("the second panic was not reported")
		}
		c.Advance(time.Hour)
		if once(t, r); tries != 2 {
			t.Errorf("tried %d times, want 2", tries)
		}
		id := onlyDead(t, d).ID
		ok = true
		retry := func() error {
			return d.Write(t.Context(), func(tx *db.Tx) error { return job.Retry(t.Context(), tx, id) })
		}
		if err := retry(); err != nil {
			t.Fatal(err)
		}
		if once(t, r); tries != 3 {
			t.Errorf("tried %d times after retry, want 3", tries)
		}
		if err := retry(); fault.KindOf(err) != fault.Conflict {
			t.Errorf("retry of a job that is not dead: %v", err)
		}
	})
}

func onlyDead(t *testing.T, d *db.DB) job.DeadJob {
	t.Helper()
	var dead []job.DeadJob
	err := d.Read(t.Context(), func(q *db.Reader) (err error) {
		dead, err = job.Dead(t.Context(), q, 10)
		return err
	})
	if err != nil || len(dead) != 1 {
		t.Fatalf("dead jobs %v, error %v", dead, err)
	}
	return dead[0]
}

func TestSlotRunsOnceOverAllNodes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		ran := 0
		node := func() *job.Runner {
			r := newRunner(d)
			r.Every("tidy", 10*time.Minute, func(context.Context) error { ran++; return nil })
			return r
		}
		a, b := node(), node()
		for range 3 {
			once(t, a)
			once(t, b)
		}
		once(t, node()) // a node that starts within the slot
		if ran != 1 {
			t.Errorf("ran %d times in one slot", ran)
		}
		c.Advance(10 * time.Minute)
		once(t, b)
		once(t, a)
		c.Advance(-10 * time.Minute) // a clock set back begins no slot again
		once(t, a)
		if ran != 2 {
			t.Errorf("ran %d times in two slots", ran)
		}
	})
}

func TestDoneJobsArePurgedAfterAWeekAndDeadOnesStay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		r := newRunner(d)
		var end error
		r.Handle("k", func(context.Context, json.RawMessage) error { return end })
		add(t, t.Context(), d, "k", nil, job.Options{})
		once(t, r)
		end = errors.New("no")
		add(t, t.Context(), d, "k", "kept", job.Options{MaxAttempts: 1})
		if _, err := r.RunOnce(t.Context()); err == nil {
			t.Fatal("the failure was not reported")
		}
		purge := func() (n int64) {
			err := d.Write(t.Context(), func(tx *db.Tx) (err error) {
				n, err = job.Purge(t.Context(), tx, tx.Now().Add(-7*24*time.Hour))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		c.Advance(6 * 24 * time.Hour)
		if n := purge(); n != 0 {
			t.Errorf("%d jobs purged within a week", n)
		}
		c.Advance(2 * 24 * time.Hour)
		if n := purge(); n != 2 {
			t.Errorf("%d jobs purged after a week, want 2: the one that was done and the runner's own", n)
		}
		c.Advance(365 * 24 * time.Hour)
		once(t, r)
		id := onlyDead(t, d).ID
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return job.Retry(t.Context(), tx, id) }); err != nil {
			t.Fatal(err)
		}
		end = nil
		once(t, r)
		if ready, dead := stats(t, d); ready != 0 || dead != 0 {
			t.Errorf("%d ready and %d dead jobs after the retry", ready, dead)
		}
	})
}

// Two nodes work on one database; each job runs once, and nobody waits for the poll.
func TestRunSharesWorkAndIsWoken(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		const jobs = 60
		var mu sync.Mutex
		seen := map[string]int{}
		all := make(chan struct{})
		count := func(_ context.Context, args json.RawMessage) error {
			mu.Lock()
			defer mu.Unlock()
			seen[string(args)]++
			if len(seen) == jobs {
				close(all)
			}
			return nil
		}
		ctx, stop := context.WithCancel(t.Context())
		var nodes sync.WaitGroup
		var last *job.Runner
		for range 2 {
			r := newRunner(d)
			r.Handle("k", count)
			nodes.Go(func() {
				if err := r.Run(ctx); err != nil {
					t.Error(err)
				}
			})
			last = r
		}
		for i := range jobs {
			add(t, job.With(t.Context(), last), d, "k", i, job.Options{})
		}
		<-all
		stop()
		nodes.Wait()
		for args, n := range seen {
			if n != 1 {
				t.Errorf("job %s ran %d times", args, n)
			}
		}
		if ready, _ := stats(t, d); ready != 0 {
			t.Errorf("%d jobs left", ready)
		}
	})
}
