package db

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/fault"
)

// ErrNested is returned by a Write inside a Write: the inner one would wait for itself.
var ErrNested = errors.New("db: a write inside a write")

// ErrClosed is returned once the database is closing.
var ErrClosed = fault.New(fault.Busy, "db.closing")

var errQueueFull = fault.New(fault.Busy, "db.queue_full")

// Write runs body in a transaction and returns once what it wrote is durable. A body that returns an
// error, or panics, leaves nothing behind. The body may be run again, so it must do nothing outside
// the database; variables that it sets must be set afresh on each run.
//
// Faults: Busy ("db.queue_full", "db.closing", "db.full") beside whatever the body returns. An error
// at the commit itself leaves it open whether the write is there: callers repeat it under the same
// ids.
func (d *DB) Write(ctx context.Context, body func(tx *Tx) error) error {
	return d.enqueue(&work{ctx: ctx, body: body, done: make(chan error, 1), weight: 1})
}

// enqueue has the writer do j and waits until it is durable.
func (d *DB) enqueue(j *work) error {
	if err := d.w.enqueue(j); err != nil {
		return err
	}
	suspicion := time.NewTimer(suspicious)
	defer suspicion.Stop()
	select {
	case err := <-j.done:
		return err
	case <-suspicion.C:
		if d.w.isWriter(goroutineID()) {
			j.dropped.Store(true)
			return ErrNested
		}
	}
	return <-j.done
}

// suspicious is how long a write waits before it is asked whether it waits for itself. Asking costs
// more than most writes, so those that are answered at once are not asked.
const suspicious = 50 * time.Millisecond

// work is one body in the queue, or the items of one call to a Combiner.
type work struct {
	ctx       context.Context
	dropped   atomic.Bool // nobody waits for it: it must not run
	weight    int         // how much it counts in a batch
	body      func(tx *Tx) error
	kind      combined // whose items they are; nil for a body
	items     any      // []*Item[T] of that kind
	done      chan error
	unguarded bool // not asked of the guard
	err       error
}

type writer struct {
	d       *DB
	queue   chan *work
	stopped chan struct{}
	id      atomic.Int64 // the writer's goroutine

	mu      sync.RWMutex // guards closing against enqueue
	closing bool

	c     *conn    // the writer's alone, as are the next three
	wakes []func() // to be called when the transaction is durable
	wrote bool     // whether there is anything to commit
	last  int      // weight of the last batch
	apart bool     // items are run one by one, after they failed together
	away  bool     // the last batch found no database

	stats Stats
	smu   sync.Mutex
}

// Stats counts what the writer has done.
type Stats struct {
	Commits, Bodies, Failed, Retried int64
	LastBatch                        int       // bodies in the last physical transaction
	Waiting                          int       // bodies in the queue now
	Capacity                         int       // bodies that the queue holds
	Batches                          Histogram // bodies in each physical transaction, see BatchBounds
	Seconds                          Histogram // from the order to commit until it was durable, see CommitBounds
}

// Stats returns the writer's counters.
func (d *DB) Stats() Stats {
	d.w.smu.Lock()
	defer d.w.smu.Unlock()
	s := d.w.stats
	s.Waiting, s.Capacity = len(d.w.queue), cap(d.w.queue)
	return s
}

func newWriter(d *DB) *writer {
	w := &writer{d: d, queue: make(chan *work, d.opts.MaxQueue), stopped: make(chan struct{})}
	go w.loop()
	return w
}

func (w *writer) enqueue(j *work) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closing {
		return ErrClosed
	}
	select {
	case w.queue <- j:
		return nil
	default:
		return errQueueFull
	}
}

func (w *writer) stop() {
	w.mu.Lock()
	if !w.closing {
		w.closing = true
		close(w.queue)
	}
	w.mu.Unlock()
	<-w.stopped
}

func (w *writer) isWriter(id int64) bool { return w.id.Load() == id }

