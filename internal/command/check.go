package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"manyhands/internal/audit"
	"manyhands/internal/checklist"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/ledger"
	"manyhands/internal/payment"
	"manyhands/internal/programme"
	"manyhands/internal/safeguard"
	"manyhands/internal/vault"
)

// check proves one part of the books in one snapshot: nil, or the first breach. Each part stands for
// itself, so two need not see the same snapshot. progress is never nil; total is 0 when not known
// beforehand.
type check struct {
	name string // its texts are command.checked_<name>
	run  func(ctx context.Context, r *db.Reader, progress func(done, total int64)) error
}

// checks lists everything that must hold: the ledger first, then the rest.
func checks(d *db.DB, zone *time.Location, v *vault.Vault) []check {
	return []check{
		{"ledger", func(ctx context.Context, r *db.Reader, progress func(done, total int64)) error {
			return ledger.Check(ctx, r, progress)
		}},
		{"giving", func(ctx context.Context, r *db.Reader, progress func(done, total int64)) error {
			return giving.New(d, giving.Options{Zone: zone}).Check(ctx, r, progress)
		}},
		{"payment", func(ctx context.Context, r *db.Reader, _ func(done, total int64)) error { return payment.Check(ctx, r) }},
		{"programme", func(ctx context.Context, r *db.Reader, _ func(done, total int64)) error {
			return programme.Check(ctx, r)
		}},
		{"checklist", func(ctx context.Context, r *db.Reader, _ func(done, total int64)) error {
			return checklist.Check(ctx, r)
		}},
		{"vault", func(ctx context.Context, r *db.Reader, progress func(done, total int64)) error {
			return v.Check(ctx, r, func(done int64) { progress(done, 0) })
		}},
		{"safeguard", func(ctx context.Context, r *db.Reader, progress func(done, total int64)) error {
			return safeguard.Check(ctx, r, progress)
		}},
		{"audit", func(ctx context.Context, r *db.Reader, progress func(done, total int64)) error {
			_, err := audit.Verify(ctx, r, progress)
			return err
		}},
	}
}

type checkCmd struct {
	Textfile textfile `placeholder:"FILE.prom" type:"path" help:"File to write the outcome to, for the node exporter's textfile collector."`
}

// Help implements kong.HelpProvider.
func (checkCmd) Help() string {
	return `Reads everything and recomputes what the house promises: every unit sums to zero, no account is below its floor, each hold ended once, every received gift has its entry, each match is what was promised, caps were kept, no payout was approved by whoever asked for it; every key of the vault opens, as far as the master key is at hand. Each part is read in one snapshot, and the parts beside each other. It changes nothing and may run beside a server; how far it has come stands on standard error every few seconds.

Exit code 0: everything holds. 1: the first breach is printed.

Examples:

  manyhands check
  manyhands check --textfile /var/lib/node-exporter/manyhands-check.prom
  manyhands check --data 'postgres://manyhands@db.internal/manyhands' || page-the-operator`
}

// Run checks.
func (c checkCmd) Run(h *house) error {
	h.figures = c.Textfile.running()
	defer h.figures.remove()
	began, ok := now(), 1.0
	err := h.using(h.prove)
	if _, found := errors.AsType[broken](err); found {
		ok = 0
	} else if err != nil {
		return err // nothing is known of the books
	}
	return errors.Join(err, c.Textfile.write(
		gauge{"check_ok", "Whether the latest check of the books found them right: 1 or 0.", ok},
		gauge{"check_finished_timestamp_seconds", "When the latest check ended.", now()},
		gauge{"check_seconds", "How long the latest check took.", now() - began}))
}

// prove runs the ledger's check beside the others, on two snapshots, and says of each that it holds,
// or of the first that does not what is wrong.
func (h *house) prove(d *db.DB) error {
	zone, err := h.base.Location()
	if err != nil {
		return err
	}
	v, err := h.vault(d)
	if err != nil {
		return err
	}
	all := checks(d, zone, v)
	line := h.progress()
	defer line.done()
	far := &distance{names: make([]string, len(all)), rows: make([]int64, len(all)), line: line, figures: h.figures}
	errs := make([]error, len(all))
	var wg sync.WaitGroup
	for from, to := range map[int]int{0: 1, 1: len(all)} { // about half the work each; a connection keeps much in memory
		wg.Go(func() {
			err := d.Read(h.ctx, func(r *db.Reader) error {
				for i := from; i < to; i++ {
					errs[i] = all[i].run(h.ctx, r, func(done, total int64) { far.show(i, all[i].name, done, total) })
				}
				return nil
			})
			if err != nil {
				errs[from] = errors.Join(errs[from], err)
			}
		})
	}
	wg.Wait()
	line.done()
	for i, c := range all {
		if errors.Is(errs[i], vault.ErrLocked) {
			h.tellLocked(errs[i]) // the books hold without it
			continue
		}
		if errs[i] != nil && h.ctx.Err() == nil {
			fmt.Fprintln(h.err, i18n.T(h.ctx, "command.breach"))
			return broken{fmt.Errorf("check %s: %w", c.name, errs[i])}
		}
		if errs[i] != nil {
			return errs[i]
		}
		if err := h.say("command.checked_" + c.name); err != nil {
			return err
		}
	}
	return h.say("command.all_holds")
}

// broken is the error of a check that was made and failed.
type broken struct{ error }

// Unwrap returns the error within.
func (b broken) Unwrap() error { return b.error }

// distance is how far several checks have come.
type distance struct {
	mu      sync.Mutex
	names   []string // of each check, with its figures
	rows    []int64
	line    *progress
	figures textfile
}

func (x *distance) show(i int, name string, done, total int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.rows[i], x.names[i] = done, fmt.Sprintf("%s %d", name, done)
	if total > 0 {
		x.names[i] += fmt.Sprintf(" / %d", total)
	}
	if x.line.show("%s", strings.Join(slices.DeleteFunc(slices.Clone(x.names), func(s string) bool { return s == "" }), ", ")) {
		sum := int64(0)
		for _, n := range x.rows {
			sum += n
		}
		_ = x.figures.write(gauge{"check_rows", "Rows that the check under way has read.", float64(sum)}) // the outcome's file tells when it cannot be written
	}
}
