package db

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"manyhands/internal/fault"
)

// PostgreSQL's condition codes, https://www.postgresql.org/docs/15/errcodes-appendix.html
const (
	pgUnique        = "23505"
	pgSerialization = "40001"
	pgDeadlock      = "40P01"
	pgDiskFull      = "53100"
	pgLockTimeout   = "55P03" // the turn to write did not come
	pgCancelled     = "57014" // a statement took longer than it may
	pgTooMany       = "53300"
	pgNoTransaction = "25P01"
	pgWarning       = "01000"
	pgReadOnly      = "25006" // a server that was demoted, or that stands by
	pgConnection    = "08"    // the whole class
)

// pgAway are the codes with which a server sends its clients away: shut down by an administrator,
// crashed, not ready yet, and the end of a transaction that lay idle.
var pgAway = [...]string{"57P01", "57P02", "57P03", "57P05", "25P03", pgTooMany, pgReadOnly}

// ErrUnknown is the fault of a commit whose answer was lost: nobody knows whether the write is there.
// Whoever repeats it under the same ids learns it; nothing happens twice.
var ErrUnknown = fault.New(fault.Busy, "db.unknown")

// ErrAway is the fault of a database that cannot be reached. What was asked for has not happened.
var ErrAway = fault.New(fault.Busy, "db.away")

// errLost says that the connection broke before the commit was sent: nothing of the transaction is
// kept, and it can be run again on another connection.
var errLost = errors.New("db: the connection was lost")

// IsUnique reports whether err says that a unique key exists already.
func IsUnique(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == pgUnique
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	return false
}

// NotFound turns sql.ErrNoRows into a fault of kind NotFound with the given key, and leaves every
// other error as it is.
func NotFound(err error, key string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(fault.NotFound, key)
	}
	return err
}

// isRetryable reports whether the same transaction can succeed when run again: it lost to another
// node, or its connection broke before the commit was sent.
func isRetryable(err error) bool {
	if isLost(err) {
		return true
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == pgSerialization || e.Code == pgDeadlock
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()&0xff == sqlite3.SQLITE_BUSY
	}
	return false
}

// isLost reports whether err means that another connection is needed. An outcome that nobody knows
// is not among it.
func isLost(err error) bool {
	if errors.Is(err, ErrUnknown) {
		return false
	}
	if errors.Is(err, errLost) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) {
		return true
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return isAway(e.Code)
	}
	_, ok := errors.AsType[*pgconn.ConnectError](err)
	return ok
}

func isAway(code string) bool {
	for _, c := range pgAway {
		if code == c {
			return true
		}
	}
	return strings.HasPrefix(code, pgConnection)
}

// commitError says what an error at the commit means. Where the database itself has refused, nothing
// is kept. In all other cases nobody knows; not even "bad connection" says that the commit was not
// sent, for the driver says so too of one whose answer was lost.
func commitError(err error) error {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.SeverityUnlocalized == "ERROR" {
		return err // with FATAL the commit may have been written before the server sent us away
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		if c := e.Code() & 0xff; c == sqlite3.SQLITE_BUSY || c == sqlite3.SQLITE_FULL || c == sqlite3.SQLITE_CONSTRAINT {
			return err
		}
	}
	return fault.Wrap(err, ErrUnknown.Kind, ErrUnknown.Key)
}

func noTransaction(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == pgNoTransaction
	}
	return strings.Contains(err.Error(), "no transaction is active")
}

// mapError gives the failures that a person can wait out a kind; the rest stays internal.
func mapError(err error) error {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_FULL:
			return fault.Wrap(err, fault.Busy, "db.full")
		// The disk fails. SQLite takes a page that cannot be read for a malformed file.
		case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_CORRUPT:
			return fault.Wrap(err, ErrAway.Kind, ErrAway.Key)
		}
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch e.Code {
		case pgDiskFull:
			return fault.Wrap(err, fault.Busy, "db.full")
		case pgLockTimeout, pgCancelled:
			return fault.Wrap(err, fault.Busy, errQueueFull.Key)
		}
	}
	if isLost(err) {
		return fault.Wrap(err, ErrAway.Kind, ErrAway.Key)
	}
	return err
}
