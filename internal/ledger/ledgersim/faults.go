package ledgersim

import (
	"errors"
	"math/rand/v2"
	"sync"

	"manyhands/internal/db"
)

var errStruck = errors.New("ledgersim: simulated fault")

// Faults strikes a database at db.Options.Fault, at most once each time it is armed.
type Faults struct {
	mu    sync.Mutex
	armed bool
	op    string // "commit", "committed", or "" for a statement
	nth   int    // of the statements
	fired bool
}

// Strike is for db.Options.Fault.
func (f *Faults) Strike(p db.FaultPoint) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.armed {
		return nil
	}
	statement := p.Op == "exec" || p.Op == "query"
	if statement && f.op == "" {
		f.nth--
	}
	if p.Op != f.op && !(statement && f.op == "" && f.nth < 0) {
		return nil
	}
	f.armed, f.fired = false, true
	return errStruck
}

// arm chooses, one time in six, where the next write is struck.
func (f *Faults) arm(r *rand.Rand) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed = r.IntN(6) == 0
	f.op, f.nth = []string{"commit", "committed", "", ""}[r.IntN(4)], r.IntN(8)
}

// disarm reports whether a fault struck since arm.
func (f *Faults) disarm() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	fired := f.fired
	f.armed, f.fired = false, false
	return fired
}
