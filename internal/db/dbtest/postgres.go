package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"manyhands/internal/db"
)

const serverPrefix = "/tmp/manyhands-pg-" // short: a socket's path is limited to 107 bytes

var databases atomic.Int64

// PostgresServer starts the throw-away server if need be and returns its folder, which is its
// socket's folder too. It is for tests that must kill a server or run programs against one.
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
	removeStale()
	dir, err := os.MkdirTemp("/tmp", strings.TrimPrefix(serverPrefix, "/tmp/")+strconv.Itoa(os.Getpid())+"-")
	if err != nil {
		return "", err
	}
	attr, err := serverUser(dir)
	if err != nil {
		return "", err
	}
	c := exec.Command(program("initdb"), "-D", dir+"/data", "-U", "manyhands", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
	c.SysProcAttr, c.Dir = attr, dir
	if out, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("initdb: %w: %s", err, out)
	}
	if err := launch(dir, attr); err != nil {
		return "", err
	}
	if err := admin(dir, "CREATE DATABASE template_manyhands"); err != nil {
		return "", err
	}
	return dir, migrateTemplate(dir)
})

// launch starts the server from a thread that lives as long as the process: the kernel then ends
// the server with us, however we end.
func launch(dir string, attr *syscall.SysProcAttr) error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		p := exec.Command(program("postgres"), "-D", dir+"/data", "-k", dir, "-c", "listen_addresses=",
			"-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=300",
			"-c", "autovacuum=off", "-c", "max_wal_senders=0", "-c", "wal_level=minimal")
		p.SysProcAttr, p.Dir = attr, dir
		started <- p.Start()
		_ = p.Wait() // ends with the process, or is killed by a test
		select {}
	}()
	if err := <-started; err != nil {
		return err
	}
	var err error
	for range 1000 {
		if err = admin(dir, "SELECT 1"); err == nil {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return fmt.Errorf("did not start: %w", err)
}

func migrateTemplate(dir string) error {
	ctx := context.Background()
	d, err := db.Open(ctx, dsn(dir, "template_manyhands"), db.Options{Unsafe: true})
	if err != nil {
		return err
	}
	_, err = d.Migrate(ctx)
	return errors.Join(err, d.Close()) // a template must have no open connection
}

func program(name string) string {
	if found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name); len(found) > 0 {
		return found[len(found)-1]
	}
	return name
}

// serverUser drops root, which PostgreSQL refuses to run as, and makes dir that user's.
func serverUser(dir string) (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	if os.Getuid() != 0 {
		return attr, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, errors.Join(err1, err2, os.Chmod(dir, 0o755), os.Chown(dir, uid, gid))
}

// removeStale clears the folders of test binaries that have ended.
func removeStale() {
	old, _ := filepath.Glob(serverPrefix + "*")
	for _, dir := range old {
		pid, _, _ := strings.Cut(strings.TrimPrefix(dir, serverPrefix), "-")
		if n, err := strconv.Atoi(pid); err == nil && syscall.Kill(n, 0) == nil {
			continue
		}
		_ = os.RemoveAll(dir)
	}
}
