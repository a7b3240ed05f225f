package checklist

import (
	"context"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"manyhands/internal/checklist/internal/checklistdb"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
)

// HandIn notes evidence that waits for somebody's word, in the place of what waited before; what is in
// force stays so. e.ID, e.By and e.At are set here; the evidence's id is returned. A requirement that
// holds by the subject's own word is in force at once. Faults: NotFound "checklist.no_requirement";
// Forbidden "checklist.found" for what only who checks can find out; Invalid fields document,
// reference, note_zh, note_en, from_on, until_on.
func HandIn(ctx context.Context, tx *db.Tx, s Subject, code string, e Evidence, by int64) (int64, error) {
	want, err := requirement(s, code)
	if err != nil {
		return 0, err
	}
	if want.Found() {
		return 0, fault.New(fault.Forbidden, "checklist.found")
	}
	row, e, err := enter(ctx, tx, s, want, e, by)
	if err != nil {
		return 0, err
	}
	if want.OwnWord {
		return e.ID, hold(ctx, tx, row, e, by)
	}
	return e.ID, save(ctx, tx, row)
}

// Record notes what by, who checks, has found out: evidence and its acceptance at once. What was in
// force is followed by it. Faults: as HandIn; Forbidden "checklist.not_found_out" for what has to be
// handed in and decided, "checklist.own_check" when a person would check themselves.
func Record(ctx context.Context, tx *db.Tx, s Subject, code string, e Evidence, by int64) (int64, error) {
	want, err := requirement(s, code)
	if err != nil {
		return 0, err
	}
	if !want.Found() {
		return 0, fault.New(fault.Forbidden, "checklist.not_found_out")
	}
	if s.Kind == Person && s.ID == by {
		return 0, fault.New(fault.Forbidden, "checklist.own_check")
	}
	row, e, err := enter(ctx, tx, s, want, e, by)
	if err != nil {
		return 0, err
	}
	return e.ID, hold(ctx, tx, row, e, by)
}

// enter writes the evidence and returns its standing with the evidence open.
func enter(ctx context.Context, tx *db.Tx, s Subject, want Requirement, e Evidence, by int64) (checklistdb.ChecklistStanding, Evidence, error) {
	row, err := standing(ctx, tx, s.Kind, s.ID, want.Code)
	if err != nil {
		return row, e, err
	}
	e.ID, e.By, e.At = tx.NewID(), by, tx.Now()
	if err := e.check(want, row, tx.Now()); err != nil {
		return row, e, err
	}
	e.Until = end(want, e)
	err = q.InsertEvidence(ctx, tx, checklistdb.InsertEvidenceParams{ID: e.ID, Kind: s.Kind, SubjectID: s.ID, Requirement: want.Code,
		ListVersion: Version(s.Kind), BlobID: e.Blob, Reference: e.Reference, NoteZh: e.Note.ZH, NoteEn: e.Note.EN,
		FromAt: clock.Micros(e.From), UntilAt: micros(e.Until), MadeBy: by, MadeAt: tx.NowMicros()})
	if err != nil {
		return row, e, fmt.Errorf("checklist: hand in: %w", err)
	}
	row.OpenID, row.FirstBy, row.RefusedID = e.ID, 0, 0
	return row, e, note(ctx, tx, "checklist.handed_in", row, by, "")
}

// check sets e.From when it is not stated and looks whether e is what want asks for.
func (e *Evidence) check(want Requirement, row checklistdb.ChecklistStanding, now time.Time) error {
	var f fault.Fields
	switch {
	case want.Document == Required && e.Blob == 0:
		f.Add("document", "checklist.document_needed")
	case (want.Document == Never || want.Document == "") && e.Blob != 0:
		f.Add("document", "checklist.no_document")
	}
	switch {
	case want.Reference == Required && e.Reference == "":
		f.Add("reference", "form.required")
	case utf8.RuneCountInString(e.Reference) > MaxReference:
		f.Add("reference", "form.too_long", "Max", MaxReference)
	}
	if utf8.RuneCountInString(e.Note.ZH) > MaxNote {
		f.Add("note_zh", "form.too_long", "Max", MaxNote)
	}
	if utf8.RuneCountInString(e.Note.EN) > MaxNote {
		f.Add("note_en", "form.too_long", "Max", MaxNote)
	}
	e.checkDays(&f, want, row, now)
	return f.Err()
}

