// Package ledgersim proves package ledger by simulation: a workload drawn from one seed runs
// against the real ledger on a real database and, beside it, against a model so simple that it can
// be believed: every single fen is a cell in a slice, and following a gift means asking each fen
// where it went. Faults strike the database on the way: a statement fails, a commit fails, or a
// commit is done but reported as failed, whereupon the driver repeats under the same ids.
//
// The model is written from the ledger's documentation and must share no code with it. Only tests
// use this package.
package ledgersim
