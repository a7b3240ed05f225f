package ledger

import (
	"embed"
	"fmt"

	"manyhands/internal/fault"
)

// Texts holds the sentences of this package's faults, one catalogue per language.
//
//go:embed text/*.toml
var Texts embed.FS

// The faults that callers act upon; test with errors.Is.
var (
	// ErrFloor: the account does not have that much available.
	ErrFloor = fault.New(fault.Conflict, "ledger.floor")
	// ErrSpent: what should be given back has been used already.
	ErrSpent = fault.New(fault.Conflict, "ledger.already_spent")
	// ErrIDTaken: the id exists with other content.
	ErrIDTaken = fault.New(fault.Conflict, "ledger.id_taken")
	// ErrHoldEnded: the hold was released or has expired.
	ErrHoldEnded = fault.New(fault.Conflict, "ledger.hold_ended")
	// ErrHoldPosted: the hold has become an entry.
	ErrHoldPosted = fault.New(fault.Conflict, "ledger.hold_posted")
	// ErrHoldLives: the hold has not reached its end.
	ErrHoldLives = fault.New(fault.Conflict, "ledger.hold_lives")
	// ErrReversed: the entry has been reversed.
	ErrReversed = fault.New(fault.Conflict, "ledger.reversed")
	// ErrReturned: more would be given back than came, or part of it was given back.
	ErrReturned = fault.New(fault.Conflict, "ledger.returned")
)

var (
	errAccountDiffers = fault.New(fault.Conflict, "ledger.account_differs")
	errUnfloored      = fault.New(fault.Invalid, "ledger.traced_unfloored")
	errUnits          = fault.New(fault.Invalid, "ledger.units_differ")
	errSameAccount    = fault.New(fault.Invalid, "ledger.same_account")
	errQuantity       = fault.New(fault.Invalid, "ledger.quantity")
	errID             = fault.New(fault.Invalid, "ledger.id")
	errTotal          = fault.New(fault.Invalid, "ledger.total")
	errNotArrival     = fault.New(fault.Invalid, "ledger.not_its_arrival")
	errHoldOther      = fault.New(fault.Invalid, "ledger.hold_other")
	errHoldExceeded   = fault.New(fault.Invalid, "ledger.hold_exceeded")
	errRange          = fault.New(fault.Invalid, "ledger.range")
	errFinal          = fault.New(fault.Conflict, "ledger.reversal_final")
	errNoAccount      = fault.New(fault.NotFound, "ledger.no_account")
	errNoEntry        = fault.New(fault.NotFound, "ledger.no_entry")
	errNoHold         = fault.New(fault.NotFound, "ledger.no_hold")
)

// SetError says which set of a Post was refused; the fault is within.
type SetError struct {
	Set int64 // Set.ID
	Err error
}

// Error is for logs.
func (e *SetError) Error() string { return fmt.Sprintf("ledger: set %d: %v", e.Set, e.Err) }

// Unwrap returns the fault.
func (e *SetError) Unwrap() error { return e.Err }
