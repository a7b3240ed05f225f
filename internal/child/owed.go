package child

import (
	"context"
	"fmt"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
)

// Owed is a record whose guardian waits for an answer.
type Owed struct {
	Record
	By time.Time // until when the oldest of the requests has to be answered; see RequestTime
}

// Owing lists the records of an organisation about which a guardian waits for a decision, oldest request
// first, for the purpose casework or safeguarding; those that who acts may not know of are left out. Each
// record is listed once.
func (s *Service) Owing(ctx context.Context, tx *db.Tx, organisation int64, purpose access.Purpose) ([]Owed, error) {
	rows, err := q.OpenRequests(ctx, tx, organisation)
	if err != nil {
		return nil, fmt.Errorf("child: open requests: %w", err)
	}
	var ids []int64
	by := map[int64]time.Time{}
	for _, x := range rows {
		if by[x.RecordID].IsZero() {
			ids, by[x.RecordID] = append(ids, x.RecordID), clock.Time(x.MadeAt).Add(RequestTime)
		}
	}
	list, err := s.Briefs(ctx, tx, ids, purpose)
	if err != nil {
		return nil, err
	}
	out := make([]Owed, len(list))
	for i, r := range list {
		out[i] = Owed{r, by[r.ID]}
	}
	return out, nil
}

// OpenRequests is Owing without the dates.
func (s *Service) OpenRequests(ctx context.Context, tx *db.Tx, organisation int64, purpose access.Purpose) ([]Record, error) {
	list, err := s.Owing(ctx, tx, organisation, purpose)
	var out []Record
	for _, x := range list {
		out = append(out, x.Record)
	}
	return out, err
}

// OwingSoon returns the organisations at which a guardian has to be answered within a time, or has waited
// too long. It shows numbers alone and asks nobody's leave: jobs call it.
func (s *Service) OwingSoon(ctx context.Context, r db.Queryer, now time.Time, within time.Duration) ([]int64, error) {
	ids, err := q.WhereRequestsWait(ctx, r, clock.Micros(now.Add(within-RequestTime)))
	if err != nil {
		return nil, fmt.Errorf("child: where requests wait: %w", err)
	}
	return ids, nil
}

// Answerer is a guardian whose word counts for a child who is here.
type Answerer struct {
	Organisation int64 // that keeps the record
	Person       int64 // of their account, which may look at the record; 0 for one on paper
}

// Answerers returns, by guardianship, those whose word counts at a moment in some records; records of
// children who have left, and erased ones, are left out. It shows numbers alone and asks nobody's leave:
// whoever tells guardians of something calls it.
func (s *Service) Answerers(ctx context.Context, r db.Queryer, records []int64, at time.Time) (map[int64]Answerer, error) {
	all, err := rows(ctx, r, records)
	if err != nil {
		return nil, err
	}
	out := map[int64]Answerer{}
	for _, d := range all {
		if d.State == Enrolling || d.State == Active {
			d.answerers(out, at)
		}
	}
	return out, nil
}

func (d *dossier) answerers(out map[int64]Answerer, at time.Time) {
	accounts := d.persons(at)
	for _, g := range d.guardians {
		a := Answerer{Organisation: d.Organisation, Person: g.PersonID}
		if !d.counts(g, at) || g.PersonID != 0 && !slices.Contains(accounts, g.PersonID) {
			continue
		}
		out[g.ID] = a
	}
}
