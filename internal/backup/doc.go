// Package backup keeps everything that the database holds in a folder of encrypted pieces while the
// house keeps working, and reads such a folder into an empty database of either engine: that is also
// how a network moves from the embedded database to PostgreSQL or back.
//
// A folder holds moments and chunks. A chunk is a run of one table's rows in the order of its primary
// key, written as lines of JSON, compressed and encrypted. A moment is one snapshot: the list of its
// chunks. Where a chunk ends is decided by its rows alone, and its name is a keyed hash of them, so a
// run finds what an earlier one has written already: only what changed is written again, and a run
// that was cut off goes on where it stopped. A moment gets its name last, when all its chunks are on
// disk; a run that ends at any point before leaves the moments that were there.
//
//	moments/20261123T061503.000000Z   list of chunks in clear, then the manifest, encrypted
//	chunks/4f/4f..-9a..               name by content, then SHA-256 of the file
//	key.age                           with a passphrase alone: the folder's key, encrypted with it
//	lock                              held while a run writes
//
// Everything is encrypted with age (age-encryption.org/v1) to public keys, so the machine that takes
// backups cannot read them. What a folder tells without a key: when backups were taken, how much
// there is and how much changed. Encryption says nothing of who wrote: whoever may write to the
// folder could put a backup of their own there.
//
// The wrapped keys of the vault lie in chunks of their own, which a moment's list names apart. They are
// removed on a stated day, though the moment stays, and a restore of any moment takes the keys from the
// newest: so a backup does not bring back what was erased by destroying its key.
//
// Left out are browser sessions, sign-in links and codes, and sign-ins under way: whoever finds an old backup must not be signed in
// with it, and people who sign in again lose nothing. So is the list of the processes that serve the
// database just now. The greatest id that was made is kept in the manifest. The installation's secret
// is not in the database and so not in here.
//
// The package knows tables and columns and no business word. It must not repair, convert or skip a
// row: a moment is restored whole or not at all.
package backup

import (
	"embed"

	"manyhands/internal/fault"
)

// Texts holds the package's catalogues.
//
//go:embed text/*.toml
var Texts embed.FS

// Limits. Writing keeps them too, so that what was written can be read.
const (
	maxRowBytes      = 32 << 20 // of one row as text
	maxChunkBytes    = 8 << 20  // of text, after which a chunk ends; its last row may go beyond
	maxManifestBytes = 256 << 20
	chunkRows        = 8192 // rows of a chunk, on average
)

// format is the version of the folder's layout.
const format = 3

// What can be wrong with a folder, a key or the target.
var (
	errNotBackup = fault.New(fault.Invalid, "backup.not_backup")
	errExists    = fault.New(fault.Conflict, "backup.exists")
	errBusy      = fault.New(fault.Conflict, "backup.busy")
	errWrongKey  = fault.New(fault.Forbidden, "backup.wrong_key")
	errIdentity  = fault.New(fault.Invalid, "backup.identity")
)

// DefaultForgetDays is how many days the wrapped keys of a moment stay, when nothing else is said.
const DefaultForgetDays = 35

func damaged(part string, err error) error {
	return fault.Wrap(err, fault.Invalid, "backup.damaged", "Part", part)
}

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
