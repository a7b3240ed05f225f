package app

import (
	"context"
	"fmt"
	"os"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/config"
	"manyhands/internal/db"
	"manyhands/internal/node"
)

// nodeOf is the number with which ids are made until the process has one of its own: in a folder it is
// alone and keeps it.
func nodeOf(cfg config.Config) int {
	if db.IsPostgres(cfg.Data) {
		return clock.CommandNode
	}
	return 0
}

// alone makes sure that no other process serves the folder, until release is called. A PostgreSQL
// database may be served by many.
func alone(ctx context.Context, cfg config.Config) (release func() error, err error) {
	if db.IsPostgres(cfg.Data) {
		return func() error { return nil }, nil
	}
	return db.LockFolder(ctx, cfg.Data)
}

// join takes a number among the processes that serve a PostgreSQL database; without it the process is
// not ready and writes nothing.
func (a *App) join(ctx context.Context) error {
	if a.DB.Engine() != db.Postgres {
		return nil
	}
	machine, err := os.Hostname()
	if err != nil {
		return fmt.Errorf("app: name of this machine: %w", err)
	}
	if a.lease, err = node.Take(ctx, a.DB, fmt.Sprintf("%s:%d", machine, os.Getpid()), a.log); err != nil {
		return err
	}
	a.health.Require("place", func(context.Context) error { return a.lease.Check() })
	return nil
}

// leaving is how long the end may take to give the number back.
const leaving = 5 * time.Second

// leave gives the number back. Where that fails, the others free it by themselves a little later.
func (a *App) leave() {
	if a.lease == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), leaving)
	defer cancel()
	if err := a.lease.Leave(ctx); err != nil {
		a.log.Warn("the place among the servers was not given back", "error", err)
	}
}
