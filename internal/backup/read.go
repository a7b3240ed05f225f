package backup

import (
	"archive/zip"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"manyhands/internal/fault"
)

// Verify reads a whole file and returns its manifest when every row and every hash is right. Faults:
// Invalid "backup.not_backup", "backup.damaged" (Table); Conflict "backup.format",
// "backup.schema_older", "backup.schema_newer" (Theirs, Ours).
func Verify(ctx context.Context, r io.ReaderAt, size int64) (Manifest, error) {
	z, m, err := openArchive(r, size)
	if err != nil {
		return m, err
	}
	for _, t := range m.Tables {
		if err := readTable(ctx, z, t, func([]any) error { return nil }); err != nil {
			return m, err
		}
	}
	return m, nil
}

// readTable hands each row of a table to take and then checks count and hash: take must be able to
// undo what it did. The slice that take gets is used again.
func readTable(ctx context.Context, z *zip.Reader, t Table, take func(row []any) error) error {
	damaged := func(err error) error { return fault.Wrap(err, fault.Invalid, "backup.damaged", "Table", t.Name) }
	f, err := z.Open(fileOf(t.Name))
	if err != nil {
		return damaged(err)
	}
	defer func() { _ = f.Close() }() // read to its end, which checks it
	sum := sha256.New()
	lines := bufio.NewScanner(io.TeeReader(f, sum))
	lines.Buffer(make([]byte, 64<<10), maxRowBytes)
	rows, args := int64(0), []any(nil)
	for lines.Scan() {
		if rows++; rows%reportEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if args, err = readRow(lines.Bytes(), t.Columns, args[:0]); err != nil {
			return damaged(fmt.Errorf("row %d: %w", rows, err))
		}
		if err := take(args); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return damaged(err)
	}
	if rows != t.Rows || hex.EncodeToString(sum.Sum(nil)) != t.SHA256 {
		return damaged(errors.New("the count of rows or the hash is another"))
	}
	return nil
}
