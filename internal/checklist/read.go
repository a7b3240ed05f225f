package checklist

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"time"

	"manyhands/internal/checklist/internal/checklistdb"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
)

const maxHistory = 100

// Items returns every requirement of a subject, in the order of the list, and where it stands at now.
func Items(ctx context.Context, r db.Queryer, s Subject, now time.Time) ([]Item, error) {
	all, err := ItemsOf(ctx, r, []Subject{s}, now)
	return all[s.ID], err
}

// ItemsOf is Items for a page of subjects of one kind, by their ids, in four queries.
func ItemsOf(ctx context.Context, r db.Queryer, subjects []Subject, now time.Time) (map[int64][]Item, error) {
	if len(subjects) == 0 {
		return map[int64][]Item{}, nil
	}
	kind, ids := subjects[0].Kind, make([]int64, len(subjects))
	for i, s := range subjects {
		ids[i] = s.ID
	}
	rows, err := q.Standings(ctx, r, checklistdb.StandingsParams{Kind: kind, Ids: ids})
	if err != nil {
		return nil, fmt.Errorf("checklist: standings: %w", err)
	}
	found, err := evidenceOf(ctx, r, rows)
	if err != nil {
		return nil, err
	}
	out := make(map[int64][]Item, len(subjects))
	for _, s := range subjects {
		for _, want := range Requirements(kind, s.Of) {
			item := Item{Requirement: want, Subject: s.ID, State: Missing}
			for _, row := range rows {
				if row.SubjectID == s.ID && row.Requirement == want.Code {
					found.fill(&item, row, now)
				}
			}
			out[s.ID] = append(out[s.ID], item)
		}
	}
	return out, nil
}

// Met returns the codes of what is asked of a subject without fail and is not in force at now.
func Met(ctx context.Context, r db.Queryer, s Subject, now time.Time) ([]string, error) {
	items, err := Items(ctx, r, s, now)
	return Unmet(items), err
}

type shown struct {
	evidence map[int64]Evidence
	said     map[int64]Decision // the last on each
}

func evidenceOf(ctx context.Context, r db.Queryer, rows []checklistdb.ChecklistStanding) (shown, error) {
	out := shown{map[int64]Evidence{}, map[int64]Decision{}}
	var ids []int64
	for _, row := range rows {
		for _, id := range []int64{row.OpenID, row.HoldsID, row.RefusedID} {
			if id != 0 {
				ids = append(ids, id)
			}
		}
	}
	if len(ids) == 0 {
		return out, nil
	}
	evidence, err := q.EvidenceByIDs(ctx, r, ids)
	if err != nil {
		return out, fmt.Errorf("checklist: evidence: %w", err)
	}
	for _, e := range evidence {
		out.evidence[e.ID] = evidenceRow(e)
	}
	decisions, err := q.DecisionsOf(ctx, r, ids)
	if err != nil {
		return out, fmt.Errorf("checklist: decisions: %w", err)
	}
	for _, d := range decisions {
		out.said[d.EvidenceID] = decisionRow(d)
	}
	return out, nil
}

func (s shown) fill(item *Item, row checklistdb.ChecklistStanding, now time.Time) {
	item.Open, item.FirstBy, item.Holds, item.Last = s.evidence[row.OpenID], row.FirstBy, s.evidence[row.HoldsID], s.evidence[row.RefusedID]
	if row.HoldsID != 0 {
		item.EndsAt = clock.Time(row.EndsAt)
	}
	switch {
	case inForce(row, now):
		item.State, item.Said = Accepted, s.said[row.HoldsID]
	case row.OpenID != 0 && row.FirstBy != 0:
		item.State = Second
	case row.OpenID != 0:
		item.State = HandedIn
	case row.RefusedID != 0:
		item.State, item.Said = Refused, s.said[row.RefusedID]
	case row.HoldsID != 0:
		item.State = Expired
	}
	if row.RefusedID != 0 {
		item.Said = s.said[row.RefusedID]
	}
}

// inForce is the one place that says whether what was accepted counts: from its first moment until
// just before its end.
func inForce(row checklistdb.ChecklistStanding, now time.Time) bool {
	t := clock.Micros(now)
	return row.HoldsID != 0 && row.StartsAt <= t && (row.EndsAt == 0 || t < row.EndsAt)
}

