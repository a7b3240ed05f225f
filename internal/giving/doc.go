// Package giving runs the way of a gift: a campaign asks, a person gives, a sponsor's pool matches,
// the money is paid out against an invoice, the outcome is recorded, and the giver sees what the
// gift became.
//
// Every quantity lives in the ledger; the rows here say what an entry means. A gift counts as
// received because its entry exists, and totals are read from the ledger's accounts. The package
// knows no HTTP and no sentences, and talks to no gateway: it is told that money moved (Captured)
// or did not (Ended) by package payment, inside one transaction.
//
// Sources: docs/giving.md lists the invariants (I5 to I19) that Check recomputes.
package giving
