package bench

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
)

// short runs a suite with figures of a few milliseconds: the numbers mean nothing, the books must
// hold all the same.
func short(t *testing.T, o Options) Report {
	t.Helper()
	var out, file bytes.Buffer
	o.Size, o.Out, o.JSON = 3*batch, &out, &file
	if o.Target == "" {
		o.Target = t.TempDir()
	}
	b, err := begin(o)
	if err != nil {
		t.Fatal(err)
	}
	b.length = 60 * time.Millisecond
	if err := b.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(b.folder); err == nil {
		t.Errorf("%d files were left behind", len(left))
	}
	var r Report
	if err := json.Unmarshal(file.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Figures {
		if f.Value <= 0 || !strings.Contains(out.String(), f.Name) {
			t.Errorf("figure %+v is empty or not in the table", f)
		}
		if !strings.HasPrefix(f.Name, "limit: ") && f.Limit == "" {
			t.Errorf("%s stands beside no limit", f.Name)
		}
	}
	return r
}

func TestSuitesFillBooksThatHold(t *testing.T) {
	t.Parallel()
	for suite, figures := range map[string]int{Ledger: 6, Gifts: 7, Pages: 12} {
		t.Run(suite, func(t *testing.T) {
			t.Parallel()
			if r := short(t, Options{Suite: suite}); len(r.Figures) != figures || r.Machine.Engine != string(db.SQLite) {
				t.Errorf("%d figures on %s, want %d", len(r.Figures), r.Machine.Engine, figures)
			}
		})
	}
}

func TestLedgerSuiteOnPostgres(t *testing.T) {
	t.Parallel()
	if e := os.Getenv("MANYHANDS_TEST_ENGINES"); e != "" && !strings.Contains(e, string(db.Postgres)) {
		t.Skip("MANYHANDS_TEST_ENGINES leaves PostgreSQL out")
	}
	full := dbtest.PostgresTarget(t)
	if err := Run(t.Context(), Options{Suite: Ledger, Target: full, Seconds: 1, Out: &bytes.Buffer{}}); !errors.Is(err, ErrUsed) {
		t.Errorf("a database in use: %v", err)
	}
	pool, err := sql.Open("pgx", full)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pool.Close() }()
	if _, err := pool.ExecContext(t.Context(), "CREATE DATABASE bench_empty"); err != nil {
		t.Fatal(err)
	}
	empty := full[:strings.LastIndex(full, "dbname=")] + "dbname=bench_empty"
	if r := short(t, Options{Suite: Ledger, Target: empty}); r.Machine.Engine != string(db.Postgres) {
		t.Errorf("engine %s", r.Machine.Engine)
	}
}

func TestUnknownSuite(t *testing.T) {
	t.Parallel()
	if err := Run(t.Context(), Options{Suite: "sofa"}); !errors.Is(err, ErrSuite) {
		t.Errorf("got %v", err)
	}
}

func TestReportAgainstAnEarlierRun(t *testing.T) {
	t.Parallel()
	var now Report
	now.add(Figure{Name: "limit: x", Unit: "1/s", Value: 200}, "")
	now.add(Figure{Name: "y", Unit: "1/s", Value: 50}, "limit: x")
	now.add(Figure{Name: "z", Unit: "1/s", Value: 50}, "no such limit")
	if now.Figures[1].Ratio != 0.25 || now.Figures[2].Ratio != 0 {
		t.Errorf("ratios: %+v", now.Figures)
	}
	file := filepath.Join(t.TempDir(), "before.json")
	if err := os.WriteFile(file, []byte(`{"figures":[{"name":"y","value":20}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	before, err := readReport(file)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := now.print(&out, before); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "20.00   2.50") {
		t.Errorf("no comparison in\n%s", out.String())
	}
	if err := os.WriteFile(file, []byte("not a report"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := begin(Options{Suite: Ledger, Against: file}); err == nil {
		t.Error("a file that is no report was taken")
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for v, want := range map[float64]string{0: "", 0.0834: "0.083", 4.314: "4.31", 99.5: "99.50", 100: "100", 22700.4: "22,700", 1234567: "1,234,567"} {
		if got := number(v); got != want {
			t.Errorf("%v is written %q, want %q", v, got, want)
		}
	}
}

func TestPercentilesAndMedian(t *testing.T) {
	t.Parallel()
	var took []time.Duration
	for i := range 200 {
		took = append(took, time.Duration(200-i)*time.Millisecond)
	}
	if p50, p99 := percentiles(took); p50 != 100 || p99 != 198 {
		t.Errorf("p50 %v, p99 %v", p50, p99)
	}
	if p50, p99 := percentiles(took[:1]); p50 != 1 || p99 != 1 {
		t.Errorf("of one: p50 %v, p99 %v", p50, p99)
	}
	if p50, _ := percentiles(nil); p50 != 0 {
		t.Error("of none")
	}
	if m := median([]float64{9, 1, 5}); m != 5 {
		t.Errorf("median %v", m)
	}
}
