package bench

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"manyhands/internal/app"
	"manyhands/internal/bench/load"
	"manyhands/internal/config"
	"manyhands/internal/db"
	"manyhands/internal/ledger"
	"manyhands/internal/payment"
)

var secret = []byte("the books of a bench are no secret") // 34 bytes; those of a house have 32

// house is the whole program, served on the loopback interface.
type house struct {
	*app.App
	stop context.CancelFunc
	done chan error
	base string
}

// settings are those of a house that nobody configured, but for the sandbox and for as many requests
// at once as are measured.
func (b *bench) settings(address string) config.Config {
	return config.Config{
		Base: config.Base{Data: b.place.target, Zone: "Asia/Shanghai", Secret: hex.EncodeToString(secret[:config.SecretBytes]),
			MasterKey: hex.EncodeToString(secret[:32])},
		Server: config.Server{Listen: address, NetworkZH: "众手", NetworkEN: "Manyhands", Lang: "zh", Sandbox: true,
			ShutdownSeconds: 20, Limits: config.Limits{Requests: 2 * crowd}},
	}
}

// openHouse opens and serves the database at the target, which has been made.
func (b *bench) openHouse(ctx context.Context) (*house, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	cfg := b.settings(l.Addr().String())
	a, err := app.Open(ctx, cfg, app.Options{Version: "bench", Log: slog.New(slog.NewTextHandler(io.Discard, nil)), GiftsPerMinute: -1})
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	h := &house{App: a, done: make(chan error, 1), base: cfg.Origin()}
	ctx, h.stop = context.WithCancel(ctx)
	go func() { h.done <- h.Run(ctx, l) }()
	return h, nil
}

// services opens the database of a house that is closed, without serving it.
func (b *bench) services(ctx context.Context, o db.Options) (*app.Services, closer, error) {
	texts, err := app.Texts()
	if err != nil {
		return nil, nil, err
	}
	cfg := b.settings("127.0.0.1:0")
	zone, err := cfg.Location()
	if err != nil {
		return nil, nil, err
	}
	d, err := db.Open(ctx, b.place.target, o)
	if err != nil {
		return nil, nil, err
	}
	v, err := app.OpenVault(ctx, d, cfg.Base)
	if err != nil {
		return nil, nil, errors.Join(err, d.Close())
	}
	s, err := app.NewServices(d, app.Setting{Secret: secret[:config.SecretBytes], Vault: v, Zone: zone, BaseURL: cfg.Origin, Sandbox: true, Texts: texts})
	if err != nil {
		return nil, nil, errors.Join(err, d.Close())
	}
	return s, d.Close, nil
}

// close lets what is under way finish and closes the database.
func (h *house) close() error {
	h.stop()
	return errors.Join(<-h.done, h.App.Close())
}

// prove proves the books.
func prove(ctx context.Context, s *app.Services) error {
	return s.DB.Read(ctx, func(r *db.Reader) error {
		return errors.Join(ledger.Check(ctx, r, nil), s.Giving.Check(ctx, r, func(int64, int64) {}), payment.Check(ctx, r))
	})
}

// hello is a handler that only says hello, over the same loopback, asked by the same client.
func hello(name string, clients int) (task, closer, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return task{}, nil, fmt.Errorf("listen: %w", err)
	}
	srv := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "hello\n") // the client notices what does not arrive
	})}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	s := load.New("http://"+l.Addr().String(), secret, clients)
	t := task{name: name, workers: clients, do: func(ctx context.Context, _ int) (int, error) {
		_, _, err := s.Get(ctx, "/", "")
		return 1, err
	}}
	return t, func() error {
		s.Close()
		err := srv.Close()
		if end := <-served; !errors.Is(end, http.ErrServerClosed) {
			err = errors.Join(err, end)
		}
		return err
	}, nil
}
