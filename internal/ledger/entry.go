package ledger

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
)

// Entry is one movement. Its id comes from the caller and is the idempotency key.
type Entry struct {
	ID       int64
	Kind     string // a word of the caller's: "gift", "match", "payout", "refund"...
	From, To int64  // account ids
	Quantity int64  // minor units, 1..money.MaxMinor
	Subject  int64  // the gift, payout or outcome that it belongs to
	Hold     int64  // the hold that it posts, or 0
	// Returns is the earlier entry that this one gives back, in part or whole, or 0. Its From must be
	// where that entry arrived. On a traced account it is carved out of that entry's own arrival,
	// from its end, and of nobody else's.
	Returns int64
}

// Set is a group of entries that happen together or not at all: a gift and its match, three loaves
// used and twenty meals made.
type Set struct {
	ID      int64
	Entries []Entry
}

// Posted is an entry as it stands in the book. Positions are -1 where there is none.
type Posted struct {
	Entry
	SetID              int64
	Reverses           int64 // the entry that this one undoes as a mistake, or 0
	FromStart, FromEnd int64 // its use of From's line of arrivals: [FromStart, FromEnd) less carves
	ToStart            int64 // its arrival on To's line: [ToStart, ToStart+Quantity)
	At                 time.Time
}

// ToEnd is where its arrival ends on To's line.
func (p Posted) ToEnd() int64 { return p.ToStart + p.Quantity }

func (p Posted) same(e Entry, reverses int64) bool { return p.Entry == e && p.Reverses == reverses }

// Post writes sets of entries. A set whose entries all exist with the same content changes nothing.
// The floor is looked at where each set ends: within a set entries may pass through an account. An
// error means that nothing was written, and comes as a *SetError when one set is to blame; the
// caller may try again with other sets in the same transaction.
//
// Faults: ErrFloor, ErrSpent, ErrIDTaken, ErrHoldEnded, ErrHoldPosted, ErrReturned, ErrReversed
// (Conflict); Invalid "ledger.quantity", "ledger.id", "ledger.same_account", "ledger.units_differ",
// "ledger.total", "ledger.not_its_arrival", "ledger.hold_other", "ledger.hold_exceeded"; NotFound
// "ledger.no_account", "ledger.no_entry", "ledger.no_hold".
func Post(ctx context.Context, tx *db.Tx, sets ...Set) error {
	b, err := newPostBatch(ctx, tx, sets)
	if err != nil {
		return err
	}
	for _, s := range sets {
		if err := b.postSet(ctx, s); err != nil {
			return &SetError{Set: s.ID, Err: err}
		}
	}
	return b.write(ctx)
}

// EntryByID returns an entry; fault NotFound "ledger.no_entry".
func EntryByID(ctx context.Context, q db.Queryer, id int64) (Posted, error) {
	p, err := scanEntry(q.QueryRowContext(ctx, selectEntry+"WHERE id = $1", id))
	if err != nil {
		return Posted{}, found(err, errNoEntry, "read entry")
	}
	return p, nil
}

// EntriesByIDs returns those of the entries that exist, by id.
func EntriesByIDs(ctx context.Context, q db.Queryer, ids []int64) (map[int64]Posted, error) {
	out := make(map[int64]Posted, len(ids))
	err := byIDs(ctx, q, selectEntry, ids, func(row scanner) error {
		p, err := scanEntry(row)
		if err == nil {
			out[p.ID] = p
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ledger: read entries: %w", err)
	}
	return out, nil
}

// Statement returns entries along a traced account's line of arrivals (in) or of uses, in the order
// of the line, those whose ToStart (FromStart) lies beyond after; begin with -1 and go on with the
// last one's. Returns and reversals that left the account are no uses and stand beside the line.
func Statement(ctx context.Context, q db.Queryer, accountID int64, in bool, after int64, limit int) ([]Posted, error) {
	query := selectEntry + "WHERE from_id = $1 AND from_start >= 0 AND from_start > $2 ORDER BY from_start LIMIT $3"
	if in {
		query = selectEntry + "WHERE to_id = $1 AND to_start >= 0 AND to_start > $2 ORDER BY to_start LIMIT $3"
	}
	return entries(ctx, q, query, accountID, after, limit)
}

func entries(ctx context.Context, q db.Queryer, query string, args ...any) ([]Posted, error) {
	var out []Posted
	err := each(ctx, q, query, args, func(row scanner) error {
		p, err := scanEntry(row)
		out = append(out, p)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ledger: read entries: %w", err)
	}
	return out, nil
}

func scanEntry(row scanner) (Posted, error) {
	var p Posted
	var at int64
	err := row.Scan(&p.ID, &p.SetID, &p.Kind, &p.From, &p.To, &p.Quantity, &p.Subject, &p.Hold,
		&p.Returns, &p.Reverses, &p.FromStart, &p.FromEnd, &p.ToStart, &at)
	p.At = clock.Time(at)
	return p, err
}
