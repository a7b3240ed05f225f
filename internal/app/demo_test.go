package app

import (
	"context"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/config"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/demo"
	"manyhands/internal/i18n"
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

// console is a terminal that ends what runs in it once it shows a word.
type console struct {
	said  []byte
	until string
	end   context.CancelFunc
}

func (c *console) Write(p []byte) (int, error) {
	if c.said = append(c.said, p...); strings.Contains(string(c.said), c.until) {
		c.end()
	}
	return len(p), nil
}

// TestDemoSaysHowToEnterAndNothingElse starts the sample twice in a folder, as people do.
func TestDemoSaysHowToEnterAndNothingElse(t *testing.T) {
	t.Parallel()
	cfg := config.Config{Base: config.Base{Data: t.TempDir(), Zone: "Asia/Shanghai"}, Server: config.Server{Listen: "127.0.0.1:0", Lang: "en", Sandbox: true,
		ShutdownSeconds: 5, Limits: config.Limits{Requests: 16, Streams: 4, Seconds: 15, BodyKB: 64, Writes: 64}}}
	texts, err := Texts()
	if err != nil {
		t.Fatal(err)
	}
	for _, first := range []string{"made in", "the sample network in"} {
		ctx, end := context.WithCancel(i18n.With(t.Context(), texts, i18n.EN, time.UTC))
		out := &console{until: "Ctrl-C", end: end}
		if err := Demo(ctx, cfg, Options{Log: slog.New(slog.DiscardHandler)}, out); err != nil {
			t.Fatal(err)
		}
		said := string(out.said)
		if !strings.Contains(said, first) {
			t.Errorf("it does not say %q:\n%s", first, said)
		}
		for _, g := range demo.Groups() {
			for _, r := range g.Roles {
				if !regexp.MustCompile(`(?m)^  ` + r.Role + ` +\S.*\n    http://127\.0\.0\.1:0/sign-in/\S{43}$`).MatchString(said) {
					t.Errorf("no link for the %s", r.Role)
				}
			}
		}
		if strings.Contains(said, "mail to") || strings.Contains(said, "[demo.") {
			t.Errorf("it says more than how to enter:\n%s", said)
		}
	}
	if n := mailsDue(t, cfg.Data); n > 0 {
		t.Errorf("%d mails of the past wait to be shown", n)
	}
}

// mailsDue counts the mails in a folder that nobody serves which would leave at once.
func mailsDue(t *testing.T, folder string) (n int) {
	t.Helper()
	d, err := db.Open(t.Context(), folder, db.Options{Clock: clock.System{}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }() // it was only read
	err = d.Read(t.Context(), func(r *db.Reader) error {
		return r.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM job WHERE kind = 'notify.mail' AND state = 'ready' AND run_at <= $1", d.NowMicros()).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
