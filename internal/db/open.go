package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite" // registers "sqlite"

	"manyhands/internal/clock"
)

// Engine names a database engine.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// FileName is the database file inside a data folder.
const FileName = "manyhands.db"

// Options say how to open a database. The zero value is safe: durable writes, the system's clock.
type Options struct {
	Clock clock.Clock // default clock.System
	Node  int         // node number for ids, 0..clock.MaxNode

	MaxBatch int // bodies in one physical transaction, default 1000
	MaxQueue int // bodies that may wait, default 8192; over it Write answers fault Busy
	Readers  int // reading connections, default 2 per core and at least 4

	// AnswerWithin is how long the writer waits for a PostgreSQL server that has taken a statement,
	// default 10 seconds; afterwards it looks for another.
	AnswerWithin time.Duration

	// Unsafe gives up durability for speed. Tests use it; nothing else may.
	Unsafe bool

	// Fault, when set, is called at every statement and commit of the writer. An error that it
	// returns takes the place of the statement's; see FaultPoint. For simulation only.
	Fault func(FaultPoint) error
}

// FaultPoint is a place at which a simulated fault can strike.
type FaultPoint struct {
	Op    string // "exec", "query", "commit", "committed"
	Query string // the statement, for exec and query
}

// DB is an open database. It is safe for use by many goroutines.
type DB struct {
	engine Engine
	read   *sql.DB // reading connections come from here; they cannot write
	write  *sql.DB // the writer's connection comes from here
	ids    *clock.IDs
	clock  clock.Clock
	opts   Options
	w      *writer

	readers *readers
	guard   atomic.Pointer[func() error] // see Guard
}

// Open opens the database at target: a folder, in which the SQLite file is made if missing, or a
// PostgreSQL address ("postgres://..." or "host=... dbname=..."). It does not migrate.
func Open(ctx context.Context, target string, o Options) (*DB, error) {
	o = o.withDefaults()
	d := &DB{clock: o.Clock, ids: clock.NewIDs(o.Clock, o.Node), opts: o}
	var err error
	if IsPostgres(target) {
		d.engine = Postgres
		err = d.openPostgres(ctx, target)
	} else {
		d.engine = SQLite
		err = d.openSQLite(ctx, target)
	}
	if err != nil {
		return nil, errors.Join(err, d.closePools())
	}
	if err := d.checkPlaceholders(ctx); err != nil {
		return nil, errors.Join(err, d.closePools())
	}
	d.w = newWriter(d)
	d.readers = newReaders(d.read, d.engine, d.opts.Readers, d.opts.MaxQueue)
	return d, nil
}

// IsPostgres reports whether target is a PostgreSQL address rather than a folder.
func IsPostgres(target string) bool {
	return strings.HasPrefix(target, "postgres://") || strings.HasPrefix(target, "postgresql://") ||
		strings.Contains(target, "dbname=")
}

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.MaxBatch <= 0 {
		o.MaxBatch = 1000
	}
	if o.MaxQueue <= 0 {
		o.MaxQueue = 8192
	}
	if o.AnswerWithin <= 0 {
		o.AnswerWithin = answerWithin
	}
	if o.Readers <= 0 {
		o.Readers = max(4, 2*runtime.NumCPU())
	}
	return o
}

func (d *DB) openSQLite(ctx context.Context, dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("db: data folder: %w", err)
	}
	file := filepath.Join(dir, FileName)
	sync := "FULL"
	if d.opts.Unsafe {
		sync = "OFF"
	}
	var err error
	// A cache of 24 MB: ids follow time, so few pages are written at any moment (docs/performance.md).
	// What is overwritten or deleted in a page is zeroed there: a destroyed key does not lie on in the file.
	d.write, err = sql.Open("sqlite", sqliteDSN(file, "cache_size(-24000)", "synchronous("+sync+")", "wal_autocheckpoint(4000)", "secure_delete(FAST)"))
	if err != nil {
		return fmt.Errorf("db: open: %w", err)
	}
	d.write.SetMaxOpenConns(2) // the writer's own, and one for migration and backup
	if err := d.write.PingContext(ctx); err != nil {
		return fmt.Errorf("db: open %s: %w", file, err)
	}
	d.read, err = sql.Open("sqlite", sqliteDSN(file, "cache_size(-8000)", "query_only(1)"))
	if err != nil {
		return fmt.Errorf("db: open: %w", err)
	}
	d.read.SetMaxOpenConns(d.opts.Readers + 1) // one for Ping, which must not wait
	return nil
}

// sqliteDSN leaves the cache to who opens: the writer has a large one, readers a small one each, for
// there are many and the system keeps the file in memory anyway.
func sqliteDSN(file string, pragmas ...string) string {
	return fileDSN(file, append([]string{"journal_mode(WAL)", "busy_timeout(10000)", "foreign_keys(1)",
		"case_sensitive_like(1)", "temp_store(MEMORY)"}, pragmas...))
}

func fileDSN(file string, pragmas []string) string {
	q := url.Values{}
	for _, p := range pragmas {
		q.Add("_pragma", p)
	}
	q.Set("_txlock", "deferred")
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: file}).EscapedPath(), RawQuery: q.Encode()}).String()
}

// checkPlaceholders fails when the driver stops binding $N by number: every query in the house
// stands on it.
func (d *DB) checkPlaceholders(ctx context.Context) error {
	var a, b string
	q := "SELECT CAST($2 AS TEXT), CAST($1 AS TEXT)"
	if err := d.read.QueryRowContext(ctx, q, "one", "two").Scan(&a, &b); err != nil {
		return fmt.Errorf("db: first query: %w", err)
	}
	if a != "two" || b != "one" {
		return errors.New("db: this driver does not bind $N by number")
	}
	return nil
}

// Engine returns the engine in use.
func (d *DB) Engine() Engine { return d.engine }

// Clock returns the clock that transactions take their time from.
func (d *DB) Clock() clock.Clock { return d.clock }

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error { return d.read.PingContext(ctx) }

// Close lets the writes and reads that are under way finish, refuses new ones and closes the
// connections.
func (d *DB) Close() error {
	d.w.stop()
	return errors.Join(d.readers.close(), d.closePools())
}

func (d *DB) closePools() error {
	var errs []error
	for _, p := range []*sql.DB{d.read, d.write} {
		if p != nil {
			errs = append(errs, p.Close())
		}
	}
	return errors.Join(errs...)
}
