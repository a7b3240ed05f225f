package sandbox

import (
	"slices"
	"time"
)

// Trick is the fault that an order plays once the payer has confirmed it.
type Trick string

// The tricks.
const (
	Honest       Trick = ""              // none: one notice at once
	Duplicate    Trick = "duplicate"     // the notice comes three times
	Reordered    Trick = "reordered"     // an older notice, "pending", comes after "captured"
	Late         Trick = "late"          // the notice comes after LateBy
	Lost         Trick = "lost"          // no notice: whoever wants to know must ask
	AfterClose   Trick = "after_close"   // says "pending", lets itself be closed, then reports the money
	BadSignature Trick = "bad_signature" // one notice, signed with another secret
	Stale        Trick = "stale"         // one notice, signed ten minutes ago
	WrongAmount  Trick = "wrong_amount"  // the smallest part of a yuan is missing
	Timeout      Trick = "timeout"       // charged, no notice, and no answer to questions for SilentFor
)

// How long the tricks take.
const (
	LateBy    = 3 * time.Minute
	SilentFor = 2 * time.Minute
	staleBy   = 10 * time.Minute
	afterBy   = time.Minute // from the closing to the late notice
)

// Tricks lists the tricks in the order in which the wallet offers them, Honest first.
func Tricks() []Trick {
	return []Trick{Honest, Duplicate, Reordered, Late, Lost, AfterClose, BadSignature, Stale, WrongAmount, Timeout}
}

func (t Trick) known() bool { return slices.Contains(Tricks(), t) }

// repeats reports whether a notice that was not taken comes again.
func (t Trick) repeats() bool { return t != BadSignature && t != Stale }
