package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/config"
	"manyhands/internal/db"
	"manyhands/internal/demo"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/notify"
)

// demoSeed draws the sample network.
const demoSeed = 2020

// Demo makes the sample network where there is none yet, prints where to look and how to sign in, and
// serves it until ctx ends. Mails are printed too, since nobody receives them: those of the present, since
// the sample's past has been told.
func Demo(ctx context.Context, cfg config.Config, o Options, out io.Writer) (err error) {
	began := time.Now()
	release, err := alone(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	made, err := fillDemo(ctx, cfg)
	if err != nil {
		return err
	}
	console := &printed{out: out}
	o.Transport, o.SMS = console, console
	a, err := Open(ctx, cfg, o)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return errors.Join(fmt.Errorf("app: cannot listen on %s: %w", cfg.Listen, err), a.Close())
	}
	if _, err := a.Runner.RunOnce(ctx); err != nil {
		a.log.Warn("the sample's past was not quite told", "error", err)
	}
	g := demo.Greeting{Origin: cfg.Origin(), Folder: cfg.Data, People: a.People}
	if made {
		g.Made = time.Since(began)
	}
	if err := g.Write(ctx, a.DB, out); err != nil {
		return errors.Join(err, l.Close(), a.Close())
	}
	console.speaks.Store(true)
	var wg sync.WaitGroup
	wg.Go(func() { a.visitors(ctx) })
	err = a.Run(ctx, l)
	wg.Wait()
	return errors.Join(err, a.Close())
}

// visitEvery is how often somebody gives in the sample network while it is served.
const visitEvery = 7 * time.Second

// visitors lets made-up visitors give until ctx ends.
func (a *App) visitors(ctx context.Context) {
	p := demo.Parts{DB: a.DB, Giving: a.Giving, Payments: a.Payments, People: a.People, Secret: a.secret}
	if err := demo.Visitors(ctx, p, demoSeed, visitEvery); err != nil {
		a.log.Warn("the sample's visitors have gone home", "error", err)
	}
}

// fillDemo builds the sample network unless one is there. It works without waiting for the disk; if
// it is interrupted, what it left is refused the next time.
func fillDemo(ctx context.Context, cfg config.Config) (made bool, err error) {
	now := clock.System{}.Now()
	sim := clock.NewSim(now)
	d, err := db.Open(ctx, cfg.Data, db.Options{Clock: sim, Unsafe: true})
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if _, err := d.Migrate(ctx); err != nil {
		return false, err
	}
	there, err := isDemo(ctx, d)
	if err != nil || there {
		return false, err
	}
	return true, buildDemo(ctx, d, sim, cfg, now)
}

func buildDemo(ctx context.Context, d *db.DB, sim *clock.Sim, cfg config.Config, now time.Time) error {
	cfg.Sandbox = true
	texts, err := Texts()
	if err != nil {
		return err
	}
	set, err := settingOf(cfg, texts)
	if err != nil {
		return err
	}
	if set.Vault, err = OpenVault(ctx, d, cfg.Base); err != nil {
		return err
	}
	s, err := NewServices(d, set)
	if err != nil {
		return err
	}
	parts := s.DemoParts(sim, set.Secret)
	parts.Lang = i18n.Lang(cfg.Lang)
	return demo.Build(ctx, parts, demoSeed, now)
}

// DemoParts are the services that a sample network is made through, on a database whose clock is sim.
func (s *Services) DemoParts(sim *clock.Sim, secret []byte) demo.Parts {
	return demo.Parts{DB: s.DB, Clock: sim, Giving: s.Giving, Payments: s.Payments, People: s.People, Apply: s.Apply, Reach: s.Reach,
		Children: s.Children, Consents: s.Consents, Concerns: s.Concerns, Safeguard: s.Safeguard, Account: s.Account, SignIn: s.SignIn, Secret: secret}
}

var errHalfDemo = errors.New("app: the sample network was not finished, or this is no sample network: choose another folder with --data, or delete this one")

// isDemo reports whether the database holds a finished sample network. One that holds anything else
// is an error.
func isDemo(ctx context.Context, d *db.DB) (there bool, err error) {
	err = d.Read(ctx, func(r *db.Reader) error {
		gifts, err := giving.Gifts(ctx, r, "", "", 0, 1)
		if err != nil {
			return err
		}
		payouts, err := giving.Payouts(ctx, r, giving.PayoutRequested, 0, 1)
		if err != nil {
			return err
		}
		if there = len(payouts) > 0; there || len(gifts) == 0 {
			return nil
		}
		return errHalfDemo
	})
	return there, err
}

// printed is the transport of the sample network: it shows mails where the program was started, once it
// speaks.
type printed struct {
	out    io.Writer
	speaks atomic.Bool
}

// Deliver prints the mail.
func (p *printed) Deliver(_ context.Context, m notify.Mail) error {
	if !p.speaks.Load() {
		return nil
	}
	_, err := fmt.Fprintf(p.out, "\n--- mail to %s: %s\n%s\n---\n", m.To, m.Subject, m.Text)
	return err
}

// DeliverSMS prints the message.
func (p *printed) DeliverSMS(_ context.Context, m notify.SMS) error {
	if !p.speaks.Load() {
		return nil
	}
	_, err := fmt.Fprintf(p.out, "\n--- message to %s\n%s\n---\n", m.To, m.Text)
	return err
}
