package crash

import (
	"context"
	"errors"
	"fmt"

	"manyhands/internal/giving"
)

// tally is what everything that was answered adds up to, in fen.
type tally struct {
	gifts, received, released, late int
	given, matched, promised        int64 // of gifts received; promised: of gifts that wait
	payouts, refunds                int
	paid, asked, returned           int64
}

// ways is which way the money of all funds went, in fen: in, out, and asked for by payouts under way.
type ways struct{ in, out, asked int64 }

// compare sets all that was answered beside all that is in the books: there is nothing more. It holds
// once everybody has finished.
func (b books) compare(ctx context.Context, c *crew, told ways) (sum tally, err error) {
	for _, g := range c.everyGiver() {
		for _, a := range g.acts {
			if err := b.addGift(ctx, &sum, a); err != nil {
				return sum, fmt.Errorf("form %s: %w", a.gift.Key, err)
			}
		}
	}
	for _, o := range c.offices {
		if err := b.addOffice(ctx, &sum, o); err != nil {
			return sum, err
		}
	}
	return sum, errors.Join(b.count(ctx, sum), b.sums(ctx, sum, told))
}

func (b books) addGift(ctx context.Context, sum *tally, a *act) error {
	gift, err := giving.GiftByToken(ctx, b.r, a.token)
	if err != nil {
		return err
	}
	sum.gifts++
	switch gift.State {
	case giving.Waiting:
		sum.promised += gift.MatchPromised
	case giving.Received:
		sum.received++
		sum.given += gift.Amount.Minor
		sum.matched += gift.MatchPosted
		if gift.MatchPosted < gift.MatchPromised {
			sum.late++
		}
	default:
		sum.released++
	}
	return nil
}

func (b books) addOffice(ctx context.Context, sum *tally, o *office) error {
	for _, p := range o.payouts {
		if p.id == 0 {
			continue
		}
		sum.payouts++
		switch {
		case !p.settled():
			sum.asked += p.minor
		case p.state == giving.PayoutPaid:
			sum.paid += p.minor
		}
	}
	for _, r := range o.refunds {
		gift, err := giving.GiftByID(ctx, b.r, r.act.id)
		if err != nil {
			return err
		}
		if gift.Refunded > 0 {
			sum.refunds++
		}
		sum.returned += gift.Refunded
	}
	return nil
}

// count sees that nothing was made that nobody was told of.
func (b books) count(ctx context.Context, sum tally) error {
	gifts, err := counted(func(before int64) ([]giving.Gift, error) { return giving.Gifts(ctx, b.r, "", "", before, 100) }, func(g giving.Gift) int64 { return g.ID })
	if err != nil {
		return err
	}
	payouts, err := counted(func(before int64) ([]giving.Payout, error) { return giving.Payouts(ctx, b.r, "", before, 100) }, func(p giving.Payout) int64 { return p.ID })
	if err != nil {
		return err
	}
	if gifts != sum.gifts || payouts != sum.payouts {
		return fmt.Errorf("%d gifts and %d payouts were answered, there are %d and %d", sum.gifts, sum.payouts, gifts, payouts)
	}
	return nil
}

// counted counts what comes in pages, newest first.
func counted[T any](page func(before int64) ([]T, error), id func(T) int64) (n int, err error) {
	for before := int64(0); ; {
		list, err := page(before)
		if err != nil || len(list) == 0 {
			return n, err
		}
		n, before = n+len(list), id(list[len(list)-1])
	}
}

// sums sees that the public books add up to what was answered, to the fen. What of a match went back
// with its gift lies in its pool again.
func (b books) sums(ctx context.Context, sum tally, told ways) error {
	funds, err := giving.Books(ctx, b.r)
	if err != nil {
		return err
	}
	var has ways
	for _, f := range funds {
		has.in, has.out, has.asked = has.in+f.In, has.out+f.Out, has.asked+f.Held
	}
	if has != told {
		return fmt.Errorf("the public books say %+v, the ledger %+v", told, has)
	}
	var matched, promised int64
	pools, err := giving.Pools(ctx, b.r)
	if err != nil {
		return err
	}
	for _, p := range pools {
		book, err := giving.BookOfPool(ctx, b.r, p)
		if err != nil {
			return err
		}
		if book.Funded != book.Held+book.Matched+book.Left || book.Left < 0 {
			return fmt.Errorf("a pool of %d: held %d, matched %d, left %d", book.Funded, book.Held, book.Matched, book.Left)
		}
		matched, promised = matched+book.Matched, promised+book.Held
	}
	back := sum.matched - matched // of matches, with refunds
	if want := (ways{sum.given + sum.matched, sum.paid + sum.returned + back, sum.asked}); has != want || promised != sum.promised || back < 0 {
		return fmt.Errorf("answered: %+v; in the books: %+v, matched %d, promised %d", sum, has, matched, promised)
	}
	return nil
}
