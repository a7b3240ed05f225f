// Package apply takes an organisation into the network: it applies, two verifiers look at what it shows,
// and it renews what runs out.
//
// What is asked and where each item stands is package checklist's; what an organisation is, and whether
// it is shown, package programme's. This package says who may hand in, who may judge and when the last
// word is said. Nobody judges an organisation to which they are close: who is appointed there, was ever
// responsible for it, applied for it or declared a conflict of interest is refused by rule, whatever
// their role.
//
// The package must not check permissions (its pages do), must not keep a bank account in clear, and must
// not tell a stranger that an organisation has applied.
package apply

import (
	"context"
	"embed"
	"time"

	"manyhands/internal/blob"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
	"manyhands/internal/programme/apply/internal/applydb"
	"manyhands/internal/vault"
)

// Texts holds the package's message catalogues.
//
//go:embed text/*.toml
var Texts embed.FS

var q = applydb.New()

// Options are what the service stands on.
type Options struct {
	Vault   *vault.Vault
	Blobs   *blob.Store
	People  *people.Service
	Texts   *i18n.Bundle  // of the mails
	BaseURL func() string // for links in mails
	Zone    *time.Location
	// NeedsHeir reports whether an organisation keeps children's records of which nobody has said who keeps
	// them when it ends; nil: none keeps any.
	NeedsHeir func(ctx context.Context, r db.Queryer, organisation int64) (bool, error)
}

// Service is the package's door.
type Service struct {
	d *db.DB
	Options
}

// New returns the service.
func New(d *db.DB, o Options) *Service { return &Service{d: d, Options: o} }
