package pgserver

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"manyhands/internal/db"
)

func TestServerKeepsItsDataAndLeavesNothingElse(t *testing.T) {
	t.Parallel()
	if e := os.Getenv("MANYHANDS_TEST_ENGINES"); e != "" && !strings.Contains(e, string(db.Postgres)) {
		t.Skip("MANYHANDS_TEST_ENGINES leaves PostgreSQL out")
	}
	folder := filepath.Join(t.TempDir(), "data")
	if err := os.Chmod(filepath.Dir(filepath.Dir(folder)), 0o755); err != nil { // the server's user must pass
		t.Fatal(err)
	}
	for round := range 2 {
		s, err := Start(t.Context(), folder)
		if err != nil {
			t.Fatal(err)
		}
		address, err := s.Database(t.Context(), "measured")
		if err != nil || !db.IsPostgres(address) {
			t.Errorf("address %q, %v", address, err)
		}
		if err := s.exec(t.Context(), "CREATE DATABASE kept"); (err != nil) != (round == 1) || err != nil && !known(err) {
			t.Errorf("round %d: %v", round, err)
		}
		pid, socket := s.Process(), s.socket
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(socket); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the socket's folder is left: %v", err)
		}
		if p, err := os.FindProcess(pid); err == nil && p.Signal(syscall.Signal(0)) == nil {
			t.Error("the server runs on")
		}
	}
}
