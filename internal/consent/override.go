package consent

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"manyhands/internal/audit"
	"manyhands/internal/clock"
	"manyhands/internal/consent/internal/consentdb"
	"manyhands/internal/db"
	"manyhands/internal/fault"
)

// LongestOverride is the longest time for which something may be done without consent by one decision:
// long enough to reach the guardians or the authorities over a weekend.
const LongestOverride = 72 * time.Hour

// longestReason is counted in characters.
const longestReason = 2000

// Overriding is what a safeguarding lead decides: that a matter may go on without consent, until when
// and why.
type Overriding struct {
	Record int64
	Matter Matter
	Reason string // words; kept sealed under the child's key
	Until  time.Time
	By     int64
}

// Override records the decision. No answer of a guardian is changed by it, and Standing goes on to show
// what they said. Faults: Fields naming "purpose", "about", "reason" or "until"; NotFound
// "consent.no_record"; those of package vault.
func (s *Service) Override(ctx context.Context, tx *db.Tx, in Overriding) (Override, error) {
	if err := in.Matter.Check(); err != nil {
		return Override{}, err
	}
	in.Reason = strings.TrimSpace(in.Reason)
	var bad fault.Fields
	switch {
	case in.Reason == "":
		bad.Add("reason", "form.required")
	case utf8.RuneCountInString(in.Reason) > longestReason:
		bad.Add("reason", "form.too_long", "Max", int64(longestReason))
	}
	if !in.Until.After(tx.Now()) || in.Until.After(tx.Now().Add(LongestOverride)) {
		bad.Add("until", "consent.override_long", "Hours", int64(LongestOverride/time.Hour))
	}
	if err := bad.Err(); err != nil {
		return Override{}, err
	}
	family, err := s.family(ctx, tx, in.Record, tx.Now())
	if err != nil {
		return Override{}, err
	}
	o := Override{ID: tx.NewID(), Record: in.Record, Matter: in.Matter, By: in.By, Made: tx.Now(), Until: in.Until.UTC()}
	box, err := s.vault.Box(ctx, tx, in.Record)
	if err != nil {
		return Override{}, fmt.Errorf("consent: box: %w", err)
	}
	sealed, err := box.Seal(reasonField(o.ID), []byte(in.Reason))
	if err != nil {
		return Override{}, fmt.Errorf("consent: seal a reason: %w", err)
	}
	err = q.InsertOverride(ctx, tx, consentdb.InsertOverrideParams{ID: o.ID, RecordID: o.Record, OrganisationID: family.Organisation,
		Purpose: string(o.Matter.Purpose), AboutID: o.Matter.About, Reason: sealed, ByID: o.By, MadeAt: clock.Micros(o.Made),
		UntilAt: clock.Micros(o.Until)})
	if err != nil {
		return Override{}, fmt.Errorf("consent: override: %w", err)
	}
	return o, note(ctx, tx, "consent.overridden", o.Record, family.Organisation, o.By, o.Matter, 0)
}

// Reason returns the words of an override of a record. Who reads them is noted in the trail. Faults:
// NotFound "consent.no_override", also for one of another record; those of package vault.
func (s *Service) Reason(ctx context.Context, tx *db.Tx, record, override, reader int64) (string, error) {
	row, err := q.OverrideReason(ctx, tx, override)
	if err != nil {
		return "", fmt.Errorf("consent: override: %w", db.NotFound(err, "consent.no_override"))
	}
	if row.RecordID != record {
		return "", fault.New(fault.NotFound, "consent.no_override")
	}
	err = audit.Add(ctx, tx, audit.Act{Kind: "consent.reason_read", Subject: row.RecordID, Organisation: row.OrganisationID, Person: reader})
	if err != nil {
		return "", fmt.Errorf("consent: trail: %w", err)
	}
	box, err := s.vault.Box(ctx, tx, row.RecordID)
	if err != nil {
		return "", fmt.Errorf("consent: box: %w", err)
	}
	words, err := box.Open(reasonField(override), row.Reason)
	if err != nil {
		return "", fmt.Errorf("consent: open a reason: %w", err)
	}
	return string(words), nil
}

// reasonField binds a sealed reason to its row.
func reasonField(override int64) string { return "consent.override." + clock.FormatID(override) }

// Remark notes something about the child's own part in a matter. It never changes what a guardian has
// said. Faults: Fields as Matter.Check or naming "kind"; NotFound "consent.no_record".
func (s *Service) Remark(ctx context.Context, tx *db.Tx, in Remark) (Remark, error) {
	if err := in.Matter.Check(); err != nil {
		return Remark{}, err
	}
	if in.Kind != Competence && in.Kind != TellParents {
		return Remark{}, fault.Fields{{Name: "kind", Key: "form.choice"}}
	}
	family, err := s.family(ctx, tx, in.Record, tx.Now())
	if err != nil {
		return Remark{}, err
	}
	in.ID, in.Made = tx.NewID(), tx.Now()
	err = q.InsertRemark(ctx, tx, consentdb.InsertRemarkParams{ID: in.ID, RecordID: in.Record, Kind: string(in.Kind),
		Purpose: string(in.Matter.Purpose), AboutID: in.Matter.About, Yes: in.Yes, ByID: in.By, MadeAt: tx.NowMicros()})
	if err != nil {
		return Remark{}, fmt.Errorf("consent: remark: %w", err)
	}
	return in, note(ctx, tx, "consent.remarked", in.Record, family.Organisation, in.By, in.Matter, 0)
}

// mostRemarks is how many Remarks returns.
const mostRemarks = 100

// Remarks returns what was noted about the child's own part, newest first, the last hundred.
func (s *Service) Remarks(ctx context.Context, r db.Queryer, record int64) ([]Remark, error) {
	rows, err := q.Remarks(ctx, r, consentdb.RemarksParams{RecordID: record, Limit: mostRemarks})
	if err != nil {
		return nil, fmt.Errorf("consent: remarks: %w", err)
	}
	out := make([]Remark, len(rows))
	for i, x := range rows {
		out[i] = Remark{ID: x.ID, Record: x.RecordID, Kind: RemarkKind(x.Kind), Matter: Matter{Purpose(x.Purpose), x.AboutID},
			Yes: x.Yes, By: x.ByID, Made: clock.Time(x.MadeAt)}
	}
	return out, nil
}
