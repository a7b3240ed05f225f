package account

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"manyhands/internal/db"
	"manyhands/internal/notify"
)

// HasPhone reports whether a person's account has a number. It needs no vault.
func (s *Service) HasPhone(ctx context.Context, r db.Queryer, person int64) (bool, error) {
	_, err := q.PhoneOf(ctx, r, person)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("account: number: %w", err)
	}
	return true, nil
}

// Number returns the number to which a person's messages go, and what they wish of t. It implements
// notify.Numbers. A number that was not proven for so long that it may have another owner now gets
// none. Faults: those of the vault when it is locked.
func (s *Service) Number(ctx context.Context, person int64, t notify.Topic) (number string, wish notify.Wish, err error) {
	err = s.d.Read(ctx, func(r *db.Reader) error {
		number, wish = "", notify.Wish{}
		row, err := q.PhoneOf(ctx, r, person)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("account: number: %w", err)
		}
		p, err := s.people.PersonByID(ctx, r, person)
		if err != nil || old(p, row, s.d.Now()) {
			return err
		}
		w, err := s.WishesOf(ctx, r, person)
		if err != nil {
			return err
		}
		wish = notify.Wish{Unwanted: t != "" && !w.Topics[t]}
		if t != "" {
			wish.NotBefore = w.QuietUntilAt(s.d.Now(), s.cfg.Zone)
		}
		number, err = s.PhoneOf(ctx, r, person)
		return err
	})
	return number, wish, err
}

// PhoneOwners returns whose account has a number, by the number's look-up as the vault makes it for
// "phone"; those that nobody has are left out. No number is opened.
func (s *Service) PhoneOwners(ctx context.Context, r db.Queryer, lookups []string) (map[string]int64, error) {
	rows, err := q.PhoneOwners(ctx, r, lookups)
	if err != nil {
		return nil, fmt.Errorf("account: whose numbers: %w", err)
	}
	out := make(map[string]int64, len(rows))
	for _, x := range rows {
		out[x.Lookup] = x.PersonID
	}
	return out, nil
}
