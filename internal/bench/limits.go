package bench

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"manyhands/internal/db"
)

// Names of the limits.
const (
	limitSync   = "limit: 4 KiB appended and synced"
	limitInsert = "limit: pairs of bare rows inserted, 1,000 a commit"
	limitKey    = "limit: one entry read by its key"
)

// closer ends what a limit works with.
type closer func() error

// syncing is how often a second the disk makes 4 KiB durable.
func (b *bench) syncing() (task, closer, error) {
	f, err := os.Create(filepath.Join(b.place.folder, "sync"))
	if err != nil {
		return task{}, nil, fmt.Errorf("make a file: %w", err)
	}
	block := bytes.Repeat([]byte{'m'}, 4096)
	t := task{name: limitSync, workers: 1, do: func(context.Context, int) (int, error) {
		if _, err := f.Write(block); err != nil {
			return 0, err
		}
		return 1, f.Sync()
	}}
	return t, func() error { return errors.Join(f.Close(), os.Remove(f.Name())) }, nil
}

// inserting is what the engine itself can do with the rows of matched gifts: two rows each, one by
// one with a prepared statement, committed durably a thousand pairs at a time, with no index but the
// key, no balance and no check.
func (b *bench) inserting(ctx context.Context) (task, closer, error) {
	pool, err := b.bare(ctx)
	if err != nil {
		return task{}, nil, err
	}
	if _, err := pool.ExecContext(ctx, "CREATE TABLE bench_bare (id BIGINT PRIMARY KEY, a BIGINT NOT NULL, b BIGINT NOT NULL, quantity BIGINT NOT NULL, kind TEXT NOT NULL)"); err != nil {
		return task{}, nil, errors.Join(fmt.Errorf("make a bare table: %w", err), pool.Close())
	}
	id := int64(0)
	t := task{name: limitInsert, workers: 1, do: func(ctx context.Context, _ int) (int, error) {
		return batch, insertPairs(ctx, pool, batch, &id)
	}}
	return t, func() error {
		_, err := pool.ExecContext(context.WithoutCancel(ctx), "DROP TABLE bench_bare")
		return errors.Join(err, pool.Close())
	}, nil
}

// bare opens the engine without package db: a file of its own with the same durability, or the same
// server.
func (b *bench) bare(ctx context.Context) (*sql.DB, error) {
	driver, dsn := "pgx", b.place.target
	if b.place.engine == string(db.SQLite) {
		driver = "sqlite"
		dsn = "file:" + filepath.Join(b.place.folder, "bare.db") + "?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=wal_autocheckpoint(4000)"
	}
	pool, err := sql.Open(driver, dsn)
	if err != nil {
		return nil, fmt.Errorf("open the bare engine: %w", err)
	}
	pool.SetMaxOpenConns(1)
	if err := pool.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open the bare engine: %w", err), pool.Close())
	}
	return pool, nil
}

func insertPairs(ctx context.Context, pool *sql.DB, pairs int, id *int64) error {
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing is left to undo after the commit
	s, err := tx.PrepareContext(ctx, "INSERT INTO bench_bare VALUES ($1, $2, $3, $4, $5)")
	if err != nil {
		return err
	}
	for range 2 * pairs {
		*id++
		if _, err := s.ExecContext(ctx, *id, *id%4, *id%200, 100, "gift"); err != nil {
			return err
		}
	}
	if err := s.Close(); err != nil {
		return err
	}
	return tx.Commit()
}