func (e *Evidence) checkDays(f *fault.Fields, want Requirement, row checklistdb.ChecklistStanding, now time.Time) {
	if e.From.IsZero() {
		e.From = now
	}
	// A renewal may begin later, on the day on which its predecessor ends at the latest.
	if e.From.After(now) && (!inForce(row, now) || (row.EndsAt != 0 && row.EndsAt < clock.Micros(e.From))) {
		f.Add("from_on", "checklist.from_future")
	}
	switch {
	case want.Until == Required && e.Until.IsZero():
		f.Add("until_on", "form.required")
	case (want.Until == Never || want.Until == "") && want.Yearly == "" && !e.Until.IsZero() && want.ValidDays == 0:
		f.Add("until_on", "checklist.no_end")
	case !e.Until.IsZero() && !e.Until.After(e.From):
		f.Add("until_on", "checklist.ends_before_start")
	case !e.Until.IsZero() && !e.Until.After(now):
		f.Add("until_on", "checklist.ends_past")
	case want.ValidDays > 0 && !e.From.AddDate(0, 0, want.ValidDays).After(now):
		f.Add("from_on", "checklist.ends_past")
	}
}

// end is when e stops to count: what it states, or the days for which such a thing is valid, whichever
// is sooner. Days are counted in the zone of e.From.
func end(want Requirement, e Evidence) time.Time {
	until := e.Until
	limit := time.Time{}
	switch {
	case want.ValidDays > 0:
		limit = e.From.AddDate(0, 0, want.ValidDays)
	case want.Yearly != "":
		limit = nextDue(want.Yearly, e.From)
	}
	if !limit.IsZero() && (until.IsZero() || limit.Before(until)) {
		return limit
	}
	return until
}

// Decide says a word on evidence that waits for one and returns where the requirement then stands.
// Faults: NotFound "checklist.no_evidence"; Conflict "checklist.not_open" when somebody else has said
// it or other evidence has come since; Forbidden "checklist.own_evidence" for who handed it in,
// "checklist.second_person" when the second word would be the first's; Invalid fields reason, note.
func Decide(ctx context.Context, tx *db.Tx, evidence int64, d Decision, by int64) (State, error) {
	if err := d.check(); err != nil {
		return "", err
	}
	found, err := q.EvidenceByID(ctx, tx, evidence)
	if err != nil {
		return "", fmt.Errorf("checklist: decide: %w", db.NotFound(err, "checklist.no_evidence"))
	}
	row, err := standing(ctx, tx, found.Kind, found.SubjectID, found.Requirement)
	if err != nil {
		return "", err
	}
	want, _ := Find(found.Kind, found.Requirement)
	switch {
	case row.OpenID != evidence:
		return "", fault.New(fault.Conflict, "checklist.not_open")
	case found.MadeBy == by && by != 0:
		return "", fault.New(fault.Forbidden, "checklist.own_evidence")
	case row.FirstBy == by && by != 0:
		return "", fault.New(fault.Forbidden, "checklist.second_person")
	case d.Verdict == Accept && want.Two && row.FirstBy == 0:
		row.FirstBy = by
		if err := say(ctx, tx, evidence, d, by); err != nil {
			return "", err
		}
		return Second, settle(ctx, tx, "checklist.first", row, by, "")
	case d.Verdict == Accept:
		return Accepted, hold(ctx, tx, row, evidenceRow(found), by)
	}
	if err := say(ctx, tx, evidence, d, by); err != nil {
		return "", err
	}
	row.OpenID, row.FirstBy, row.RefusedID = 0, 0, evidence
	return Refused, settle(ctx, tx, "checklist.refused", row, by, d.Reason)
}

