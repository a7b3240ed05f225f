package db

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"manyhands/internal/fault"
)

// Reader is one snapshot. It is valid until the body returns and is not safe for use by several
// goroutines. Statements are prepared once per connection and kept.
type Reader struct{ conn *conn }

// Engine returns the engine in use.
func (r *Reader) Engine() Engine { return r.conn.engine }

// ExecContext refuses to write: the connection is read-only.
func (r *Reader) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return r.conn.exec(ctx, query, args)
}

// QueryContext runs a query in the snapshot.
func (r *Reader) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return r.conn.query(ctx, query, args)
}

// QueryRowContext runs a query for one row in the snapshot.
func (r *Reader) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return r.conn.queryRow(ctx, query, args)
}

// PrepareContext prepares a statement. The statement belongs to the connection: do not close it.
func (r *Reader) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return r.conn.prepare(ctx, query)
}

// Read runs body in one read-only snapshot. It waits for a free connection, at most as long as ctx
// lasts and 5 seconds, and a query under way ends with ctx. Faults: Busy "db.closing", and "db.queue_full"
// when too many wait or it has waited too long.
func (d *DB) Read(ctx context.Context, body func(r *Reader) error) error {
	c, err := d.readers.snapshot(ctx)
	if err != nil {
		return err
	}
	r := &Reader{conn: c}
	defer func() {
		r.conn = nil // a body that keeps its reader finds out at once
		d.readers.giveBack(c)
	}()
	if err = body(r); err != nil && ctx.Err() == nil && c.broken() {
		return fault.Wrap(err, ErrAway.Kind, ErrAway.Key)
	}
	return mapError(err)
}

// readers is a bounded set of connections that cannot write and keep their prepared statements.
type readers struct {
	pool   *sql.DB
	engine Engine
	begin  string
	free   chan *conn // nil stands for one that has not been opened
	closed chan struct{}
	once   sync.Once

	epoch   atomic.Int64 // connections of an earlier one are not used again
	waiting atomic.Int64
	most    int // reads that may wait
}

func newReaders(pool *sql.DB, e Engine, size, most int) *readers {
	r := &readers{most: most, pool: pool, engine: e, begin: "BEGIN", free: make(chan *conn, size), closed: make(chan struct{})}
	if e == Postgres {
		r.begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
	}
	for range size {
		r.free <- nil
	}
	return r
}

// snapshot returns a connection on which a snapshot has begun. Those that broke while they lay idle
// are replaced: after a failover all of them have.
func (r *readers) snapshot(ctx context.Context) (*conn, error) {
	for again := 2 * cap(r.free); ; again-- {
		c, err := r.take(ctx)
		if err != nil {
			return nil, mapError(err)
		}
		if c.epoch != r.epoch.Load() && again > 0 {
			r.drop(c)
			continue
		}
		if err = c.run(r.begin); err == nil {
			return c, nil
		}
		gone := c.broken()
		r.drop(c)
		if !gone || again == 0 {
			return nil, mapError(err)
		}
	}
}

func (r *readers) take(ctx context.Context) (*conn, error) {
	c, err := r.wait(ctx)
	if c != nil || err != nil {
		return c, err
	}
	epoch := r.epoch.Load()
	sc, err := r.pool.Conn(ctx)
	if err != nil {
		r.free <- nil
		return nil, err
	}
	return &conn{c: sc, engine: r.engine, stmts: map[string]*sql.Stmt{}, interruptible: true, epoch: epoch}, nil
}

// longestRead is how long a read waits for a connection. Whoever has waited that long is better asked
// to come again than kept.
const longestRead = 5 * time.Second

// wait returns a free connection, nil for one that has not been opened.
func (r *readers) wait(ctx context.Context) (*conn, error) {
	select {
	case c := <-r.free:
		return c, nil
	default:
	}
	defer r.waiting.Add(-1)
	if r.waiting.Add(1) > int64(r.most) {
		return nil, errQueueFull
	}
	late := time.NewTimer(longestRead)
	defer late.Stop()
	select {
	case c := <-r.free:
		return c, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-r.closed:
		return nil, ErrClosed
	case <-late.C:
		return nil, errQueueFull
	}
}

// ReadStats says how busy the reading connections are.
type ReadStats struct {
	Waiting     int // reads that wait for a connection now
	Capacity    int // reads that may wait
	Busy        int // connections in use
	Connections int
}

// ReadStats returns the figures of this moment. It costs no lock.
func (d *DB) ReadStats() ReadStats {
	r := d.readers
	return ReadStats{Waiting: int(r.waiting.Load()), Capacity: r.most, Busy: cap(r.free) - len(r.free), Connections: cap(r.free)}
}

// renew has every connection replaced before it is used again: the writer has lost its server.
func (r *readers) renew() { r.epoch.Add(1) }

// giveBack ends the snapshot. A connection that cannot even do that is closed, and opened anew when
// it is next needed.
func (r *readers) giveBack(c *conn) {
	if err := c.run("ROLLBACK"); err != nil && !noTransaction(err) {
		r.drop(c) // it is of no use any more
		return
	}
	r.free <- c
}

func (r *readers) drop(c *conn) {
	c.discard()
	r.free <- nil
}

// close waits for the reads under way and closes every connection. Again, it does nothing.
func (r *readers) close() error {
	var errs []error
	r.once.Do(func() {
		close(r.closed)
		for range cap(r.free) {
			if c := <-r.free; c != nil {
				errs = append(errs, c.close())
			}
		}
	})
	return errors.Join(errs...)
}
