package backup

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"manyhands/internal/db"
	"manyhands/internal/fault"
)

// batchRows is how many rows one statement inserts. Few spare PostgreSQL its round trips; many cost
// SQLite, whose driver looks each parameter's name up in a list, the square of their number.
const batchRows = 16

// Restore reads a file into a migrated database without a single row, in one transaction: all of it
// is there afterwards, or nothing. The file may come from the other engine. Whoever calls it should
// check the books then.
//
// Faults: those of Verify; Conflict "backup.not_empty" (Table).
func Restore(ctx context.Context, d *db.DB, r io.ReaderAt, size int64, progress func(Progress)) (Manifest, error) {
	if err := d.CheckVersion(ctx); err != nil {
		return Manifest{}, err
	}
	if m, err := Verify(ctx, r, size); err != nil {
		return m, err // before any row: a damaged one could also be refused by the database, less clearly
	}
	z, m, err := openArchive(r, size)
	if err != nil {
		return m, err
	}
	err = d.Write(ctx, func(tx *db.Tx) error {
		if err := checkEmpty(ctx, tx); err != nil {
			return err
		}
		at := Progress{Tables: len(m.Tables)}
		for i, t := range m.Tables {
			at.Table, at.Number = t.Name, i+1
			if err := restoreTable(ctx, tx, z, t, &at, progress); err != nil {
				return err
			}
		}
		return nil
	})
	return m, err
}

// checkEmpty looks at every table, those left out included: a database in use is never mixed with.
func checkEmpty(ctx context.Context, tx *db.Tx) error {
	_, tables, err := schema()
	if err != nil {
		return err
	}
	for _, t := range tables {
		var used bool
		if err := tx.QueryRowContext(ctx, "SELECT CAST(EXISTS (SELECT 1 FROM "+t+") AS BOOLEAN)").Scan(&used); err != nil {
			return fmt.Errorf("backup: look into %s: %w", t, err)
		}
		if used {
			return fault.New(fault.Conflict, "backup.not_empty", "Table", t)
		}
	}
	return nil
}

func restoreTable(ctx context.Context, tx *db.Tx, z *zip.Reader, t Table, at *Progress, progress func(Progress)) error {
	cols, err := tableColumns(ctx, tx, t.Name)
	if err != nil {
		return err
	}
	if !sameColumns(cols, t.Columns) {
		return fault.New(fault.Invalid, "backup.damaged", "Table", t.Name)
	}
	var batch []any
	flush := func(rows int) error {
		if rows == 0 {
			return nil
		}
		if _, err := tx.ExecContext(ctx, insert(t, rows), batch...); err != nil {
			return fmt.Errorf("backup: insert into %s: %w", t.Name, err)
		}
		batch = batch[:0]
		at.Rows += int64(rows)
		if at.Rows/reportEvery != (at.Rows-int64(rows))/reportEvery {
			report(progress, *at)
		}
		return nil
	}
	err = readTable(ctx, z, t, func(row []any) error {
		if batch = append(batch, row...); len(batch) == batchRows*len(cols) {
			return flush(batchRows)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := flush(len(batch) / len(cols)); err != nil {
		return err
	}
	report(progress, *at)
	return nil
}

// sameColumns compares without regard to order: a column that a migration added stands last in one
// database and may stand elsewhere in another.
func sameColumns(a, b []Column) bool {
	byName := func(x, y Column) int { return strings.Compare(x.Name, y.Name) }
	return slices.Equal(slices.SortedFunc(slices.Values(a), byName), slices.SortedFunc(slices.Values(b), byName))
}

// insert returns the statement for some rows of a table. Table and columns have been compared with
// the schema's before.
func insert(t Table, rows int) string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	groups, n := make([]string, rows), 0
	for r := range groups {
		marks := make([]string, len(names))
		for i := range marks {
			n++
			marks[i] = "$" + strconv.Itoa(n)
		}
		groups[r] = "(" + strings.Join(marks, ", ") + ")"
	}
	return "INSERT INTO " + t.Name + " (" + strings.Join(names, ", ") + ") VALUES " + strings.Join(groups, ", ")
}
