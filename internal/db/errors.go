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
	pgNoTransaction = "25P01"
)

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
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == pgSerialization || e.Code == pgDeadlock
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()&0xff == sqlite3.SQLITE_BUSY
	}
	return errors.Is(err, driver.ErrBadConn)
}

func noTransaction(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == pgNoTransaction
	}
	return strings.Contains(err.Error(), "no transaction is active")
}

// mapError gives the failures that a person can wait out a kind; the rest stays internal.
func mapError(err error) error {
	if e, ok := errors.AsType[*sqlite.Error](err); ok && e.Code()&0xff == sqlite3.SQLITE_FULL {
		return fault.Wrap(err, fault.Busy, "db.full")
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == pgDiskFull {
		return fault.Wrap(err, fault.Busy, "db.full")
	}
	return err
}
