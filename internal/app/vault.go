package app

import (
	"context"
	"log/slog"

	"manyhands/internal/config"
	"manyhands/internal/db"
	"manyhands/internal/vault"
)

// OpenVault opens the vault of d under the master key that b names. A key that is missing, or another's,
// leaves it locked.
func OpenVault(ctx context.Context, d *db.DB, b config.Base) (*vault.Vault, error) {
	return vault.Open(ctx, d, vault.Options{Source: vault.SourceOf(b.MasterKey, b.MasterKeyPath()), Make: true})
}

// watchVault says in the log and on /readyz when the vault is locked. The process is ready all the same:
// what needs no vault goes on working.
func (a *App) watchVault(ctx context.Context) {
	if err := a.Vault.Locked(); err != nil {
		a.log.ErrorContext(ctx, "the vault is locked: nothing that is sealed can be read or written", slog.Any("error", err))
	}
	a.health.Mention("vault locked", a.Vault.Retry)
}
