package consent

import (
	"context"
	"fmt"
	"slices"
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
	Ground Ground
	Reason string // words; kept sealed under the child's key
	Until  time.Time
	By     int64
}

// Override records the decision. No answer of a guardian is changed by it, and Standing goes on to show
// what they said. Faults: Fields naming "purpose", "about", "ground", "reason" or "until"; NotFound
// "consent.no_record"; those of package vault.
func (s *Service) Override(ctx context.Context, tx *db.Tx, in Overriding) (Override, error) {
	if err := in.Matter.Check(); err != nil {
		return Override{}, err
	}
	in.Reason = strings.TrimSpace(in.Reason)
	var bad fault.Fields
	if !slices.Contains(Grounds(), in.Ground) {
		bad.Add("ground", "form.choice")
	}
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
	o := Override{ID: tx.NewID(), Record: in.Record, Matter: in.Matter, Ground: in.Ground, By: in.By, Made: tx.Now(), Until: in.Until.UTC()}
	box, err := s.vault.Box(ctx, tx, in.Record)
	if err != nil {
		return Override{}, fmt.Errorf("consent: box: %w", err)
	}
	sealed, err := box.Seal(reasonField(o.ID), []byte(in.Reason))
	if err != nil {
		return Override{}, fmt.Errorf("consent: seal a reason: %w", err)
	}
	err = q.InsertOverride(ctx, tx, consentdb.InsertOverrideParams{ID: o.ID, RecordID: o.Record, OrganisationID: family.Organisation,
		Purpose: string(o.Matter.Purpose), AboutID: o.Matter.About, Ground: string(o.Ground), Reason: sealed, ByID: o.By,
		MadeAt: clock.Micros(o.Made), UntilAt: clock.Micros(o.Until)})
	if err != nil {
		return Override{}, fmt.Errorf("consent: override: %w", err)
	}
	return o, noteOverride(ctx, tx, o, family.Organisation)
}

// noteOverride writes the decision into the trail, with its ground.
func noteOverride(ctx context.Context, tx *db.Tx, o Override, organisation int64) error {
	data := struct {
		Purpose Purpose `json:"purpose"`
		About   string  `json:"about,omitempty"`
		Ground  Ground  `json:"ground"`
	}{Purpose: o.Matter.Purpose, Ground: o.Ground}
	if o.Matter.About != 0 {
		data.About = clock.FormatID(o.Matter.About)
	}
	err := audit.Add(ctx, tx, audit.Act{Kind: "consent.overridden", Subject: o.Record, Organisation: organisation, Person: o.By, Data: data})
	if err != nil {
		return fmt.Errorf("consent: trail: %w", err)
	}
	return nil
}

// OverridesOf returns every decision about a record that something goes on without consent, newest first,
// also those that have ended. The reasons are read one by one: see Reason.
func (s *Service) OverridesOf(ctx context.Context, r db.Queryer, record int64) ([]Override, error) {
	rows, err := q.OverridesEver(ctx, r, record)
	if err != nil {
		return nil, fmt.Errorf("consent: overrides: %w", err)
	}
	out := make([]Override, len(rows))
	for i, x := range rows {
		out[i] = Override{ID: x.ID, Record: x.RecordID, Matter: Matter{Purpose(x.Purpose), x.AboutID}, Ground: Ground(x.Ground), By: x.ByID,
			Made: clock.Time(x.MadeAt), Until: clock.Time(x.UntilAt)}
	}
	return out, nil
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
