package concern_test

import (
	"context"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/audit"
	"manyhands/internal/clock"
	"manyhands/internal/concern"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/vault"
)

func TestHoldingAndDestroying(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := build(t, d, c)
		w.staff.leads = append(w.staff.leads, lead(w.lead, access.SafeguardingLead, access.Network))
		id := w.report(t, concern.Report{What: story, Organisation: here, Staff: "Somebody of the staff", Contact: "a number"})
		do := func(person int64, f func(context.Context, *db.Tx) error) string {
			ctx := w.as(t.Context(), person)
			err := d.Write(ctx, func(tx *db.Tx) error { return f(ctx, tx) })
			if err != nil && key(err) == "" {
				t.Fatal(err)
			}
			return key(err)
		}
		hold := func(ctx context.Context, tx *db.Tx) error { return w.s.Hold(ctx, tx, id, "a court asks") }
		lift := func(ctx context.Context, tx *db.Tx) error { return w.s.Lift(ctx, tx, id, "it has decided") }
		closing := func(ctx context.Context, tx *db.Tx) error { return w.s.Close(ctx, tx, id, "because") }
		destroy := func(ctx context.Context, tx *db.Tx) error { _, err := w.s.Destroy(ctx, tx, id); return err }
		for i, x := range []struct {
			who  int64
			do   func(context.Context, *db.Tx) error
			want string
		}{
			{w.local, hold, "concern.unknown"}, {w.whole, destroy, "concern.open"}, {w.whole, hold, ""}, {w.lead, hold, "concern.held"},
			{w.whole, closing, ""}, {w.lead, closing, ""}, {w.whole, destroy, "concern.held"},
			{w.local, lift, "concern.unknown"}, {w.whole, lift, ""}, {w.whole, lift, "concern.two_lift"}, {w.whole, destroy, "concern.held"},
			{w.lead, lift, ""}, {w.lead, lift, "concern.not_held"}, {w.local, destroy, "concern.unknown"},
		} {
			if got := do(x.who, x.do); got != x.want {
				t.Errorf("step %d: %q, want %q", i, got, x.want)
			}
		}
		c.Advance(time.Hour)
		due := func(person int64, before time.Time) (n int) {
			ctx := w.as(t.Context(), person)
			err := d.Read(ctx, func(r *db.Reader) error {
				list, err := w.s.ClosedBefore(ctx, r, before, 10)
				n = len(list)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if due(w.whole, c.Now()) != 1 || due(w.local, c.Now()) != 0 || due(w.whole, c.Now().Add(-2*time.Hour)) != 0 {
			t.Error("due for the wrong people, or at the wrong time")
		}
		before := w.count(t)
		if got := do(w.whole, destroy); got != "" {
			t.Fatal(got)
		}
		if got := do(w.whole, destroy); got != "concern.unknown" {
			t.Errorf("a second time: %q", got)
		}
		if after := w.count(t); after != before {
			t.Errorf("the counts were %+v and are %+v", before, after)
		}
		w.gone(t, id)
	})
}

func (w *world) count(t *testing.T) (n concern.Numbers) {
	t.Helper()
	err := w.d.Read(t.Context(), func(r *db.Reader) (err error) {
		n, err = concern.Count(t.Context(), r, time.Unix(0, 0), w.d.Now().Add(time.Hour))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// gone looks that a report is nowhere any more.
func (w *world) gone(t *testing.T, id int64) {
	t.Helper()
	ctx := w.as(t.Context(), w.whole)
	if _, err := w.s.Hear(ctx, id); key(err) != "concern.unknown" {
		t.Errorf("it is heard: %v", err)
	}
	err := w.d.Read(ctx, func(r *db.Reader) error {
		list, _, err := w.s.List(ctx, r, true, 0)
		if err != nil || len(list) != 0 {
			t.Errorf("it is listed: %+v, %v", list, err)
		}
		var left int64
		err = r.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM concern WHERE length(words) > 0 OR by_person <> 0) +
			(SELECT COUNT(*) FROM concern_step WHERE length(words) > 0) + (SELECT COUNT(*) FROM concern_about)`).Scan(&left)
		if err != nil || left != 0 {
			t.Errorf("%d rows still say something, %v", left, err)
		}
		if _, err := vault.DestroyedKey(ctx, r, id); err != nil {
			t.Error(err)
		}
		_, err = audit.Verify(ctx, r, nil)
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
