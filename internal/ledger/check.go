package ledger

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"

	"manyhands/internal/db"
)

// Breach says that the book contradicts itself, where, and how.
type Breach struct {
	Invariant string // a short name, such as "floor" or "arrivals"
	AccountID int64  // or 0
	EntryID   int64  // an entry's or hold's id, or 0
	Detail    string
}

// Error is for logs and for the person who ran the check.
func (b *Breach) Error() string {
	return fmt.Sprintf("ledger: breach of %s: account %d, entry %d: %s", b.Invariant, b.AccountID, b.EntryID, b.Detail)
}

func breach(invariant string, account, entry int64, detail string, args ...any) error {
	return &Breach{Invariant: invariant, AccountID: account, EntryID: entry, Detail: fmt.Sprintf(detail, args...)}
}

// Check reads the whole book in one snapshot and proves it against itself: totals against entries,
// holds against accounts, the lines without gap or overlap, carves inside the arrivals they were
// taken from, returns and reversals against what they undo, and floors. That each unit sums to zero
// follows: every entry has two ends of one unit, and every total is its entries'.
//
// Entries and holds are read once each, in whatever order they lie. That they fit together is seen by
// fingerprints (see Fingerprint), so it needs memory for accounts and carves, not for entries; where
// two fingerprints differ, that part is read again in order, to name the place. The first
// contradiction comes back as a *Breach. progress, which may be nil, is told roughly how much of the
// work is done.
func Check(ctx context.Context, q db.Queryer, progress func(done, total int64)) error {
	c := &checker{q: q, progress: progress, seed: maphash.MakeSeed(), accounts: map[int64]*tally{}, carved: map[int64]int64{}}
	for _, step := range []func(context.Context) error{
		c.count, c.readAccounts, c.checkCarves, c.checkEntries, c.checkGivenBack,
		c.checkArrivals, c.checkUses, c.checkHolds, c.checkAccounts,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	c.done = c.total
	c.report()
	return nil
}

// Fingerprint sums up a set of tuples of numbers: equal sets have equal fingerprints in whatever
// order they are read. Seeds are drawn anew for each check, so two different sets share one with a
// chance of about 1 in 2^64, and nobody can choose them so that they do.
type Fingerprint uint64

// Add takes one tuple in.
func (f *Fingerprint) Add(seed maphash.Seed, tuple [5]int64) {
	*f += Fingerprint(maphash.Comparable(seed, tuple))
}

// EachEntry hands kind, id and quantity of every entry to take, those left out that return or reverse
// another, in no order: for checks that hold millions of entries against other records. take must not
// use q.
func EachEntry(ctx context.Context, q db.Queryer, take func(kind string, id, quantity int64) error) error {
	const query = "SELECT kind, id, quantity FROM entry WHERE returns_id = 0 AND reverses_id = 0"
	return each(ctx, q, query, nil, func(row scanner) error {
		var kind string
		var id, quantity int64
		if err := row.Scan(&kind, &id, &quantity); err != nil {
			return fmt.Errorf("ledger: read entries: %w", err)
		}
		return take(kind, id, quantity)
	})
}

type checker struct {
	q           db.Queryer
	progress    func(done, total int64)
	done, total int64
	seed        maphash.Seed

	accounts map[int64]*tally
	carved   map[int64]int64 // by the entry that took it out
	holds    int64           // entries that post a hold
	posting  Fingerprint     // of what they post
}

// tally is an account as it is written beside what its entries and holds add up to.
type tally struct {
	Account
	in, out, heldOut, heldIn int64
	arrivals, uses           Fingerprint // of where pieces begin, less where they end
	astray                   bool        // a use does not cover its quantity
	walked                   int64       // how far a line has been walked
	carves                   []carve     // in the order of the line
	carvedTo, arrivalEnd     int64       // the last carve's end, and that of its arrival
}

const progressEvery = 10_000

func (c *checker) stream(ctx context.Context, query string, take func(scanner) error, args ...any) error {
	err := each(ctx, c.q, query, args, func(row scanner) error {
		if c.done++; c.done%progressEvery == 0 {
			c.report()
		}
		return take(row)
	})
	if _, ok := errors.AsType[*Breach](err); ok || err == nil {
		return err
	}
	return fmt.Errorf("ledger: check: %w", err)
}

func (c *checker) report() {
	if c.progress != nil {
		c.progress(min(c.done, c.total), c.total)
	}
}

// count adds up the rows to be read.
func (c *checker) count(ctx context.Context) error {
	for _, table := range []string{"entry", "account", "hold", "carve"} {
		n, err := sum(ctx, c.q, "SELECT CAST(COUNT(*) AS BIGINT) FROM "+table)
		if err != nil {
			return err
		}
		c.total += n
	}
	return nil
}

func (c *checker) readAccounts(ctx context.Context) error {
	return c.stream(ctx, selectAccount, func(row scanner) error {
		a, err := scanAccount(row)
		c.accounts[a.ID] = &tally{Account: a}
		return err
	})
}

func (c *checker) checkAccounts(context.Context) error {
	for id, t := range c.accounts {
		switch {
		case t.in != t.InTotal || t.out != t.OutTotal:
			return breach("totals", id, 0, "written in %d out %d, entries in %d out %d", t.InTotal, t.OutTotal, t.in, t.out)
		case t.heldOut != t.HeldOut || t.heldIn != t.HeldIn:
			return breach("held", id, 0, "written out %d in %d, holds out %d in %d", t.HeldOut, t.HeldIn, t.heldOut, t.heldIn)
		case t.Floored && t.Available() < 0:
			return breach("floor", id, 0, "%d available", t.Available())
		case t.carvedTo != t.arrivalEnd:
			return breach("carve", id, 0, "the last carve ends at %d, its arrival at %d", t.carvedTo, t.arrivalEnd)
		}
	}
	return nil
}
