package app

import (
	"context"
	"time"

	"manyhands/internal/audit"
	"manyhands/internal/child"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/notify"
)

// jobs names the handler of every kind of job and every periodic one.
func (a *App) jobs() error {
	transport, err := a.transport()
	if err != nil {
		return err
	}
	if err := a.tellJobs(transport); err != nil {
		return err
	}
	a.People.Register(a.Runner)
	a.SignIn.Register(a.Runner)
	a.Tell.Register(a.Runner, a.Children, a.Consents)
	a.Apply.Register(a.Runner)
	audit.Register(a.Runner, a.DB, func(h audit.Head) {
		a.log.Info("audit trail verified", "rows", h.Rows, "last", h.Last, "hash", h.Hash)
	})
	a.Payments.Register(a.Runner)
	if a.Sandbox != nil {
		a.Sandbox.Register(a.Runner)
	}
	a.Runner.Every("child.photos", child.PhotosEvery, func(ctx context.Context) error {
		return a.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := a.Children.ForgetPhotos(ctx, tx)
			return err
		})
	})
	a.Runner.Every("giving.settle", giving.SettleEvery, func(ctx context.Context) error { return a.Giving.SettleDue(ctx) })
	return nil
}

// transport is how mails leave: as the caller or else the configuration says.
func (a *App) transport() (notify.Transport, error) {
	if a.opts.Transport != nil {
		return a.opts.Transport, nil
	}
	m := a.cfg.SMTP
	if m.Host == "" {
		return notify.Log{Logger: a.log}, nil
	}
	password, err := m.Password()
	if err != nil {
		return nil, err
	}
	return notify.NewSMTP(notify.SMTPConfig{Host: m.Host, Port: m.Port, Security: m.Security, User: m.User, Password: password, From: m.From, Timeout: 30 * time.Second})
}
