package child_test

import (
	"context"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
)

// whoLooked returns who looked, as a guardian sees it, read in pages of a size.
func (h *house) whoLooked(guardian, record int64, page int) (out []child.Look) {
	h.t.Helper()
	for before := int64(0); ; {
		var list []child.Look
		h.must(guardian, func(ctx context.Context, tx *db.Tx) (err error) {
			list, before, err = h.s.WhoLooked(ctx, tx, record, before, page)
			return err
		})
		out = append(out, list...)
		if before == 0 {
			return out
		}
	}
}

// family is a record with two guardians who have accounts.
func (h *house) family() int64 {
	h.t.Helper()
	r, _ := h.active()
	for _, person := range []int64{mother, father} {
		h.must(worker, func(ctx context.Context, tx *db.Tx) error {
			_, err := h.s.AddGuardian(ctx, tx, r.ID, access.Casework, child.NewGuardian{Person: person, Authority: true, Proof: "court",
				Who: child.Relative{Name: "测试家长", Relation: "other"}})
			return err
		})
	}
	return r.ID
}

func TestWhoLooked(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		id := h.family()
		c.Advance(time.Hour)
		h.open(worker, id, access.Care, access.Name)
		h.open(boss, id, access.Casework, access.Name)
		h.open(lead, id, access.Safeguarding, access.Name) // would be a warning
		h.open(mother, id, access.Guardian, access.Name)
		h.open(father, id, access.Guardian, access.Name)
		h.glass[id] = []int64{colleague}
		h.open(colleague, id, access.Safeguarding, access.Name)
		type line struct {
			who                 child.Looker
			role                access.Role
			assigned, emergency bool
		}
		var got []line
		for _, l := range h.whoLooked(mother, id, 50) {
			if l.Kind == "record.read" && l.At.Equal(c.Now()) {
				got = append(got, line{l.Who, l.Role, l.Assigned, l.Emergency})
			}
		}
		same(t, "looks", got, []line{{child.Staff, access.Worker, false, true}, {who: child.OtherGuardian},
			{child.Staff, access.Supervisor, false, false}, {child.Staff, access.Worker, true, false}})
		all := h.whoLooked(mother, id, 50)
		if paged := h.whoLooked(mother, id, 2); len(paged) != len(all) || len(all) < 8 {
			t.Errorf("%d lines in small pages, %d in one", len(paged), len(all))
		}
	})
}

// TestWhoLookedKeepsGuardiansApart: whom one guardian forbids, and what they ask for, is not told to the
// other.
func TestWhoLookedKeepsGuardiansApart(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	id := h.family()
	h.c.Advance(time.Hour)
	h.must(father, func(ctx context.Context, tx *db.Tx) error {
		if _, err := h.s.AddCollector(ctx, tx, id, access.Guardian, child.NewCollector{Who: child.Relative{Name: "甲", Relation: "mother"}, Forbidden: true}); err != nil {
			return err
		}
		_, err := h.s.Ask(ctx, tx, id, child.Correction, "甲")
		return err
	})
	for person, want := range map[int64]int{mother: 0, father: 2} {
		n := 0
		for _, l := range h.whoLooked(person, id, 50) {
			if l.At.Equal(h.c.Now()) {
				n++
			}
		}
		if n != want {
			t.Errorf("%d sees %d of it, want %d", person, n, want)
		}
	}
	if got := h.try(stranger, func(ctx context.Context, tx *db.Tx) error {
		_, _, err := h.s.WhoLooked(ctx, tx, id, 0, 9)
		return err
	}); got != "child.no_record" {
		t.Error(got)
	}
}
