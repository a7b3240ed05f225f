package bench

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"html"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"manyhands/internal/app"
	"manyhands/internal/command"
	"manyhands/internal/config"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
)

// TestMain lets the test's own program be the one that the suites start and gifts run.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == "serve" || os.Args[1] == "version") {
		doors := command.Doors{Version: "test", Catalogues: app.Catalogues(), Serve: func(ctx context.Context, c config.Config) error {
			return app.Serve(ctx, c, app.Options{Version: "test", Log: c.Log.Logger(os.Stderr)})
		}}
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		os.Exit(command.Main(ctx, doors, os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// short runs a suite with figures of a few milliseconds: the numbers mean nothing, the books must
// hold all the same.
func short(t *testing.T, o Options) Report {
	t.Helper()
	var out, file, picture bytes.Buffer
	o.Out, o.JSON, o.SVG = &out, &file, &picture
	if o.Size == 0 {
		o.Size = 6 * batch
	}
	if o.Target == "" && o.Engine == "" { // a server's user may not look into the test's folder
		o.Target = t.TempDir()
	}
	b, err := begin(o)
	if err != nil {
		t.Fatal(err)
	}
	b.length, b.most = 60*time.Millisecond, 16
	if err := b.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(b.place.folder); err == nil {
		t.Errorf("%d files were left behind", len(left))
	}
	var r Report
	if err := json.Unmarshal(file.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Figures {
		if f.Value < 0 || f.N > 0 && f.Unit == "1/s" && f.Value == 0 || !strings.Contains(out.String(), f.Name) {
			t.Errorf("figure %+v is empty or not in the table", f)
		}
		if f.Unit == "1/s" && !strings.HasPrefix(f.Name, "limit: ") && f.Limit == "" {
			t.Errorf("%s stands beside no limit", f.Name)
		}
		if !strings.Contains(picture.String(), html.EscapeString(f.Name)) {
			t.Errorf("%s is not in the picture", f.Name)
		}
	}
	return r
}

func TestSuitesFillBooksThatHold(t *testing.T) {
	t.Parallel()
	for suite, figures := range map[string]int{Ledger: 11, Gifts: 14, Pages: 12, Records: 6, GivingDay: 15, National: 18} {
		t.Run(suite, func(t *testing.T) {
			t.Parallel()
			if r := short(t, Options{Suite: suite}); len(r.Figures) != figures || r.Machine.Engine != string(db.SQLite) {
				t.Errorf("%d figures on %s, want %d", len(r.Figures), r.Machine.Engine, figures)
			}
		})
	}
}

func TestABookIsKeptForTheNextRun(t *testing.T) {
	t.Parallel()
	keep := t.TempDir()
	for _, x := range []struct {
		suite   string
		figures int
		kept    bool
	}{{Trace, 10, false}, {Start, 4, true}} {
		r := short(t, Options{Suite: x.suite, Keep: keep, Size: 4 * batch})
		if kept := strings.Contains(strings.Join(r.Notes, " "), "an earlier run made"); kept != x.kept || len(r.Figures) != x.figures {
			t.Errorf("%s: %d figures, %v", x.suite, len(r.Figures), r.Notes)
		}
	}
	for name, o := range map[string]Options{"too small": {Suite: Trace, Keep: keep, Size: 1_000_000}, "kept by others": {Suite: Ledger, Keep: keep}} {
		o.Out = &bytes.Buffer{}
		if err := Run(t.Context(), o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func postgres(t *testing.T) {
	t.Helper()
	if e := os.Getenv("MANYHANDS_TEST_ENGINES"); e != "" && !strings.Contains(e, string(db.Postgres)) {
		t.Skip("MANYHANDS_TEST_ENGINES leaves PostgreSQL out")
	}
}

func TestSuitesOnAServerOfTheirOwn(t *testing.T) {
	t.Parallel()
	postgres(t)
	if r := short(t, Options{Suite: GivingDay, Engine: string(db.Postgres)}); r.Machine.Engine != string(db.Postgres) || len(r.Figures) != 15 {
		t.Errorf("%d figures on %s", len(r.Figures), r.Machine.Engine)
	}
}

func TestSomebodysDatabaseMustBeEmpty(t *testing.T) {
	t.Parallel()
	postgres(t)
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
	if r := short(t, Options{Suite: Ledger, Target: empty}); r.Machine.Engine != string(db.Postgres) || len(r.Figures) != 11 {
		t.Errorf("%d figures on %s", len(r.Figures), r.Machine.Engine)
	}
}

func TestEnginesAreKnown(t *testing.T) {
	t.Parallel()
	for _, o := range []Options{{Suite: Ledger, Engine: "papyrus"}, {Suite: Ledger, Engine: "sqlite", Target: "host=x dbname=y"}} {
		if err := Run(t.Context(), o); !errors.Is(err, ErrEngine) {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

func TestNationalTakesItsTimesFromAnEarlierRun(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "gifts.json")
	text := `{"suite":"gifts","machine":{"engine":"postgres","cores":2},"figures":[{"name":"` + byAPIBig + `","value":4000},{"name":"` + limitSync + `","value":5000}]}`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r := short(t, Options{Suite: National, Against: file, Shards: 4, Rate: 10_000})
	most, _ := r.figure("taken at the giver's home: gifts a second until it breaks")
	if most.Value < 12_000 || most.Value > 19_000 || most.Ratio < 3 {
		t.Errorf("four shards of 4,000 gifts a second take %+v", most)
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
