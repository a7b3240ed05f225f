package command

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/ledger"
	"manyhands/internal/payment"
	"manyhands/internal/programme"
)

// check proves one part of the books in one snapshot: nil, or the first breach. Each part stands for
// itself, so each has a snapshot of its own. progress is never nil; total is 0 when not known
// beforehand.
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
	return `Reads everything and recomputes what the house promises: every unit sums to zero, no account is below its floor, each hold ended once, every received gift has its entry, each match is what was promised, caps were kept, no payout was approved by whoever asked for it. Each part is read in one snapshot, and the parts beside each other. It changes nothing and may run beside a server; how far it has come stands on standard error every few seconds.

Exit code 0: everything holds. 1: the first breach is printed.

Examples:

  manyhands check
  manyhands check --data 'postgres://manyhands@db.internal/manyhands' || page-the-operator`
}

// Run checks.
func (checkCmd) Run(h *house) error {
	return h.using(h.prove)
}

// prove runs all checks beside each other, each on a snapshot of its own, and says of each that it
// holds, or of the first that does not what is wrong.
func (h *house) prove(d *db.DB) error {
	zone, err := h.base.Location()
	if err != nil {
		return err
	}
	all := checks(d, zone)
	line := h.progress()
	defer line.done()
	far := &distance{names: make([]string, len(all)), line: line}
	errs := make([]error, len(all))
	var wg sync.WaitGroup
	for i, c := range all {
		wg.Go(func() {
			errs[i] = d.Read(h.ctx, func(r *db.Reader) error {
				return c.run(h.ctx, r, func(done, total int64) { far.show(i, c.name, done, total) })
			})
		})
	}
	wg.Wait()
	line.done()
	for i, c := range all {
		if errs[i] != nil {
			fmt.Fprintln(h.err, i18n.T(h.ctx, "command.breach"))
			return fmt.Errorf("check %s: %w", c.name, errs[i])
		}
		if err := h.say("command.checked_" + c.name); err != nil {
			return err
		}
	}
	return h.say("command.all_holds")
}

// distance is how far several checks have come.
type distance struct {
	mu    sync.Mutex
	names []string // of each check, with its figures
	line  *progress
}

func (x *distance) show(i int, name string, done, total int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.names[i] = fmt.Sprintf("%s %d", name, done)
	if total > 0 {
		x.names[i] += fmt.Sprintf(" / %d", total)
	}
	x.line.show("%s", strings.Join(slices.DeleteFunc(slices.Clone(x.names), func(s string) bool { return s == "" }), ", "))
}
