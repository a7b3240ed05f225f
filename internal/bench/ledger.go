package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/ledger"
)

// ledger measures the book once it holds Size gifts: matched gifts in batches and one by one, then
// what gifts became.
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
	if err := b.fill(ctx, k); err != nil {
		return err
	}
	if err := b.posting(ctx, k); err != nil {
		return err
	}
	if err := k.payOut(ctx); err != nil {
		return err
	}
	look := func(ctx context.Context, _ int) (int, error) { return 1, k.look(ctx, b.rand) }
	follow := func(ctx context.Context, _ int) (int, error) { return 1, k.follow(ctx, b.rand) }
	err = b.measure(ctx, task{name: limitKey, workers: 1, do: look},
		task{name: "gifts followed to what they became", limit: limitKey, workers: 1, do: follow})
	if err != nil {
		return err
	}
	return b.proveBook(ctx, d, len(k.gifts))
}

// fill lets the book grow to Size gifts.
func (b *bench) fill(ctx context.Context, k *book) error {
	for began := time.Now(); len(k.gifts) < b.o.Size; {
		if _, err := k.post(ctx, 0); err != nil {
			return fmt.Errorf("fill the book: %w", err)
		}
		if n := len(k.gifts); n%(50*batch) == 0 {
			b.say("filling the book: %d of %d, %.1f s", n, b.o.Size, time.Since(began).Seconds())
		}
	}
	return nil
}

// writers is how many post at once where each posts one gift a write.
const writers = 64

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
	return b.measure(ctx, syncs, inserts,
		task{name: "matched gifts posted, 1,000 a write", limit: limitInsert, workers: 1, do: k.post},
		task{name: "matched gifts posted, 1 a write, 64 at once", limit: limitSync, workers: writers, do: k.singles()})
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

func (b *bench) proveBook(ctx context.Context, d *db.DB, gifts int) error {
	b.say("checking the book ...")
	began := time.Now()
	err := d.Read(ctx, func(r *db.Reader) error { return ledger.Check(ctx, r, nil) })
	if err != nil {
		return err
	}
	b.report.note("The book of %s gifts and more was checked entry by entry in %.1f s: it holds.", number(float64(gifts)), time.Since(began).Seconds())
	return nil
}
