package programme

import (
	"context"
	"fmt"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/ledger"
	"manyhands/internal/money"
	"manyhands/internal/programme/internal/programmedb"
)

// Check reads everything once and returns an error that names the first need or programme that breaks
// what this package promises:
//
//   - a need counts in a unit of its kind, and its account in the ledger is of that unit;
//   - a need that is not for money has an account of its own, that never goes below zero;
//   - a need that was published belongs to a programme that was;
//   - a programme that was published passed every one of Steps.
func Check(ctx context.Context, r *db.Reader) error {
	unverified, err := q.UnverifiedPublished(ctx, r, int64(len(Steps())))
	if err != nil {
		return fmt.Errorf("programme: check: %w", err)
	}
	if len(unverified) > 0 {
		return breach(unverified[0], "programme was published with checks missing")
	}
	after := int64(0)
	for {
		rows, err := q.NeedsAfter(ctx, r, programmedb.NeedsAfterParams{After: after, Most: 500})
		if err != nil {
			return fmt.Errorf("programme: check: %w", err)
		}
		if len(rows) == 0 {
			return nil
		}
		if err := checkNeeds(ctx, r, rows); err != nil {
			return err
		}
		after = rows[len(rows)-1].ID
	}
}

func checkNeeds(ctx context.Context, r *db.Reader, rows []programmedb.NeedsAfterRow) error {
	accounts, err := ledger.Accounts(ctx, r, mapped(rows, func(n programmedb.NeedsAfterRow) int64 { return n.AccountID }))
	if err != nil {
		return fmt.Errorf("programme: check: %w", err)
	}
	for _, n := range rows {
		a, found := accounts[n.AccountID]
		switch {
		case !found:
			return breach(n.ID, "need has no account")
		case string(a.Unit) != n.Unit:
			return breach(n.ID, "need and account differ in unit")
		case !countsIn(n.Kind, a.Unit):
			return breach(n.ID, "need counts in a unit that its kind has not")
		case n.Kind != KindMoney && (a.Code != "need:"+clock.FormatID(n.ID) || !a.Floored):
			return breach(n.ID, "need has no account of its own with a floor")
		case n.PublishedAt > 0 && n.ProgrammePublishedAt == 0:
			return breach(n.ID, "need was published before its programme")
		}
	}
	return nil
}

func countsIn(kind string, u money.Unit) bool {
	for _, k := range UnitsOf(kind) {
		if k == u {
			return true
		}
	}
	return false
}

func breach(id int64, what string) error {
	return fmt.Errorf("programme: check: %s: %s", clock.FormatID(id), what)
}
