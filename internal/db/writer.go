package db

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
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

// retries is how often a batch that lost to another node is tried again before its bodies get the
// error.
const retries = 8

// Write runs body in a transaction and returns once what it wrote is durable. A body that returns an
// error, or panics, leaves nothing behind. The body may be run again, so it must do nothing outside
// the database; variables that it sets must be set afresh on each run.
//
// Faults: Busy ("db.queue_full", "db.closing", "db.full") beside whatever the body returns. An error
// at the commit itself leaves it open whether the write is there: callers repeat it under the same
// ids.
func (d *DB) Write(ctx context.Context, body func(tx *Tx) error) error {
	j := &work{ctx: ctx, body: body, done: make(chan error, 1)}
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

// work is one body in the queue.
type work struct {
	ctx     context.Context
	dropped atomic.Bool // nobody waits for it: it must not run
	body    func(tx *Tx) error
	done    chan error
	err     error
	wakes   []func()
}

type writer struct {
	d       *DB
	queue   chan *work
	stopped chan struct{}
	id      atomic.Int64 // the writer's goroutine

	mu      sync.RWMutex // guards closing against enqueue
	closing bool

	c *conn // the writer's alone

	stats Stats
	smu   sync.Mutex
}

// Stats counts what the writer has done.
type Stats struct {
	Commits, Bodies, Failed, Retried int64
	LastBatch                        int // bodies in the last physical transaction
	Waiting                          int // bodies in the queue now
	Capacity                         int // bodies that the queue holds
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
	defer close(w.stopped)
	w.id.Store(goroutineID())
	batch := make([]*work, 0, w.d.opts.MaxBatch)
	for j := range w.queue {
		batch = append(batch[:0], j)
		batch = w.takeWaiting(batch)
		w.serve(batch)
	}
	if w.c != nil {
		_ = w.c.close() // the process ends its use of the database here
	}
}

// takeWaiting adds what is queued already: nobody waits for company when the system is idle.
func (w *writer) takeWaiting(batch []*work) []*work {
	for len(batch) < w.d.opts.MaxBatch {
		select {
		case j, ok := <-w.queue:
			if !ok {
				return batch
			}
			batch = append(batch, j)
		default:
			return batch
		}
	}
	return batch
}

// serve runs a batch to its end and answers everybody in it.
func (w *writer) serve(batch []*work) {
	err := w.attempt(batch)
	for n := 1; err != nil && isRetryable(err) && n <= retries; n++ {
		w.count(func(s *Stats) { s.Retried++ })
		time.Sleep(time.Duration(rand.Int64N(int64(n) * int64(2*time.Millisecond))))
		err = w.attempt(batch)
	}
	if errors.Is(err, errBroken) && len(batch) > 1 {
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
	failed := int64(0)
	for _, j := range batch {
		e := j.err
		if e == nil && err != nil {
			e = mapError(err)
		}
		if e != nil {
			failed++
		} else {
			for _, wake := range j.wakes {
				wake()
			}
		}
		j.done <- e
	}
	w.count(func(s *Stats) {
		s.Bodies += int64(len(batch))
		s.Failed += failed
		s.LastBatch = len(batch)
		if err == nil {
			s.Commits++
		}
	})
}

func (w *writer) count(f func(*Stats)) {
	w.smu.Lock()
	defer w.smu.Unlock()
	f(&w.stats)
}

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
	if err := w.c.begin(); err != nil {
		w.drop()
		return err
	}
	wrote := false
	for _, j := range batch {
		j.err, j.wakes = j.ctx.Err(), nil
		if j.dropped.Load() {
			j.err = ErrNested
		}
		if j.err != nil {
			continue
		}
		if err := w.runBody(j, len(batch) == 1); err != nil {
			w.rollback()
			return err
		}
		wrote = wrote || j.err == nil
	}
	if !wrote {
		w.rollback()
		return nil
	}
	if err := w.c.commit(); err != nil {
		w.rollback()
		return fmt.Errorf("db: commit: %w", err)
	}
	return nil
}

// runBody runs one body inside a savepoint; alone in its transaction it needs none.
func (w *writer) runBody(j *work, alone bool) error {
	if !alone {
		if err := w.c.run("SAVEPOINT body"); err != nil {
			return fmt.Errorf("%w: %w", errBroken, err)
		}
	}
	tx := &Tx{conn: w.c, now: w.d.clock.Now(), ids: w.d.ids, engine: w.d.engine}
	j.err = call(j.body, tx)
	j.wakes = tx.wakes
	tx.conn = nil // a body that keeps its tx finds out at once
	if j.err != nil {
		return w.undoBody(j, alone)
	}
	if !alone {
		if err := w.c.run("RELEASE SAVEPOINT body"); err != nil {
			return fmt.Errorf("%w: %w", errBroken, err)
		}
	}
	return nil
}

func (w *writer) undoBody(j *work, alone bool) error {
	if isRetryable(j.err) {
		err := j.err
		j.err = nil
		return err
	}
	j.err = mapError(j.err)
	if alone {
		return nil // attempt rolls the transaction back
	}
	if err := w.c.run("ROLLBACK TO SAVEPOINT body"); err != nil {
		return fmt.Errorf("%w: %w", errBroken, err)
	}
	return w.c.run("RELEASE SAVEPOINT body")
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

// rollback ends the transaction; a connection that cannot even do that is dropped.
func (w *writer) rollback() {
	err := w.c.run("ROLLBACK")
	if err != nil && !noTransaction(err) {
		w.drop()
	}
}

func (w *writer) drop() {
	_ = w.c.close() // it is of no use any more
	w.c = nil
}

// goroutineID reads the running goroutine's number from its own stack header, "goroutine 18 [...".
// It serves one purpose: to refuse a nested write instead of waiting for ever.
func goroutineID() int64 {
	var buf [40]byte
	b := bytes.TrimPrefix(buf[:runtime.Stack(buf[:], false)], []byte("goroutine "))
	var id int64
	for _, c := range b {
		if c < '0' || c > '9' {
			break
		}
		id = id*10 + int64(c-'0')
	}
	return id
}

// NewID returns a new time-ordered id outside a transaction.
func (d *DB) NewID() int64 { return d.ids.Next() }

// Now returns the clock's present moment.
func (d *DB) Now() time.Time { return d.clock.Now() }

// NowMicros is Now as it is stored.
func (d *DB) NowMicros() int64 { return clock.Micros(d.clock.Now()) }
