package command

import "manyhands/internal/config"

type serveCmd struct {
	config.Server `embed:""`
}

// Help implements kong.HelpProvider.
func (serveCmd) Help() string {
	return `Serves the network's pages until it is told to stop (Ctrl-C, SIGTERM): it then refuses new requests, ends those under way, and leaves. A folder's database is made or brought up to date first; a PostgreSQL database, which several servers may share, is brought up to date with 'manyhands migrate'. A folder is served by one process at a time; servers that share a database number themselves.

Every setting can stand in a file (--config), in the environment, or on the command line; the command line goes first, then the environment, then the file. In the file a setting is named as its flag with underscores:

  data = "/var/lib/manyhands"
  base_url = "https://give.example.org"
  [smtp]
  host = "mail.example.org"

Examples:

  manyhands serve
  manyhands serve --config /etc/manyhands.toml
  MANYHANDS_DATA='postgres://manyhands@db1,db2/manyhands' manyhands serve`
}

// Run serves.
func (c serveCmd) Run(h *house) error {
	cfg := config.Config{Base: h.base, Server: c.Server}
	if err := cfg.Check(); err != nil {
		return usage{err}
	}
	return h.doors.Serve(h.ctx, cfg)
}
