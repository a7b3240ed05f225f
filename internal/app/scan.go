package app

import (
	"context"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/audit"
	"manyhands/internal/blob"
	"manyhands/internal/blob/clamd"
	"manyhands/internal/db"
	"manyhands/internal/event"
)

// noting is how long it may take to note that a file was refused, also when whoever sent it has gone.
const noting = 10 * time.Second

// scan has files looked into by the scanner of the settings, if there is one.
func (a *App) scan() error {
	if a.cfg.ScannerAddress == "" {
		return nil
	}
	s, err := clamd.New(a.cfg.ScannerAddress, clamd.DefaultTimeout)
	if err != nil {
		return err
	}
	a.Blobs.Guard(s, a.fileRefused)
	return nil
}

// fileRefused notes what a scanner found: in the trail, as an event and in the log, with the scanner's own
// word for it and nothing of the file. That there was no answer is for the operator alone.
func (a *App) fileRefused(ctx context.Context, x blob.Scanned) {
	if x.Err != nil {
		a.log.Warn("the virus scanner does not answer: a file was refused", "err", x.Err)
		return
	}
	a.log.Warn("the virus scanner found something: a file was refused", "found", x.Found)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noting)
	defer cancel()
	data := struct {
		Found string `json:"found"`
	}{x.Found}
	err := a.DB.Write(ctx, func(tx *db.Tx) error {
		if err := event.Add(ctx, tx, "file.infected", 0, access.PersonID(ctx), data); err != nil {
			return err
		}
		return audit.Add(ctx, tx, audit.Act{Kind: "file.infected", Person: access.PersonID(ctx), Data: data})
	})
	if err != nil {
		a.log.Error("a refused file is not in the trail", "err", err)
	}
}
