package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"manyhands/internal/db"
)

const serverPrefix = "/tmp/manyhands-pg-" // short: a socket's path is limited to 107 bytes

var databases atomic.Int64

// PostgresServer starts the throw-away server if need be and returns its folder, which is its
// socket's folder too. It is for tests that run programs against one; a test that must kill a server
// takes NewServer.
func PostgresServer(t testing.TB) string {
	t.Helper()
	dir, err := server()
	if err != nil {
		t.Fatalf("dbtest: PostgreSQL: %v (install it with 'make deps', or set MANYHANDS_TEST_ENGINES=sqlite)", err)
	}
	return dir
}

// PostgresTarget makes a fresh migrated PostgreSQL database and returns its address.
func PostgresTarget(t testing.TB) string { return newPostgres(t) }

func newPostgres(t testing.TB) string {
	t.Helper()
	dir := PostgresServer(t)
	name := fmt.Sprintf("t%d", databases.Add(1))
	if err := admin(dir, "CREATE DATABASE "+name+" TEMPLATE template_manyhands STRATEGY FILE_COPY"); err != nil {
		t.Fatalf("dbtest: clone: %v", err)
	}
	return dsn(dir, name)
}

func dsn(dir, name string) string {
	return fmt.Sprintf("host=%s user=manyhands dbname=%s", dir, name)
}

var cloning sync.Mutex // a template can be cloned by one connection at a time

func admin(dir, statement string) error {
	cloning.Lock()
	defer cloning.Unlock()
	pool, err := sql.Open("pgx", dsn(dir, "postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = pool.Close() }()
	_, err = pool.Exec(statement)
	return err
}

var server = sync.OnceValues(func() (string, error) {
	s, err := makeServer("off")
	if err != nil {
		return "", err
	}
	if err := admin(s.dir, "CREATE DATABASE template_manyhands"); err != nil {
		return "", err
	}
	return s.dir, migrate(s.dir, "template_manyhands")
})

func migrate(dir, name string) error {
	ctx := context.Background()
	d, err := db.Open(ctx, dsn(dir, name), db.Options{Unsafe: true})
	if err != nil {
		return err
	}
	_, err = d.Migrate(ctx)
	return errors.Join(err, d.Close()) // a template must have no open connection
}
