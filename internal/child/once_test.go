package child_test

import (
	"context"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
)

// TestOnce remembers a form by person, for as long as a page stays open, and only if the write stands.
func TestOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		once := func(who int64, key string, fails bool) (first bool) {
			h.try(who, func(ctx context.Context, tx *db.Tx) (err error) {
				if first, err = h.s.Once(ctx, tx, key); err == nil && fails {
					err = fault.New(fault.Conflict, "child.changed_meanwhile")
				}
				return err
			})
			return first
		}
		want(t, "a write that fails", once(worker, "a", true), true)
		want(t, "the first", once(worker, "a", false), true)
		want(t, "the second", once(worker, "a", false), false)
		want(t, "another form", once(worker, "b", false), true)
		want(t, "another person", once(boss, "a", false), true)
		want(t, "a form without a key", []bool{once(worker, "", false), once(worker, "", false)}[1], true)
		c.Advance(49 * time.Hour)
		want(t, "another form, later", once(worker, "c", false), true)
		want(t, "after two days", once(worker, "a", false), true)
	})
}

// TestDoors is what a page may offer: no more than what each act then allows.
func TestDoors(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r, _ := h.active()
	for _, x := range []struct {
		who     int64
		purpose access.Purpose
		key     string
		open    int // purposes
		can     access.Permission
		cannot  access.Permission
		glass   bool
		assigns int64
	}{
		{worker, access.Casework, "", 6, access.RecordConsent, access.RecordAssign, false, 0},
		{boss, access.Casework, "", 6, access.RecordEnd, access.RecordErase, false, centre},
		{lead, access.Safeguarding, "", 1, access.RecordErase, access.RecordConsent, false, 0},
		{colleague, access.Casework, "", 0, "", access.RecordOpen, true, 0},
		{clinicBoss, access.Casework, "child.no_record", 0, "", "", false, 0},
		{stranger, access.Casework, "child.no_record", 0, "", "", false, 0},
		{0, access.Casework, "access.sign_in", 0, "", "", false, 0},
	} {
		got := h.try(x.who, func(ctx context.Context, tx *db.Tx) error {
			d, err := h.s.Doors(ctx, tx, r.ID, x.purpose)
			if err != nil {
				return err
			}
			want(t, "purposes", len(d.Purposes), x.open)
			want(t, "can "+string(x.can), d.Can(x.can), x.can != "")
			want(t, "cannot "+string(x.cannot), d.Can(x.cannot), false)
			want(t, "glass", d.Glass, x.glass)
			want(t, "assigns", d.Assigns, x.assigns)
			return nil
		})
		want(t, "fault", got, x.key)
	}
}
