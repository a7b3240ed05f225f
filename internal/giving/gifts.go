package giving

import (
	"context"
	"crypto/subtle"
	"database/sql"

	"manyhands/internal/db"
	"manyhands/internal/giving/internal/givingdb"
)

// GiftByID returns a gift. Faults: NotFound "giving.no_gift".
func GiftByID(ctx context.Context, r db.Queryer, id int64) (Gift, error) {
	row, err := q.GetGift(ctx, r, id)
	return giftOf(row), db.NotFound(err, "giving.no_gift")
}

// GiftByToken returns the gift of a private link. Faults: NotFound "giving.no_gift".
func GiftByToken(ctx context.Context, r db.Queryer, token string) (Gift, error) {
	row, err := q.GetGift(ctx, r, tokenID(token))
	if err == nil && subtle.ConstantTimeCompare([]byte(row.Token), []byte(token)) == 0 {
		err = sql.ErrNoRows
	}
	if err != nil {
		return Gift{}, db.NotFound(err, "giving.no_gift")
	}
	return giftOf(row), nil
}

// byFormKey returns the gift that was made under a form's key before, or the zero Gift.
func byFormKey(ctx context.Context, r db.Queryer, key string) (Gift, error) {
	if key == "" {
		return Gift{}, nil
	}
	rows, err := q.GiftsByFormKeys(ctx, r, []string{key})
	if err != nil || len(rows) == 0 {
		return Gift{}, err
	}
	return giftOf(rows[0]), nil
}

// Gifts lists gifts, newest first, before the id before (0: from the newest); state and method
// narrow the list unless they are "".
func Gifts(ctx context.Context, r db.Queryer, state State, method string, before int64, most int) ([]Gift, error) {
	rows, err := q.ListGifts(ctx, r, givingdb.ListGiftsParams{Before: from(before), State: string(state), Method: method, Most: limit(most)})
	return all(rows, giftOf), err
}

// GiftsOfEmail lists the gifts that a person made under an address, newest first.
func GiftsOfEmail(ctx context.Context, r db.Queryer, email string, before int64, most int) ([]Gift, error) {
	rows, err := q.GiftsOfEmail(ctx, r, givingdb.GiftsOfEmailParams{Email: email, Before: from(before), Most: limit(most)})
	return all(rows, giftOf), err
}

// PromisesOf lists what people promised or brought for a need, newest first.
func PromisesOf(ctx context.Context, r db.Queryer, need, before int64, most int) ([]Gift, error) {
	rows, err := q.GiftsOfNeed(ctx, r, givingdb.GiftsOfNeedParams{NeedID: need, Before: from(before), Most: limit(most)})
	return all(rows, giftOf), err
}

// CountWaitingPromises returns how many promises of things wait to be brought.
func CountWaitingPromises(ctx context.Context, r db.Queryer) (int64, error) {
	return q.CountWaitingPromises(ctx, r)
}