func (w *writer) loop() {
	var batch []*work
	over := false
	defer func() {
		if !over {
			w.orphaned(batch)
			return
		}
		close(w.stopped)
	}()
	w.id.Store(goroutineID())
	for j := range w.queue {
		batch = w.company(j)
		w.serve(batch)
	}
	if w.c != nil {
		_ = w.c.close() // the process ends its use of the database here
	}
	over = true
}

// serve runs a batch to its end and answers everybody in it.
func (w *writer) serve(batch []*work) {
	var t tries
	defer t.stop()
	w.apart = false
	err := w.attempt(batch)
	for {
		if errors.Is(err, errApart) {
			w.apart = true
		} else if !t.again(err, w.away) {
			break
		} else {
			w.count(func(s *Stats) { s.Retried++ })
		}
		err = w.attempt(batch)
	}
	w.away = isLost(err)
	if errors.Is(err, errBroken) && !w.away && len(batch) > 1 {
		w.serveEach(batch) // one body took the transaction down: let the others pass without it
		return
	}
	w.answer(batch, err)
}

func (w *writer) serveEach(batch []*work) {
	for _, j := range batch {
		w.serve([]*work{j})
	}
}

func (w *writer) answer(batch []*work, err error) {
	if err == nil {
		for _, wake := range w.wakes {
			wake()
		}
	}
	failed, weight := int64(0), 0
	for _, j := range batch {
		if err != nil { // before the body's own: a refusal may rest on what was never kept
			j.err = mapError(err)
		}
		if j.err != nil {
			failed++
		}
		weight += j.weight
	}
	w.count(func(s *Stats) {
		s.Bodies += int64(weight)
		s.Failed += failed
		s.LastBatch = weight
		s.Batches.add(float64(weight), BatchBounds())
		if err == nil {
			s.Commits++
		}
	})
	for _, j := range batch {
		j.done <- j.err
	}
}

func (w *writer) count(f func(*Stats)) {
	w.smu.Lock()
	defer w.smu.Unlock()
	f(&w.stats)
}

// errApart says that the items of the batch must be run one by one, in another transaction.
var errApart = errors.New("db: items to be run apart")

// errBroken says that a body left the whole transaction unusable.
var errBroken = errors.New("db: transaction broken")

// attempt runs every body once in one physical transaction. A body's own failure goes to its work;
// the error returned is the transaction's.
func (w *writer) attempt(batch []*work) (err error) {
	if w.c == nil {
		if w.c, err = w.d.newConn(context.Background()); err != nil {
			return err
		}
	}
	mark, err := w.c.begin()
	if err != nil {
		err = w.lost(err)
		w.drop()
		return err
	}
	w.d.ids.After(mark)
	w.wakes, w.wrote = nil, false
	for _, j := range batch {
		j.err = j.ctx.Err()
		if j.dropped.Load() {
			j.err = ErrNested
		}
		if j.err == nil && !j.unguarded {
			j.err = w.d.guarded()
		}
	}
	if err := w.runBatch(batch); err != nil {
		err = w.lost(err)
		w.rollback()
		return err
	}
	if !w.wrote {
		w.rollback()
		return nil
	}
	asked := w.d.clock.Now()
	if err := w.c.commit(w.d.ids.Last()); err != nil {
		err = commitError(err)
		w.afterFailedCommit()
		return fmt.Errorf("db: commit: %w", err)
	}
	took := w.d.clock.Now().Sub(asked).Seconds()
	w.count(func(s *Stats) { s.Seconds.add(took, CommitBounds()) })
	return nil
}

// runBatch runs the bodies in the order in which they came, and the items of each combiner together
// in the place of the first.
func (w *writer) runBatch(batch []*work) error {
	var seen []combined
	for i, j := range batch {
		if j.err != nil {
			continue
		}
		if j.kind == nil {
			if err := w.runOne(j, len(batch) == 1); err != nil {
				return err
			}
			continue
		}
		if slices.Contains(seen, j.kind) {
			continue
		}
		seen = append(seen, j.kind)
		members := membersOf(j.kind, batch[i:])
		if err := j.kind.run(w, members, len(batch) == 1); err != nil {
			return err
		}
	}
	return nil
}

