package db

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// Rows are rows that wait to be written together with those of other statements.
type Rows struct {
	statement *RowsStatement
	fill      func(i int, args []any) []any
	N         int // how many rows there are
}

// Rows returns n rows of the statement for ExecTogether. fill is that of Exec and is called when they
// are written.
func (s *RowsStatement) Rows(n int, fill func(i int, args []any) []any) Rows {
	return Rows{statement: s, fill: fill, N: n}
}

// ExecTogether writes the rows of several statements in their order and returns how many each wrote.
// On PostgreSQL they travel in one round trip, of which a write by itself mostly consists.
func ExecTogether(ctx context.Context, tx *Tx, all ...Rows) (written []int64, err error) {
	written = make([]int64, len(all))
	if tx.engine == Postgres {
		return written, tx.conn.execTogether(ctx, all, written)
	}
	for i, r := range all {
		if written[i], err = r.statement.Exec(ctx, tx, r.N, r.fill); err != nil {
			return nil, err
		}
	}
	return written, nil
}

// execTogether sends the statements that have rows behind each other, and then reads their answers.
func (c *conn) execTogether(ctx context.Context, all []Rows, written []int64) error {
	var b pgx.Batch
	for i, r := range all {
		if r.N == 0 {
			continue
		}
		query, args := r.statement.arrays(r.N, r.fill)
		if err := c.strike("exec", query); err != nil {
			return fmt.Errorf("db: write rows: %w", err)
		}
		b.Queue(query, args...).Exec(func(tag pgconn.CommandTag) error {
			written[i] = tag.RowsAffected()
			return nil
		})
	}
	if b.Len() == 0 {
		return nil
	}
	err := c.c.Raw(func(driverConn any) error {
		return driverConn.(*stdlib.Conn).Conn().SendBatch(c.patient(ctx), &b).Close()
	})
	if err != nil {
		return fmt.Errorf("db: write rows: %w", err)
	}
	return nil
}
