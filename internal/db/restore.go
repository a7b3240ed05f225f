package db

import "context"

// LastID returns the greatest id that was made before the last commit that q sees.
func LastID(ctx context.Context, q Queryer) (int64, error) {
	var id int64
	err := q.QueryRowContext(ctx, markRead).Scan(&id)
	return id, err
}

// IDsAfter makes every id that is made from now on greater than last: for rows that come with ids of
// their own, as those of a backup do.
func (tx *Tx) IDsAfter(last int64) { tx.ids.After(last) }
