// Package audit keeps the trail of who looked at or changed what, for which purpose.
//
// Reads of a child's record are in it as well as changes: a row is written before anything is shown,
// so that nobody reads without leaving a trace. Rows are never changed or deleted; each carries a hash over
// itself and the row before, so that an altered, inserted or missing row is found by Verify, here or in an
// export. What a chain alone cannot show, rows cut off at its end, is shown by its head: the number and
// hash of the last row are noted each day in the diary and the log, where they can be compared.
//
// The trail must hold ids, codes and groups of fields alone: no name, no address, no word that anybody
// typed. It outlives the erasure of a record, so nothing in it may identify a child.
package audit

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"manyhands/internal/audit/internal/auditdb"
	"manyhands/internal/clock"
	"manyhands/internal/db"
)

// Act is something to be noted. Data is anything that encodes to a JSON object of ids, codes and groups;
// nil stands for the empty object.
type Act struct {
	Kind         string // noun.verb, such as "record.read"
	Subject      int64  // the record, concern or organisation it is about
	Organisation int64  // where; access.Network for the network
	Person       int64  // who; 0 for the system or a guest
	Purpose      string // what for, as access.Purpose; "" where there is none
	Data         any
}

// Row is one act as it stands in the trail.
type Row struct {
	ID           int64
	At           time.Time
	Kind         string
	Subject      int64
	Organisation int64
	Person       int64
	Purpose      string
	Data         json.RawMessage
	Hash         string // 64 hexadecimal digits
}

// genesis is what the first row follows.
const genesis = "0000000000000000000000000000000000000000000000000000000000000000"

var (
	q      = auditdb.New()
	insert = db.InsertRows("audit_row", "id, at, kind, subject_id, organisation_id, person_id, purpose, data, hash", "")
)

// Add notes acts, in their order, at the transaction's moment. There is one writer at a time, so each row
// follows the last that was kept.
func Add(ctx context.Context, tx *db.Tx, acts ...Act) error {
	if len(acts) == 0 {
		return nil
	}
	last, err := lastHash(ctx, tx)
	if err != nil {
		return err
	}
	rows := make([]Row, len(acts))
	for i, a := range acts {
		text := []byte("{}")
		if a.Data != nil {
			if text, err = json.Marshal(a.Data); err != nil {
				return fmt.Errorf("audit %s: encode data: %w", a.Kind, err)
			}
		}
		rows[i] = Row{ID: tx.NewID(), At: tx.Now(), Kind: a.Kind, Subject: a.Subject, Organisation: a.Organisation,
			Person: a.Person, Purpose: a.Purpose, Data: text}
		last = rows[i].after(last)
		rows[i].Hash = last
	}
	_, err = insert.Exec(ctx, tx, len(rows), func(i int, args []any) []any {
		r := rows[i]
		return append(args, r.ID, clock.Micros(r.At), r.Kind, r.Subject, r.Organisation, r.Person, r.Purpose, string(r.Data), r.Hash)
	})
	if err != nil {
		return fmt.Errorf("audit: add: %w", err)
	}
	return nil
}

func lastHash(ctx context.Context, r db.Queryer) (string, error) {
	row, err := q.Last(ctx, r)
	if errors.Is(err, sql.ErrNoRows) {
		return genesis, nil
	}
	if err != nil {
		return "", fmt.Errorf("audit: last row: %w", err)
	}
	return row.Hash, nil
}

// after returns the hash of a row that follows one with the hash prev: SHA-256 over prev and the row's
// fields, each followed by its length, so that no two rows read alike.
func (r Row) after(prev string) string {
	h := sha256.New()
	for _, s := range []string{prev, strconv.FormatInt(r.ID, 10), strconv.FormatInt(clock.Micros(r.At), 10), r.Kind,
		strconv.FormatInt(r.Subject, 10), strconv.FormatInt(r.Organisation, 10), strconv.FormatInt(r.Person, 10), r.Purpose, string(r.Data)} {
		fmt.Fprintf(h, "%s\x00%d\n", s, len(s))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Filter says which rows to find; zero fields do not limit.
type Filter struct {
	Subject      int64
	Organisation int64
	Person       int64
	Kind         string
	Since, Until time.Time // from Since on, before Until
	Before       int64     // only rows with a lower id: where the last page ended
	Limit        int       // at most MaxPage; 0 is MaxPage
}

// MaxPage is how many rows Search returns at most.
const MaxPage = 200

// Search returns rows, newest first.
func Search(ctx context.Context, r db.Queryer, f Filter) ([]Row, error) {
	p := auditdb.SearchParams{Subject: f.Subject, Organisation: f.Organisation, Person: f.Person, Kind: f.Kind,
		Since: math.MinInt64, Until: math.MaxInt64, Before: math.MaxInt64, Most: MaxPage}
	if !f.Since.IsZero() {
		p.Since = clock.Micros(f.Since)
	}
	if !f.Until.IsZero() {
		p.Until = clock.Micros(f.Until)
	}
	if f.Before > 0 {
		p.Before = f.Before
	}
	if f.Limit > 0 && f.Limit < MaxPage {
		p.Most = int32(f.Limit)
	}
	rows, err := q.Search(ctx, r, p)
	if err != nil {
		return nil, fmt.Errorf("audit: search: %w", err)
	}
	return rowsOf(rows), nil
}

// Of returns what was noted about one subject, newest first, from before on (0: the newest), at most
// limit rows. A guardian reads with it who looked at their child's record.
func Of(ctx context.Context, r db.Queryer, subject, before int64, limit int) ([]Row, error) {
	if before <= 0 {
		before = math.MaxInt64
	}
	rows, err := q.Of(ctx, r, auditdb.OfParams{Subject: subject, Before: before, Most: int32(min(max(limit, 0), MaxPage))})
	if err != nil {
		return nil, fmt.Errorf("audit: of a subject: %w", err)
	}
	return rowsOf(rows), nil
}

// Count is how often something was done for a purpose.
type Count struct {
	Kind, Purpose string
	N             int64
}

// Counts returns how often each thing was done from since on and before until, at one organisation or, for
// 0, everywhere.
func Counts(ctx context.Context, r db.Queryer, organisation int64, since, until time.Time) ([]Count, error) {
	rows, err := q.Counts(ctx, r, auditdb.CountsParams{Organisation: organisation, Since: clock.Micros(since), Until: clock.Micros(until)})
	if err != nil {
		return nil, fmt.Errorf("audit: counts: %w", err)
	}
	out := make([]Count, len(rows))
	for i, x := range rows {
		out[i] = Count{x.Kind, x.Purpose, x.N}
	}
	return out, nil
}

func rowsOf(rows []auditdb.AuditRow) []Row {
	out := make([]Row, len(rows))
	for i, r := range rows {
		out[i] = Row{ID: r.ID, At: clock.Time(r.At), Kind: r.Kind, Subject: r.SubjectID, Organisation: r.OrganisationID, Person: r.PersonID,
			Purpose: r.Purpose, Data: json.RawMessage(r.Data), Hash: r.Hash}
	}
	return out
}
