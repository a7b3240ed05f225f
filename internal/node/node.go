// Package node gives each process that serves a shared database a number of its own, under a lease.
//
// The number is part of the ids that the process makes. The lease is a row that beats. Clocks of
// machines disagree, so nobody compares a moment in a row with their own clock: a process frees
// another's number when it has itself beaten several times while that row stood still, and each
// process gives its own up, by a clock that nobody can set, well before the others can have seen that.
//
// The package decides nothing about work: jobs have leases of their own. A process alone with a folder
// needs no number; see db.LockFolder.
package node

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/node/internal/nodedb"
)

const (
	every  = 3 * time.Second        // between two beats
	again  = 200 * time.Millisecond // after a beat that failed
	misses = 5                      // beats of ours after which a row that stands still is freed
	// hold is how long a beat is good for, less than the time that misses beats take.
	hold = 10 * time.Second
	// Most is how many processes may serve one database; the last number belongs to commands.
	Most = clock.CommandNode
)

// ErrLost is the fault of a process that may have lost its number: it must not write.
var ErrLost = fault.New(fault.Busy, "node.lost")

var errNoneFree = fault.New(fault.Busy, "node.none_free", "Most", Most)

// Lease is a process's number among those that serve one database. It is safe for use by many
// goroutines.
type Lease struct {
	d     *db.DB
	log   *slog.Logger
	name  string
	token string
	now   func() time.Duration // since the lease was made; never goes back

	until atomic.Int64 // up to when the last beat is good, by now

	mu     sync.Mutex // of a beat
	number int64      // none when negative
	others map[int64]sighting
}

// sighting is what was last seen of another process.
type sighting struct {
	token string
	beat  int64
	times int  // how often it has been seen unchanged
	askew bool // its clock has been reported
}

// Take takes a free number for this process and has d make its ids with it; writes are refused with
// ErrLost whenever the lease is not certain. name tells the operator which machine it is. When no
// number is free it waits until it has seen whether the holders live. Run keeps the lease.
// Faults: Busy "node.none_free" (Most), and those of a write.
func Take(ctx context.Context, d *db.DB, name string, log *slog.Logger) (*Lease, error) {
	began := time.Now()
	l := newLease(d, name, log, func() time.Duration { return time.Since(began) })
	for range misses + 2 {
		err := l.beat(ctx)
		if err == nil {
			d.Guard(l.Check)
			return l, nil
		}
		if !errors.Is(err, errNoneFree) {
			return nil, err
		}
		if err := wait(ctx, every); err != nil {
			return nil, err
		}
	}
	return nil, errNoneFree
}

func newLease(d *db.DB, name string, log *slog.Logger, now func() time.Duration) *Lease {
	return &Lease{d: d, log: log, name: name, token: rand.Text(), now: now, number: -1, others: map[int64]sighting{}}
}

// Number returns the number that the process held last.
func (l *Lease) Number() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return int(l.number)
}

// Check returns ErrLost when somebody else may hold the number.
func (l *Lease) Check() error {
	if int64(l.now()) >= l.until.Load() {
		return ErrLost
	}
	return nil
}

// Run beats until ctx ends. A beat that fails is tried again at once and often; the log says when the
// lease was lost and when it was there again.
func (l *Lease) Run(ctx context.Context) {
	held := true
	for pause := every; wait(ctx, pause) == nil; {
		err := l.beat(ctx)
		pause = every
		if err != nil || l.Check() != nil { // one that took long may be too old to count
			pause = again
		}
		if now := l.Check() == nil; now != held {
			held = now
			l.log.Warn("place among the servers of this database", "held", held, "node", l.Number(), "error", err)
		}
	}
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Leave gives the number back. Afterwards Check refuses.
func (l *Lease) Leave(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.until.Store(0)
	err := l.d.WriteUnguarded(ctx, func(tx *db.Tx) error {
		_, err := nodedb.New().Leave(ctx, tx, nodedb.LeaveParams{Number: l.number, Token: l.token})
		return err
	})
	if err != nil {
		return fmt.Errorf("node: leave: %w", err)
	}
	return nil
}
