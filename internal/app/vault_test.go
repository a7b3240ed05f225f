package app

import (
	"bytes"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"manyhands/internal/config"
)

// TestLostMasterKey starts a house whose master key is gone: it says so, serves what needs no vault, and
// makes no new key.
func TestLostMasterKey(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	cfg := config.Config{Base: config.Base{Data: folder, Zone: "Asia/Shanghai"},
		Server: config.Server{NetworkZH: "众手", NetworkEN: "Manyhands", Lang: "zh", Listen: "127.0.0.1:0", ShutdownSeconds: 5,
			Limits: config.Limits{Requests: 64, Streams: 8, Seconds: 15, BodyKB: 1024, Writes: 256}}}
	master := filepath.Join(folder, "master.key")
	for _, x := range []struct {
		ready  string
		locked bool
		then   func() error
	}{
		{"ready\n", false, func() error { return os.Rename(master, master+".away") }},
		{"ready; vault locked\n", true, func() error { return os.Rename(master+".away", master) }},
		{"ready\n", false, func() error { return nil }},
	} {
		var log bytes.Buffer
		a, err := Open(t.Context(), cfg, Options{Log: slog.New(slog.NewTextHandler(&log, nil)), Unsafe: true})
		if err != nil {
			t.Fatal(err)
		}
		for path, want := range map[string]string{"/readyz": x.ready, "/": "<html"} {
			w := httptest.NewRecorder()
			a.Handler.ServeHTTP(w, httptest.NewRequest("GET", "http://127.0.0.1"+path, nil))
			if w.Code != 200 || !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s: %d %.60q, want %q", path, w.Code, w.Body, want)
			}
		}
		if got := strings.Contains(log.String(), "the vault is locked"); got != x.locked || (a.Vault.Locked() != nil) != x.locked {
			t.Errorf("locked: %v; the log says so: %v", a.Vault.Locked(), got)
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		if err := x.then(); err != nil {
			t.Fatal(err)
		}
	}
}
