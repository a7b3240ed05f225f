package checklist_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"manyhands/internal/checklist"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
)

func TestCheckFindsTampering(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := &world{t, d, c}
		e := w.handIn(charity, "fundraising", certificate(c.Now().AddDate(1, 0, 0)))
		if _, err := w.decide(e, yes, first); err != nil {
			t.Fatal(err)
		}
		e = w.handIn(charity, "bank_account", checklist.Evidence{Blob: blob})
		for _, by := range []int64{first, second} {
			if _, err := w.decide(e, yes, by); err != nil {
				t.Fatal(err)
			}
		}
		w.handIn(charity, "registration", certificate(c.Now().AddDate(1, 0, 0)))
		check := func(ctx context.Context, tx *db.Tx) error { return checklist.Check(ctx, tx) }
		if err := w.write(check); err != nil {
			t.Fatal(err)
		}
		for _, tamper := range []string{
			"UPDATE checklist_standing SET ends_at = ends_at + 1 WHERE requirement = 'fundraising'",
			"UPDATE checklist_standing SET ends_at = 0 WHERE requirement = 'fundraising'",
			"UPDATE evidence_decision SET decided_by = 12 WHERE n = 2",
			"UPDATE evidence_decision SET verdict = 'refused' WHERE n = 2",
			"DELETE FROM evidence_decision",
			"UPDATE evidence SET made_by = 12",
			"UPDATE checklist_standing SET subject_id = 8 WHERE requirement = 'fundraising'",
			"UPDATE checklist_standing SET holds_id = open_id WHERE requirement = 'registration'",
			"UPDATE checklist_standing SET open_id = holds_id WHERE requirement = 'fundraising'; UPDATE evidence_decision SET verdict = 'revoked' WHERE n = 1",
		} {
			err := w.write(func(ctx context.Context, tx *db.Tx) error {
				for one := range strings.SplitSeq(tamper, "; ") {
					if _, err := tx.ExecContext(ctx, one); err != nil {
						return err
					}
				}
				if checklist.Check(ctx, tx) == nil {
					t.Errorf("not found: %s", tamper)
				}
				return context.Canceled // nothing of it stays
			})
			if !errors.Is(err, context.Canceled) {
				t.Fatal("it stays, or it cannot be done: ", err)
			}
		}
		if err := w.write(check); err != nil {
			t.Error(err)
		}
	})
}
