// Package givingweb holds the pages on which everybody gives and sees what a gift became: the home
// page, campaigns, the way to pay, the private link of a gift, acknowledgements, pools and the public
// books.
//
// It turns requests into calls of package giving and what comes back into pages. It must not hold a
// rule, write SQL, or show anything of a giver beyond what the giver chose; addresses and logs carry
// no names.
package givingweb

import (
	"embed"
	"io/fs"
)

//go:embed text/*.toml
var texts embed.FS

// Texts is the catalogue of giving, for i18n.NewBundle: the sentences of these pages and those of the
// faults that package giving returns.
func Texts() fs.FS { return texts }
