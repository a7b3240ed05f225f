// Package vaulttest opens a vault for a test. Tests use it and nothing else does.
package vaulttest

import (
	"context"
	"testing"

	"manyhands/internal/db"
	"manyhands/internal/vault"
)

// Open returns a vault of d that is open, under a master key of its own.
func Open(t testing.TB, d *db.DB) *vault.Vault {
	t.Helper()
	text, err := vault.NewMaster("")
	if err != nil {
		t.Fatalf("vaulttest: %v", err)
	}
	v, err := vault.Open(context.Background(), d, vault.Options{Source: vault.Text(text), Make: true})
	if err == nil {
		err = v.Locked()
	}
	if err != nil {
		t.Fatalf("vaulttest: %v", err)
	}
	return v
}
