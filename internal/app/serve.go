package app

import (
	"context"
	"errors"
	"fmt"
	"net"

	"manyhands/internal/config"
)

// Serve opens the database and serves until ctx ends. Faults: Conflict "db.folder_served".
func Serve(ctx context.Context, cfg config.Config, o Options) (err error) {
	release, err := alone(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	a, err := Open(ctx, cfg, o)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return errors.Join(fmt.Errorf("app: cannot listen on %s: %w", cfg.Listen, err), a.Close())
	}
	a.log.Info("serving", "address", l.Addr().String(), "url", cfg.Origin(), "engine", a.DB.Engine(), "version", o.Version)
	return errors.Join(a.Run(ctx, l), a.Close())
}
