package ledgersim

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"manyhands/internal/ledger"
	"manyhands/internal/money"
)

// Script is a whole run, step by step: what a seed draws, what a failing run is shrunk to, and what
// is kept as a test. Accounts in it go by their slot, moments by the simulated clock.
type Script []Step

// Step moves the clock and then hands bodies to the database at once, which runs them in their
// order in one transaction.
type Step struct {
	Advance time.Duration `json:",omitempty"` // less than zero sets the clock back
	Bodies  []Body
	Faults  []Fault `json:",omitempty"` // one for each attempt, while there are
}

// Body is the body of one write.
type Body struct {
	Ops   []Op
	Stops bool `json:",omitempty"` // the first refusal undoes the body, rather than passing by
}

// Op is one call: the one field that is set.
type Op struct {
	Open    *Open         `json:",omitempty"`
	Post    []ledger.Set  `json:",omitempty"`
	Reserve []ledger.Hold `json:",omitempty"`
	Release int64         `json:",omitempty"`
	Expire  int64         `json:",omitempty"`
	Reverse *Reverse      `json:",omitempty"`
}

// Open is a call of ledger.Open.
type Open struct {
	Slot            int64
	Unit            money.Unit
	Floored, Traced bool
}

// Reverse is a call of ledger.Reverse.
type Reverse struct {
	Entry, By, Subject int64
	Kind               string
}

// Fault is what goes wrong in an attempt. At says where:
//
//	statement  before the statement Nth of body Body, of those of the kind Only
//	after      when all statements of body Body have taken effect
//	panic      as after, by a panic
//	commit     before the commit
//	committed  after the commit took effect
//
// and with "lost " before statement, commit or committed the connection is lost there, after which
// the writer by itself runs everything again.
type Fault struct {
	At        string
	Body, Nth int
	Only      string `json:",omitempty"` // such as "insert entry"; "": any
}

// Decode reads a script as it is printed for a failing run.
func Decode(r io.Reader) (Script, error) {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	var s Script
	if err := d.Decode(&s); err != nil {
		return nil, fmt.Errorf("ledgersim: script: %w", err)
	}
	return s, nil
}

// Encode writes a script, a step a line.
func (s Script) Encode(w io.Writer) error {
	for i, step := range s {
		b, err := json.Marshal(step)
		if err != nil {
			return fmt.Errorf("ledgersim: script: %w", err)
		}
		before := ",\n"
		if i == 0 {
			before = "[\n"
		}
		if _, err := fmt.Fprintf(w, "%s%s", before, b); err != nil {
			return err
		}
	}
	end := "\n]\n"
	if len(s) == 0 {
		end = "[]\n"
	}
	_, err := io.WriteString(w, end)
	return err
}