// Withdraw takes back what was accepted: from now on it counts for nothing. Faults: Conflict
// "checklist.not_in_force"; Invalid fields reason, note.
func Withdraw(ctx context.Context, tx *db.Tx, s Subject, code string, d Decision, by int64) error {
	d.Verdict = Revoke
	if err := d.check(); err != nil {
		return err
	}
	row, err := standing(ctx, tx, s.Kind, s.ID, code)
	if err != nil {
		return err
	}
	if !inForce(row, tx.Now()) {
		return fault.New(fault.Conflict, "checklist.not_in_force")
	}
	if err := say(ctx, tx, row.HoldsID, d, by); err != nil {
		return err
	}
	row.RefusedID, row.EndsAt = row.HoldsID, tx.NowMicros()
	return settle(ctx, tx, "checklist.revoked", row, by, d.Reason)
}

func (d Decision) check() error {
	var f fault.Fields
	switch {
	case d.Verdict != Accept && d.Verdict != Refuse && d.Verdict != Revoke:
		f.Add("verdict", "form.choice")
	case d.Verdict == Accept && d.Reason != "", d.Verdict != Accept && !slices.Contains(Reasons(), d.Reason):
		f.Add("reason", "form.choice")
	case d.Verdict != Accept && d.Reason == "other" && d.Note == "":
		f.Add("note", "form.required")
	}
	if utf8.RuneCountInString(d.Note) > MaxNote {
		f.Add("note", "form.too_long", "Max", MaxNote)
	}
	return f.Err()
}

// hold accepts e: it follows what was in force without a gap.
func hold(ctx context.Context, tx *db.Tx, row checklistdb.ChecklistStanding, e Evidence, by int64) error {
	if err := say(ctx, tx, e.ID, Decision{Verdict: Accept}, by); err != nil {
		return err
	}
	starts := clock.Micros(e.From)
	if inForce(row, tx.Now()) {
		starts = min(starts, row.StartsAt)
	}
	row.OpenID, row.FirstBy, row.RefusedID = 0, 0, 0
	row.HoldsID, row.StartsAt, row.EndsAt = e.ID, starts, micros(e.Until)
	return settle(ctx, tx, "checklist.accepted", row, by, "")
}

func say(ctx context.Context, tx *db.Tx, evidence int64, d Decision, by int64) error {
	err := q.InsertDecision(ctx, tx, checklistdb.InsertDecisionParams{EvidenceID: evidence, Verdict: string(d.Verdict), Reason: d.Reason,
		Note: d.Note, DecidedBy: by, DecidedAt: tx.NowMicros()})
	if err != nil {
		return fmt.Errorf("checklist: decide: %w", err)
	}
	return nil
}

func settle(ctx context.Context, tx *db.Tx, kind string, row checklistdb.ChecklistStanding, by int64, reason string) error {
	if err := save(ctx, tx, row); err != nil {
		return err
	}
	return note(ctx, tx, kind, row, by, reason)
}

func save(ctx context.Context, tx *db.Tx, row checklistdb.ChecklistStanding) error {
	want, _ := Find(row.Kind, row.Requirement)
	row.Stops = slices.Contains(want.SwitchesOff, Everything)
	if err := q.SetStanding(ctx, tx, checklistdb.SetStandingParams(row)); err != nil {
		return fmt.Errorf("checklist: keep a standing: %w", err)
	}
	return nil
}

func note(ctx context.Context, tx *db.Tx, kind string, row checklistdb.ChecklistStanding, by int64, reason string) error {
	return event.Add(ctx, tx, kind, row.SubjectID, by, struct {
		Kind   string `json:"kind"`
		Code   string `json:"code"`
		Reason string `json:"reason,omitempty"`
	}{row.Kind, row.Requirement, reason})
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return clock.Micros(t)
}
