package command

import (
	"errors"
	"fmt"
	"os"

	"manyhands/internal/backup"
	"manyhands/internal/db"
)

type restoreCmd struct {
	File string `arg:"" type:"existingfile" help:"Backup to read."`
}

// Help implements kong.HelpProvider.
func (restoreCmd) Help() string {
	return `Reads a backup into a new, empty database: the folder or PostgreSQL database that --data names, which is made ready first. All rows arrive or none; then everything is checked as 'check' does it. The backup may come from the other engine: this is how a network moves from a folder to PostgreSQL and back.

Set the secret of the old installation for the new one. Do not let both serve at the same time: each would send the mails that wait.

Examples:

  manyhands restore /backup/manyhands-2026-11-23.zip --data /var/lib/manyhands-new
  manyhands restore /backup/manyhands-2026-11-23.zip --data 'postgres://manyhands@db.internal/manyhands'`
}

// Run restores and checks.
func (c restoreCmd) Run(h *house) error {
	return h.opening(func(d *db.DB) error {
		if _, err := d.Migrate(h.ctx); err != nil {
			return err
		}
		if err := h.restore(d, c.File); err != nil {
			return err
		}
		return h.prove(d)
	})
}

func (h *house) restore(d *db.DB, path string) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	line := h.progress()
	defer line.done()
	m, err := backup.Restore(h.ctx, d, f, info.Size(), line.table)
	if err != nil {
		return err
	}
	line.done()
	return h.say("command.restored", "Count", m.Rows(), "Tables", len(m.Tables))
}
