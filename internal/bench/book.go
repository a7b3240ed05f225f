package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"

	"manyhands/internal/db"
	"manyhands/internal/ledger"
	"manyhands/internal/money"
)

const (
	batch     = 1000 // matched gifts in one write
	funds     = 200
	zipf      = 1.1 // few funds are popular
	poolTimes = 100 // fillings of the pool, each of the largest quantity that there is
	giftFen   = 10_000
)

// book is a ledger with one place where gifts arrive, one pool that matches them all, and funds.
type book struct {
	d              *db.DB
	arrivals, pool int64
	payee          int64
	funds          []int64
	popular        *rand.Zipf
	rand           *rand.Rand
	posted         int64  // matched gifts, by post
	gifts          []gift // some of them, picked by chance
}

// gift is one that was posted.
type gift struct {
	id, minor int64
}

// remembered is how many gifts a book remembers: a few of many, each as likely as any other.
const remembered = 1 << 16

func (k *book) remember(g gift) {
	k.posted++
	if len(k.gifts) < remembered {
		k.gifts = append(k.gifts, g)
	} else if i := k.rand.Int64N(k.posted); i < remembered {
		k.gifts[i] = g
	}
}

func newBook(ctx context.Context, d *db.DB, r *rand.Rand) (*book, error) {
	k := &book{d: d, popular: rand.NewZipf(r, zipf, 1, funds-1), rand: r}
	err := d.Write(ctx, func(tx *db.Tx) (err error) {
		k.funds = k.funds[:0]
		if k.arrivals, err = ledger.Open(ctx, tx, "bench:arrivals", money.CNY, false, false); err != nil {
			return err
		}
		if k.payee, err = ledger.Open(ctx, tx, "bench:payee", money.CNY, false, false); err != nil {
			return err
		}
		if k.pool, err = ledger.Open(ctx, tx, "bench:pool", money.CNY, true, true); err != nil {
			return err
		}
		for i := range funds {
			id, err := ledger.Open(ctx, tx, "bench:fund:"+strconv.Itoa(i), money.CNY, true, true)
			if err != nil {
				return err
			}
			k.funds = append(k.funds, id)
		}
		return k.fillPool(ctx, tx)
	})
	if err != nil {
		return nil, fmt.Errorf("open the accounts: %w", err)
	}
	return k, nil
}

func (k *book) fillPool(ctx context.Context, tx *db.Tx) error {
	set := ledger.Set{ID: tx.NewID()}
	for range poolTimes {
		set.Entries = append(set.Entries, ledger.Entry{ID: tx.NewID(), Kind: "pool.funded", From: k.arrivals, To: k.pool, Quantity: money.MaxMinor})
	}
	return ledger.Post(ctx, tx, set)
}

// matched makes sets of a gift and its match, to funds as popularity has it.
func (k *book) matched(n int, popular *rand.Zipf, r *rand.Rand) []ledger.Set {
	sets := make([]ledger.Set, n)
	for i := range sets {
		id, fund, size := k.d.NewID(), k.funds[popular.Uint64()], 1+r.Int64N(giftFen)
		sets[i] = ledger.Set{ID: id, Entries: []ledger.Entry{
			{ID: id, Kind: "gift", From: k.arrivals, To: fund, Quantity: size, Subject: id},
			{ID: k.d.NewID(), Kind: "match", From: k.pool, To: fund, Quantity: size, Subject: id}}}
	}
	return sets
}

// post posts one batch and remembers some of its gifts.
func (k *book) post(ctx context.Context, _ int) (int, error) {
	sets := k.matched(batch, k.popular, k.rand)
	if err := k.d.Write(ctx, func(tx *db.Tx) error { return ledger.Post(ctx, tx, sets...) }); err != nil {
		return 0, err
	}
	for _, s := range sets {
		k.remember(gift{s.ID, s.Entries[0].Quantity})
	}
	return len(sets), nil
}

// payOut pays three fifths of every fund out, in five payouts each, so that gifts have gone somewhere.
func (k *book) payOut(ctx context.Context) error {
	for _, fund := range k.funds {
		err := k.d.Write(ctx, func(tx *db.Tx) error {
			a, err := ledger.AccountByID(ctx, tx, fund)
			if err != nil {
				return err
			}
			part := min(a.Available()*3/5/5, money.MaxMinor)
			if part == 0 {
				return nil
			}
			set := ledger.Set{ID: tx.NewID()}
			for range 5 {
				set.Entries = append(set.Entries, ledger.Entry{ID: tx.NewID(), Kind: "payout", From: fund, To: k.payee, Quantity: part})
			}
			return ledger.Post(ctx, tx, set)
		})
		if err != nil {
			return fmt.Errorf("pay out: %w", err)
		}
	}
	return nil
}

// follow asks what one gift became.
func (k *book) follow(ctx context.Context, r *rand.Rand) error {
	g := k.gifts[r.IntN(len(k.gifts))]
	return k.d.Read(ctx, func(q *db.Reader) error {
		t, err := ledger.Follow(ctx, q, g.id, 0, g.minor)
		if err != nil {
			return err
		}
		sum := t.Rest
		for _, p := range append(t.Leaves, t.Returned...) {
			sum += p.Quantity
		}
		for _, w := range t.Waiting {
			sum += w.Quantity
		}
		if sum != g.minor {
			return fmt.Errorf("a gift of %d became %d", g.minor, sum)
		}
		return nil
	})
}

// look reads one entry by its key.
func (k *book) look(ctx context.Context, r *rand.Rand) error {
	g := k.gifts[r.IntN(len(k.gifts))]
	return k.d.Read(ctx, func(q *db.Reader) error {
		_, err := ledger.EntryByID(ctx, q, g.id)
		return err
	})
}
