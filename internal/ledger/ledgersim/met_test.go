package ledgersim_test

import "slices"

// inSome is what the simulation must come across on each engine.
var inSome = []string{
	"bodies at once", "calls undone by a later one", "clock backwards", "clock forwards", "lapsed",
	"confirmation before expiry at once", "expiry before confirmation at once",
	"hold ended before it was made", "hold posted in part", "hold posted late", "hold posted with more",
	"return in several pieces", "return inside its set", "return of what is used in part",
	"reversal of a posted hold", "reversal of a return",
	"use across a carve", "use across arrivals", "use across several carves", "use before its arrival",
	"followed to leaf", "followed to returned", "followed to waiting",
	"open ok", "open ledger.account_differs", "open ledger.traced_unfloored",
	"post ok", "post again", "post ledger.already_spent", "post ledger.floor", "post ledger.hold_ended", "post ledger.hold_exceeded",
	"post ledger.hold_other", "post ledger.hold_posted", "post ledger.id", "post ledger.id_taken", "post ledger.no_account",
	"post ledger.no_entry", "post ledger.no_hold", "post ledger.not_its_arrival", "post ledger.quantity", "post ledger.returned",
	"post ledger.reversed", "post ledger.same_account", "post ledger.units_differ",
	"reserve ok", "reserve again", "reserve ledger.floor", "reserve ledger.id_taken", "reserve ledger.quantity",
	"reserve ledger.same_account", "reserve ledger.units_differ",
	"release ok", "release ledger.hold_posted", "release ledger.no_hold",
	"expire ok", "expire ledger.hold_lives", "expire ledger.hold_posted", "expire ledger.no_hold",
	"reverse ok", "reverse ledger.already_spent", "reverse ledger.floor", "reverse ledger.id", "reverse ledger.id_taken", "reverse ledger.no_entry",
	"reverse ledger.returned", "reverse ledger.reversal_final", "reverse ledger.reversed",
	"fault after", "fault panic", "fault commit", "fault committed", "fault lost commit", "fault lost committed",
	"fault statement select entry", "fault statement select account", "fault statement update account",
}

// inMany is what it must come across in many steps.
var inMany = []string{
	"fault statement insert carve", "fault statement insert entry", "fault statement insert hold",
	"fault statement select carve", "fault statement select hold", "fault statement update hold",
	"fault lost statement insert entry", "fault lost statement select account", "fault lost statement select entry",
	"fault lost statement select hold", "fault lost statement update account",
	"an id twice in a set", "reserve again with another end", "reserve ledger.no_account",
}

// inVeryMany is what it must come across in as many steps as CI makes.
var inVeryMany = []string{
	"fault statement insert account", "fault lost statement insert account", "fault lost statement insert carve",
	"fault lost statement insert hold", "fault lost statement select carve", "fault lost statement update hold",
}

// mustMeet is what so many steps must come across; a few prove nothing.
func mustMeet(steps int) []string {
	switch {
	case steps < 2000:
		return nil
	case steps < 10_000:
		return inSome
	case steps < 100_000:
		return slices.Concat(inSome, inMany)
	}
	return slices.Concat(inSome, inMany, inVeryMany)
}
