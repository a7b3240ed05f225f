package db

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// RowsStatement writes many rows in few statements. Make one when the program starts and keep it: its
// texts are built once. On PostgreSQL all rows go in one statement, as an array for each column; on
// SQLite in groups of 64 rows and, for the rest, of 32, 16 and so on.
type RowsStatement struct {
	columns int
	sqlite  []string // by the power of two of its rows

	fromArrays func(arrays string) string
	once       sync.Once
	postgres   string
}

const groups = 7 // of 1, 2, 4 ... 64 rows

// InsertRows returns "INSERT INTO table (columns) VALUES ... tail". columns are separated by commas;
// tail is an ON CONFLICT clause or nothing.
func InsertRows(table, columns, tail string) *RowsStatement {
	into := "INSERT INTO " + table + " (" + columns + ") "
	s := &RowsStatement{columns: strings.Count(columns, ",") + 1}
	for g := range groups {
		s.sqlite = append(s.sqlite, into+"VALUES "+values(1<<g, s.columns)+" "+tail)
	}
	s.fromArrays = func(arrays string) string { return into + "SELECT * FROM unnest(" + arrays + ") " + tail }
	return s
}

// UpdateRows returns "UPDATE table SET set FROM (VALUES ...) AS v WHERE where", in which the columns
// of each row are v.column1 to v.columnN.
func UpdateRows(table, set, where string, columns int) *RowsStatement {
	update := "UPDATE " + table + " SET " + set + " FROM "
	s := &RowsStatement{columns: columns}
	for g := range groups {
		s.sqlite = append(s.sqlite, update+"(VALUES "+values(1<<g, columns)+") AS v WHERE "+where)
	}
	names := make([]string, columns)
	for c := range names {
		names[c] = "column" + strconv.Itoa(c+1)
	}
	s.fromArrays = func(arrays string) string {
		return update + "unnest(" + arrays + ") AS v (" + strings.Join(names, ", ") + ") WHERE " + where
	}
	return s
}

// values returns so many rows of placeholders. They have no numbers: SQLite finds a numbered one by
// walking all of them, which in a statement of hundreds costs more than all else.
func values(rows, columns int) string {
	row := "(?" + strings.Repeat(", ?", columns-1) + ")"
	return row + strings.Repeat(", "+row, rows-1)
}

// Exec runs the statement for n rows and returns how many were written. fill appends the values of
// row i to args, each an int64, a string or a bool, and returns them.
func (s *RowsStatement) Exec(ctx context.Context, tx *Tx, n int, fill func(i int, args []any) []any) (written int64, err error) {
	if n == 0 {
		return 0, nil
	}
	if tx.engine == Postgres {
		query, args := s.arrays(n, fill)
		return execRows(ctx, tx, query, args)
	}
	args := make([]any, 0, min(n, 1<<(groups-1))*s.columns)
	for done := 0; done < n; {
		g := groups - 1
		for 1<<g > n-done {
			g--
		}
		args = args[:0]
		for i := range 1 << g {
			args = fill(done+i, args)
		}
		rows, err := execRows(ctx, tx, s.sqlite[g], args)
		written += rows
		if err != nil {
			return written, err
		}
		done += 1 << g
	}
	return written, nil
}

func execRows(ctx context.Context, tx *Tx, query string, args []any) (int64, error) {
	r, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, fmt.Errorf("db: write rows: %w", err)
	}
	n, err := r.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("db: write rows: %w", err)
	}
	return n, nil
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
