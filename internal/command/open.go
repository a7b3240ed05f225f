package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
)

// using opens the installation's database, which must exist and have this program's schema, for body,
// and closes it. A command is a node of its own: it may run beside a server.
func (h *house) using(body func(*db.DB) error) error {
	if !db.IsPostgres(h.base.Data) {
		if _, err := os.Stat(filepath.Join(h.base.Data, db.FileName)); errors.Is(err, fs.ErrNotExist) {
			return usage{fault.New(fault.NotFound, "command.no_data", "Folder", h.base.Data)}
		}
	}
	return h.opening(func(d *db.DB) error {
		if err := d.CheckVersion(h.ctx); err != nil {
			return err
		}
		return body(d)
	})
}

// opening is using for commands that may make the database.
func (h *house) opening(body func(*db.DB) error) error {
	d, err := db.Open(h.ctx, h.base.Data, db.Options{Node: clock.CommandNode})
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	err = body(d)
	if closed := d.Close(); closed != nil {
		err = errors.Join(err, fmt.Errorf("close the database: %w", closed))
	}
	return err
}

// preparing is opening for commands that come before the first start: a database in a folder is made
// or brought up to date; a PostgreSQL database must have this program's schema.
func (h *house) preparing(body func(*db.DB) error) error {
	return h.opening(func(d *db.DB) error {
		var err error
		if d.Engine() == db.Postgres {
			err = d.CheckVersion(h.ctx)
		} else {
			_, err = d.Migrate(h.ctx)
		}
		if err != nil {
			return err
		}
		return body(d)
	})
}
