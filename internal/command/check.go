package command

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/ledger"
	"manyhands/internal/payment"
	"manyhands/internal/programme"
)

// check proves one part of the books in one snapshot: nil, or the first breach. progress is never
// nil; total is 0 when not known beforehand.
type check struct {
	name string // its texts are command.checked_<name>
	run  func(ctx context.Context, r *db.Reader, progress func(done, total int64)) error
}

// checks lists everything that must hold; a new part of the house adds its line.
func checks(d *db.DB, zone *time.Location) []check {
	return []check{
		{"ledger", func(ctx context.Context, r *db.Reader, progress func(done, total int64)) error {
			return ledger.Check(ctx, r, progress)
		}},
		{"giving", giving.New(d, giving.Options{Zone: zone}).Check},
		{"payment", func(ctx context.Context, r *db.Reader, _ func(done, total int64)) error { return payment.Check(ctx, r) }},
		{"programme", func(ctx context.Context, r *db.Reader, _ func(done, total int64)) error {
			return programme.Check(ctx, r)
		}},
	}
}

type checkCmd struct{}

// Help implements kong.HelpProvider.
func (checkCmd) Help() string {
	return `Reads everything in one snapshot and recomputes what the house promises: every unit sums to zero, no account is below its floor, each hold ended once, every received gift has its entry, each match is what was promised, caps were kept, no payout was approved by whoever asked for it. It changes nothing and may run beside a server.

Exit code 0: everything holds. 1: the first breach is printed.

Examples:

  manyhands check
  manyhands check --data 'postgres://manyhands@db.internal/manyhands' || page-the-operator`
}

// Run checks.
func (checkCmd) Run(h *house) error {
	return h.using(h.prove)
}

// prove runs all checks on one snapshot and says of each that it holds.
func (h *house) prove(d *db.DB) error {
	zone, err := h.base.Location()
	if err != nil {
		return err
	}
	line := h.progress()
	defer line.done()
	return d.Read(h.ctx, func(r *db.Reader) error {
		for _, c := range checks(d, zone) {
			err := c.run(h.ctx, r, func(done, total int64) {
				if total > 0 {
					line.show("%s %d / %d", c.name, done, total)
				} else {
					line.show("%s %d", c.name, done)
				}
			})
			line.done()
			if err != nil {
				fmt.Fprintln(h.err, i18n.T(h.ctx, "command.breach"))
				return fmt.Errorf("check %s: %w", c.name, err)
			}
			if err := h.say("command.checked_" + c.name); err != nil {
				return err
			}
		}
		return h.say("command.all_holds")
	})
}
