package db_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/lib/pq"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
)

const insertSetting = "INSERT INTO setting (name, value, changed_at) VALUES ($1, $2, $3)"

func put(ctx context.Context, tx *db.Tx, name, value string) error {
	_, err := tx.ExecContext(ctx, insertSetting, name, value, tx.NowMicros())
	return err
}

func settings(t *testing.T, d *db.DB) int {
	t.Helper()
	n := 0
	err := d.Read(context.Background(), func(r *db.Reader) error {
		return r.QueryRowContext(context.Background(), "SELECT CAST(count(*) AS BIGINT) FROM setting").Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// eachOpen runs test once per engine with a way to open a fresh database there.
func eachOpen(t *testing.T, test func(t *testing.T, open func(o db.Options) *db.DB)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			if s := os.Getenv("MANYHANDS_TEST_ENGINES"); s != "" && !strings.Contains(s, string(e)) {
				t.Skip("left out by MANYHANDS_TEST_ENGINES")
			}
			t.Parallel()
			test(t, func(o db.Options) *db.DB { return dbtest.Open(t, e, o) })
		})
	}
}

func TestWriteKeepsWhatSucceededAndNothingElse(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		ctx := context.Background()
		refused := errors.New("refused")
		var wg sync.WaitGroup
		for i := range 200 {
			wg.Go(func() {
				err := d.Write(ctx, func(tx *db.Tx) error {
					if err := put(ctx, tx, fmt.Sprint("k", i), "v"); err != nil {
						return err
					}
					switch i % 4 {
					case 0:
						return refused
					case 1:
						return put(ctx, tx, fmt.Sprint("k", i), "again") // the key exists
					case 2:
						panic("a body that panics")
					}
					return nil
				})
				if (i%4 == 3) != (err == nil) || (i%4 == 0 && !errors.Is(err, refused)) || (i%4 == 1 && !db.IsUnique(err)) {
					t.Errorf("body %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		if n := settings(t, d); n != 50 {
			t.Fatalf("%d settings, want the 50 of the bodies that succeeded", n)
		}
	})
}

func TestWriteSharesCommits(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	ctx := context.Background()
	gate, running := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { // holds the writer until all others wait
		_ = d.Write(ctx, func(*db.Tx) error { close(running); <-gate; return nil })
	})
	<-running
	for i := range 100 {
		wg.Go(func() {
			if err := d.Write(ctx, func(tx *db.Tx) error { return put(ctx, tx, fmt.Sprint("k", i), "v") }); err != nil {
				t.Error(err)
			}
		})
	}
	for d.Stats().Waiting < 100 {
		runtime.Gosched()
	}
	close(gate)
	wg.Wait()
	if s := d.Stats(); s.LastBatch != 100 || settings(t, d) != 100 {
		t.Fatalf("last batch held %d bodies, want 100 in one commit", s.LastBatch)
	}
}

func TestWriteInsideWriteIsRefused(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	ctx := context.Background()
	err := d.Write(ctx, func(*db.Tx) error { return d.Write(ctx, func(*db.Tx) error { return nil }) })
	if !errors.Is(err, db.ErrNested) {
		t.Fatalf("got %v", err)
	}
}

func TestReadCannotWrite(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		ctx := context.Background()
		err := d.Read(ctx, func(r *db.Reader) error {
			_, err := r.ExecContext(ctx, insertSetting, "k", "v", 1)
			return err
		})
		if err == nil || settings(t, d) != 0 {
			t.Fatal("a snapshot was written to")
		}
	})
}

func TestClosedDatabaseSaysSo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		ctx := context.Background()
		for range 2 { // closing again is harmless
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Read(ctx, func(*db.Reader) error { return nil }); !errors.Is(err, db.ErrClosed) {
			t.Errorf("a read: %v", err)
		}
		if err := d.Write(ctx, func(*db.Tx) error { return nil }); !errors.Is(err, db.ErrClosed) {
			t.Errorf("a write: %v", err)
		}
	})
}

func TestCancelledCallerIsSkipped(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := d.Write(ctx, func(tx *db.Tx) error { return put(ctx, tx, "k", "v") })
	if !errors.Is(err, context.Canceled) || settings(t, d) != 0 {
		t.Fatalf("got %v", err)
	}
}

