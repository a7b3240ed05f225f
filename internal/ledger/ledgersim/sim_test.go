package ledgersim_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/ledger/ledgersim"
)

const steps = 150

// kept are seeds beyond the usual ones that found something in the ledger once, to be run for ever.
// So far nothing was found that the usual ones do not find.
var kept []uint64

func run(t *testing.T, e db.Engine, seed uint64) {
	t.Helper()
	f, c := &ledgersim.Faults{}, clock.NewSim(dbtest.Start)
	d := dbtest.Open(t, e, db.Options{Clock: c, Fault: f.Strike})
	if err := ledgersim.Run(t.Context(), d, c, f, seed, steps); err != nil {
		t.Error(err)
	}
}

// seeds is how many seeds run; LEDGERSIM_SEEDS widens the search.
func seeds(t *testing.T) uint64 {
	t.Helper()
	s := os.Getenv("LEDGERSIM_SEEDS")
	if s == "" {
		return 200
	}
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		t.Fatalf("LEDGERSIM_SEEDS: %v", err)
	}
	return n
}

func TestSimulationOnSQLite(t *testing.T) {
	t.Parallel()
	all := slices.Clone(kept)
	for seed := range seeds(t) {
		all = append(all, seed)
	}
	for _, seed := range all {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			run(t, db.SQLite, seed)
		})
	}
}

func TestSimulationOnPostgres(t *testing.T) {
	t.Parallel()
	if s := os.Getenv("MANYHANDS_TEST_ENGINES"); s != "" && !strings.Contains(s, string(db.Postgres)) {
		t.Skip("left out by MANYHANDS_TEST_ENGINES")
	}
	for seed := range uint64(10) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			run(t, db.Postgres, 1_000_000+seed)
		})
	}
}

func FuzzWorkload(f *testing.F) {
	f.Add(uint64(1))
	f.Add(uint64(2026))
	f.Fuzz(func(t *testing.T, seed uint64) { run(t, db.SQLite, seed) })
}
