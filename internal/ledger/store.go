package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/lib/pq"

	"manyhands/internal/db"
)

// The statements, written by hand: this is the one hot path of the house.
const (
	// Accounts are numbered from 1: their numbers stand in every entry, and small ones take a third of
	// the room. Writers take turns, so the next one is the greatest and one.
	insertAccount = "INSERT INTO account (id, code, unit, floored, traced, opened_at) " +
		"SELECT COALESCE(MAX(id), 0) + 1, CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS BOOLEAN), CAST($4 AS BOOLEAN), CAST($5 AS BIGINT) FROM account"
	selectAccount = "SELECT id, code, unit, floored, traced, in_total, out_total, held_out, held_in, spent_to, opened_at FROM account "

	entryColumns = "id, set_id, kind, from_id, to_id, quantity, subject_id, hold_id, returns_id, reverses_id, from_start, from_end, to_start, at"
	selectEntry  = "SELECT " + entryColumns + " FROM entry "
	sumReturns   = "SELECT CAST(COALESCE(SUM(quantity), 0) AS BIGINT) FROM entry WHERE returns_id = $1 AND returns_id <> 0"
	reversalOf   = selectEntry + "WHERE reverses_id = $1 AND reverses_id <> 0"

	selectHold   = "SELECT id, kind, from_id, to_id, quantity, subject_id, expires_at, state, posted, entry_id, made_at, ended_at FROM hold "
	selectCarves = "SELECT account_id, start_at, end_at, entry_id FROM carve WHERE account_id = $1 AND start_at >= $2 AND start_at < $3 ORDER BY start_at LIMIT $4"
	sumCarves    = "SELECT CAST(COALESCE(SUM(end_at - start_at), 0) AS BIGINT) FROM carve WHERE account_id = $1 AND start_at >= $2 AND start_at < $3"

	// What overlaps the positions [$2, $3): from the last that begins at or before $2 on.
	selectUses = selectEntry + `WHERE from_id = $1 AND from_start >= 0 AND from_start < $3
	AND from_start >= (SELECT COALESCE(MAX(from_start), 0) FROM entry WHERE from_id = $1 AND from_start >= 0 AND from_start <= $2)
	ORDER BY from_start LIMIT $4`
	selectArrivals = selectEntry + `WHERE to_id = $1 AND to_start >= 0 AND to_start < $3
	AND to_start >= (SELECT COALESCE(MAX(to_start), 0) FROM entry WHERE to_id = $1 AND to_start >= 0 AND to_start <= $2)
	ORDER BY to_start LIMIT $4`
)

// The statements of many rows.
var (
	insertEntries = db.InsertRows("entry", entryColumns, "ON CONFLICT DO NOTHING")
	insertCarves  = db.InsertRows("carve", "account_id, start_at, end_at, entry_id", "ON CONFLICT DO NOTHING")
	insertHolds   = db.InsertRows("hold", "id, kind, from_id, to_id, quantity, subject_id, expires_at, made_at", "ON CONFLICT DO NOTHING")
	endHolds      = db.UpdateRows("hold", "state = v.column2, posted = v.column3, entry_id = v.column4, ended_at = v.column5",
		"hold.id = v.column1 AND hold.state = 'held'", 5)
	updateAccounts = db.UpdateRows("account",
		"in_total = v.column2, out_total = v.column3, held_out = v.column4, held_in = v.column5, spent_to = v.column6",
		"account.id = v.column1", 6)
)

// errRace is what an insert or update gives that met a row which the reads before it did not see.
// Both engines make it impossible: writers take turns.
var errRace = errors.New("ledger: rows changed underneath")

// rows are what one statement has to write.
func rows[T any](s *db.RowsStatement, all []T, fill func(row T, args []any) []any) db.Rows {
	return s.Rows(len(all), func(i int, args []any) []any { return fill(all[i], args) })
}

// change writes every one of the rows, or fails.
func change(ctx context.Context, tx *db.Tx, all ...db.Rows) error {
	written, err := db.ExecTogether(ctx, tx, all...)
	if err != nil {
		return fmt.Errorf("ledger: write: %w", err)
	}
	for i, r := range all {
		if written[i] != int64(r.N) {
			return errRace
		}
	}
	return nil
}

// scanner is a row, of one or of many.
type scanner interface{ Scan(dest ...any) error }

func each(ctx context.Context, q db.Queryer, query string, args []any, take func(scanner) error) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // what matters is in rows.Err
	for rows.Next() {
		if err := take(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// byIDs hands the rows with these ids to take: a few one by one, which is quicker where a query is no
// round trip, more in one query.
func byIDs(ctx context.Context, q db.Queryer, query string, ids []int64, take func(scanner) error) error {
	if len(ids) > fewIDs || len(ids) > 1 && q.Engine() == db.Postgres {
		return each(ctx, q, query+"WHERE id = ANY($1::bigint[])", []any{pq.Array(ids)}, take)
	}
	for _, id := range ids {
		if err := each(ctx, q, query+"WHERE id = $1", []any{id}, take); err != nil {
			return err
		}
	}
	return nil
}

// found turns the lack of a row into missing and wraps every other error.
func found(err, missing error, doing string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return missing
	}
	return fmt.Errorf("ledger: %s: %w", doing, err)
}

func sum(ctx context.Context, q db.Queryer, query string, args ...any) (int64, error) {
	var n int64
	if err := q.QueryRowContext(ctx, query, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("ledger: sum: %w", err)
	}
	return n, nil
}
