// Package migrations holds the schema's one linear history, for both engines: plain SQL files in
// the portable subset that docs/sql.md describes, forward only, each applied in a transaction. It
// imports nothing of the house, so that an old step never changes its meaning.
package migrations

import "embed"

// FS holds the files, numbered in the order in which they apply.
//
//go:embed *.sql
var FS embed.FS
