package giving_test

import (
	"context"
	"errors"
	"testing"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/giving"
	"manyhands/internal/giving/givingtest"
	"manyhands/internal/ledger"
)

// TestCheckFindsTampering changes one thing in sound records, behind their owner's back, and asks
// whether the check names it.
func TestCheckFindsTampering(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ statement, want string }{
		"a gift enlarged":            {"UPDATE gift SET quantity = quantity + 1 WHERE state = 'received'", "I5"},
		"a gift closed after all":    {"UPDATE gift SET state = 'closed' WHERE state = 'received'", "I19"},
		"a gift that never came":     {"UPDATE gift SET state = 'received', match_promised = 0 WHERE state = 'waiting'", "I19"},
		"a match enlarged":           {"UPDATE gift SET match_posted = match_posted + 1, match_promised = match_promised + 1 WHERE match_posted > 0", "I12"},
		"a promise broken":           {"UPDATE gift SET match_posted = match_posted - 1 WHERE match_posted > 0", "I12"},
		"a promise that is not held": {"UPDATE gift SET match_promised = match_promised + 1 WHERE state = 'waiting'", "I12"},
		"another's match":            {"UPDATE gift SET match_id = id WHERE match_posted > 0", "I19"},
		"an entry that no gift has":  {"UPDATE entry SET kind = 'gift' WHERE kind = 'pool.funded'", "I19"},
		"an entry gone":              {"DELETE FROM entry WHERE kind = 'match'", "I12"},
		"a tally raised":             {"UPDATE tally SET gifts = gifts + 1 WHERE scope = 'campaign'", "I20"},
		"a tally lost":               {"DELETE FROM tally", "I20"},
		"a tally of another sum":     {"UPDATE tally SET matched = matched - 1 WHERE scope = 'campaign'", "I20"},
		"a counter raised":           {"UPDATE pool_use SET used_minor = used_minor + 1 WHERE scope = 'giver'", "I10"},
		"a counter moved":            {"UPDATE pool_use SET key = key || 'x' WHERE scope = 'giver'", "I10"},
		"a counter of another scope": {"UPDATE pool_use SET scope = 'network' WHERE scope = 'giver'", "I10"},
		"a counter gone":             {"DELETE FROM pool_use", "I10"},
		"a cap lowered":              {"UPDATE pool SET cap_giver_minor = 1", "I10"},
		"a payout of another sum":    {"UPDATE payout SET amount_minor = amount_minor + 1", "I5"},
		"a payout that was not paid": {"UPDATE payout SET state = 'approved'", "I5"},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		w := givingtest.New(t, d)
		first := w.Pay(w.Give(100_00, "a"))
		w.Pay(w.Give(30_00, "b"))
		w.Give(20_00, "c")
		w.PayOut("N1", 50_00)
		w.Check()
		if first.MatchPosted == 0 {
			t.Fatal("the sample has no match")
		}
		undo := errors.New("undo")
		for name, test := range tests {
			var found error
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				if _, err := tx.ExecContext(t.Context(), test.statement); err != nil {
					return err
				}
				found = w.Service.Check(t.Context(), tx, func(int64, int64) {})
				return undo
			})
			if !errors.Is(err, undo) {
				t.Errorf("%s: %v", name, err)
			}
			if b, ok := errors.AsType[*giving.Breach](found); !ok || b.Invariant != test.want {
				t.Errorf("%s: found %v, want %s", name, found, test.want)
			}
		}
		w.Read(func(ctx context.Context, r *db.Reader) error { return ledger.Check(ctx, r, nil) })
	})
}
