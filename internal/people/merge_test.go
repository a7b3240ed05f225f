package people_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
)

func (h house) ask(ctx context.Context, kept, gone int64) (m people.Merge, err error) {
	err = h.d.Write(ctx, func(tx *db.Tx) (err error) {
		m, err = h.s.AskMerge(ctx, tx, kept, gone)
		return err
	})
	return m, err
}

func (h house) decide(ctx context.Context, id int64, yes bool) error {
	return h.d.Write(ctx, func(tx *db.Tx) error { return h.s.DecideMerge(ctx, tx, id, yes) })
}

func (h house) undo(ctx context.Context, id int64) error {
	return h.d.Write(ctx, func(tx *db.Tx) error { return h.s.UndoMerge(ctx, tx, id) })
}

// dump is everything that a merge may touch, row by row.
func (h house) dump(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	err := h.d.Read(t.Context(), func(q *db.Reader) error {
		for _, query := range []string{"SELECT id, person_id FROM appointment ORDER BY id", "SELECT id, cover_id FROM absence ORDER BY id",
			"SELECT id, person_id FROM contact_point ORDER BY id", "SELECT id, person_id FROM available ORDER BY id",
			"SELECT id, requested_by FROM payout ORDER BY id"} {
			rows, err := q.QueryContext(t.Context(), query)
			if err != nil {
				return err
			}
			for rows.Next() {
				var a, c int64
				if err := rows.Scan(&a, &c); err != nil {
					return err
				}
				fmt.Fprintln(&b, query, a, c)
			}
			if err := rows.Close(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// signsInAs returns who comes in by a link mailed to an address.
func (h house) signsInAs(t *testing.T, email string) (id int64) {
	t.Helper()
	h.write(t, t.Context(), func(tx *db.Tx) error {
		token, err := h.s.MakeLink(t.Context(), tx, email)
		if err != nil {
			return err
		}
		in, err := h.s.UseLink(t.Context(), tx, token)
		id = in.Person.ID
		return err
	})
	return id
}

// A merge moves what belongs to the second record, both addresses open the one that is kept, and undoing
// it puts every row back and lets both sign in as themselves again.
func TestMergeAndUndo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		m := newTeam(t, h)
		admin := h.staff(t, "admin@example.org", access.Administrator, access.Network)
		twin := h.staff(t, "sup.two@example.org", access.Treasurer, home)
		if _, err := h.plan(h.as(t, m.boss.ID), people.Absence{Appointment: m.post.ID, Ends: h.c.Now().Add(5 * day), Cover: m.worker.ID}); err != nil {
			t.Fatal(err)
		}
		before, ctx := h.dump(t), h.as(t, admin.ID)
		done, err := h.ask(ctx, twin.ID, m.worker.ID) // the worker is twin's second record
		if err != nil || done.State != people.Merged {
			t.Fatalf("merge %+v, %v", done, err)
		}
		h.c.Advance(1)
		if x := h.actor(t, twin.ID); !holds(x, access.Treasurer, home) || !holds(x, access.Worker, home) && !rests(x, access.Worker, home) {
			t.Errorf("kept: %+v", x)
		}
		if got := h.signsInAs(t, "worker@example.org"); got != twin.ID {
			t.Errorf("the other address opens %d, want %d", got, twin.ID)
		}
		err = h.d.Read(ctx, func(q *db.Reader) error { _, err := h.s.Actor(ctx, q, m.worker.ID, h.c.Now()); return err })
		wantFault(t, err, "people.unknown")
		mustAppoint(t, h, people.Appointment{PersonID: twin.ID, Role: access.Auditor, Organisation: home}) // since the merge: stays
		if err := h.undo(ctx, done.ID); err != nil {
			t.Fatal(err)
		}
		after := h.dump(t)
		for line := range strings.Lines(before) {
			if !strings.Contains(after, line) {
				t.Errorf("not put back: %s", line)
			}
		}
		if n := strings.Count(after, "\n") - strings.Count(before, "\n"); n != 1 {
			t.Errorf("%d new rows, want the one appointment made since", n)
		}
		for email, want := range map[string]int64{"worker@example.org": m.worker.ID, "sup.two@example.org": twin.ID} {
			if got := h.signsInAs(t, email); got != want {
				t.Errorf("%s opens %d, want %d", email, got, want)
			}
		}
		if !holds(h.actor(t, m.worker.ID), access.Supervisor, home) {
			t.Error("the cover is not what it was")
		}
		wantFault(t, h.undo(ctx, done.ID), "people.merge_decided")
	})
}

func TestMergeRefuses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		m := newTeam(t, h)
		admin := h.staff(t, "admin@example.org", access.Administrator, access.Network)
		local := h.staff(t, "local@example.org", access.Administrator, home)
		bad := h.staff(t, "bad@example.org", access.Worker, home)
		boss, ctx := h.as(t, m.boss.ID), h.as(t, admin.ID)
		h.write(t, boss, func(tx *db.Tx) error { return h.s.RecordFound(boss, tx, bad.ID, "1", h.c.Now()) })
		for _, x := range []struct {
			name       string
			ctx        context.Context
			kept, gone int64
			want       string
		}{
			{"by a coordinator", boss, m.sup.ID, m.worker.ID, "access.denied"},
			{"by one organisation's administrator", h.as(t, local.ID), m.sup.ID, m.worker.ID, "access.denied"},
			{"oneself kept", ctx, admin.ID, m.worker.ID, "people.merge_yourself"},
			{"oneself gone", ctx, m.worker.ID, admin.ID, "people.merge_yourself"},
			{"the same", ctx, m.worker.ID, m.worker.ID, "people.merge_same"},
			{"a stranger", ctx, m.worker.ID, 5, "people.unknown"},
			{"who something was found about", ctx, m.worker.ID, bad.ID, "people.merge_found"},
			{"the other way round", ctx, bad.ID, m.worker.ID, ""},
			{"again", ctx, m.sup.ID, m.worker.ID, "people.merge_taken"},
		} {
			if _, err := h.ask(x.ctx, x.kept, x.gone); key(err) != x.want || (x.want == "" && err != nil) {
				t.Errorf("%s: %v, want %q", x.name, err, x.want)
			}
		}
	})
}

