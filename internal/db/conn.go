package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5/stdlib"
)

// conn is a connection with its prepared statements.
//
// The writer's ignores the caller's cancellation on purpose: interrupting a statement would roll
// back, or close, the transaction that all bodies of the batch share. Bodies are short, and a caller
// who has gone away is skipped before the body starts. A reader's may be interrupted.
type conn struct {
	c             *sql.Conn
	engine        Engine
	stmts         map[string]*sql.Stmt
	fault         func(FaultPoint) error
	interruptible bool
	epoch         int64 // of the readers when it was opened
}

// maxStatements is how many prepared statements a connection keeps. The house has a few hundred.
const maxStatements = 1000

// patient returns ctx without its end, unless the connection may be interrupted.
func (c *conn) patient(ctx context.Context) context.Context {
	if c.interruptible {
		return ctx
	}
	return context.WithoutCancel(ctx)
}

func (d *DB) newConn(ctx context.Context) (*conn, error) {
	c, err := d.write.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("db: writer's connection: %w", err)
	}
	w := &conn{c: c, engine: d.engine, stmts: map[string]*sql.Stmt{}, fault: d.opts.Fault}
	if d.engine == SQLite {
		if err := w.settleLog(); err != nil {
			w.discard()
			return nil, fmt.Errorf("db: settle the write-ahead log: %w", err)
		}
	}
	if d.engine == Postgres {
		if err := errors.Join(w.run(postgresPatience), w.answers(d.opts.AnswerWithin)); err != nil {
			w.discard()
			return nil, fmt.Errorf("%w: the writer's new one: %w", errLost, err)
		}
	}
	return w, nil
}

// settleLog moves what stands in SQLite's write-ahead log into the database and makes it durable,
// before anything is written behind it: after a failed fsync the log can hold what only the system's
// memory has, and nobody who opens it anew can tell. A reader that is in the way keeps the log, which
// is as it was.
func (c *conn) settleLog() error { return c.run("PRAGMA wal_checkpoint(TRUNCATE)") }

func (c *conn) close() error { return errors.Join(c.forget(), c.c.Close()) }

// forget closes the prepared statements.
func (c *conn) forget() error {
	var errs []error
	for _, s := range c.stmts {
		errs = append(errs, s.Close())
	}
	clear(c.stmts)
	return errors.Join(errs...)
}

func (c *conn) strike(op, query string) error {
	if c.fault == nil {
		return nil
	}
	return c.fault(FaultPoint{Op: op, Query: query})
}

func (c *conn) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if s := c.stmts[query]; s != nil {
		return s, nil
	}
	if len(c.stmts) >= maxStatements {
		if err := c.forget(); err != nil {
			return nil, err
		}
	}
	q, _ := portable(c.engine, query, nil)
	s, err := c.c.PrepareContext(c.patient(ctx), q)
	if err != nil {
		return nil, err
	}
	c.stmts[query] = s
	return s, nil
}

// On PostgreSQL the driver itself prepares and keeps statements, in fewer round trips.

func (c *conn) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	if err := c.strike("exec", query); err != nil {
		return nil, err
	}
	ctx = c.patient(ctx)
	if c.engine == Postgres {
		return c.c.ExecContext(ctx, query, args...)
	}
	s, err := c.prepare(ctx, query)
	if err != nil {
		return nil, err
	}
	_, args = portable(c.engine, query, args)
	return s.ExecContext(ctx, args...)
}

func (c *conn) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	if err := c.strike("query", query); err != nil {
		return nil, err
	}
	ctx = c.patient(ctx)
	if c.engine == Postgres {
		return c.c.QueryContext(ctx, query, args...)
	}
	s, err := c.prepare(ctx, query)
	if err != nil {
		return nil, err
	}
	_, args = portable(c.engine, query, args)
	return s.QueryContext(ctx, args...)
}

