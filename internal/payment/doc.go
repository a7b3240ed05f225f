// Package payment is the port to the gateways through which money arrives, and the record of what
// each was asked and what it said.
//
// A payment belongs to a purpose (a gift), which it knows only as a number. Its state moves one way:
// created, pending, then captured, failed or closed; and captured is stronger than the other two
// ends, because money that came is never lost. Whatever a gateway repeats, reorders, delays or
// forgets, one capture makes one posting: crediting a payment and telling its purpose happen in one
// transaction, and what does not equal the payment goes into quarantine for a person to look at.
//
// The package knows no gifts, no ledger and no pages. It must not call a gateway inside a
// transaction. Invariants I5 to I8 and I12 of docs/giving.md are recomputed by Check.
package payment

import "embed"

// Texts holds the catalogues of the package's messages.
//
//go:embed text/*.toml
var Texts embed.FS
