package command

import (
	"manyhands/internal/backup"
	"manyhands/internal/db"
)

type restoreCmd struct {
	unlock `embed:""`
}

// Help implements kong.HelpProvider.
func (restoreCmd) Help() string {
	return `Reads a backup into a new, empty database: the folder or PostgreSQL database that --data names, which is made ready first. All rows arrive or none; then everything is checked as 'check' does it. The backup may come from the other engine: this is how a network moves from a folder to PostgreSQL and back.

Set the secret of the old installation for the new one. Do not let both serve at the same time: each would send the mails that wait.

Examples:

  manyhands restore /backup/manyhands --key manyhands-backup.key --data /var/lib/manyhands-new
  manyhands restore /backup/manyhands --moment 20261123T061503.000000Z --key manyhands-backup.key --data 'postgres://manyhands@db.internal/manyhands'`
}

// Run restores and checks.
func (c restoreCmd) Run(h *house) error {
	key, err := c.key()
	if err != nil {
		return err
	}
	return h.opening(func(d *db.DB) error {
		if _, err := d.Migrate(h.ctx); err != nil {
			return err
		}
		line := h.progress()
		defer line.done()
		m, err := backup.Restore(h.ctx, d, c.Folder, c.Moment, key, line.table)
		if err != nil {
			return err
		}
		line.done()
		if err := h.say("command.restored", "Count", m.Rows(), "Tables", len(m.Tables)); err != nil {
			return err
		}
		return h.prove(d)
	})
}
