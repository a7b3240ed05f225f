package node

import "embed"

// Texts holds the sentences of the package's faults, in both languages.
//
//go:embed text/*.toml
var Texts embed.FS
