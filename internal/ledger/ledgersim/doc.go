// Package ledgersim proves package ledger by simulation: a workload drawn from one seed runs
// against the real ledger on a real database and, beside it, against a model so simple that it can
// be believed: every single fen is a cell in a slice, and following a gift means asking each fen
// where it went.
//
// Bodies reach the database alone or several at once, of one call or of many. Faults strike on the
// way: before a statement of any kind, after the last, by a panic, before a commit, or after a
// commit that took effect and is reported as failed; and once more as lost connections, which the
// writer mends by itself. Whoever got no answer repeats under the same ids, while the clock jumps
// forwards and backwards. Whatever was answered must be what the model says, and must be there.
//
// A seed draws a [Script]. One that fails is shrunk to the few calls that it takes; scripts in
// testdata are replayed for ever. [Met] counts what a search came across, so that a test can tell a
// ledger without fault from a search that did not look.
//
// The model is written from the ledger's documentation and must share no code with it. Only tests
// use this package.
package ledgersim
