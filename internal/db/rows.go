package db

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// RowsStatement writes many rows in few steps. Make one when the program starts and keep it: its texts
// are built once. On PostgreSQL all rows go in one statement, as an array for each column; on SQLite
// one prepared statement runs once for each row, which is quicker than a statement of many rows.
type RowsStatement struct {
	columns int
	sqlite  string

	fromArrays func(arrays string) string
	once       sync.Once
	postgres   string
}

// InsertRows returns "INSERT INTO table (columns) VALUES ... tail". columns are separated by commas;
// tail is an ON CONFLICT clause or nothing.
func InsertRows(table, columns, tail string) *RowsStatement {
	into := "INSERT INTO " + table + " (" + columns + ") "
	s := &RowsStatement{columns: strings.Count(columns, ",") + 1}
	s.sqlite = into + "VALUES (?" + strings.Repeat(", ?", s.columns-1) + ") " + tail
	s.fromArrays = func(arrays string) string { return into + "SELECT * FROM unnest(" + arrays + ") " + tail }
	return s
}

// ofRow finds a column of the row that an UpdateRows is given.
var ofRow = regexp.MustCompile(`\bv\.column(\d+)\b`)

// UpdateRows returns "UPDATE table SET set FROM (VALUES ...) AS v WHERE where", in which the columns
// of each row are v.column1 to v.columnN.
func UpdateRows(table, set, where string, columns int) *RowsStatement {
	update := "UPDATE " + table + " SET " + set
	s := &RowsStatement{columns: columns, sqlite: ofRow.ReplaceAllString(update+" WHERE "+where, "?$1")}
	names := make([]string, columns)
	for c := range names {
		names[c] = "column" + strconv.Itoa(c+1)
	}
	s.fromArrays = func(arrays string) string {
		return update + " FROM unnest(" + arrays + ") AS v (" + strings.Join(names, ", ") + ") WHERE " + where
	}
	return s
}

// Exec runs the statement for n rows and returns how many were written. fill appends the values of
// row i to args, each an int64, a string or a bool, and returns them.
func (s *RowsStatement) Exec(ctx context.Context, tx *Tx, n int, fill func(i int, args []any) []any) (written int64, err error) {
	if n == 0 {
		return 0, nil
	}
	if tx.engine == Postgres {
		query, args := s.arrays(n, fill)
		written, err = affected(tx.ExecContext(ctx, query, args...))
	} else if err = tx.conn.strike("exec", s.sqlite); err == nil {
		written, err = tx.conn.execRows(ctx, s.sqlite, n, fill)
	}
	if err != nil {
		return written, fmt.Errorf("db: write rows: %w", err)
	}
	return written, nil
}

func affected(r sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// arrays returns PostgreSQL's statement for n rows, and its arguments.
func (s *RowsStatement) arrays(n int, fill func(i int, args []any) []any) (query string, args []any) {
	row := fill(0, make([]any, 0, s.columns))
	columns := make([]column, len(row))
	for c, v := range row {
		columns[c] = newColumn(v, n)
	}
	for i := range n {
		for c, v := range fill(i, row[:0]) {
			columns[c].add(v)
		}
	}
	s.once.Do(func() {
		arrays := make([]string, len(columns))
		for c := range columns {
			arrays[c] = "$" + strconv.Itoa(c+1) + "::" + columns[c].kind() + "[]"
		}
		s.postgres = s.fromArrays(strings.Join(arrays, ", "))
	})
	args = make([]any, len(columns))
	for c := range columns {
		args[c] = columns[c].array()
	}
	return s.postgres, args
}

// column gathers the values of one column.
type column interface {
	add(v any)
	kind() string
	array() any
}

type columnOf[T any] struct {
	name   string
	values []T
}

func (c *columnOf[T]) add(v any)    { c.values = append(c.values, v.(T)) }
func (c *columnOf[T]) kind() string { return c.name }
func (c *columnOf[T]) array() any   { return c.values }

func newColumn(v any, n int) column {
	switch v.(type) {
	case int64:
		return &columnOf[int64]{"bigint", make([]int64, 0, n)}
	case bool:
		return &columnOf[bool]{"boolean", make([]bool, 0, n)}
	default:
		return &columnOf[string]{"text", make([]string, 0, n)}
	}
}
