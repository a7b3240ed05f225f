package programme

import (
	"context"
	"slices"
	"time"

	"manyhands/internal/checklist"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
)

// Appointed reports whether a person holds an appointment, now in force, at an organisation itself
// (one for the whole network does not count). Package app wires it.
type Appointed func(ctx context.Context, r db.Queryer, person, organisation int64) (bool, error)

// VerifyInput is a check that was done.
type VerifyInput struct {
	Step   string // one of Steps
	Note   i18n.Text
	EndsAt time.Time // zero: does not run out
}

// Verify records that by did a check of a programme now. The same step again takes the place of what
// was recorded, which stays in the history (package checklist). Who works for the organisation cannot verify it. Faults: Invalid
// fields, Forbidden "programme.verify_own", NotFound "programme.no_programme".
func Verify(ctx context.Context, tx *db.Tx, appointed Appointed, programme int64, in VerifyInput, by int64) error {
	p, err := ProgrammeByID(ctx, tx, programme)
	if err != nil {
		return err
	}
	if err := in.check(tx.Now()); err != nil {
		return err
	}
	own, err := appointed(ctx, tx, by, p.Organisation)
	if err != nil {
		return err
	}
	if own {
		return fault.New(fault.Forbidden, "programme.verify_own")
	}
	e := checklist.Evidence{Note: in.Note, Until: in.EndsAt}
	if _, err := checklist.Record(ctx, tx, checks(programme), in.Step, e, by); err != nil {
		return err
	}
	return event.Add(ctx, tx, "programme.verified", programme, by, map[string]string{"step": in.Step})
}

// checks is a programme as package checklist knows it.
func checks(programme int64) checklist.Subject {
	return checklist.Subject{Kind: checklist.Programme, ID: programme}
}

func (in VerifyInput) check(now time.Time) error {
	var f fault.Fields
	if !slices.Contains(Steps(), in.Step) {
		f.Add("step", "form.choice")
	}
	needText(&f, "note", in.Note, MaxShort, true)
	if !in.EndsAt.IsZero() && !in.EndsAt.After(now) {
		f.Add("ends_on", "programme.ends_past")
	}
	return f.Err()
}

// Findings returns every one of Steps, in order, with what was found of a programme and whether it
// is in force at now.
func Findings(ctx context.Context, r db.Queryer, programme int64, now time.Time) ([]Finding, error) {
	items, err := checklist.Items(ctx, r, checks(programme), now)
	return mapped(items, func(i checklist.Item) Finding {
		return Finding{Verification: Verification{Programme: programme, Step: i.Code, Note: i.Holds.Note, DoneBy: i.Holds.By, DoneAt: i.Holds.At, EndsAt: i.EndsAt},
			Done: i.Holds.ID != 0, InForce: i.InForce()}
	}), err
}
