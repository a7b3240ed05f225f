package ledgersim_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/ledger/ledgersim"
)

// perSeed is how many steps one seed is drawn for.
const perSeed = 200

func newWorld(t testing.TB, e db.Engine) *ledgersim.World {
	t.Helper()
	w := &ledgersim.World{Clock: clock.NewSim(dbtest.Start), Faults: &ledgersim.Faults{}, Start: dbtest.Start}
	w.DB = dbtest.Open(t, e, db.Options{Clock: w.Clock, Fault: w.Faults.Strike, Readers: 1})
	return w
}

// steps is how many a test makes: MANYHANDS_SIM_STEPS, or usual.
func steps(t *testing.T, usual int) int {
	t.Helper()
	s := os.Getenv("MANYHANDS_SIM_STEPS")
	if s == "" {
		return usual
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatalf("MANYHANDS_SIM_STEPS: %v", err)
	}
	return n
}

// onlySeed is the seed that MANYHANDS_SIM_SEED asks for.
func onlySeed(t *testing.T) (seed uint64, asked bool) {
	t.Helper()
	s := os.Getenv("MANYHANDS_SIM_SEED")
	if s == "" {
		return 0, false
	}
	seed, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		t.Fatalf("MANYHANDS_SIM_SEED: %v", err)
	}
	return seed, true
}

// postgresFrom keeps the seeds of the two engines apart.
const postgresFrom = 1_000_000

func TestSimulationOnSQLite(t *testing.T) {
	t.Parallel()
	simulate(t, db.SQLite, 0, steps(t, 12_000))
}

func TestSimulationOnPostgres(t *testing.T) {
	t.Parallel()
	needPostgres(t)
	simulate(t, db.Postgres, postgresFrom, steps(t, 2_000))
}

func needPostgres(t *testing.T) {
	t.Helper()
	if s := os.Getenv("MANYHANDS_TEST_ENGINES"); s != "" && !strings.Contains(s, string(db.Postgres)) {
		t.Skip("left out by MANYHANDS_TEST_ENGINES")
	}
}

// simulate runs seeds from first on, on as many databases as there are cores.
func simulate(t *testing.T, e db.Engine, first uint64, steps int) {
	if seed, asked := onlySeed(t); asked {
		run(t, newWorld(t, e), seed, ledgersim.Met{})
		return
	}
	var next atomic.Uint64
	var mu sync.Mutex
	var wg sync.WaitGroup
	met := ledgersim.Met{}
	for range runtime.GOMAXPROCS(0) {
		w := newWorld(t, e)
		wg.Go(func() {
			mine := ledgersim.Met{}
			for !t.Failed() {
				n := next.Add(1) - 1
				if n*perSeed >= uint64(steps) {
					break
				}
				run(t, w, first+n, mine)
			}
			mu.Lock()
			defer mu.Unlock()
			met.Merge(mine)
		})
	}
	wg.Wait()
	if missing := met.Missing(mustMeet(steps)); !t.Failed() && len(missing) > 0 {
		t.Errorf("in %d steps the simulation never met: %s", steps, strings.Join(missing, "; "))
	}
	if testing.Verbose() {
		t.Log(met)
	}
}

// run runs one seed. When it fails, it prints how to repeat it and the smallest script that fails.
func run(t *testing.T, w *ledgersim.World, seed uint64, met ledgersim.Met) {
	t.Helper()
	err := ledgersim.Run(t.Context(), w, seed, perSeed, met)
	if failed, ok := errors.AsType[*ledgersim.Failure](err); ok {
		small, why := shrink(t, w, failed)
		t.Errorf("seed %d: %v\nrepeat it with: MANYHANDS_SIM_SEED=%d go test ./internal/ledger/ledgersim -run %s\n"+
			"the smallest script that fails, to be kept in testdata: %v\n%s", seed, err, seed, strings.SplitN(t.Name(), "/", 2)[0], why, written(t, small))
	}
}

// shrink makes the script of a failing run small, and says how the small one fails.
func shrink(t *testing.T, w *ledgersim.World, failed *ledgersim.Failure) (ledgersim.Script, error) {
	t.Helper()
	why := failed.Err
	small := ledgersim.Shrink(failed.Script, 1000, func(s ledgersim.Script) bool {
		err := ledgersim.Replay(t.Context(), w, s, ledgersim.Met{})
		if err != nil {
			why = err
		}
		return err != nil
	})
	return small, why
}

func written(t *testing.T, s ledgersim.Script) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.Encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestKept replays every script in testdata: each once showed something, or pins a rule down.
func TestKept(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			if e == db.Postgres {
				needPostgres(t)
			}
			w := newWorld(t, e)
			for _, file := range files {
				b, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				script, err := ledgersim.Decode(bytes.NewReader(b))
				if err != nil {
					t.Fatal(err)
				}
				if err := ledgersim.Replay(t.Context(), w, script, ledgersim.Met{}); err != nil {
					t.Errorf("%s: %v", file, err)
				}
			}
		})
	}
}

func FuzzWorkload(f *testing.F) {
	f.Add(uint64(1))
	f.Add(uint64(2026))
	f.Fuzz(func(t *testing.T, seed uint64) {
		run(t, newWorld(t, db.SQLite), seed, ledgersim.Met{})
	})
}
