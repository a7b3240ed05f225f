package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/ledger"
)

// ledger measures posting to an empty book, lets it grow to Size entries, and measures again: the
// rate, what gifts became, the room on the disk, the check and opening.
func (b *bench) ledger(ctx context.Context) (err error) {
	d, err := b.database(ctx, db.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	k, err := newBook(ctx, d, b.rand)
	if err != nil {
		return err
	}
	if err := b.posting(ctx, k); err != nil {
		return err
	}
	if err := b.fill(ctx, k); err != nil {
		return err
	}
	if err := b.large(ctx, k); err != nil {
		return err
	}
	if err := b.proveBook(ctx, k); err != nil {
		return err
	}
	b.report.addMemory("memory at its peak", os.Getpid())
	return nil
}

// writers is how many post at once where each posts one gift a write.
const writers = 64

const (
	postedEmpty   = "matched gifts posted, 1,000 a write, empty book"
	postedSingles = "matched gifts posted, 1 a write, 64 at once"
)

// posting measures how a book that begins empty takes gifts.
func (b *bench) posting(ctx context.Context, k *book) (err error) {
	syncs, done, err := b.syncing()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	inserts, dropped, err := b.inserting(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dropped()) }()
	return b.measure(ctx, syncs, inserts, task{name: postedEmpty, limit: limitInsert, workers: 1, do: k.post},
		task{name: postedSingles, limit: limitSync, workers: writers, do: k.singles()})
}

// fill lets the book grow to Size entries, two for each gift, and notes what an entry takes.
func (b *bench) fill(ctx context.Context, k *book) error {
	before, err := diskBytes(ctx, k.d)
	if err != nil {
		return err
	}
	had := k.posted
	for began, said := time.Now(), 0; 2*k.posted < int64(b.o.Size) || k.posted == had; {
		if _, err := k.post(ctx, 0); err != nil {
			return fmt.Errorf("fill the book: %w", err)
		}
		if tenth := int(20 * k.posted / int64(b.o.Size)); tenth > said {
			said = tenth
			b.say("filling the book: %d of %d entries, %.1f s", 2*k.posted, b.o.Size, time.Since(began).Seconds())
		}
	}
	after, err := diskBytes(ctx, k.d)
	if err != nil {
		return err
	}
	entries := 2 * (k.posted - had)
	b.report.add(Figure{Name: "an entry on disk, with its indexes", Unit: "B", Value: float64(after-before) / float64(entries), N: int(entries)}, "")
	return nil
}

// large measures the book that has grown.
func (b *bench) large(ctx context.Context, k *book) error {
	grown := fmt.Sprintf("matched gifts posted, 1,000 a write, %s entries there", number(float64(2*k.posted)))
	if err := b.measure(ctx, task{name: grown, limit: postedEmpty, workers: 1, do: k.post}); err != nil {
		return err
	}
	b.noteGrowth(grown)
	if err := k.payOut(ctx); err != nil {
		return err
	}
	look := func(ctx context.Context, _ int) (int, error) { return 1, k.look(ctx, b.rand) }
	follow := func(ctx context.Context, _ int) (int, error) { return 1, k.follow(ctx, b.rand) }
	return b.measure(ctx, task{name: limitKey, workers: 1, do: look},
		task{name: "gifts followed to what they became", limit: limitKey, workers: 1, do: follow},
		task{name: "the book opened and one account read", limit: "", workers: 1, waiting: true, do: b.reopen(k.pool)})
}

// noteGrowth tells what growing cost in processor time, which neighbours on the machine disturb less.
func (b *bench) noteGrowth(grown string) {
	before, _ := b.report.figure(postedEmpty)
	after, _ := b.report.figure(grown)
	if after.CPU > 0 {
		b.report.note("In processor time a gift took %.1f µs in the empty book and %.1f µs in the grown one: a ratio of %.2f.", before.CPU, after.CPU, before.CPU/after.CPU)
	}
}

// reopen opens the database once more beside the one that is open, and reads an account.
func (b *bench) reopen(account int64) step {
	return func(ctx context.Context, _ int) (_ int, err error) {
		d, err := db.Open(ctx, b.place.target, db.Options{})
		if err != nil {
			return 0, err
		}
		defer func() { err = errors.Join(err, d.Close()) }()
		return 1, d.Read(ctx, func(r *db.Reader) error {
			_, err := ledger.AccountByID(ctx, r, account)
			return err
		})
	}
}

// singles posts one gift a write, each worker by its own chance.
func (k *book) singles() step {
	chance, popular := make([]*rand.Rand, writers), make([]*rand.Zipf, writers)
	for w := range writers {
		chance[w] = rand.New(rand.NewPCG(seed, uint64(w)))
		popular[w] = rand.NewZipf(chance[w], zipf, 1, funds-1)
	}
	return func(ctx context.Context, w int) (int, error) {
		sets := k.matched(1, popular[w], chance[w])
		return 1, k.d.Write(ctx, func(tx *db.Tx) error { return ledger.Post(ctx, tx, sets...) })
	}
}

func (b *bench) proveBook(ctx context.Context, k *book) error {
	b.say("checking the book ...")
	began := time.Now()
	if err := k.d.Read(ctx, func(r *db.Reader) error { return ledger.Check(ctx, r, nil) }); err != nil {
		return err
	}
	took := time.Since(began).Seconds()
	b.report.add(Figure{Name: "the whole book checked", Unit: "s", Value: took, N: 1}, "")
	b.report.note("The book of %s entries and more was checked entry by entry in %.1f s: it holds.", number(float64(2*k.posted)), took)
	return nil
}
