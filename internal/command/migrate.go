package command

import (
	"manyhands/internal/db"
)

type migrateCmd struct{}

// Help implements kong.HelpProvider.
func (migrateCmd) Help() string {
	return `Makes the database if it is missing and applies the steps that this program has and the database has not. Safe to run again; a database that a newer program has touched is refused. 'serve' does the same by itself for a database in a folder; a PostgreSQL database needs this command, once, before the servers of a new version start.

Take a backup first: steps go forward only.

Examples:

  manyhands migrate
  manyhands migrate --data 'postgres://manyhands@db.internal/manyhands'`
}

// Run migrates.
func (migrateCmd) Run(h *house) error {
	return h.opening(func(d *db.DB) error {
		steps, err := d.Migrate(h.ctx)
		if err != nil {
			return err
		}
		if steps == 0 {
			return h.say("command.schema_current")
		}
		return h.say("command.migrated", "Count", steps)
	})
}
