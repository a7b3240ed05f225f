package giving

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"manyhands/internal/db"
	"manyhands/internal/giving/internal/givingdb"
)

// folded is an address as gifts are found by it: in small letters, as a person's account keeps its own.
func folded(email string) string { return strings.ToLower(email) }

// GiftsOf lists the gifts of a person, newest first and at most most: those made signed in, those made as
// a guest under an address that the person has proven, and those named by id, whose private links the
// person has shown. What is no longer there is left out. Whoever calls answers for the proof.
func GiftsOf(ctx context.Context, r db.Queryer, person int64, emails []string, ids []int64, most int) ([]Gift, error) {
	rows, err := q.GiftsOfPerson(ctx, r, givingdb.GiftsOfPersonParams{Person: person, Before: from(0), Most: limit(most)})
	if err != nil {
		return nil, fmt.Errorf("giving: gifts of a person: %w", err)
	}
	out := all(rows, giftOf)
	for _, email := range emails {
		more, err := GiftsOfEmail(ctx, r, email, 0, most)
		if err != nil {
			return nil, fmt.Errorf("giving: gifts of an address: %w", err)
		}
		out = append(out, more...)
	}
	if len(ids) > 0 {
		rows, err := q.GiftsByIDs(ctx, r, ids)
		if err != nil {
			return nil, fmt.Errorf("giving: gifts by id: %w", err)
		}
		out = append(out, all(rows, giftOf)...)
	}
	slices.SortFunc(out, func(a, b Gift) int { return cmp.Compare(b.ID, a.ID) })
	out = slices.CompactFunc(out, func(a, b Gift) bool { return a.ID == b.ID })
	return out[:min(len(out), most)], nil
}

// Forget takes a person out of the gifts that they made signed in, or as a guest under one of their
// proven addresses: name, address, message and who it was. The gifts, their matches and every total stay
// as they are, and so does each gift's private link. The keyed hash by which a pool counts its caps stays
// too: it names nobody, and a giver who comes back would have the cap twice without it.
func Forget(ctx context.Context, tx *db.Tx, person int64, emails []string) error {
	_, err := q.ForgetPerson(ctx, tx, person)
	for _, email := range emails {
		_, guest := q.ForgetGuest(ctx, tx, email)
		_, address := q.ForgetEmail(ctx, tx, email)
		err = errors.Join(err, guest, address)
	}
	if err != nil {
		return fmt.Errorf("giving: forget a giver: %w", err)
	}
	return nil
}
