package sqlitedriver_test

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"zombiezen.com/go/sqlite"

	"manyhands/internal/db/sqlitedriver"
)

func open(t *testing.T) *sql.DB {
	t.Helper()
	pool := sql.OpenDB(sqlitedriver.Connector{File: filepath.Join(t.TempDir(), "a.db"), Pragmas: []string{"journal_mode(WAL)"}})
	pool.SetMaxOpenConns(1)
	t.Cleanup(func() { pool.Close() })
	return pool
}

// execRows runs a statement past database/sql.
func execRows(t *testing.T, pool *sql.DB, query string, rows [][]any) (int64, error) {
	t.Helper()
	c, err := pool.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var n int64
	err = c.Raw(func(dc any) error {
		n, err = dc.(*sqlitedriver.Conn).ExecRows(t.Context(), query, len(rows), func(i int, args []any) []any { return append(args, rows[i]...) })
		return err
	})
	return n, err
}

func TestArguments(t *testing.T) {
	t.Parallel()
	pool := open(t)
	for _, c := range []struct {
		query string
		args  []any
		want  []any
	}{
		{"SELECT $2, $1", []any{"one", "two"}, []any{"two", "one"}},
		{"SELECT $2, $2, $1", []any{int64(1), int64(2)}, []any{int64(2), int64(2), int64(1)}},
		{"SELECT ?, ?", []any{"a", "b"}, []any{"a", "b"}},
		{"SELECT ?2, ?1", []any{"a", "b"}, []any{"b", "a"}},
		{"SELECT $10, $1", []any{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, []any{int64(10), int64(1)}},
	} {
		got := make([]any, len(c.want))
		into := make([]any, len(got))
		for i := range got {
			into[i] = &got[i]
		}
		if err := pool.QueryRowContext(t.Context(), c.query, c.args...).Scan(into...); err != nil {
			t.Errorf("%s: %v", c.query, err)
		} else if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s gives %v, want %v", c.query, got, c.want)
		}
	}
}

func TestWhatIsPutInComesOut(t *testing.T) {
	t.Parallel()
	pool := open(t)
	if _, err := pool.ExecContext(t.Context(), "CREATE TABLE v (id BIGINT PRIMARY KEY, x)"); err != nil {
		t.Fatal(err)
	}
	values := []struct{ in, want any }{
		{int64(math.MinInt64), int64(math.MinInt64)}, {int64(math.MaxInt64), int64(math.MaxInt64)}, {0, int64(0)}, {int32(7), int64(7)},
		{true, int64(1)}, {false, int64(0)}, {nil, nil}, {1.5, 1.5},
		{"", ""}, {"温暖冬天 𠮷", "温暖冬天 𠮷"}, {"a\x00b", "a\x00b"}, {strings.Repeat("长", 100_000), strings.Repeat("长", 100_000)},
		{[]byte{}, []byte{}}, {[]byte{0, 255, 0}, []byte{0, 255, 0}}, {[]byte(nil), nil},
		{sql.NullInt64{}, nil}, {sql.NullString{String: "s", Valid: true}, "s"},
	}
	rows := make([][]any, len(values))
	for i, v := range values {
		rows[i] = []any{i, v.in}
		if _, err := pool.ExecContext(t.Context(), "INSERT INTO v VALUES ($1, $2)", 1000+i, v.in); err != nil {
			t.Fatalf("%#v: %v", v.in, err)
		}
	}
	if n, err := execRows(t, pool, "INSERT INTO v VALUES ($1, $2)", rows); err != nil || n != int64(len(rows)) {
		t.Fatalf("rows written: %d, %v", n, err)
	}
	for i, v := range values {
		for _, id := range []int{i, 1000 + i} {
			var got any
			if err := pool.QueryRowContext(t.Context(), "SELECT x FROM v WHERE id = $1", id).Scan(&got); err != nil || !reflect.DeepEqual(got, v.want) {
				t.Errorf("%#v came back as %#v (%v)", v.in, got, err)
			}
		}
	}
}

func TestScripts(t *testing.T) {
	t.Parallel()
	pool := open(t)
	script := "-- first\nCREATE TABLE a (x); /* then; */ CREATE TABLE b (x);;\n-- last"
	if _, err := pool.ExecContext(t.Context(), script); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := pool.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM sqlite_master; -- all").Scan(&n); err != nil || n != 2 {
		t.Errorf("tables: %d, %v", n, err)
	}
	if _, err := pool.ExecContext(t.Context(), "INSERT INTO a VALUES (1); INSERT INTO nowhere VALUES (1)"); err == nil {
		t.Error("a script went on past what cannot be prepared")
	}
	if _, err := pool.PrepareContext(t.Context(), "SELECT 1; SELECT 2"); err == nil {
		t.Error("the second statement would never have run")
	}
	if _, err := pool.ExecContext(t.Context(), "INSERT INTO a VALUES (:name)", 1); err == nil {
		t.Error("a parameter without a number was taken")
	}
}

