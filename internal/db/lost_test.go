package db_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
)

func needPostgres(t *testing.T) {
	t.Helper()
	if e := os.Getenv("MANYHANDS_TEST_ENGINES"); e != "" && !strings.Contains(e, string(db.Postgres)) {
		t.Skip("MANYHANDS_TEST_ENGINES leaves PostgreSQL out")
	}
}

func open(t *testing.T, target string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), target, db.Options{Readers: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func write(d *db.DB, name string) error {
	return d.Write(context.Background(), func(tx *db.Tx) error { return put(context.Background(), tx, name, "v") })
}

// A server is killed, and later sent away, under everything that can be under way. It is one test since
// a server of its own takes a second to make.
func TestReconnects(t *testing.T) {
	t.Parallel()
	needPostgres(t)
	s := dbtest.NewServer(t)
	d := open(t, s.Target())
	var fill sync.WaitGroup
	for range 3 {
		fill.Go(func() { settings(t, d) }) // every reader has a connection
	}
	fill.Wait()
	caughtInTheMiddle(t, d, s, "killed", s.Kill)
	caughtInTheMiddle(t, d, s, "stopped", s.Stop)
	hidesALostConnection(t, d, s)
	givesUpItsStandby(t, d, s)
	hangs(t, s)
	breaksOff(t, d, s)
}

// A body that is under way when the server ends is run again once it is back; meanwhile readers are
// told so, and afterwards they find their way without an error.
func caughtInTheMiddle(t *testing.T, d *db.DB, s *dbtest.Server, name string, end func()) {
	t.Helper()
	before := settings(t, d)
	if err := write(d, name+"-before"); err != nil {
		t.Fatal(err)
	}
	inside, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	var ran atomic.Int64
	var caught sync.WaitGroup
	caught.Go(func() {
		ctx := context.Background()
		err := d.Write(ctx, func(tx *db.Tx) error {
			ran.Add(1)
			once.Do(func() { close(inside); <-goOn })
			return put(ctx, tx, name+"-caught", "v")
		})
		if err != nil {
			t.Errorf("%s: a body that was caught by the end: %v", name, err)
		}
	})
	<-inside
	end()
	err := d.Read(t.Context(), func(*db.Reader) error { return nil })
	if !errors.Is(err, db.ErrAway) || fault.KindOf(err) != fault.Busy {
		t.Errorf("%s: a read while the server is away: %v", name, err)
	}
	close(goOn)
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	caught.Wait()
	if ran.Load() < 2 {
		t.Errorf("%s: the body was not caught", name)
	}
	if n := settings(t, d); n != before+2 {
		t.Fatalf("%s: %d settings, want %d", name, n, before+2)
	}
}

// A body that makes an error of its own out of the driver's must not be believed.
func hidesALostConnection(t *testing.T, d *db.DB, s *dbtest.Server) {
	t.Helper()
	ctx := t.Context()
	before := settings(t, d)
	var once sync.Once
	again := make(chan error, 1)
	err := d.Write(ctx, func(tx *db.Tx) error {
		once.Do(func() {
			s.Kill()
			go func() { again <- s.Start() }()
		})
		if err := put(ctx, tx, "hidden", "v"); err != nil {
			return fault.New(fault.NotFound, "giving.no_gift")
		}
		return nil
	})
	if err := errors.Join(err, <-again); err != nil || settings(t, d) != before+1 {
		t.Fatalf("a body that hides a lost connection: %v", err)
	}
}

// A server that waits for a standby and is told to give the wait up answers that the commit succeeded,
// though the standby does not have it. That is not what a giver was promised.
func givesUpItsStandby(t *testing.T, d *db.DB, s *dbtest.Server) {
	t.Helper()
	if err := errors.Join(s.Do("ALTER SYSTEM SET synchronous_standby_names = 'nobody'"), s.Do("SELECT pg_reload_conf()")); err != nil {
		t.Fatal(err)
	}
	cancelled := false
	for i := 0; !cancelled; i++ { // the setting takes effect a moment after it was asked for
		done := make(chan error, 1)
		go func() { done <- write(d, fmt.Sprint("without-standby-", i)) }()
		for waiting := true; waiting; {
			select {
			case err := <-done:
				if cancelled && !errors.Is(err, db.ErrUnknown) {
					t.Errorf("a commit that the standby does not have: %v", err)
				}
				waiting = false
			default:
				cancelled = giveUp(t, d) || cancelled
			}
		}
	}
	if err := errors.Join(s.Do("ALTER SYSTEM RESET synchronous_standby_names"), s.Do("SELECT pg_reload_conf()")); err != nil {
		t.Fatal(err)
	}
}

// giveUp has a commit that waits for the standby wait no longer, and reports whether there was one.
func giveUp(t *testing.T, d *db.DB) bool {
	t.Helper()
	n := 0
	err := d.Read(t.Context(), func(r *db.Reader) error {
		return r.QueryRowContext(t.Context(), "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'").Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n > 0
}

// A server that takes what it is sent and does not answer is given up: what was to be written waits for
// one that does.
func hangs(t *testing.T, s *dbtest.Server) {
	t.Helper()
	d, err := db.Open(t.Context(), s.Target(), db.Options{AnswerWithin: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if err := write(d, "before-it-hangs"); err != nil {
		t.Fatal(err)
	}
	s.Pause()
	done := make(chan error, 1)
	go func() { done <- write(d, "while-it-hangs") }()
	for d.Stats().Retried == 0 {
		runtime.Gosched()
	}
	s.Resume()
	if err := errors.Join(<-done, d.Close()); err != nil {
		t.Errorf("a write while the server hung: %v", err)
	}
}

// A read that is in the middle when the server goes ends with a fault that a person can wait out.
func breaksOff(t *testing.T, d *db.DB, s *dbtest.Server) {
	t.Helper()
	ctx := t.Context()
	err := d.Read(ctx, func(r *db.Reader) error {
		s.Stop()
		return r.QueryRowContext(ctx, "SELECT CAST(count(*) AS BIGINT) FROM setting").Scan(new(int))
	})
	if !errors.Is(err, db.ErrAway) || fault.KindOf(err) != fault.Busy {
		t.Errorf("a read that broke off: %v", err)
	}
}

// between stands between client and server and cuts the connection at the commit.
type between struct {
	server  string
	forward atomic.Bool // whether the commit still reaches the server
	armed   atomic.Bool
}

func (b *between) listen(t *testing.T, socket string) {
	t.Helper()
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go b.pass(c)
		}
	}()
}

func (b *between) pass(client net.Conn) {
	defer func() { _ = client.Close() }()
	server, err := net.Dial("unix", b.server)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	go func() { _, _ = io.Copy(client, server) }()
	buf := make([]byte, 64<<10)
	for {
		n, err := client.Read(buf)
		if err != nil {
			return
		}
		if strings.Contains(string(buf[:n]), "; COMMIT") && b.armed.CompareAndSwap(true, false) {
			_ = client.Close() // before the server can answer
			if b.forward.Load() {
				_, _ = server.Write(buf[:n])
				_, _ = io.Copy(io.Discard, server) // until it has done it; ends with the server's end of ours
			}
			return
		}
		if _, err := server.Write(buf[:n]); err != nil {
			return
		}
	}
}

// Whether the commit arrived and only its answer was lost, or it never arrived: the caller is told
// that nobody knows, and is never told that it is there.
func TestAnswerOfTheCommitIsLost(t *testing.T) {
	t.Parallel()
	needPostgres(t)
	for name, forward := range map[string]bool{"arrived": true, "never arrived": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, err := os.MkdirTemp("/tmp", "manyhands-cut-")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.RemoveAll(dir) })
			target := dbtest.PostgresTarget(t)
			b := &between{server: filepath.Join(dbtest.PostgresServer(t), ".s.PGSQL.5432")}
			b.forward.Store(forward)
			b.listen(t, filepath.Join(dir, ".s.PGSQL.5432"))
			d := open(t, strings.Replace(target, dbtest.PostgresServer(t), dir, 1))
			if err := write(d, "first"); err != nil {
				t.Fatal(err)
			}
			b.armed.Store(true)
			err = write(d, "k")
			if !errors.Is(err, db.ErrUnknown) || fault.KindOf(err) != fault.Busy {
				t.Fatalf("got %v", err)
			}
			err = write(d, "k") // what a caller does who was told so
			if err != nil && !db.IsUnique(err) {
				t.Fatal(err)
			}
			if n := settings(t, d); n != 2 {
				t.Errorf("%d settings, want 2", n)
			}
			if forward != db.IsUnique(err) {
				t.Errorf("the repetition: %v", err)
			}
		})
	}
}
