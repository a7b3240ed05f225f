package child_test

import (
	"context"
	"testing"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
)

// slips stands for package people/signin, which makes the codes.
type slips struct{}

func (slips) FamilyPaper(_ context.Context, _ *db.Tx, person int64) (string, error) {
	return "slip of " + clock.FormatID(person), nil
}

// TestASlipForAForgottenFamilyCode: a worker of the child makes one for a guardian with an account, whom
// they have checked, and nobody else does; it stands where the guardian reads who looked.
func TestASlipForAForgottenFamilyCode(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		r, onPaper := h.active()
		var mine int64
		h.must(worker, func(ctx context.Context, tx *db.Tx) (err error) {
			mine, err = h.s.AddGuardian(ctx, tx, r.ID, access.Casework, child.NewGuardian{Person: mother, Authority: true,
				Who: child.Relative{Name: "测试妈", Relation: "mother", Phone: "13900002222"}})
			return err
		})
		slip := func(who, guardian int64) (code, k string) {
			k = h.try(who, func(ctx context.Context, tx *db.Tx) (err error) {
				code, err = h.s.FamilyPaper(ctx, tx, r.ID, guardian)
				return err
			})
			return code, k
		}
		_, k := slip(worker, mine)
		want(t, "before a paper was seen", k, "child.invite_proof")
		h.must(worker, func(ctx context.Context, tx *db.Tx) error { return h.s.Prove(ctx, tx, r.ID, mine, "committee") })
		_, k = slip(colleague, mine)
		want(t, "by a colleague", k, "child.no_record")
		_, k = slip(mother, mine)
		want(t, "by herself", k, "child.no_record")
		_, k = slip(worker, onPaper)
		want(t, "without an account", k, "child.no_account")
		_, k = slip(worker, r.ID)
		want(t, "of another record", k, "child.no_guardianship")
		code, k := slip(worker, mine)
		want(t, "by the worker", k, "")
		want(t, "whose", code, "slip of "+clock.FormatID(mother))
		h.must(mother, func(ctx context.Context, tx *db.Tx) error {
			rows, err := h.s.Looked(ctx, tx, r.ID, access.Guardian, 0, 50)
			if len(rows) == 0 || rows[0].Kind != "guardian.family_paper" || rows[0].Person != worker {
				t.Errorf("the guardian reads %+v", rows[:min(len(rows), 1)])
			}
			return err
		})
	})
}
