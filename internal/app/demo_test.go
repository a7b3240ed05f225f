package app

import (
	"context"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/demo"
	"manyhands/internal/ledger"
	"manyhands/internal/vault/vaulttest"
)

func TestDemoNetworkKeepsEveryInvariant(t *testing.T) {
	t.Parallel()
	now := dbtest.Start
	sim := clock.NewSim(now)
	d := dbtest.Open(t, db.SQLite, db.Options{Clock: sim})
	secret := []byte("sixteen bytes at least")
	texts, err := Texts()
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewServices(d, Setting{Secret: secret, Texts: texts, Filing: true, Vault: vaulttest.Open(t, d), Zone: time.UTC, BaseURL: func() string { return "http://localhost" }, Sandbox: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	parts := s.DemoParts(sim, secret)
	if err := demo.Build(ctx, parts, 1, now); err != nil {
		t.Fatal(err)
	}
	quiet := func(int64, int64) {}
	err = d.Read(ctx, func(r *db.Reader) error {
		if err := ledger.Check(ctx, r, quiet); err != nil {
			return err
		}
		return s.Giving.Check(ctx, r, quiet)
	})
	if err != nil {
		t.Fatal(err)
	}
}
