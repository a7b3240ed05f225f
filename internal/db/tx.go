package db

import (
	"context"
	"database/sql"
	"time"

	"manyhands/internal/clock"
)

// Queryer runs queries. Both Tx and Reader are one, so a function that only reads works inside a
// write and outside.
type Queryer interface {
	// Engine returns the engine in use.
	Engine() Engine
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	// ExecContext and PrepareContext complete the interface that generated code asks for. On a
	// Reader the database itself refuses any statement that writes.
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

// Tx is one body's part of a write. It is valid until the body returns and is not safe for use by
// several goroutines. Statements are prepared once per connection and kept.
type Tx struct {
	conn   *conn
	now    time.Time
	ids    *clock.IDs
	engine Engine
	wakes  []func()
	wrote  bool // set by who runs the body
}

// Now returns the transaction's one moment.
func (tx *Tx) Now() time.Time { return tx.now }

// NowMicros is Now as it is stored.
func (tx *Tx) NowMicros() int64 { return clock.Micros(tx.now) }

// NewID returns a new time-ordered id.
func (tx *Tx) NewID() int64 { return tx.ids.Next() }

// Engine returns the engine in use.
func (tx *Tx) Engine() Engine { return tx.engine }

// AfterCommit has f called once the write is durable, and not at all when it fails. It is for
// waking something in this process that would otherwise look by itself a little later; it must be
// quick and must not be needed for correctness.
func (tx *Tx) AfterCommit(f func()) { tx.wakes = append(tx.wakes, f) }

// ExecContext runs a statement.
func (tx *Tx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return tx.conn.exec(ctx, query, args)
}

// QueryContext runs a query. The rows must be closed before the next statement.
func (tx *Tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return tx.conn.query(ctx, query, args)
}

// QueryRowContext runs a query for one row.
func (tx *Tx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return tx.conn.queryRow(ctx, query, args)
}

// PrepareContext prepares a statement. The statement belongs to the connection: do not close it.
func (tx *Tx) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return tx.conn.prepare(ctx, query)
}
