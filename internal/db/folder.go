package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"manyhands/internal/fault"
)

// lockName is the file by which a process holds a folder for serving. It stays when the process ends;
// the lock does not.
const lockName = "serving.lock"

// LockFolder makes this process the only one that serves the database in dir, until release is
// called or the process ends in whatever way. Commands that work beside a server need no lock. The
// lock is SQLite's own, on a file beside the database's: it holds wherever the database's locks do.
// Faults: Conflict "db.folder_served" (Folder).
func LockFolder(ctx context.Context, dir string) (release func() error, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("db: data folder: %w", err)
	}
	pool, err := sql.Open("sqlite", fileDSN(filepath.Join(dir, lockName), nil))
	if err != nil {
		return nil, fmt.Errorf("db: lock the folder: %w", err)
	}
	pool.SetMaxOpenConns(1) // the lock lives in this one connection's transaction
	if _, err = pool.ExecContext(ctx, "BEGIN EXCLUSIVE"); err == nil {
		return pool.Close, nil
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok && e.Code()&0xff == sqlite3.SQLITE_BUSY {
		err = fault.New(fault.Conflict, "db.folder_served", "Folder", dir)
	} else {
		err = fmt.Errorf("db: lock the folder: %w", err)
	}
	return nil, errors.Join(err, pool.Close())
}
