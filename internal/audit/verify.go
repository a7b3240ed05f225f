package audit

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"

	"manyhands/internal/audit/internal/auditdb"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/job"
)

// page is how many rows are read at a time.
const page = 1000

// Head is where the trail ends: compare it with one that was noted earlier, outside the database.
type Head struct {
	Rows int64
	Last int64  // id of the last row; 0 for an empty trail
	Hash string // of the last row
}

// Broken is the error of Verify for a row that does not follow the one before.
type Broken struct{ Row int64 }

// Error implements error.
func (b Broken) Error() string {
	return fmt.Sprintf("audit: row %s does not follow the one before it", clock.FormatID(b.Row))
}

// Verify walks the whole trail and returns its head, or Broken with the first row that was altered,
// inserted, or whose predecessor is gone. progress may be nil.
func Verify(ctx context.Context, r db.Queryer, progress func(done, total int64)) (Head, error) {
	h := Head{Hash: genesis}
	err := walk(ctx, r, func(row Row) error {
		if row.after(h.Hash) != row.Hash {
			return Broken{row.ID}
		}
		h = Head{Rows: h.Rows + 1, Last: row.ID, Hash: row.Hash}
		if progress != nil && h.Rows%page == 0 {
			progress(h.Rows, 0)
		}
		return nil
	})
	return h, err
}

// walk calls do with every row, oldest first.
func walk(ctx context.Context, r db.Queryer, do func(Row) error) error {
	after := int64(0)
	for {
		rows, err := q.From(ctx, r, auditdb.FromParams{After: after, Most: page})
		if err != nil {
			return fmt.Errorf("audit: read: %w", err)
		}
		for _, row := range rowsOf(rows) {
			if err := do(row); err != nil {
				return err
			}
			after = row.ID
		}
		if len(rows) < page {
			return nil
		}
	}
}

// Export writes the whole trail as CSV, oldest first, with every field that goes into the hashes: whoever
// has the file can verify it with nothing else. The columns are id, at_micros, kind, subject,
// organisation, person, purpose, data, hash.
func Export(ctx context.Context, r db.Queryer, w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"id", "at_micros", "kind", "subject", "organisation", "person", "purpose", "data", "hash"}); err != nil {
		return err
	}
	err := walk(ctx, r, func(row Row) error {
		return out.Write([]string{strconv.FormatInt(row.ID, 10), strconv.FormatInt(clock.Micros(row.At), 10), row.Kind, strconv.FormatInt(row.Subject, 10),
			strconv.FormatInt(row.Organisation, 10), strconv.FormatInt(row.Person, 10), row.Purpose, string(row.Data), row.Hash})
	})
	if err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

// Register has r note the head of the trail each day in the diary, and say it to tell, which may write
// it where the database's administrator cannot: the log of another machine.
func Register(r *job.Runner, d *db.DB, tell func(Head)) {
	r.Every("audit.head", 24*time.Hour, func(ctx context.Context) error {
		var h Head
		err := d.Read(ctx, func(r *db.Reader) (err error) {
			h, err = Verify(ctx, r, nil)
			return err
		})
		if err != nil {
			return err
		}
		tell(h)
		return d.Write(ctx, func(tx *db.Tx) error {
			return event.Add(ctx, tx, "audit.head", h.Last, 0, map[string]any{"rows": h.Rows, "hash": h.Hash})
		})
	})
}
