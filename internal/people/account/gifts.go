package account

import (
	"context"
	"fmt"

	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/people/account/internal/accountdb"
)

// mostKept bounds how many gifts a person puts into their account by links.
const mostKept = 500

// KeepGift puts a gift into a person's account. Whoever calls has seen the gift's private link in that
// person's hands: it is the proof, and the only one beside a proven address. Again it changes nothing.
// Faults: TooMany "account.kept_full".
func (s *Service) KeepGift(ctx context.Context, tx *db.Tx, person, gift int64) error {
	n, err := q.CountKept(ctx, tx, person)
	if err != nil {
		return fmt.Errorf("account: count gifts: %w", err)
	}
	if n >= mostKept {
		return fault.New(fault.TooMany, "account.kept_full")
	}
	if _, err := q.KeepGift(ctx, tx, accountdb.KeepGiftParams{PersonID: person, GiftID: gift, MadeAt: tx.NowMicros()}); err != nil {
		return fmt.Errorf("account: keep a gift: %w", err)
	}
	return nil
}

// KeptGifts returns the ids of the gifts that a person put into their account, newest gift first.
func (s *Service) KeptGifts(ctx context.Context, r db.Queryer, person int64) ([]int64, error) {
	ids, err := q.KeptGifts(ctx, r, person)
	if err != nil {
		return nil, fmt.Errorf("account: kept gifts: %w", err)
	}
	return ids, nil
}
