package apptest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"manyhands/internal/app"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/demo"
)

// sampleSeed is that of the demonstration.
const sampleSeed = 2020

// sample is the database file of the sample network, arrived at the present.
var sample = sync.OnceValues(func() (file []byte, err error) {
	folder, err := os.MkdirTemp("", "manyhands-sample-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if err := build(context.Background(), folder); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(folder, db.FileName))
})

// Sample makes a folder of the test's own with the sample network, which nobody serves, and returns the
// flags by which a command opens it.
func Sample(t testing.TB) (flags []string) {
	t.Helper()
	folder := t.TempDir()
	unpack(t, folder)
	base := settings(folder, "").Base
	return []string{"--data=" + base.Data, "--secret=" + base.Secret, "--master-key=" + base.MasterKey}
}

func unpack(t testing.TB, folder string) {
	t.Helper()
	file, err := sample()
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, db.FileName), file, 0o600)
	}
	if err != nil {
		t.Fatalf("apptest: sample network: %v", err)
	}
}

func build(ctx context.Context, folder string) (err error) {
	now := clock.System{}.Now()
	sim := clock.NewSim(now)
	d, err := db.Open(ctx, folder, db.Options{Clock: sim, Unsafe: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if _, err := d.Migrate(ctx); err != nil {
		return err
	}
	texts, err := app.Texts()
	if err != nil {
		return err
	}
	cfg := settings(folder, "http://localhost")
	secret, err := cfg.LoadSecret()
	if err != nil {
		return err
	}
	v, err := app.OpenVault(ctx, d, cfg.Base)
	if err != nil {
		return err
	}
	s, err := app.NewServices(d, app.Setting{Secret: secret, Vault: v, Zone: time.UTC, BaseURL: cfg.Origin, Sandbox: true, Texts: texts})
	if err != nil {
		return err
	}
	return demo.Build(ctx, s.DemoParts(sim, secret), sampleSeed, now)
}