// Entry is one piece of evidence with everything that was said of it.
type Entry struct {
	Evidence
	Said []Decision // in order
}

// History returns what was ever handed in for one requirement, the latest first, at most 100.
func History(ctx context.Context, r db.Queryer, s Subject, code string) ([]Entry, error) {
	rows, err := q.EvidenceOf(ctx, r, checklistdb.EvidenceOfParams{Kind: s.Kind, SubjectID: s.ID, Requirement: code, Most: maxHistory})
	if err != nil {
		return nil, fmt.Errorf("checklist: history: %w", err)
	}
	ids, at := make([]int64, len(rows)), map[int64]int{}
	out := make([]Entry, len(rows))
	for i, row := range rows {
		ids[i], at[row.ID], out[i].Evidence = row.ID, i, evidenceRow(row)
	}
	decisions, err := q.DecisionsOf(ctx, r, ids)
	if err != nil {
		return nil, fmt.Errorf("checklist: history: %w", err)
	}
	for _, d := range decisions {
		out[at[d.EvidenceID]].Said = append(out[at[d.EvidenceID]].Said, decisionRow(d))
	}
	return out, nil
}

// HasDocument reports whether a blob was handed in for a subject. Faults: NotFound
// "checklist.no_document_here" when it was not: an id alone opens nothing.
func HasDocument(ctx context.Context, r db.Queryer, s Subject, blob int64) error {
	_, err := q.EvidenceWithBlob(ctx, r, checklistdb.EvidenceWithBlobParams{Kind: s.Kind, SubjectID: s.ID, BlobID: blob})
	return db.NotFound(err, "checklist.no_document_here")
}

func standing(ctx context.Context, r db.Queryer, kind string, id int64, code string) (checklistdb.ChecklistStanding, error) {
	row, err := q.Standing(ctx, r, checklistdb.StandingParams{Kind: kind, SubjectID: id, Requirement: code})
	if errors.Is(err, sql.ErrNoRows) {
		return checklistdb.ChecklistStanding{Kind: kind, SubjectID: id, Requirement: code}, nil
	}
	if err != nil {
		return row, fmt.Errorf("checklist: standing: %w", err)
	}
	return row, nil
}

func requirement(s Subject, code string) (Requirement, error) {
	for _, r := range Requirements(s.Kind, s.Of) {
		if r.Code == code {
			return r, nil
		}
	}
	return Requirement{}, fault.New(fault.NotFound, "checklist.no_requirement")
}

func evidenceRow(r checklistdb.Evidence) Evidence {
	return Evidence{ID: r.ID, Blob: r.BlobID, Reference: r.Reference, Note: i18n.Text{ZH: r.NoteZh, EN: r.NoteEn},
		From: clock.Time(r.FromAt), Until: clock.Time(r.UntilAt), By: r.MadeBy, At: clock.Time(r.MadeAt)}
}

func decisionRow(r checklistdb.EvidenceDecision) Decision {
	return Decision{Verdict: Verdict(r.Verdict), Reason: r.Reason, Note: r.Note, By: r.DecidedBy, At: clock.Time(r.DecidedAt)}
}

// Open is evidence that waits for a word.
type Open struct {
	Requirement
	Subject  int64
	Evidence int64
	Since    time.Time
}

// Waiting returns everything of a kind that waits for a word, the longest waiting first, page by page.
func Waiting(ctx context.Context, r db.Queryer, kind string) iter.Seq2[Open, error] {
	return func(yield func(Open, error) bool) {
		p := checklistdb.WaitingOfParams{Kind: kind, Most: waitingPage}
		for {
			rows, err := q.WaitingOf(ctx, r, p)
			if err != nil {
				yield(Open{}, fmt.Errorf("checklist: waiting: %w", err))
				return
			}
			for _, row := range rows {
				p.After = row.OpenID
				want, ok := Find(row.Kind, row.Requirement)
				if ok && !yield(Open{Requirement: want, Subject: row.SubjectID, Evidence: row.OpenID, Since: clock.Time(row.MadeAt)}, nil) {
					return
				}
			}
			if len(rows) < waitingPage {
				return
			}
		}
	}
}

const waitingPage = 500