func TestDoneButReportedFailed(t *testing.T) {
	t.Parallel()
	lost := errors.New("the answer was lost")
	for _, op := range []string{"commit", "committed"} {
		armed := false
		d := dbtest.Open(t, db.SQLite, db.Options{Fault: func(p db.FaultPoint) error {
			if armed && p.Op == op {
				return lost
			}
			return nil
		}})
		ctx := context.Background()
		armed = true
		err := d.Write(ctx, func(tx *db.Tx) error { return put(ctx, tx, "k", "v") })
		armed = false
		want := 0
		if op == "committed" {
			want = 1
		}
		if n := settings(t, d); !errors.Is(err, lost) || n != want {
			t.Fatalf("%s: error %v, %d rows, want %d", op, err, n, want)
		}
		if err := d.Write(ctx, func(tx *db.Tx) error { return put(ctx, tx, "k2", "v") }); err != nil {
			t.Fatalf("%s: the writer did not recover: %v", op, err)
		}
	}
}

// A body that is refused because of what another of the same transaction wrote must not be told so
// when the commit fails: its reason is not there.
func TestRefusalRestsOnWhatIsKept(t *testing.T) {
	t.Parallel()
	eachOpen(t, func(t *testing.T, open func(db.Options) *db.DB) {
		lost, refused := errors.New("the commit failed"), errors.New("it is there already")
		armed := false
		d := open(db.Options{Fault: func(p db.FaultPoint) error {
			if armed && p.Op == "commit" {
				armed = false
				return lost
			}
			return nil
		}})
		ctx := context.Background()
		once := func(tx *db.Tx) error {
			n := 0
			if err := tx.QueryRowContext(ctx, "SELECT CAST(count(*) AS BIGINT) FROM setting").Scan(&n); err != nil {
				return err
			}
			if n > 0 {
				return refused
			}
			return put(ctx, tx, "k", "v")
		}
		armed = true
		errs := make([]error, 2)
		together(d, func() { errs[0] = d.Write(ctx, once) }, func() { errs[1] = d.Write(ctx, once) })
		if !errors.Is(errs[0], lost) || !errors.Is(errs[1], lost) || settings(t, d) != 0 {
			t.Errorf("answered %v and %v, %d settings", errs[0], errs[1], settings(t, d))
		}
		together(d, func() { errs[0] = d.Write(ctx, once) }, func() { errs[1] = d.Write(ctx, once) })
		if errs[0] != nil || !errors.Is(errs[1], refused) || settings(t, d) != 1 {
			t.Errorf("again: %v and %v, %d settings", errs[0], errs[1], settings(t, d))
		}
	})
}

func TestListParameters(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		ctx := context.Background()
		names := []string{"plain", `quo"te`, "back\\slash", "comma, {brace}", "儿童", ""}
		err := d.Write(ctx, func(tx *db.Tx) error {
			for _, n := range names {
				if err := put(ctx, tx, n, "v"); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range [][]string{names, names[1:3], {}} {
			n := 0
			err := d.Read(ctx, func(r *db.Reader) error {
				return r.QueryRowContext(ctx, "SELECT CAST(count(*) AS BIGINT) FROM setting WHERE name = ANY($1::text[])", pq.Array(want)).Scan(&n)
			})
			if err != nil || n != len(want) {
				t.Fatalf("%q: found %d, %v", want, n, err)
			}
		}
	})
}

func TestReadsAreBoundedAndEndWithTheirContext(t *testing.T) {
	t.Parallel()
	eachOpen(t, func(t *testing.T, open func(db.Options) *db.DB) {
		d := open(db.Options{Readers: 1})
		ctx := context.Background()
		err := d.Read(ctx, func(*db.Reader) error { // holds the only connection
			short, cancel := context.WithCancel(ctx)
			cancel()
			return d.Read(short, func(*db.Reader) error { return nil })
		})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("a read beyond the bound: %v", err)
		}
		short, cancel := context.WithCancel(ctx)
		err = d.Read(short, func(r *db.Reader) error {
			cancel()
			return r.QueryRowContext(short, "SELECT CAST(count(*) AS BIGINT) FROM setting").Scan(new(int))
		})
		if err == nil {
			t.Fatal("a query outlived its context")
		}
		if settings(t, d) != 0 {
			t.Fatal("the connection is of no use after an interruption")
		}
	})
}
