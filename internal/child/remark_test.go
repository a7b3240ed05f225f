package child_test

import (
	"context"
	"testing"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
)

// TestTheChildsWish: a guardian is told of the child's own part only where the child wishes it, and never
// the words; nothing of it changes what a guardian has said.
func TestTheChildsWish(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		r, g := h.active()
		h.must(boss, func(ctx context.Context, tx *db.Tx) error { return h.s.LinkGuardian(ctx, tx, r.ID, g, mother) })
		m := consent.For(consent.Medical)
		note := func(who int64, kind consent.RemarkKind, yes bool) string {
			return h.try(who, func(ctx context.Context, tx *db.Tx) error {
				_, err := h.s.Remark(ctx, tx, consent.Remark{Record: r.ID, Kind: kind, Matter: m, Yes: yes, Words: "自己会讲。"})
				return err
			})
		}
		told := func() (list []consent.Remark) {
			h.must(mother, func(ctx context.Context, tx *db.Tx) (err error) { list, err = h.s.Wishes(ctx, tx, r.ID); return err })
			return list
		}
		for _, who := range []int64{mother, stranger, colleague} {
			want(t, "who does not work with the child", note(who, consent.Competence, true), "child.no_record")
		}
		want(t, "understands", note(worker, consent.Competence, true), "")
		want(t, "nobody has asked the child", len(told()), 0)
		want(t, "not to be told", note(worker, consent.TellParents, false), "")
		want(t, "nothing is shown", len(told()), 0)
		want(t, "to be told", note(worker, consent.TellParents, true), "")
		list := told()
		want(t, "both are shown", len(list), 2)
		for _, x := range list {
			want(t, "no words", x.Words, "")
			want(t, "nor who wrote them", x.By, 0)
		}
		want(t, "a guardian ends nothing", h.try(mother, func(ctx context.Context, tx *db.Tx) error { return h.s.EndRemark(ctx, tx, r.ID, list[0].ID) }), "child.no_record")
		h.must(worker, func(ctx context.Context, tx *db.Tx) error { return h.s.EndRemark(ctx, tx, r.ID, list[0].ID) })
		want(t, "ended: nothing is shown", len(told()), 0)
		h.must(worker, func(ctx context.Context, tx *db.Tx) error {
			all, err := h.s.Remarks(ctx, tx, r.ID, access.Casework)
			want(t, "the history stays", len(all), 3)
			want(t, "with words", all[2].Words, "自己会讲。")
			return err
		})
		h.must(worker, func(ctx context.Context, tx *db.Tx) error {
			st, err := h.s.Consents(ctx, tx, r.ID, access.Casework)
			for _, x := range st {
				if x.Matter == m {
					want(t, "the guardian's answer stands as it was", x.State, consent.NotAsked)
				}
			}
			return err
		})
	})
}
