package command

import "manyhands/internal/config"

type demoCmd struct {
	config.Server `embed:""`
}

// Help implements kong.HelpProvider.
func (demoCmd) Help() string {
	return `Makes a sample network in a folder of its own (manyhands-demo), the same each time: organisations, programmes, needs, three years of gifts and what they became, and a giving day under way. It serves it with a wallet that moves no money, and prints the address and one sign-in link per role; later it prints the mails that the house sends, and no log lines below warnings. Everybody in it is made up.

Delete the folder to begin anew.

Examples:

  manyhands demo
  manyhands demo --listen 0.0.0.0:8080 --data /tmp/demo`
}

// Run makes and serves the sample.
func (c demoCmd) Run(h *house) error {
	cfg := config.Config{Base: h.base, Server: c.Server}
	cfg.Sandbox = true
	if cfg.Log.Level == "info" {
		cfg.Log.Level = "warn" // the console is for links and mails
	}
	if err := cfg.Check(); err != nil {
		return usage{err}
	}
	return h.doors.Demo(h.ctx, cfg)
}
