// Package app builds the house: it opens the database, wires the verticals to each other and to the
// pages, mounts every route and starts the jobs. It is the only package that knows all others, and
// it decides nothing that one of them could decide.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/config"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/job"
	"manyhands/internal/metrics"
	"manyhands/internal/node"
	"manyhands/internal/notify"
	"manyhands/internal/web"
)

// Options are what a caller may set beside the configuration.
type Options struct {
	Version   string
	Log       *slog.Logger
	Transport notify.Transport // nil: as the configuration says
	SMS       notify.SMSTransport
	Unsafe    bool // gives durability up; for tests alone

	// GiftsPerMinute is how many gifts one address may begin; 0: each door's default; below 0: no
	// limit, for measuring.
	GiftsPerMinute int
}

// App is one running process.
type App struct {
	*Services
	Handler http.Handler // everything that is served
	Mux     *web.Mux     // the route table
	Shed    *web.Shed    // who has to wait when there is too much to do
	Runner  *job.Runner
	Texts   *i18n.Bundle // what the pages say; its Missing names what no catalogue holds

	cfg     config.Config
	secret  []byte
	opts    Options
	log     *slog.Logger
	health  *metrics.Health
	metrics *metrics.Metrics
	refused *refusals
	lease   *node.Lease        // its number among the processes on a shared database; nil in a folder
	stop    context.CancelFunc // ends the event streams
}

// Open opens the database that cfg names, brings an embedded one up to date, and builds the process.
// A PostgreSQL database must have been migrated: several nodes share it, and the order of their
// upgrades is the operator's.
func Open(ctx context.Context, cfg config.Config, o Options) (*App, error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	d, err := db.Open(ctx, cfg.Data, db.Options{Clock: clock.System{}, Node: nodeOf(cfg), MaxQueue: cfg.Limits.Writes, Readers: cfg.Limits.Readers, Unsafe: o.Unsafe})
	if err != nil {
		return nil, err
	}
	a, err := build(ctx, d, cfg, o)
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return a, nil
}

func build(ctx context.Context, d *db.DB, cfg config.Config, o Options) (*App, error) {
	if err := prepare(ctx, d); err != nil {
		return nil, err
	}
	texts, err := Texts()
	if err != nil {
		return nil, err
	}
	set, err := settingOf(cfg, texts)
	if err != nil {
		return nil, err
	}
	if set.Vault, err = OpenVault(ctx, d, cfg.Base); err != nil {
		return nil, err
	}
	figures := metrics.New(d, o.Log, o.Version)
	set.Watch = figures
	services, err := NewServices(d, set)
	if err != nil {
		return nil, err
	}
	a := &App{Services: services, Texts: texts, cfg: cfg, secret: set.Secret, opts: o, log: o.Log, health: metrics.NewHealth(d, o.Log), metrics: figures}
	a.refused = newRefusals(d, o.Log, set.Secret, a.Children)
	if err := a.join(ctx); err != nil {
		return nil, err
	}
	a.watchVault(ctx)
	if err := a.scan(); err != nil {
		return nil, err
	}
	a.Runner = job.NewRunner(d, o.Log, job.Config{})
	if err := a.jobs(); err != nil {
		return nil, err
	}
	if err := a.pages(texts, set); err != nil {
		return nil, err
	}
	a.figures()
	a.refused.figures(a.metrics)
	return a, nil
}

func prepare(ctx context.Context, d *db.DB) error {
	if d.Engine() == db.Postgres {
		return d.CheckVersion(ctx)
	}
	_, err := d.Migrate(ctx)
	return err
}

func settingOf(cfg config.Config, texts *i18n.Bundle) (Setting, error) {
	secret, err := cfg.LoadSecret()
	if err != nil {
		return Setting{}, err
	}
	zone, err := cfg.Location()
	if err != nil {
		return Setting{}, err
	}
	accounts, err := accountsOf(cfg)
	if err != nil {
		return Setting{}, err
	}
	return Setting{Accounts: accounts, Secret: secret, Zone: zone, BaseURL: cfg.Origin, Sandbox: cfg.Sandbox, Filing: cfg.Filing, AloneAge: cfg.AloneAge, KeepDays: keptDays(cfg.Keep), Texts: texts,
		Network: i18n.Text{ZH: cfg.NetworkZH, EN: cfg.NetworkEN}}, nil
}

// Close ends the streams and closes the database. The server and the jobs must have ended.
func (a *App) Close() error {
	a.stop()
	a.leave()
	return a.DB.Close()
}

// Run serves pages on l and works through the jobs until ctx ends, then lets what is under way finish.
func (a *App) Run(ctx context.Context, l net.Listener) error {
	srv := &http.Server{Handler: a.Handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 60 * time.Second,
		WriteTimeout: 60 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelDebug)}
	srv.RegisterOnShutdown(a.stop)
	var wg sync.WaitGroup
	working, done := context.WithCancel(context.WithoutCancel(ctx))
	if a.lease != nil {
		wg.Go(func() { a.lease.Run(working) })
	}
	wg.Go(func() { a.refused.work(working) })
	wg.Go(func() {
		if err := a.Runner.Run(working); err != nil {
			a.log.Error("jobs ended", "error", err)
		}
	})
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	var err error
	select {
	case <-ctx.Done():
		err = a.shutdown(srv)
	case err = <-served:
	}
	done()
	wg.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

func (a *App) shutdown(srv *http.Server) error {
	a.health.Stop()
	ctx, cancel := context.WithTimeout(context.Background(), a.cfg.Shutdown())
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		return fmt.Errorf("app: requests were cut off after %s: %w", a.cfg.Shutdown(), errors.Join(err, srv.Close()))
	}
	return nil
}