// Two who hold appointments at different organisations become one only by two people.
func TestMergeAcrossOrganisationsTakesTwo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		one, two := h.staff(t, "one@example.org", access.Administrator, access.Network), h.staff(t, "two@example.org", access.Administrator, access.Network)
		a, b := h.staff(t, "a@example.org", access.Treasurer, home), h.staff(t, "b@example.org", access.Approver, other)
		c := h.person(t, "c@example.org")
		first, second := h.as(t, one.ID), h.as(t, two.ID)
		m, err := h.ask(first, a.ID, b.ID)
		if err != nil || m.State != people.MergeWaiting {
			t.Fatalf("merge %+v, %v", m, err)
		}
		if got := h.signsInAs(t, "b@example.org"); got != b.ID {
			t.Error("it happened without the second person")
		}
		wantFault(t, h.decide(first, m.ID, true), "people.merge_second")
		wantFault(t, h.undo(first, m.ID), "people.merge_decided")
		_, err = h.ask(first, c.ID, a.ID)
		wantFault(t, err, "people.merge_taken")
		if err := h.decide(second, m.ID, true); err != nil {
			t.Fatal(err)
		}
		wantFault(t, h.decide(second, m.ID, true), "people.merge_decided")
		into, err := h.ask(first, c.ID, a.ID) // c holds nothing: one person is enough
		if err != nil || into.State != people.Merged {
			t.Fatalf("merge %+v, %v", into, err)
		}
		if got := h.signsInAs(t, "b@example.org"); got != c.ID {
			t.Errorf("through two merges: %d, want %d", got, c.ID)
		}
		wantFault(t, h.undo(first, m.ID), "people.merge_later")
		h.c.Advance(people.UndoFor)
		wantFault(t, h.undo(first, into.ID), "people.merge_old")
	})
}

// The same hand must not come to stand on both sides of a decision, nor decide what it asked for under
// another name.
func TestMergeKeepsFourEyes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		s, err := people.New(h.d, nil, people.Config{BaseURL: "https://give.example.org", Network: i18n.Text{},
			Movers: []people.Mover{people.Rows{Table: "payment_side", Column: "asked_by", Where: "decided_by = 0 AND asked_by <> $2"}},
			Apart:  []people.Apart{{Table: "payment_side", One: "asked_by", Other: "decided_by"}}})
		if err != nil {
			t.Fatal(err)
		}
		h.s = s
		admin := h.staff(t, "admin@example.org", access.Administrator, access.Network)
		a, b, c := h.person(t, "a@example.org"), h.person(t, "b@example.org"), h.person(t, "c@example.org")
		h.write(t, t.Context(), func(tx *db.Tx) error {
			for _, query := range []string{"CREATE TABLE payment_side (id BIGINT NOT NULL PRIMARY KEY, asked_by BIGINT NOT NULL, decided_by BIGINT NOT NULL)",
				fmt.Sprintf("INSERT INTO payment_side VALUES (1, %d, %d), (2, %d, 0), (3, %d, 9)", a.ID, b.ID, b.ID, b.ID)} {
				if _, err := tx.ExecContext(t.Context(), query); err != nil {
					return err
				}
			}
			return nil
		})
		ctx := h.as(t, admin.ID)
		_, err = h.ask(ctx, a.ID, b.ID)
		wantFault(t, err, "people.merge_two_sides")
		_, err = h.ask(ctx, b.ID, a.ID)
		wantFault(t, err, "people.merge_two_sides")
		m, err := h.ask(ctx, c.ID, b.ID)
		if err != nil {
			t.Fatal(err)
		}
		asked := func() (open, closed int64) {
			err := h.d.Read(ctx, func(q *db.Reader) error {
				if err := q.QueryRowContext(ctx, "SELECT asked_by FROM payment_side WHERE id = 2").Scan(&open); err != nil {
					return err
				}
				return q.QueryRowContext(ctx, "SELECT asked_by FROM payment_side WHERE id = 3").Scan(&closed)
			})
			if err != nil {
				t.Fatal(err)
			}
			return open, closed
		}
		if open, closed := asked(); open != c.ID || closed != b.ID {
			t.Errorf("what is open is asked by %d, what is history by %d", open, closed)
		}
		if err := h.undo(ctx, m.ID); err != nil {
			t.Fatal(err)
		}
		if open, _ := asked(); open != b.ID {
			t.Errorf("after undoing it is asked by %d", open)
		}
	})
}
