package backup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"manyhands/internal/db"
	"manyhands/internal/fault"
)

// batchRows is how many rows one statement inserts. Few spare PostgreSQL its round trips; many cost
// SQLite, whose driver looks each parameter's name up in a list, the square of their number.
const batchRows = 16

// Restore reads a moment, the newest when moment is "", into a migrated database without a single
// row, in one transaction: all of it is there afterwards, or nothing. It may come from the other
// engine. The vault's keys are those of the newest moment, so that what was erased stays erased. It needs
// memory for one chunk. Whoever calls it should check the books then.
//
// Faults: those of Verify; Conflict "backup.not_empty" (Table).
func Restore(ctx context.Context, d *db.DB, folder, moment string, key Key, progress func(Progress)) (Manifest, error) {
	if err := d.CheckVersion(ctx); err != nil {
		return Manifest{}, err
	}
	files := disk{dir: folder}
	m, err := open(files, moment, key)
	if err != nil {
		return m, err
	}
	err = d.Write(ctx, func(tx *db.Tx) error {
		if err := checkEmpty(ctx, tx); err != nil {
			return err
		}
		tx.IDsAfter(m.LastID)
		at := Progress{Tables: len(m.Tables)}
		for i, t := range m.Tables {
			at.Table, at.Number = t.Name, i+1
			in := inserter{tx: tx, table: t, at: &at, progress: progress}
			if err := in.restore(ctx, files, key); err != nil {
				return err
			}
		}
		return nil
	})
	return m, err
}

// open reads the manifest of a moment, the newest when moment is "".
func open(files disk, moment string, key Key) (Manifest, error) {
	names, err := Moments(files.dir)
	if err != nil {
		return Manifest{}, err
	}
	newest := names[len(names)-1]
	if moment == "" {
		moment = newest
	}
	if !slices.Contains(names, moment) {
		return Manifest{}, fault.New(fault.NotFound, "backup.no_moment", "Moment", moment)
	}
	return readMoment(files, moment, newest, key)
}

// Verify reads a whole moment, the newest when moment is "", and returns its manifest when everything
// is there and right. Faults: Invalid "backup.not_backup", "backup.missing", "backup.damaged" (Part);
// "backup.keys" (Moment: the newest, which has the keys); NotFound "backup.no_moment" (Moment); Forbidden "backup.wrong_key"; Conflict "backup.format",
// "backup.schema_older", "backup.schema_newer" (Theirs, Ours).
func Verify(ctx context.Context, folder, moment string, key Key, progress func(Progress)) (Manifest, error) {
	files := disk{dir: folder}
	m, err := open(files, moment, key)
	if err != nil {
		return m, err
	}
	at := Progress{Tables: len(m.Tables)}
	for i, t := range m.Tables {
		at.Table, at.Number = t.Name, i+1
		err := readTable(files, t, key, func([]any) error {
			if at.Rows++; at.Rows%reportEvery == 0 {
				report(progress, at)
			}
			return ctx.Err()
		})
		if err != nil {
			return m, err
		}
	}
	return m, nil
}

// checkEmpty looks at every table, those left out included: a database in use is never mixed with.
func checkEmpty(ctx context.Context, tx *db.Tx) error {
	_, tables, err := schema()
	if err != nil {
		return err
	}
	for _, t := range tables {
		if slices.Contains(selfKept, t) {
			continue
		}
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

// reportEvery is how many rows pass between two reports of a restore.
const reportEvery = 16_000

// inserter fills one table.
type inserter struct {
	tx       *db.Tx
	table    Table
	at       *Progress
	progress func(Progress)
	batch    []any
}

func (in *inserter) restore(ctx context.Context, files disk, key Key) error {
	cols, err := tableColumns(ctx, in.tx, in.table.Name)
	if err != nil {
		return err
	}
	if !sameColumns(cols, in.table.Columns) {
		return damaged(in.table.Name, errors.New("its columns are others"))
	}
	full := insert(in.table, batchRows)
	err = readTable(files, in.table, key, func(row []any) error {
		if in.batch = append(in.batch, row...); len(in.batch) == batchRows*len(cols) {
			return in.flush(ctx, full, batchRows)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if rest := len(in.batch) / len(cols); rest > 0 {
		if err := in.flush(ctx, insert(in.table, rest), rest); err != nil {
			return err
		}
	}
	report(in.progress, *in.at)
	return nil
}

func (in *inserter) flush(ctx context.Context, statement string, rows int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := in.tx.ExecContext(ctx, statement, in.batch...); err != nil {
		return fmt.Errorf("backup: insert into %s: %w", in.table.Name, err)
	}
	in.batch = in.batch[:0]
	if in.at.Rows += int64(rows); in.at.Rows%reportEvery < int64(rows) {
		report(in.progress, *in.at)
	}
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
