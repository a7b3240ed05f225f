package checklist

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/checklist/internal/checklistdb"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
)

// Kept is somebody of whom evidence is kept in words: references, notes or documents.
type Kept struct {
	Subject int64
	Last    time.Time // when the latest came in
}

// keptPage is how many Keeping reads at once.
const keptPage = 500

// Keeping returns everybody of one kind of whom evidence is kept in words.
func Keeping(ctx context.Context, r db.Queryer, kind string) ([]Kept, error) {
	var out []Kept
	after := int64(0)
	for {
		rows, err := q.SubjectsWithWords(ctx, r, checklistdb.SubjectsWithWordsParams{Kind: kind, After: after, Most: keptPage})
		if err != nil {
			return nil, fmt.Errorf("checklist: what is kept: %w", err)
		}
		for _, x := range rows {
			after = x.SubjectID
			out = append(out, Kept{Subject: x.SubjectID, Last: clock.Time(x.LastAt)})
		}
		if len(rows) < keptPage {
			return out, nil
		}
	}
}

// Empty takes the words out of all evidence of a subject: references, notes, and which documents there were.
// What was asked, when it held, and who said so stay. It returns the documents, which the caller deletes.
// When the time for it has come is the caller's to see to.
func Empty(ctx context.Context, tx *db.Tx, kind string, subject, by int64) (documents []int64, err error) {
	documents, err = q.BlobsOf(ctx, tx, checklistdb.BlobsOfParams{Kind: kind, SubjectID: subject})
	if err != nil {
		return nil, fmt.Errorf("checklist: documents: %w", err)
	}
	for _, step := range []func() error{
		func() error {
			return q.EmptyEvidence(ctx, tx, checklistdb.EmptyEvidenceParams{Kind: kind, SubjectID: subject})
		},
		func() error {
			return q.EmptyDecisions(ctx, tx, checklistdb.EmptyDecisionsParams{Kind: kind, SubjectID: subject})
		},
		func() error { return q.EndOpen(ctx, tx, checklistdb.EndOpenParams{Kind: kind, SubjectID: subject}) },
	} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("checklist: empty: %w", err)
		}
	}
	return documents, event.Add(ctx, tx, "checklist.emptied", subject, by, struct {
		Kind string `json:"kind"`
	}{kind})
}

// Emptied reports whether no words are left of what came in about a subject up to a moment.
func Emptied(ctx context.Context, r db.Queryer, kind string, subject int64, until time.Time) (bool, error) {
	n, err := q.CountWorded(ctx, r, checklistdb.CountWordedParams{Kind: kind, SubjectID: subject, Until: clock.Micros(until)})
	if err != nil {
		return false, fmt.Errorf("checklist: emptied: %w", err)
	}
	return n == 0, nil
}
