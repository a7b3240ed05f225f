package ledger

import (
	"context"
	"errors"
	"fmt"

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
// follows: every entry has two ends of one unit, and every total is its entries'. It needs memory for accounts and carves, not for entries. The first contradiction comes back as a
// *Breach. progress, which may be nil, is told roughly how much of the work is done.
func Check(ctx context.Context, q db.Queryer, progress func(done, total int64)) error {
	c := &checker{q: q, progress: progress, accounts: map[int64]*tally{}, carved: map[int64]int64{}}
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

type checker struct {
	q           db.Queryer
	progress    func(done, total int64)
	done, total int64

	accounts map[int64]*tally
	carved   map[int64]int64 // by the entry that took it out
	holds    int64           // entries that post a hold
}

// tally is an account as it is written beside what its entries and holds add up to.
type tally struct {
	Account
	in, out, heldOut, heldIn int64
	arrived, used            int64 // how far the lines have been walked
	carves                   []carve
	carvedTo, arrivalEnd     int64 // the last carve's end, and that of its arrival
}

const progressEvery = 10_000

func (c *checker) stream(ctx context.Context, query string, take func(scanner) error) error {
	err := each(ctx, c.q, query, nil, func(row scanner) error {
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

// count adds up the rows to be read: entries in three orders.
func (c *checker) count(ctx context.Context) error {
	for query, times := range map[string]int64{"entry": 3, "account": 1, "hold": 1, "carve": 1} {
		n, err := sum(ctx, c.q, "SELECT CAST(COUNT(*) AS BIGINT) FROM "+query)
		if err != nil {
			return err
		}
		c.total += n * times
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
		case t.Traced && t.arrived != t.InTotal:
			return breach("arrivals", id, 0, "the line ends at %d, %d came in", t.arrived, t.InTotal)
		case t.carvedTo != t.arrivalEnd:
			return breach("carve", id, 0, "the last carve ends at %d, its arrival at %d", t.carvedTo, t.arrivalEnd)
		case t.used != t.SpentTo:
			return breach("uses", id, 0, "uses end at %d, written %d", t.used, t.SpentTo)
		}
	}
	return nil
}
