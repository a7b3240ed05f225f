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
)

func TestDemoNetworkKeepsEveryInvariant(t *testing.T) {
	t.Parallel()
	now := dbtest.Start
	sim := clock.NewSim(now)
	d := dbtest.Open(t, db.SQLite, db.Options{Clock: sim})
	secret := []byte("sixteen bytes at least")
	s, err := NewServices(d, Setting{Secret: secret, Zone: time.UTC, BaseURL: func() string { return "http://localhost" }, Sandbox: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	parts := demo.Parts{DB: d, Clock: sim, Giving: s.Giving, Payments: s.Payments, People: s.People, Secret: secret}
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
