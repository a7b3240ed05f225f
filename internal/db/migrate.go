package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"manyhands/internal/db/migrations"
)

// ErrNewer says that the database was migrated by a newer program than this one.
var ErrNewer = errors.New("db: the database is newer than this program: install the newer version, or restore a backup made before the upgrade")

// ErrOlder says that migrations wait to be applied.
var ErrOlder = errors.New("db: the database is older than this program: run 'manyhands migrate'")

// Migrate brings the schema up to date and returns the number of steps taken. It refuses a database
// that a newer program has touched (ErrNewer).
func (d *DB) Migrate(ctx context.Context) (int, error) {
	p, err := d.provider()
	if err != nil {
		return 0, err
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return 0, fmt.Errorf("db: schema version: %w", err)
	}
	if current > target {
		return 0, ErrNewer
	}
	done, err := p.Up(ctx)
	if err != nil {
		return 0, fmt.Errorf("db: migrate: %w", err)
	}
	return len(done), nil
}

// CheckVersion returns nil when the schema is exactly the one that this program knows, ErrOlder or
// ErrNewer when not.
func (d *DB) CheckVersion(ctx context.Context) error {
	p, err := d.provider()
	if err != nil {
		return err
	}
	current, target, err := p.GetVersions(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("db: schema version: %w", err)
	case current > target:
		return ErrNewer
	case current < target:
		return ErrOlder
	}
	return nil
}

func (d *DB) provider() (*goose.Provider, error) {
	dialect, opts, files := goose.DialectSQLite3, []goose.ProviderOption{}, fs.FS(rowids{migrations.FS})
	if d.engine == Postgres {
		dialect, files = goose.DialectPostgres, migrations.FS
		locker, err := lock.NewPostgresSessionLocker() // two nodes that start together take turns
		if err != nil {
			return nil, fmt.Errorf("db: migration lock: %w", err)
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	return newProvider(dialect, d.write, files, opts...)
}

func newProvider(dialect goose.Dialect, pool *sql.DB, files fs.FS, opts ...goose.ProviderOption) (*goose.Provider, error) {
	p, err := goose.NewProvider(dialect, pool, files, opts...)
	if err != nil {
		return nil, fmt.Errorf("db: migrations: %w", err)
	}
	return p, nil
}
