// Package checklist is the one engine for everything that must be shown and checked before somebody
// may do something, and again before it runs out: an organisation's certificates, what was found out
// about a programme, the yearly inquiry about a person who works with children.
//
// What is asked stands in lists (folder lists), one for each kind of subject, with a version. Evidence
// is handed in and decided on, by one or two people; nothing is ever overwritten. Whether something is
// in force follows from the clock at every look, so what runs out stops to count at its moment although
// no job has run; jobs only remind.
//
// The package must not know what an organisation, a programme or a person is, nor who may decide: its
// callers check permissions and conflicts of interest. It must not hold a document (package blob does),
// nor a word about any one child.
package checklist

import (
	"embed"

	"manyhands/internal/checklist/internal/checklistdb"
)

// Texts holds the package's message catalogues.
//
//go:embed text/*.toml
var Texts embed.FS

//go:embed lists/*.toml
var lists embed.FS

var q = checklistdb.New()
