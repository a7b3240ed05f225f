package giving

import (
	"context"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/giving/internal/givingdb"
	"manyhands/internal/i18n"
	"manyhands/internal/ledger"
	"manyhands/internal/money"
)

// OutcomeInput is what a payout became.
type OutcomeInput struct {
	Payout     int64
	Quantity   money.Amount // in any unit but money
	Label      i18n.Text    // "hot meals"
	HappenedAt time.Time
}

// RecordOutcome notes what a paid payout became and counts it in the ledger. The id
// comes from the caller, and the same id again changes nothing. Faults: Conflict
// "giving.payout_not_paid", Invalid fields.
func (s *Service) RecordOutcome(ctx context.Context, tx *db.Tx, id int64, in OutcomeInput, by int64) error {
	p, err := PayoutByID(ctx, tx, in.Payout)
	if err != nil {
		return err
	}
	if p.State != PayoutPaid {
		return fault.New(fault.Conflict, "giving.payout_not_paid")
	}
	if err := in.validate(tx.Now()); err != nil {
		return err
	}
	made, err := madeAccount(ctx, tx, in.Quantity.Unit)
	if err != nil {
		return err
	}
	reached, err := reachedAccount(ctx, tx, in.Quantity.Unit)
	if err != nil {
		return err
	}
	if known, err := OutcomesOf(ctx, tx, p.ID); err != nil || hasOutcome(known, id) {
		return err
	}
	e := ledger.Entry{ID: id, Kind: KindOutcome, From: made, To: reached, Quantity: in.Quantity.Minor, Subject: p.ID}
	if err := ledger.Post(ctx, tx, ledger.Set{ID: id, Entries: []ledger.Entry{e}}); err != nil {
		return err
	}
	if err := q.InsertOutcome(ctx, tx, givingdb.InsertOutcomeParams{ID: id, PayoutID: p.ID, Unit: string(in.Quantity.Unit), Quantity: in.Quantity.Minor,
		LabelZh: in.Label.ZH, LabelEn: in.Label.EN, HappenedAt: clock.Micros(in.HappenedAt), RecordedBy: by, RecordedAt: tx.NowMicros()}); err != nil {
		return err
	}
	return event.Add(ctx, tx, "outcome.recorded", p.ID, by, map[string]any{"unit": in.Quantity.Unit, "quantity": in.Quantity.Minor})
}

func hasOutcome(known []Outcome, id int64) bool {
	for _, o := range known {
		if o.ID == id {
			return true
		}
	}
	return false
}

func (in OutcomeInput) validate(now time.Time) error {
	var f fault.Fields
	if in.Quantity.Minor <= 0 {
		f.Add("quantity", "money.not_positive")
	}
	if in.Quantity.Unit.IsMoney() || !in.Quantity.Unit.Known() {
		f.Add("unit", "giving.choose_unit")
	}
	if in.Label.ZH == "" {
		f.Add("label_zh", "form.required")
	}
	if in.Label.EN == "" {
		f.Add("label_en", "form.required")
	}
	if in.HappenedAt.IsZero() || in.HappenedAt.After(now.Add(24*time.Hour)) {
		f.Add("happened_on", "giving.outcome_date")
	}
	return f.Err()
}

// OutcomesOf returns what a payout became.
func OutcomesOf(ctx context.Context, r db.Queryer, payout int64) ([]Outcome, error) {
	rows, err := q.OutcomesOfPayout(ctx, r, payout)
	return all(rows, outcomeOf), err
}

// OutcomesOfPayouts returns what payouts became, by payout.
func OutcomesOfPayouts(ctx context.Context, r db.Queryer, payouts []int64) (map[int64][]Outcome, error) {
	rows, err := q.OutcomesOfPayouts(ctx, r, payouts)
	out := map[int64][]Outcome{}
	for _, row := range rows {
		out[row.PayoutID] = append(out[row.PayoutID], outcomeOf(row))
	}
	return out, err
}
