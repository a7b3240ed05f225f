// Package dbtest gives each test a fresh, migrated database of its own, on either engine. Tests use
// it and nothing else does.
//
// SQLite databases are copies of one migrated file; PostgreSQL databases are clones of one template
// in a throw-away server that the test binary starts when first asked, and that ends with it.
// MANYHANDS_TEST_ENGINES=sqlite leaves PostgreSQL out where it is not installed.
package dbtest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
)

// Start is the moment at which the clock of a fresh database stands: a Monday evening in Shanghai.
var Start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// Each runs test once per engine, in parallel, each with a database and a clock of its own.
func Each(t *testing.T, test func(t *testing.T, d *db.DB, c *clock.Sim)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		if !wanted(e) {
			continue
		}
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			c := clock.NewSim(Start)
			test(t, Open(t, e, db.Options{Clock: c}), c)
		})
	}
}

// SQLite returns a fresh SQLite database and its clock, for tests in which the engine does not
// matter.
func SQLite(t testing.TB) (*db.DB, *clock.Sim) {
	t.Helper()
	c := clock.NewSim(Start)
	return Open(t, db.SQLite, db.Options{Clock: c}), c
}

// Open returns a fresh migrated database on the engine, opened with o. It gives durability up for
// speed.
func Open(t testing.TB, e db.Engine, o db.Options) *db.DB {
	t.Helper()
	target := ""
	if e == db.Postgres {
		target = newPostgres(t)
	} else {
		target = newSQLite(t)
	}
	o.Unsafe = true
	d, err := db.Open(context.Background(), target, o)
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("dbtest: close: %v", err)
		}
	})
	return d
}

func wanted(e db.Engine) bool {
	s := os.Getenv("MANYHANDS_TEST_ENGINES")
	return s == "" || strings.Contains(s, string(e))
}

var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "manyhands-template-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ctx := context.Background()
	d, err := db.Open(ctx, dir, db.Options{Unsafe: true})
	if err != nil {
		return nil, err
	}
	if _, err := d.Migrate(ctx); err != nil {
		return nil, err
	}
	if err := d.Close(); err != nil { // the last connection folds the log into the file
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, db.FileName))
})

func newSQLite(t testing.TB) string {
	t.Helper()
	b, err := sqliteTemplate()
	if err != nil {
		t.Fatalf("dbtest: template: %v", err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, db.FileName), b, 0o600); err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	return dir
}
