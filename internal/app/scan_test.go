package app_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"

	"manyhands/internal/access"
	"manyhands/internal/app"
	"manyhands/internal/audit"
	"manyhands/internal/blob"
	"manyhands/internal/config"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/notify/notifytest"
)

// scanner answers on a real socket as clamd does: it finds the word "EICAR".
func scanner(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			answer(conn)
		}
	}()
	return l
}

func answer(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	_, _ = io.ReadFull(conn, make([]byte, len("zINSTREAM\x00")))
	var file bytes.Buffer
	for n := uint32(1); n > 0; {
		if binary.Read(conn, binary.BigEndian, &n) != nil {
			return
		}
		_, _ = io.CopyN(&file, conn, int64(n))
	}
	said := "stream: OK\x00"
	if strings.Contains(file.String(), "EICAR") {
		said = "stream: Eicar-Test-Signature FOUND\x00"
	}
	_, _ = io.WriteString(conn, said)
}

// TestUploadsAreScanned: what the scanner finds is refused, in the trail and an event without the file's
// name, and nothing is taken while it does not answer.
func TestUploadsAreScanned(t *testing.T) {
	t.Parallel()
	l, log := scanner(t), &bytes.Buffer{}
	cfg := config.Config{
		Base: config.Base{Data: t.TempDir(), Zone: "Asia/Shanghai", Secret: strings.Repeat("5a", 32), MasterKey: strings.Repeat("a5", 32)},
		Server: config.Server{BaseURL: "http://localhost", NetworkZH: "众手", NetworkEN: "Manyhands", Lang: "zh", ScannerAddress: l.Addr().String(), ShutdownSeconds: 5,
			Limits: config.Limits{Requests: 8, Streams: 8, Seconds: 15, BodyKB: 1024, Writes: 64}},
	}
	a, err := app.Open(t.Context(), cfg, app.Options{Version: "test", Unsafe: true, Transport: &notifytest.Memory{}, Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	ctx := access.With(t.Context(), access.Actor{PersonID: 7})
	clean := func(body string) string {
		_, err := a.Blobs.Clean(ctx, blob.Upload{Name: "密密.pdf", Bytes: []byte(body)})
		if e, ok := errors.AsType[*fault.Error](err); ok {
			return e.Key
		}
		return ""
	}
	const pdf = "%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
	if got := clean(pdf); got != "" {
		t.Errorf("a good file: %s", got)
	}
	if got := clean(pdf + "EICAR"); got != "blob.infected" {
		t.Errorf("a bad file: %q", got)
	}
	noted(ctx, t, a)
	_ = l.Close()
	if got := clean(pdf); got != "blob.scanner_down" {
		t.Errorf("without the scanner: %q", got)
	}
	if !strings.Contains(log.String(), "does not answer") || strings.Contains(log.String(), "密密") {
		t.Errorf("the log: %s", log)
	}
}

// noted looks for what was found in the trail and among the events.
func noted(ctx context.Context, t *testing.T, a *app.App) {
	t.Helper()
	err := a.DB.Read(ctx, func(r *db.Reader) error {
		rows, err := audit.Search(ctx, r, audit.Filter{})
		if err != nil {
			return err
		}
		if len(rows) != 1 || rows[0].Kind != "file.infected" || rows[0].Person != 7 || string(rows[0].Data) != `{"found":"Eicar-Test-Signature"}` {
			t.Errorf("the trail: %+v", rows)
		}
		events, err := event.Since(ctx, r, 0, 100)
		n := 0
		for _, x := range events {
			if x.Kind == "file.infected" && !strings.Contains(string(x.Data), "密密") {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d events", n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
