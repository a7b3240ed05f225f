package access

import "embed"

// Texts holds the catalogues of the package's messages and of the names of the roles.
//
//go:embed text/*.toml
var Texts embed.FS