// A statement whose rows are being read can run again meanwhile.
func TestSameStatementWithinItself(t *testing.T) {
	t.Parallel()
	pool := open(t)
	c, err := pool.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s, err := c.PrepareContext(t.Context(), "SELECT column1 FROM (VALUES (1), (2), (3)) WHERE column1 > $1")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var got []int
	outer, err := s.QueryContext(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	for outer.Next() {
		var x, y int
		if err := errors.Join(outer.Scan(&x), s.QueryRowContext(t.Context(), 2).Scan(&y)); err != nil {
			t.Fatal(err)
		}
		got = append(got, x, y)
	}
	if err := errors.Join(outer.Err(), outer.Close()); err != nil || !reflect.DeepEqual(got, []int{1, 3, 2, 3, 3, 3}) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestRowsAreCountedAndFailTogether(t *testing.T) {
	t.Parallel()
	pool := open(t)
	if _, err := pool.ExecContext(t.Context(), "CREATE TABLE k (id BIGINT PRIMARY KEY)"); err != nil {
		t.Fatal(err)
	}
	const insert = "INSERT INTO k VALUES (?) ON CONFLICT DO NOTHING"
	if n, err := execRows(t, pool, insert, [][]any{{1}, {2}, {1}, {3}}); err != nil || n != 3 {
		t.Errorf("written: %d, %v; want 3", n, err)
	}
	n, err := execRows(t, pool, "INSERT INTO k VALUES (?)", [][]any{{4}, {2}, {5}})
	if code, ok := sqlitedriver.Code(err); n != 1 || !ok || code != sqlite.ResultConstraintPrimaryKey {
		t.Errorf("a key that is there: %d written, %v", n, err)
	}
	if n, err := execRows(t, pool, "INSERT INTO k VALUES (?)", [][]any{{6}}); err != nil || n != 1 {
		t.Errorf("the statement after its failure: %d, %v", n, err)
	}
	if _, err := execRows(t, pool, "INSERT INTO k VALUES (?)", [][]any{{}}); err == nil {
		t.Error("an argument that is missing was taken")
	}
	if n, err := execRows(t, pool, "UPDATE k SET id = ?2 WHERE id = ?1", [][]any{{1, 10}, {99, 0}}); err != nil || n != 1 {
		t.Errorf("updated: %d, %v; want 1", n, err)
	}
}

// What runs ends with its context, says why, and the connection serves on.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	pool := open(t)
	const endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"
	ctx, cancel := context.WithCancel(t.Context())
	began := make(chan struct{})
	go func() {
		<-began
		cancel()
	}()
	close(began)
	var n int
	if err := pool.QueryRowContext(ctx, endless).Scan(&n); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	if err := pool.QueryRowContext(t.Context(), "SELECT 1").Scan(&n); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestTransactions(t *testing.T) {
	t.Parallel()
	pool := open(t)
	if _, err := pool.ExecContext(t.Context(), "CREATE TABLE t (x)"); err != nil {
		t.Fatal(err)
	}
	for _, keep := range []bool{true, false} {
		ctx, cancel := context.WithCancel(t.Context())
		tx, err := pool.BeginTx(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO t VALUES ($1)", keep); err != nil {
			t.Fatal(err)
		}
		if keep {
			err = tx.Commit()
		} else {
			err = tx.Rollback()
		}
		cancel()
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := pool.BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true}); err == nil {
		t.Error("an option that means nothing here was taken")
	}
	var n int
	if err := pool.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM t").Scan(&n); err != nil || n != 1 {
		t.Errorf("kept: %d, %v; want 1", n, err)
	}
}

func TestDeclaredTypes(t *testing.T) {
	t.Parallel()
	pool := open(t)
	if _, err := pool.ExecContext(t.Context(), "CREATE TABLE d (id BIGINT PRIMARY KEY, words text, yes BOOLEAN, raw BYTEA); INSERT INTO d VALUES (1, 'a', 1, x'00')"); err != nil {
		t.Fatal(err)
	}
	rows, err := pool.QueryContext(t.Context(), "SELECT id, words, yes, raw, id + 1 AS more FROM d")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"BIGINT", "TEXT", "BOOLEAN", "BYTEA", ""} {
		if got := types[i].DatabaseTypeName(); got != want {
			t.Errorf("column %s has type %q, want %q", types[i].Name(), got, want)
		}
	}
	if !rows.Next() {
		t.Error("asking for types used up the row")
	}
}
