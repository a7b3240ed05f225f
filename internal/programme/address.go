package programme

import (
	"context"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/slug"
)

// address makes the readable part of the public address of a new row: words of its English name and a
// short tail; should that be taken, with the whole id, which never is.
func address(ctx context.Context, tx *db.Tx, nameEN string, id int64) (string, error) {
	short := slug.Unique(nameEN, id)
	taken, err := q.CountSlugs(ctx, tx, short)
	if err != nil || taken == 0 {
		return short, err
	}
	return short + "-" + clock.FormatID(id), nil
}
