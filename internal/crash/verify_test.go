package crash

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"manyhands/internal/app"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/ledger"
	"manyhands/internal/payment"
)

// tally is what the answered gifts add up to.
type tally struct {
	gifts, received      int
	given, matched, held int64
}

// verify compares what was answered with what is in the books.
func verify(t *testing.T, s *app.Services, givers []*giver) tally {
	t.Helper()
	ctx := t.Context()
	var sum tally
	err := s.DB.Read(ctx, func(r *db.Reader) error {
		for _, g := range givers {
			for _, a := range g.acts {
				if err := sum.add(ctx, r, s, a); err != nil {
					return fmt.Errorf("form %s: %w", a.gift.Key, err)
				}
			}
		}
		quarantined, err := s.Payments.Quarantined(ctx, r, 0, 1)
		if err == nil && len(quarantined) > 0 {
			err = fmt.Errorf("money in quarantine: %s", quarantined[0].Reason)
		}
		return errors.Join(err, sum.compare(ctx, r), checks(ctx, r, s))
	})
	if err != nil {
		t.Error(err)
	}
	return sum
}

func checks(ctx context.Context, r *db.Reader, s *app.Services) error {
	return errors.Join(ledger.Check(ctx, r, nil), s.Giving.Check(ctx, r, func(int64, int64) {}), payment.Check(ctx, r))
}

// add compares one act with its gift.
func (sum *tally) add(ctx context.Context, r *db.Reader, s *app.Services, a *act) error {
	gift, err := giving.GiftByToken(ctx, r, a.token)
	if err != nil {
		return fmt.Errorf("answered, and not there: %w", err)
	}
	pay, err := s.Payments.ByPurpose(ctx, r, gift.ID)
	if err != nil {
		return fmt.Errorf("the gift has no payment: %w", err)
	}
	sum.gifts++
	switch {
	case gift.Amount.Minor != a.gift.Minor:
		return fmt.Errorf("%d fen were given, %d are in the books", a.gift.Minor, gift.Amount.Minor)
	case !a.notified && gift.State == giving.Waiting:
		sum.held += gift.MatchPromised
		return nil
	case !a.notified:
		return fmt.Errorf("nobody paid, and it is %s", gift.State)
	case gift.State != giving.Received || pay.State != payment.Captured:
		return fmt.Errorf("the notice was taken, and the gift is %s, its payment %s", gift.State, pay.State)
	case gift.MatchPosted != gift.MatchPromised:
		return fmt.Errorf("a match of %d was promised, %d was posted", gift.MatchPromised, gift.MatchPosted)
	}
	entry, err := ledger.EntryByID(ctx, r, gift.ID)
	if err != nil || entry.Quantity != gift.Amount.Minor {
		return errors.Join(err, fmt.Errorf("the entry says %d of %d", entry.Quantity, gift.Amount.Minor))
	}
	sum.received++
	sum.given += gift.Amount.Minor
	sum.matched += gift.MatchPosted
	return nil
}

// compare sets the answered gifts beside everything in the books: there is nothing more.
func (sum *tally) compare(ctx context.Context, r *db.Reader) error {
	n := 0
	for before := int64(0); ; {
		page, err := giving.Gifts(ctx, r, "", "", before, 100)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		n, before = n+len(page), page[len(page)-1].ID
	}
	if n != sum.gifts {
		return fmt.Errorf("%d gifts were made by %d forms", n, sum.gifts)
	}
	books, err := giving.Books(ctx, r)
	if err != nil {
		return err
	}
	var in int64
	for _, b := range books {
		in += b.In
	}
	if in != sum.given+sum.matched {
		return fmt.Errorf("funds received %d; gifts %d and matches %d were answered", in, sum.given, sum.matched)
	}
	pools, err := giving.Pools(ctx, r)
	if err != nil {
		return err
	}
	var matched, held int64
	for _, p := range pools {
		b, err := giving.BookOfPool(ctx, r, p)
		if err != nil {
			return err
		}
		if b.Funded != b.Held+b.Matched+b.Left || b.Left < 0 {
			return fmt.Errorf("a pool of %d: held %d, matched %d, left %d", b.Funded, b.Held, b.Matched, b.Left)
		}
		matched, held = matched+b.Matched, held+b.Held
	}
	if matched != sum.matched || held != sum.held {
		return fmt.Errorf("pools matched %d and hold %d; answered gifts have %d and %d", matched, held, sum.matched, sum.held)
	}
	return nil
}
