// Package programme keeps who runs help and what they ask for: organisations, their programmes, how
// each programme was checked before it was shown, and its needs. It is the network's directory.
//
// A programme is shown only when it was checked (see [Steps]) by somebody who holds no appointment at
// its organisation; a need only when its programme is shown; and suspending an organisation or a
// programme hides everything below it at once. What was promised to a need and what has arrived are
// read from the ledger and kept nowhere else.
//
// The package must not learn how a gift is given, and must not hold a word about any one child: a
// need speaks of evenings, meals and books.
//
// Texts that people wrote are bilingual; one language is enough for a draft, both are needed to
// publish a name or a title.
package programme

import (
	"embed"

	"manyhands/internal/programme/internal/programmedb"
)

// Texts holds the package's message catalogues.
//
//go:embed text/*.toml
var Texts embed.FS

var q = programmedb.New()
