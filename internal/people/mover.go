package people

import (
	"context"
	"fmt"
	"strings"

	"github.com/lib/pq"

	"manyhands/internal/db"
)

// Mover takes what belongs to one record of a person to the other, and back. Each part of the house
// that keeps rows about persons has one, or says why its rows stay; the app lists them all.
type Mover interface {
	// Name tells movers apart for good: it is kept with what was moved.
	Name() string
	// Move has everything of gone belong to kept and returns which rows those were.
	Move(ctx context.Context, tx *db.Tx, gone, kept int64) (rows []string, err error)
	// Back has those of the rows that still belong to kept belong to gone again.
	Back(ctx context.Context, tx *db.Tx, gone, kept int64, rows []string) error
}

// Rows is the mover of a table of which one column names the person. Its parts are written into the
// statement as they stand: constants of the program, never anything that somebody typed.
type Rows struct {
	Table  string
	Column string
	Key    string // the column, or expression, by which a row is found again; "id" when empty
	Text   bool   // Key is TEXT, not BIGINT
	Where  string // which rows alone move, about the table's columns; $2 is who keeps them; "" for all
}

// Name implements Mover.
func (r Rows) Name() string { return r.Table + "." + r.Column }

func (r Rows) key() string {
	if r.Key == "" {
		return "id"
	}
	return r.Key
}

// Move implements Mover.
func (r Rows) Move(ctx context.Context, tx *db.Tx, gone, kept int64) ([]string, error) {
	query := "SELECT CAST((" + r.key() + ") AS TEXT) FROM " + r.Table + " WHERE " + r.Column + " = $1"
	args := []any{gone}
	if r.Where != "" {
		query += " AND (" + r.Where + ")"
	}
	if strings.Contains(r.Where, "$2") {
		args = append(args, kept)
	}
	keys, err := texts(ctx, tx, query+" ORDER BY 1", args...)
	if err != nil {
		return nil, fmt.Errorf("people: rows of %s: %w", r.Name(), err)
	}
	return keys, r.change(ctx, tx, gone, kept, keys)
}

// Back implements Mover.
func (r Rows) Back(ctx context.Context, tx *db.Tx, gone, kept int64, rows []string) error {
	return r.change(ctx, tx, kept, gone, rows)
}

func (r Rows) change(ctx context.Context, tx *db.Tx, from, to int64, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	kind := "bigint"
	if r.Text {
		kind = "text"
	}
	query := "UPDATE " + r.Table + " SET " + r.Column + " = $1 WHERE " + r.Column + " = $2 AND (" + r.key() + ") = ANY($3::" + kind + "[])"
	if _, err := tx.ExecContext(ctx, query, to, from, pq.Array(keys)); err != nil {
		return fmt.Errorf("people: move rows of %s: %w", r.Name(), err)
	}
	return nil
}

func texts(ctx context.Context, q db.Queryer, query string, args ...any) (out []string, err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// Apart names two columns of a table in which two different persons have to stand: who asks and who
// decides. Two records that stand there side by side must not become one person quietly.
type Apart struct{ Table, One, Other string }

// Together reports whether a and b stand on the two sides of one row.
func (x Apart) Together(ctx context.Context, q db.Queryer, a, b int64) (bool, error) {
	query := "SELECT CAST(COUNT(*) AS BIGINT) FROM " + x.Table + " WHERE (" + x.One + " = $1 AND " + x.Other + " = $2) OR (" +
		x.One + " = $2 AND " + x.Other + " = $1)"
	var n int64
	if err := q.QueryRowContext(ctx, query, a, b).Scan(&n); err != nil {
		return false, fmt.Errorf("people: two sides of %s: %w", x.Table, err)
	}
	return n > 0, nil
}

// OwnMovers are those of this package's own tables. What is left out stays with its record on purpose:
// e-mail address, name and every proof at signing in, so that a merge that was a mistake locks nobody
// out and opens nobody's account to another; and who did something, which is history.
func OwnMovers() []Mover {
	return []Mover{
		Rows{Table: "appointment", Column: "person_id"},
		Rows{Table: "absence", Column: "cover_id"},
		Rows{Table: "contact_point", Column: "person_id"},
		Rows{Table: "available", Column: "person_id"},
		Rows{Table: "barred", Column: "recorded_by", Where: "lifted_at = 0"},
		Rows{Table: "person_merge", Column: "asked_by", Where: "state = 'waiting'"},
	}
}

// ownSides are the decisions of this package that take two.
func ownSides() []Apart {
	return []Apart{{Table: "barred", One: "recorded_by", Other: "lifted_by"}, {Table: "person_merge", One: "asked_by", Other: "decided_by"}}
}
