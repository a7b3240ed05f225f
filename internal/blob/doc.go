// Package blob keeps files that belong to a subject of the vault: certificates of an organisation, an
// inquiry's outcome, what a guardian signed. They lie in the database in pieces, each sealed under the
// subject's key, so that a backup has them and the destruction of the key erases them.
//
// Nothing that was uploaded is kept as it came. What a file is is decided by its bytes, never by its
// name; pictures are decoded and encoded anew, which drops where and when they were taken and whatever
// was hidden in them; a PDF that could act is refused. What the look at a PDF can and cannot find stands
// in docs/vault.md. Files leave the house as downloads only (Headers): no browser shows them as a page.
//
// The package decides nothing about who may see a file, and must not log its name.
package blob

import (
	"embed"

	"manyhands/internal/fault"
)

// Texts holds the sentences of the package's faults, in both languages.
//
//go:embed text/*.toml
var Texts embed.FS

// Limits of a file.
const (
	MaxBytes       = 10 << 20   // as it comes, and as it is kept
	maxPixels      = 40_000_000 // of a picture
	maxProgressive = 12_000_000 // of a JPEG that is progressive, or may be
	maxSide        = 20_000     // pixels of a picture's width or height
	portraitSide   = 900        // of a picture by which somebody is known
	maxName        = 200        // characters of a file's name
	pieceSize      = 256 << 10
)

// The kinds of files that are kept.
const (
	PDF  = "application/pdf"
	JPEG = "image/jpeg"
	PNG  = "image/png"
)

// What can be wrong with a file.
var (
	errNone      = fault.New(fault.NotFound, "blob.none")
	errEmpty     = fault.New(fault.Invalid, "blob.empty")
	errLarge     = fault.New(fault.TooLarge, "blob.large", "MB", MaxBytes>>20)
	errKind      = fault.New(fault.Invalid, "blob.kind")
	errNoPicture = fault.New(fault.Invalid, "blob.no_picture")
	errWebP      = fault.New(fault.Invalid, "blob.webp")
	errBroken    = fault.New(fault.Invalid, "blob.broken")
	errPixels    = fault.New(fault.Invalid, "blob.pixels", "Million", maxPixels/1_000_000)
	errActive    = fault.New(fault.Invalid, "blob.active")
	errPassword  = fault.New(fault.Invalid, "blob.password")
	errDamaged   = fault.New(fault.Internal, "blob.damaged")
)
