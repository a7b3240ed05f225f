package checklist

import (
	"context"
	"fmt"
	"slices"

	"manyhands/internal/checklist/internal/checklistdb"
	"manyhands/internal/clock"
	"manyhands/internal/db"
)

const checkPage = 500

// Check reads every standing once and returns an error that names the first that is not what was handed
// in and said:
//
//   - what holds was accepted, by two different people where two are asked, and ends no later than its
//     evidence says, nor after it was revoked;
//   - nobody accepted what they handed in, but where who checks finds it out or one's own word is enough;
//   - what waits for a word is evidence of the same subject and requirement, and was not refused.
func Check(ctx context.Context, r db.Queryer) error {
	after := checklistdb.StandingsAfterParams{Most: checkPage}
	for {
		rows, err := q.StandingsAfter(ctx, r, after)
		if err != nil {
			return fmt.Errorf("checklist: check: %w", err)
		}
		if len(rows) == 0 {
			return nil
		}
		if err := checkPageOf(ctx, r, rows); err != nil {
			return err
		}
		last := rows[len(rows)-1]
		after.Kind, after.SubjectID, after.Requirement = last.Kind, last.SubjectID, last.Requirement
	}
}

func checkPageOf(ctx context.Context, r db.Queryer, rows []checklistdb.ChecklistStanding) error {
	var ids []int64
	for _, row := range rows {
		ids = append(ids, row.OpenID, row.HoldsID)
	}
	evidence, err := q.EvidenceByIDs(ctx, r, ids)
	if err != nil {
		return fmt.Errorf("checklist: check: %w", err)
	}
	decisions, err := q.DecisionsOf(ctx, r, ids)
	if err != nil {
		return fmt.Errorf("checklist: check: %w", err)
	}
	found, said := map[int64]checklistdb.Evidence{}, map[int64][]checklistdb.EvidenceDecision{}
	for _, e := range evidence {
		found[e.ID] = e
	}
	for _, d := range decisions {
		said[d.EvidenceID] = append(said[d.EvidenceID], d)
	}
	for _, row := range rows {
		if what := breachOf(row, found, said); what != "" {
			return fmt.Errorf("checklist: check: %s %s, %s: %s", row.Kind, clock.FormatID(row.SubjectID), row.Requirement, what)
		}
	}
	return nil
}

// breachOf says what is wrong with one standing; "" for nothing.
func breachOf(row checklistdb.ChecklistStanding, found map[int64]checklistdb.Evidence, said map[int64][]checklistdb.EvidenceDecision) string {
	for _, id := range []int64{row.OpenID, row.HoldsID} {
		if e := found[id]; id != 0 && (e.Kind != row.Kind || e.Requirement != row.Requirement || e.SubjectID != row.SubjectID) {
			return "names evidence of something else"
		}
	}
	if row.OpenID != 0 && slices.ContainsFunc(said[row.OpenID], func(d checklistdb.EvidenceDecision) bool { return d.Verdict != string(Accept) }) {
		return "waits for a word on evidence that was refused"
	}
	if row.HoldsID == 0 {
		return ""
	}
	return breachOfHeld(row, found[row.HoldsID], said[row.HoldsID])
}

func breachOfHeld(row checklistdb.ChecklistStanding, e checklistdb.Evidence, said []checklistdb.EvidenceDecision) string {
	want, known := Find(row.Kind, row.Requirement)
	var by []int64
	end := e.UntilAt
	for _, d := range said {
		switch Verdict(d.Verdict) {
		case Accept:
			if !slices.Contains(by, d.DecidedBy) {
				by = append(by, d.DecidedBy)
			}
		case Revoke:
			if end == 0 || d.DecidedAt < end {
				end = d.DecidedAt
			}
		case Refuse:
			return "holds what was refused"
		}
	}
	switch {
	case len(by) == 0:
		return "holds what nobody accepted"
	case known && want.Two && len(by) < 2:
		return "holds by one person's word, and two are asked"
	case known && !want.Found() && !want.OwnWord && slices.Contains(by, e.MadeBy) && e.MadeBy != 0:
		return "was accepted by who handed it in"
	case end != 0 && (row.EndsAt == 0 || row.EndsAt > end):
		return "holds longer than its evidence"
	}
	return ""
}
