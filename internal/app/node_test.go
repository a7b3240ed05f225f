package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"manyhands/internal/config"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
	"manyhands/internal/node"
)

func trial(target string) config.Config {
	return config.Config{
		Base: config.Base{Data: target, Zone: "Asia/Shanghai", Secret: strings.Repeat("5a", 32)},
		Server: config.Server{Listen: "127.0.0.1:0", NetworkZH: "众手", NetworkEN: "Manyhands", Lang: "en", ShutdownSeconds: 5,
			Limits: config.Limits{Requests: 64, Streams: 16, Seconds: 15, BodyKB: 64, Writes: 64}},
	}
}

// A second process for a folder ends at once and touches nothing.
func TestAFolderIsServedOnce(t *testing.T) {
	t.Parallel()
	cfg := trial(t.TempDir())
	release, err := alone(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	taken := fault.New(fault.Conflict, "db.folder_served")
	if err := Serve(t.Context(), cfg, Options{Unsafe: true}); !errors.Is(err, taken) {
		t.Errorf("serve: %v", err)
	}
	if err := Demo(t.Context(), cfg, Options{Unsafe: true}, os.Stdout); !errors.Is(err, taken) {
		t.Errorf("demo: %v", err)
	}
	if _, err := os.Stat(filepath.Join(cfg.Data, db.FileName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the database was touched: %v", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := Serve(stopped, cfg, Options{Unsafe: true}); err == nil || errors.Is(err, taken) {
		t.Errorf("serve with a context that has ended: %v", err)
	}
	if release, err = alone(t.Context(), cfg); err != nil {
		t.Fatalf("the folder was not given back: %v", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
}

// A process that has lost its place among the servers of a database says that it is not ready and
// writes nothing, until it has one again.
func TestWithoutAPlaceNothingIsTaken(t *testing.T) {
	t.Parallel()
	if e := os.Getenv("MANYHANDS_TEST_ENGINES"); e != "" && !strings.Contains(e, string(db.Postgres)) {
		t.Skip("MANYHANDS_TEST_ENGINES leaves PostgreSQL out")
	}
	a, err := Open(t.Context(), trial(dbtest.PostgresTarget(t)), Options{Unsafe: true, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	ready := func() (int, string) {
		w := httptest.NewRecorder()
		a.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
		return w.Code, strings.TrimSpace(w.Body.String())
	}
	write := func() error { return a.DB.Write(t.Context(), func(*db.Tx) error { return nil }) }
	if code, word := ready(); code != http.StatusOK || write() != nil {
		t.Fatalf("at the start: %d %s", code, word)
	}
	a.leave()
	if code, word := ready(); code != http.StatusServiceUnavailable || word != "place" {
		t.Errorf("without a place: %d %s", code, word)
	}
	if err := write(); !errors.Is(err, node.ErrLost) {
		t.Errorf("a write without a place: %v", err)
	}
}
