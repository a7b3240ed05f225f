package safeguard

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/safeguard/internal/safeguarddb"
)

// own are the keepers of what stands on children's records.
func (s *Service) own() map[Kind]Keeper {
	return map[Kind]Keeper{Records: records{s}, Requests: requests{s}, Emergencies: emergencies{s}}
}

// records keeps the records of children who have left.
type records struct{ s *Service }

// Due implements Keeper.
func (k records) Due(ctx context.Context, tx *db.Tx, before time.Time, most int32) ([]Due, error) {
	ids, err := k.s.children.EndedBefore(ctx, tx, before, 0, int(most))
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	list, err := k.s.children.Briefs(ctx, tx, ids, access.Safeguarding)
	out := make([]Due, len(list))
	for i, r := range list {
		out[i] = Due{ID: r.ID, Organisation: r.Organisation, Record: r.ID, Name: r.Code, Ended: r.Ended}
	}
	return out, err
}

// Destroy implements Keeper.
func (k records) Destroy(ctx context.Context, tx *db.Tx, d Due) (string, error) {
	e, err := k.s.Erase(ctx, tx, d.ID)
	return e.Proof, err
}

// requests keeps what guardians asked for, and what was answered.
type requests struct{ s *Service }

// Due implements Keeper.
func (k requests) Due(ctx context.Context, tx *db.Tx, before time.Time, most int32) ([]Due, error) {
	list, err := k.s.children.RequestsDecidedBefore(ctx, tx, before, most)
	if err != nil {
		return nil, err
	}
	out := make([]Due, len(list))
	for i, r := range list {
		out[i] = Due{ID: r.ID, Organisation: r.Organisation, Record: r.Record, Name: r.Code, Ended: r.At}
	}
	return out, nil
}

// Destroy implements Keeper.
func (k requests) Destroy(ctx context.Context, tx *db.Tx, d Due) (string, error) {
	return "", k.s.children.EmptyRequest(ctx, tx, d.ID)
}

// emergencies keeps why records were opened, and what reviews found.
type emergencies struct{ s *Service }

// Due implements Keeper.
func (k emergencies) Due(ctx context.Context, tx *db.Tx, before time.Time, most int32) ([]Due, error) {
	rows, err := q.GlassReviewedBefore(ctx, tx, safeguarddb.GlassReviewedBeforeParams{Before: clock.Micros(before), Most: most})
	if err != nil {
		return nil, fmt.Errorf("safeguard: emergencies: %w", err)
	}
	mine := rows[:0]
	var ids []int64
	for _, x := range rows {
		if x.PersonID != access.PersonID(ctx) && lead(ctx, x.OrganisationID) { // nobody empties their own reasons
			mine, ids = append(mine, x), append(ids, x.RecordID)
		}
	}
	codes, err := k.s.codes(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Due, len(mine))
	for i, x := range mine {
		out[i] = Due{ID: x.ID, Organisation: x.OrganisationID, Record: x.RecordID, Name: codes[x.RecordID], Ended: moment(x.ReviewedAt)}
	}
	return out, nil
}

// codes returns what records are called; one that who acts may not know of is called by its number.
func (s *Service) codes(ctx context.Context, tx *db.Tx, ids []int64) (map[int64]string, error) {
	out := make(map[int64]string, len(ids))
	for _, id := range ids {
		out[id] = clock.FormatID(id)
	}
	if len(ids) == 0 {
		return out, nil
	}
	list, err := s.children.Briefs(ctx, tx, ids, access.Safeguarding)
	for _, r := range list {
		out[r.ID] = r.Code
	}
	return out, err
}

// Destroy implements Keeper.
func (k emergencies) Destroy(ctx context.Context, tx *db.Tx, d Due) (string, error) {
	n, err := q.EmptyGlass(ctx, tx, safeguarddb.EmptyGlassParams{Nothing: []byte{}, ID: d.ID})
	if err != nil {
		return "", fmt.Errorf("safeguard: empty an emergency: %w", err)
	}
	if n == 0 {
		return "", fault.New(fault.Conflict, "safeguard.not_due")
	}
	return "", nil
}