func (c *conn) queryRow(ctx context.Context, query string, args []any) *sql.Row {
	ctx = c.patient(ctx)
	if c.strike("query", query) != nil {
		// A row that carries an error can only be had from a query that fails.
		return c.c.QueryRowContext(ctx, "SELECT simulated_fault")
	}
	if c.engine == Postgres {
		return c.c.QueryRowContext(ctx, query, args...)
	}
	s, err := c.prepare(ctx, query)
	if err != nil {
		q, a := portable(c.engine, query, args)
		return c.c.QueryRowContext(ctx, q, a...)
	}
	_, args = portable(c.engine, query, args)
	return s.QueryRowContext(ctx, args...)
}

// run executes a transaction control statement; these are never struck by "exec" faults.
func (c *conn) run(statement string) error {
	if c.engine == Postgres {
		ctx := context.Background()
		if c.interruptible { // a reader's begin and end must not wait for a server that hangs
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, controlWithin)
			defer cancel()
		}
		_, err := c.c.ExecContext(ctx, statement)
		return err
	}
	s, err := c.prepare(context.Background(), statement)
	if err != nil {
		return err
	}
	_, err = s.ExecContext(context.Background())
	return err
}

// turn is the lock by which the writers of all nodes on one PostgreSQL database take turns. Each holds
// it for one batch. Since nobody writes beside it, a batch sees what the last one left, and needs no
// serializable isolation, which would have all but one of them start over on every hot row.
const turn = 7_301_968_011

// Nobody waits for ever, for a turn or for a statement.
const postgresPatience = "SET lock_timeout = '8s'; SET statement_timeout = '60s'"

const (
	beginSQLite   = "BEGIN IMMEDIATE"
	markRead      = "SELECT COALESCE(MAX(last), 0) FROM id_mark"
	markSQLite    = "INSERT INTO id_mark (one, last) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET last = excluded.last"
	markPostgres  = "INSERT INTO id_mark (one, last) VALUES (1, %d) ON CONFLICT (one) DO UPDATE SET last = excluded.last; COMMIT"
	beginPostgres = "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(%d); " + markRead
)

// begin starts a transaction and returns the greatest id that any writer of this database had made
// when it last committed.
func (c *conn) begin() (mark int64, err error) {
	if c.engine == Postgres {
		return c.beginPostgres()
	}
	if err := c.run(beginSQLite); err != nil {
		return 0, err
	}
	s, err := c.prepare(context.Background(), markRead)
	if err != nil {
		return 0, err
	}
	return mark, s.QueryRowContext(context.Background()).Scan(&mark)
}

// beginPostgres takes its turn and reads the mark in one round trip.
func (c *conn) beginPostgres() (mark int64, err error) {
	err = c.c.Raw(func(driverConn any) error {
		raw := driverConn.(*stdlib.Conn).Conn().PgConn()
		results, err := raw.Exec(context.Background(), fmt.Sprintf(beginPostgres, turn)).ReadAll()
		if err != nil {
			return err
		}
		mark, err = strconv.ParseInt(string(results[len(results)-1].Rows[0][0]), 10, 64)
		return err
	})
	return mark, err
}

// commit makes the transaction durable and with it the greatest id that was made so far, so that ids
// grow over all nodes, and after a restart with a clock that was set back.
func (c *conn) commit(mark int64) error {
	if err := c.strike("commit", ""); err != nil {
		return err
	}
	if err := c.markAndCommit(mark); err != nil {
		return err
	}
	return c.strike("committed", "")
}

func (c *conn) markAndCommit(mark int64) error {
	if c.engine == Postgres {
		return errors.Join(c.run(fmt.Sprintf(markPostgres, mark)), c.standbyHas())
	}
	s, err := c.prepare(context.Background(), markSQLite)
	if err != nil {
		return err
	}
	if _, err := s.ExecContext(context.Background(), mark); err != nil {
		return err
	}
	return c.run("COMMIT")
}
