// Package sqlitedriver speaks to SQLite for package db: as a driver of database/sql, for generated
// queries, and past it, for the writer's rows.
//
// It exists because the time of a write was spent half on the way to SQLite: database/sql checks and
// copies each argument, and the driver that comes with the translated SQLite binds each through two
// allocations (docs/performance.md). The engine is the same pure Go translation; the layer below is
// zombiezen.com/go/sqlite. Nobody but package db and the limits of bench may import this package. It knows no tables, takes
// no decision about transactions and keeps no pool.
package sqlitedriver

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"zombiezen.com/go/sqlite"
)

// Connector opens connections to one file, for sql.OpenDB.
type Connector struct {
	File    string   // path; the file is made if it is missing
	Pragmas []string // such as "synchronous(FULL)", run on each new connection in this order
}

// Connect opens a connection. The context is not asked: opening a file does not wait.
func (c Connector) Connect(context.Context) (driver.Conn, error) {
	s, err := sqlite.OpenConn(c.File, sqlite.OpenReadWrite, sqlite.OpenCreate)
	if err != nil {
		return nil, err
	}
	conn := &Conn{sqlite: s, ctx: context.Background(), stmts: map[string]*stmt{}}
	for _, p := range c.Pragmas {
		if err := conn.script("PRAGMA " + p); err != nil {
			return nil, errors.Join(fmt.Errorf("sqlitedriver: PRAGMA %s: %w", p, err), conn.Close())
		}
	}
	return conn, nil
}

// Driver returns the driver, which opens nothing by name.
func (c Connector) Driver() driver.Driver { return nameless{} }

type nameless struct{}

func (nameless) Open(string) (driver.Conn, error) {
	return nil, errors.New("sqlitedriver: connections are opened by a Connector")
}

// Code returns SQLite's extended result code of an error, https://www.sqlite.org/rescode.html, and
// whether err came from SQLite at all.
func Code(err error) (sqlite.ResultCode, bool) {
	if err == nil {
		return sqlite.ResultOK, false
	}
	code := sqlite.ErrCode(err)
	return code, code != sqlite.ResultError
}

// Conn is a connection. As all of database/sql's it is used by one goroutine at a time.
type Conn struct {
	sqlite *sqlite.Conn
	ctx    context.Context  // ends what runs on it
	stmts  map[string]*stmt // of ExecRows, by their text
}

// Close closes the connection and the statements of ExecRows.
func (c *Conn) Close() error {
	for _, s := range c.stmts {
		s.Close()
	}
	return c.sqlite.Close()
}

// watch has the statement that runs next, and those after it, end when ctx does. A context that has no
// end costs nothing, and one that is watched already neither.
func (c *Conn) watch(ctx context.Context) {
	if ctx.Done() != c.ctx.Done() {
		c.sqlite.SetInterrupt(ctx.Done())
	}
	c.ctx = ctx
}

// step takes a statement one step on.
func (c *Conn) step(s *sqlite.Stmt) (row bool, err error) {
	row, err = s.Step()
	return row, c.why(err)
}

// why returns the context's error for one that says no more than "interrupted".
func (c *Conn) why(err error) error {
	if err != nil && c.ctx.Err() != nil && sqlite.ErrCode(err) == sqlite.ResultInterrupt {
		return c.ctx.Err()
	}
	return err
}

// Prepare prepares a statement.
func (c *Conn) Prepare(query string) (driver.Stmt, error) { return c.prepare(query) }

// PrepareContext prepares a statement.
func (c *Conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	c.watch(ctx)
	return c.prepare(query)
}

func (c *Conn) prepare(query string) (*stmt, error) {
	s, rest, err := c.sqlite.PrepareTransient(query)
	if err != nil {
		return nil, c.why(err)
	}
	if words(query[len(query)-rest:]) != "" {
		return nil, errors.Join(errors.New("sqlitedriver: more than one statement"), s.Finalize())
	}
	return newStmt(c, s, query)
}

// script runs statements that have no arguments, behind each other.
func (c *Conn) script(text string) error {
	for {
		if text = words(text); text == "" {
			return nil
		}
		s, rest, err := c.sqlite.PrepareTransient(text)
		if err != nil {
			return c.why(err)
		}
		for more := true; more && err == nil; {
			more, err = c.step(s)
		}
		if err = errors.Join(err, s.Finalize()); err != nil {
			return err
		}
		text = text[len(text)-rest:]
	}
}

// words returns text from its first word on, without what SQLite would take for an empty statement.
func words(text string) string {
	for {
		text = strings.TrimLeft(text, " \t\r\n;")
		switch {
		case strings.HasPrefix(text, "--"):
			_, text, _ = strings.Cut(text, "\n")
		case strings.HasPrefix(text, "/*"):
			_, text, _ = strings.Cut(text, "*/")
		default:
			return text
		}
	}
}

// ExecContext runs a statement, or several that have no arguments.
func (c *Conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.watch(ctx)
	if len(args) == 0 {
		return changes(0), c.script(query)
	}
	s, err := c.prepare(query)
	if err != nil {
		return nil, err
	}
	r, err := s.ExecContext(ctx, args)
	return r, errors.Join(err, s.Close())
}

// Begin starts a transaction.
func (c *Conn) Begin() (driver.Tx, error) { return c.BeginTx(context.Background(), driver.TxOptions{}) }

// BeginTx starts a transaction that takes its locks when it needs them. Options are refused: package
// db begins its own.
func (c *Conn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	if o != (driver.TxOptions{}) {
		return nil, errors.New("sqlitedriver: a transaction has no options")
	}
	c.watch(ctx)
	return tx{c}, c.script("BEGIN")
}

type tx struct{ c *Conn }

func (t tx) Commit() error   { return t.c.finish("COMMIT") }
func (t tx) Rollback() error { return t.c.finish("ROLLBACK") }

// finish ends a transaction, whatever has become of the context that it began with.
func (c *Conn) finish(how string) error {
	c.watch(context.Background())
	return c.script(how)
}

// changes is how many rows a statement wrote.
type changes int64

func (n changes) RowsAffected() (int64, error) { return int64(n), nil }
func (n changes) LastInsertId() (int64, error) {
	return 0, errors.New("sqlitedriver: ids are made before they are inserted")
}
