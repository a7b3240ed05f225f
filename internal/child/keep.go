package child

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/child/internal/childdb"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
)

// Decided is a guardian's request that was answered.
type Decided struct {
	ID, Record, Organisation int64
	Code                     string // of the record
	At                       time.Time
}

// RequestsDecidedBefore returns the guardians' requests that were answered at or before a moment, of records
// that who acts may erase, the oldest first: those that still hold words, and whose record nothing holds.
func (s *Service) RequestsDecidedBefore(ctx context.Context, tx *db.Tx, before time.Time, most int32) ([]Decided, error) {
	rows, err := q.RequestsDecidedBefore(ctx, tx, childdb.RequestsDecidedBeforeParams{Before: clock.Micros(before), Most: most})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	ids := make([]int64, len(rows))
	for i, x := range rows {
		ids[i] = x.RecordID
	}
	all, err := s.load(ctx, tx, ids, tx.Now())
	if err != nil {
		return nil, err
	}
	var out []Decided
	for _, x := range rows {
		d := all[x.RecordID]
		if d == nil || refusal(ctx, d, access.RecordErase, forKeeping(tx)) != nil {
			continue
		}
		out = append(out, Decided{ID: x.ID, Record: x.RecordID, Organisation: d.Organisation, Code: d.Code, At: clock.Time(x.DecidedAt)})
	}
	return out, nil
}

func forKeeping(tx *db.Tx) access.Question {
	return access.Question{At: tx.Now(), Purpose: access.Safeguarding, Reason: true}
}

// EmptyRequest deletes what a guardian wrote and what was answered; that there was a request, when and how it
// ended stays, so that no count changes. Faults: NotFound "child.no_request", "child.no_record" and those of
// access.Decision; Conflict "child.held", and "child.request_open" for one that waits.
func (s *Service) EmptyRequest(ctx context.Context, tx *db.Tx, request int64) error {
	x, err := q.RequestByID(ctx, tx, request)
	if err != nil {
		return fmt.Errorf("child: request: %w", db.NotFound(err, "child.no_request"))
	}
	d, err := s.may(ctx, tx, x.RecordID, access.RecordErase, forKeeping(tx))
	if err != nil {
		return err
	}
	if d.Held {
		return fault.New(fault.Conflict, "child.held")
	}
	n, err := q.EmptyRequest(ctx, tx, childdb.EmptyRequestParams{Nothing: []byte{}, ID: request})
	if err != nil {
		return fmt.Errorf("child: empty a request: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "child.request_open")
	}
	return actRequest(ctx, tx, "request.emptied", d, access.Safeguarding, request, RequestKind(x.Kind))
}

// RequestEmptied reports whether nothing is left of what a request said.
func RequestEmptied(ctx context.Context, r db.Queryer, request int64) (bool, error) {
	n, err := q.CountWordedRequest(ctx, r, request)
	if err != nil {
		return false, fmt.Errorf("child: emptied request: %w", err)
	}
	return n == 0, nil
}

// handedAtOnce is how many records HandOver reads at once.
const handedAtOnce = 500

// KeptAt returns the records that are kept at an organisation: those that are not erased.
func KeptAt(ctx context.Context, r db.Queryer, organisation int64) ([]int64, error) {
	var out []int64
	after := int64(0)
	for {
		ids, err := q.RecordIDsKeptAt(ctx, r, childdb.RecordIDsKeptAtParams{OrganisationID: organisation, After: after, Most: handedAtOnce})
		if err != nil {
			return nil, fmt.Errorf("child: kept at: %w", err)
		}
		if out = append(out, ids...); len(ids) < handedAtOnce {
			return out, nil
		}
		after = ids[len(ids)-1]
	}
}

// HandOver gives a record of an organisation that ends to another. Nobody is assigned any more, what was
// under way to other organisations is over, and a child who was there is to be enrolled by the heir: what a
// guardian allowed was allowed to the organisation that asked. Holds stay. Faults: NotFound
// "child.no_record" and those of access.Decision, for whoever may not put it on hold.
func (s *Service) HandOver(ctx context.Context, tx *db.Tx, record, from, to int64) error {
	d, err := s.may(ctx, tx, record, access.RecordHold, forKeeping(tx))
	if err != nil {
		return err
	}
	n, err := q.HandOver(ctx, tx, childdb.HandOverParams{ToID: to, ID: record, FromID: from})
	if err != nil {
		return fmt.Errorf("child: hand over: %w", err)
	}
	if n == 0 {
		return errNoRecord
	}
	err = q.RevokeReferrals(ctx, tx, childdb.RevokeReferralsParams{DecidedBy: access.PersonID(ctx), DecidedAt: tx.NowMicros(), RecordID: record})
	if err != nil {
		return fmt.Errorf("child: revoke referrals: %w", err)
	}
	if err := q.EndAssignments(ctx, tx, childdb.EndAssignmentsParams{Now: tx.NowMicros(), RecordID: record}); err != nil {
		return fmt.Errorf("child: end assignments: %w", err)
	}
	return act(ctx, tx, "record.handed_over", d, access.Safeguarding, struct {
		To string `json:"to"`
	}{clock.FormatID(to)})
}
