// Package backup writes the whole database to one file while the house keeps working, and reads such
// a file into an empty database of either engine: that is also how a network moves from the embedded
// database to PostgreSQL or back.
//
// The file is a zip archive that any unzip program opens: one text file per table with one JSON array
// per row, and manifest.json with the count of rows and the SHA-256 of each. It holds all that the
// database holds, names and addresses included, so it must be kept as safely as the database. Left
// out are browser sessions and sign-in links: whoever finds an old backup must not be signed in with
// it, and people who sign in again lose nothing. The installation's secret is not in the database and
// so not in here.
//
// The package knows tables and columns and no business word. It must not repair, convert or skip a
// row: a file is restored whole or not at all.
package backup

import (
	"embed"

	"manyhands/internal/fault"
)

// Texts holds the package's catalogues.
//
//go:embed text/*.toml
var Texts embed.FS

// Limits of a file. Writing keeps them too, so that what was written can be read.
const (
	maxRowBytes      = 32 << 20 // of one row as text
	maxManifestBytes = 1 << 20
)

// format is the version of the file's layout.
const format = 1

// What can be wrong with a file or its target.
var (
	errNotBackup = fault.New(fault.Invalid, "backup.not_backup")
	errExists    = fault.New(fault.Conflict, "backup.exists")
)

// Progress tells how far a long run has come.
type Progress struct {
	Table  string // being worked on
	Number int    // of that table, from 1
	Tables int
	Rows   int64 // done so far, in all tables
}

// report calls progress, which may be nil.
func report(progress func(Progress), p Progress) {
	if progress != nil {
		progress(p)
	}
}

// reportEvery is how many rows pass between two reports.
const reportEvery = 10_000
