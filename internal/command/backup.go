package command

import (
	"manyhands/internal/backup"
	"manyhands/internal/db"
)

type backupCmd struct {
	File string `arg:"" type:"path" help:"File to write; must not exist."`
}

// Help implements kong.HelpProvider.
func (backupCmd) Help() string {
	return `Writes all that the database holds at this moment to one zip file that only you can read, reads it back, and only then gives it its name. The server may go on working. Browser sessions and sign-in links are left out: people sign in again after a restore. The secret is not in the file; keep a copy of it in another place.

Examples:

  manyhands backup /backup/manyhands-$(date +%F).zip`
}

// Run backs up.
func (c backupCmd) Run(h *house) error {
	return h.using(func(d *db.DB) error {
		line := h.progress()
		defer line.done()
		m, err := backup.WriteFile(h.ctx, d, c.File, line.table)
		if err != nil {
			return err
		}
		line.done()
		return h.say("command.backed_up", "Count", m.Rows(), "Tables", len(m.Tables))
	})
}

// table shows the progress of a backup or a restore.
func (p *progress) table(x backup.Progress) {
	p.show("%d/%d %s %d", x.Number, x.Tables, x.Table, x.Rows)
}
