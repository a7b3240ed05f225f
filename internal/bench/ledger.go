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

// ledger measures the book: matched gifts in batches and one by one, then what gifts became.
func (b *bench) ledger(ctx context.Context) (err error) {
	if err := errors.Join(b.syncs(ctx), b.inserts(ctx)); err != nil {
		return err
	}
	d, err := b.database(ctx, db.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	k, err := newBook(ctx, d, b.rand)
	if err != nil {
		return err
	}
	if err := b.batches(ctx, k); err != nil {
		return err
	}
	if err := b.singles(ctx, k); err != nil {
		return err
	}
	if err := k.payOut(ctx); err != nil {
		return err
	}
	if err := b.lookUps(ctx, k); err != nil {
		return err
	}
	return b.proveBook(ctx, d, len(k.gifts))
}

// mostTimes bounds how long the posting of Size gifts may take, in lengths of a figure.
const mostTimes = 12

// batches posts Size gifts and takes each third of them as a round, so that a rate that falls as the
// book grows shows.
func (b *bench) batches(ctx context.Context, k *book) error {
	b.say("matched gifts in batches ...")
	until := time.Now().Add(mostTimes * b.length())
	var took []time.Duration
	var rates []float64
	for r := range rounds {
		began, n := time.Now(), len(k.gifts)
		for len(k.gifts) < b.o.Size*(r+1)/rounds && time.Now().Before(until) {
			at := time.Now()
			if _, err := k.post(ctx, 0); err != nil {
				return fmt.Errorf("post a batch: %w", err)
			}
			took = append(took, time.Since(at))
		}
		if n < len(k.gifts) {
			rates = append(rates, float64(len(k.gifts)-n)/time.Since(began).Seconds())
		}
		b.say("  %d of %d", len(k.gifts), b.o.Size)
	}
	f := Figure{Name: "matched gifts posted, 1,000 a write", Unit: "1/s", Value: median(rates), N: len(k.gifts)}
	f.P50, f.P99 = percentiles(took)
	b.report.add(f, limitInsert)
	return nil
}

// writers is how many post at once where each posts one gift a write.
const writers = 64

func (b *bench) singles(ctx context.Context, k *book) error {
	chance, popular := make([]*rand.Rand, writers), make([]*rand.Zipf, writers)
	for w := range writers {
		chance[w] = rand.New(rand.NewPCG(seed, uint64(w)))
		popular[w] = rand.NewZipf(chance[w], zipf, 1, funds-1)
	}
	f, err := b.measure(ctx, "matched gifts posted, 1 a write, 64 at once", writers, func(ctx context.Context, w int) (int, error) {
		sets := k.matched(1, popular[w], chance[w])
		return 1, k.d.Write(ctx, func(tx *db.Tx) error { return ledger.Post(ctx, tx, sets...) })
	})
	if err != nil {
		return fmt.Errorf("post one by one: %w", err)
	}
	b.report.add(f, limitSync)
	return nil
}

func (b *bench) lookUps(ctx context.Context, k *book) error {
	for _, x := range []struct {
		name, limit string
		do          func(context.Context, *rand.Rand) error
	}{{limitKey, "", k.look}, {"gifts followed to what they became", limitKey, k.follow}} {
		f, err := b.measure(ctx, x.name, 1, func(ctx context.Context, _ int) (int, error) { return 1, x.do(ctx, b.rand) })
		if err != nil {
			return fmt.Errorf("%s: %w", x.name, err)
		}
		b.report.add(f, x.limit)
	}
	return nil
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
