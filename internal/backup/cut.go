package backup

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"manyhands/internal/db"
)

// cutter reads a table and cuts it into chunks.
type cutter struct {
	store    *store
	rows     int // of a chunk on average
	at       *Progress
	progress func(Progress)
	table    Table

	text   []byte // rows of the chunk so far
	within int64  // their count
}

// read stores every row in the order of the primary key.
func (c *cutter) read(ctx context.Context, r *db.Reader, primary []string) error {
	rows, err := r.QueryContext(ctx, "SELECT * FROM "+c.table.Name+" ORDER BY "+strings.Join(primary, ", "))
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // rows.Err below tells what matters
	if c.table.Columns, err = columnsOf(rows); err != nil {
		return err
	}
	into := cells(c.table.Columns)
	key := make([]any, len(primary))
	for i, name := range primary {
		n := slices.IndexFunc(c.table.Columns, func(x Column) bool { return x.Name == name })
		if n < 0 {
			return fmt.Errorf("there is no column %s", name)
		}
		key[i] = into[n]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if err := c.add(into, key); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return c.flush()
}

func (c *cutter) add(row, key []any) (err error) {
	begin := len(c.text)
	if c.text, err = appendRow(c.text, row); err != nil {
		return err
	}
	if len(c.text)-begin > maxRowBytes {
		return fmt.Errorf("a row is larger than %d bytes", maxRowBytes)
	}
	c.within++
	if len(c.text) >= maxChunkBytes || ends(key, c.rows) {
		return c.flush()
	}
	return nil
}

// flush stores the rows so far as a chunk.
func (c *cutter) flush() error {
	if c.within > 0 {
		file, err := c.store.put(c.table.Name, c.text)
		if err != nil {
			return err
		}
		c.table.Chunks = append(c.table.Chunks, Chunk{File: file, Rows: c.within})
		c.table.Rows += c.within
		c.at.Rows += c.within
		c.text, c.within = c.text[:0], 0
	}
	report(c.progress, *c.at)
	return nil
}
