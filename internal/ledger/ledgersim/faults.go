package ledgersim

import (
	"database/sql/driver"
	"errors"
	"strings"
	"sync"

	"manyhands/internal/db"
)

var errStruck = errors.New("ledgersim: simulated fault")

// Faults strikes a database at db.Options.Fault, at most once each time it is armed.
type Faults struct {
	mu    sync.Mutex
	plan  Fault
	armed bool
	fired string // what it struck
	body  int    // the body that runs
	nth   int    // of its statements
}

// Strike is for db.Options.Fault.
func (f *Faults) Strike(p db.FaultPoint) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.armed {
		return nil
	}
	where, lost := strings.CutPrefix(f.plan.At, "lost ")
	switch p.Op {
	case "exec", "query":
		kind := statementKind(p.Query)
		if where != "statement" || f.body != f.plan.Body || f.plan.Only != "" && f.plan.Only != kind {
			return nil
		}
		if f.nth++; f.nth <= f.plan.Nth {
			return nil
		}
		f.fire(kind)
	case where:
		f.fire("")
	default:
		return nil
	}
	if lost {
		return driver.ErrBadConn
	}
	return errStruck
}

// fire needs the lock.
func (f *Faults) fire(at string) {
	f.armed, f.fired = false, strings.TrimSpace("fault "+f.plan.At+" "+at)
}

// arm sets what the next write is struck with.
func (f *Faults) arm(plan Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.plan, f.armed, f.fired, f.body = plan, true, "", -1
}

// enter notes which body runs.
func (f *Faults) enter(body int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.body, f.nth = body, 0
}

// leave strikes a body at its end.
func (f *Faults) leave(body int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.armed || f.plan.Body != body {
		return nil
	}
	switch f.plan.At {
	case "after":
		f.fire("")
		return errStruck
	case "panic":
		f.fire("")
		panic(errStruck)
	}
	return nil
}

// disarm returns what was struck since arm, or "".
func (f *Faults) disarm() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	fired := f.fired
	f.armed, f.fired = false, ""
	return fired
}

// statementKind is a statement's verb and table.
func statementKind(query string) string {
	words := strings.Fields(query)
	for i, w := range words[:len(words)-1] {
		switch w {
		case "FROM", "INTO", "UPDATE":
			return strings.ToLower(words[0] + " " + words[i+1])
		}
	}
	return strings.ToLower(words[0])
}
