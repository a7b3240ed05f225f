package job

import "embed"

// Texts holds the catalogues of the package's messages.
//
//go:embed text/*.toml
var Texts embed.FS
