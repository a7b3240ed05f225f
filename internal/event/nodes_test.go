package event_test

import (
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/event"
)

// Nodes whose clocks are minutes apart write at the same time, while a reader on each follows the diary
// from the last event it saw. Neither misses one: ids grow in the order of commits.
func TestDiaryIsFollowedOverNodesWhoseClocksDisagree(t *testing.T) {
	t.Parallel()
	if e := os.Getenv("MANYHANDS_TEST_ENGINES"); e != "" && !strings.Contains(e, string(db.Postgres)) {
		t.Skip("MANYHANDS_TEST_ENGINES leaves PostgreSQL out")
	}
	const writers, each = 4, 40
	target := dbtest.PostgresTarget(t)
	nodes := []*db.DB{
		openNode(t, target, 0, dbtest.Start),
		openNode(t, target, 1, dbtest.Start.Add(7*time.Minute)),
		openNode(t, target, 2, dbtest.Start.Add(-7*time.Minute)),
	}
	var write, read sync.WaitGroup
	var done atomic.Bool
	for i, d := range nodes {
		for range writers {
			write.Go(func() {
				for range each {
					err := d.Write(t.Context(), func(tx *db.Tx) error {
						return event.Add(t.Context(), tx, "need.opened", int64(i), 0, nil)
					})
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		read.Go(func() {
			if n := follow(t, d, &done); n != len(nodes)*writers*each {
				t.Errorf("the reader at node %d saw %d events of %d", i, n, len(nodes)*writers*each)
			}
		})
	}
	write.Wait()
	done.Store(true)
	read.Wait()
}

func openNode(t *testing.T, target string, number int, at time.Time) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), target, db.Options{Clock: clock.NewSim(at), Node: number})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// follow reads from the cursor until it finds nothing new after all has been written, and returns how
// many events it saw.
func follow(t *testing.T, d *db.DB, done *atomic.Bool) (n int) {
	last := int64(0)
	for {
		all := done.Load()
		var fresh []event.Event
		err := d.Read(t.Context(), func(r *db.Reader) (err error) {
			fresh, err = event.Since(t.Context(), r, last, 7)
			return err
		})
		if err != nil {
			t.Error(err)
			return n
		}
		if n += len(fresh); len(fresh) > 0 {
			last = fresh[len(fresh)-1].ID
		} else if all {
			return n
		}
	}
}