func membersOf(k combined, batch []*work) []*work {
	var out []*work
	for _, j := range batch {
		if j.kind == k && j.err == nil {
			out = append(out, j)
		}
	}
	return out
}

// runOne runs a body of its own. The error returned is the transaction's; the body's goes to j.
func (w *writer) runOne(j *work, alone bool) error {
	err := w.runBody(alone, func(tx *Tx) error {
		tx.wrote = true
		return j.body(tx)
	})
	if isTransaction(err) {
		return err
	}
	j.err = err
	return nil
}

// runBody runs a body inside a savepoint; alone in its transaction it needs none. What a body that
// fails wrote is undone.
func (w *writer) runBody(alone bool, body func(*Tx) error) error {
	if !alone {
		if err := w.c.run("SAVEPOINT body"); err != nil {
			return fmt.Errorf("%w: %w", errBroken, err)
		}
	}
	tx := &Tx{conn: w.c, now: w.d.clock.Now(), ids: w.d.ids, engine: w.d.engine}
	err := call(body, tx)
	tx.conn = nil // a body that keeps its tx finds out at once
	if err != nil {
		return w.undoBody(err, alone)
	}
	w.wrote = w.wrote || tx.wrote
	w.wakes = append(w.wakes, tx.wakes...)
	if !alone {
		if err := w.c.run("RELEASE SAVEPOINT body"); err != nil {
			return fmt.Errorf("%w: %w", errBroken, err)
		}
	}
	return nil
}

// undoBody takes back what a body wrote before it failed with err, and returns what to answer.
func (w *writer) undoBody(err error, alone bool) error {
	if isRetryable(err) || w.c.broken() {
		return w.lost(err)
	}
	err = mapError(err)
	if alone {
		return err // attempt rolls the transaction back
	}
	for _, statement := range []string{"ROLLBACK TO SAVEPOINT body", "RELEASE SAVEPOINT body"} {
		if err := w.c.run(statement); err != nil {
			return fmt.Errorf("%w: %w", errBroken, err)
		}
	}
	return err
}

// isTransaction reports whether err takes the whole transaction down, not just one body.
func isTransaction(err error) bool {
	return err != nil && (errors.Is(err, errBroken) || isRetryable(err))
}

// call turns a panic into an error, with its stack, so that the writer lives on.
func call(body func(*Tx) error, tx *Tx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("db: panic in a write: %v\n%s", r, debug.Stack())
		}
	}()
	return body(tx)
}

// lost marks err when the connection has gone with it: the batch can be run again on another.
func (w *writer) lost(err error) error {
	if isLost(err) || w.c.broken() {
		return fmt.Errorf("%w: %w", errLost, err)
	}
	return err
}

// rollback ends the transaction; a connection that cannot even do that is dropped.
func (w *writer) rollback() {
	err := w.c.run("ROLLBACK")
	if err != nil && !noTransaction(err) {
		w.drop()
	}
}

// afterFailedCommit makes the connection fit for the next transaction. On PostgreSQL that is another
// connection. On SQLite it must be this one: what a failed fsync left in the write-ahead log is written
// over by its next commit, and so made durable or void, while another connection would take it for
// committed and go on behind it.
func (w *writer) afterFailedCommit() {
	if w.d.engine == SQLite {
		w.rollback()
		return
	}
	w.drop()
}

func (w *writer) drop() {
	w.c.discard() // it is of no use any more
	w.c = nil
	w.d.readers.renew()
}

// NewID returns a new time-ordered id outside a transaction.
func (d *DB) NewID() int64 { return d.ids.Next() }

// Now returns the clock's present moment.
func (d *DB) Now() time.Time { return d.clock.Now() }

// NowMicros is Now as it is stored.
func (d *DB) NowMicros() int64 { return clock.Micros(d.clock.Now()) }
