// Package sandbox is a payment gateway of our own that behaves like an outside party: it keeps its
// own orders, posts signed notices over HTTP, repeats them on a schedule, and on request does what
// real gateways do on bad days. It moves no real money.
//
// It is for demonstrations, training and tests. It shares nothing with package payment but the
// port: it must not read payments or gifts, and nothing else may read its tables. Its faults are
// deterministic: an order plays the Trick that was chosen for it.
package sandbox

import "embed"

// Texts holds the catalogues of the package's messages and of the wallet's pages.
//
//go:embed text/*.toml
var Texts embed.FS
