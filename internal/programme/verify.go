package programme

import (
	"context"
	"slices"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/programme/internal/programmedb"
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

// Verify records that by did a check of a programme now. The same step again replaces what was
// recorded; the diary keeps each. Who works for the organisation cannot verify it. Faults: Invalid
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
	err = q.UpsertVerification(ctx, tx, programmedb.UpsertVerificationParams{
		ProgrammeID: programme, Step: in.Step, NoteZh: in.Note.ZH, NoteEn: in.Note.EN,
		DoneBy: by, DoneAt: tx.NowMicros(), EndsAt: micros(in.EndsAt)})
	if err != nil {
		return err
	}
	return event.Add(ctx, tx, "programme.verified", programme, by, map[string]string{"step": in.Step})
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
	rows, err := q.VerificationsOf(ctx, r, programme)
	if err != nil {
		return nil, err
	}
	out := make([]Finding, len(Steps()))
	for i, step := range Steps() {
		out[i].Programme, out[i].Step = programme, step
		for _, row := range rows {
			if row.Step != step {
				continue
			}
			v := verificationOf(row)
			out[i] = Finding{Verification: v, Done: true, InForce: v.EndsAt.IsZero() || v.EndsAt.After(now)}
		}
	}
	return out, nil
}
