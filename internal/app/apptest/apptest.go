// Package apptest runs the whole house for a test: every page, the jobs and the mails, on a free port
// of this machine and a folder of the test's own. Tests use it and nothing else does.
package apptest

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"

	"manyhands/internal/app"
	"manyhands/internal/config"
	"manyhands/internal/db"
	"manyhands/internal/notify/notifytest"
)

// Running is one process under test.
type Running struct {
	URL  string // where it is served, without a final slash
	App  *app.App
	Mail *notifytest.Memory // what was sent
	Log  *Log               // what was logged, from level info on
}

// Serve opens a database of the test's own, serves it until the test ends and works through its jobs.
// With sample it holds the sample network, which is made once per test binary.
func Serve(t testing.TB, sample bool) *Running {
	t.Helper()
	folder := t.TempDir()
	if sample {
		unpack(t, folder)
	}
	return ServeOn(t, folder)
}

// ServeOn is Serve on a database that is there: a folder, or a PostgreSQL database, which several may
// serve at once.
func ServeOn(t testing.TB, target string) *Running {
	t.Helper()
	return serve(t, target, "127.0.0.1")
}

// ServeByName is Serve with the sample network under a name instead of a number: passkeys are bound to
// one.
func ServeByName(t testing.TB) *Running {
	t.Helper()
	folder := t.TempDir()
	unpack(t, folder)
	return serve(t, folder, "localhost")
}

func serve(t testing.TB, target, host string) *Running {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("apptest: %v", err)
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatalf("apptest: %v", err)
	}
	r := &Running{URL: "http://" + net.JoinHostPort(host, port), Mail: &notifytest.Memory{}, Log: &Log{}}
	r.App, err = app.Open(context.Background(), settings(target, r.URL), app.Options{Version: "test", Unsafe: true, Transport: r.Mail,
		Log: slog.New(slog.NewTextHandler(r.Log, nil))})
	if err != nil {
		t.Fatalf("apptest: %v", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.App.Run(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("apptest: serving: %v", err)
		}
		if err := r.App.Close(); err != nil {
			t.Errorf("apptest: close: %v", err)
		}
	})
	return r
}

// SignInLink returns a link by which the holder of an address signs in, once.
func (r *Running) SignInLink(t testing.TB, email string) string {
	t.Helper()
	var link string
	err := r.App.DB.Write(t.Context(), func(tx *db.Tx) error {
		token, err := r.App.People.MakeLink(t.Context(), tx, email)
		link = r.App.People.LinkURL(token)
		return err
	})
	if err != nil {
		t.Fatalf("apptest: link for %s: %v", email, err)
	}
	return link
}

// settings are those of a trial: the wallet that moves no money, and mails that nobody gets.
func settings(folder, url string) config.Config {
	return config.Config{
		Base: config.Base{Data: folder, Zone: "Asia/Shanghai", Secret: strings.Repeat("5a", 32), MasterKey: strings.Repeat("a5", 32)},
		Server: config.Server{BaseURL: url, NetworkZH: "众手", NetworkEN: "Manyhands", Lang: "zh", Sandbox: true, ShutdownSeconds: 5,
			Limits: config.Limits{Requests: 256, Streams: 64, Seconds: 15, BodyKB: 1024, Writes: 1024}},
	}
}

// Log keeps log lines. It is safe for use by many goroutines.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// Text returns all that was logged so far.
func (l *Log) Text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
