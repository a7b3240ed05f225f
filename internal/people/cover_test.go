package people_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/people"
)

const day = 24 * time.Hour

// team is an organisation with a coordinator, a checked supervisor and a checked worker.
type team struct {
	house
	boss, sup, worker people.Person
	post              people.Appointment // of the supervisor
}

func newTeam(t *testing.T, h house) team {
	t.Helper()
	m := team{house: h, boss: h.staff(t, "boss@example.org", access.Coordinator, home), sup: h.person(t, "sup@example.org")}
	m.post = mustAppoint(t, h, people.Appointment{PersonID: m.sup.ID, Role: access.Supervisor, Organisation: home})
	m.worker = h.staff(t, "worker@example.org", access.Worker, home)
	for _, p := range []people.Person{m.sup, m.worker} {
		h.clear(t, h.as(t, m.boss.ID), p.ID, h.c.Now())
	}
	return m
}

func (h house) plan(ctx context.Context, a people.Absence) (out people.Absence, err error) {
	err = h.d.Write(ctx, func(tx *db.Tx) (err error) {
		out, err = h.s.PlanAbsence(ctx, tx, a)
		return err
	})
	return out, err
}

func (h house) cover(ctx context.Context, id, cover int64) error {
	return h.d.Write(ctx, func(tx *db.Tx) error { return h.s.SetCover(ctx, tx, id, cover) })
}

func (h house) gap(t *testing.T) time.Time {
	t.Helper()
	var all []people.Away
	err := h.d.Read(t.Context(), func(q *db.Reader) (err error) {
		all, err = h.s.Absences(t.Context(), q, h.c.Now(), 10)
		return err
	})
	if err != nil || len(all) != 1 {
		t.Fatalf("absences %+v, %v", all, err)
	}
	return all[0].Gap
}

// Who covers is a supervisor from the first moment of the absence to the last, and not a moment longer.
func TestCoverBeginsAndEndsByItself(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		m := newTeam(t, h)
		start := h.c.Now().Add(day)
		ctx := h.as(t, m.sup.ID)
		a, err := h.plan(ctx, people.Absence{Appointment: m.post.ID, Starts: start, Ends: start.Add(5 * day)})
		if err != nil {
			t.Fatal(err)
		}
		if got := h.gap(t); !got.Equal(start) {
			t.Errorf("gap from %v, want %v", got, start)
		}
		if err := h.cover(ctx, a.ID, m.worker.ID); err != nil {
			t.Fatal(err)
		}
		if got := h.gap(t); !got.IsZero() {
			t.Errorf("gap from %v although covered", got)
		}
		for _, step := range []struct {
			at    time.Time
			holds bool
		}{{start.Add(-time.Microsecond), false}, {start, true}, {start.Add(5*day - time.Microsecond), true}, {start.Add(5 * day), false}} {
			h.c.Set(step.at)
			if got := holds(h.actor(t, m.worker.ID), access.Supervisor, home); got != step.holds {
				t.Errorf("at %v: %v, want %v", step.at, got, step.holds)
			}
			if !holds(h.actor(t, m.sup.ID), access.Supervisor, home) {
				t.Errorf("at %v the supervisor lost the role", step.at)
			}
		}
	})
}

// A cover whose check, or whose own work there, ends half-way leaves a gap from that moment on.
func TestCoverThatEndsHalfWay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		m := newTeam(t, h)
		boss, now := h.as(t, m.boss.ID), h.c.Now()
		old := h.staff(t, "old@example.org", access.Worker, home)
		h.clear(t, boss, old.ID, now.AddDate(0, 0, -363))
		short := h.person(t, "short@example.org")
		mustAppoint(t, h, people.Appointment{PersonID: short.ID, Role: access.Worker, Organisation: home, Ends: now.Add(3 * day)})
		h.clear(t, boss, short.ID, now)
		a, err := h.plan(boss, people.Absence{Appointment: m.post.ID, Ends: now.Add(5 * day)})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range []struct {
			cover int64
			gap   time.Time
		}{{old.ID, now.Add(2 * day)}, {short.ID, now.Add(3 * day)}, {m.worker.ID, time.Time{}}, {0, now}} {
			if err := h.cover(boss, a.ID, x.cover); err != nil {
				t.Fatal(err)
			}
			if got := h.gap(t); !got.Equal(x.gap) {
				t.Errorf("gap from %v, want %v", got, x.gap)
			}
		}
		mustAppoint(t, h, people.Appointment{PersonID: short.ID, Role: access.Treasurer, Organisation: other})
		if err := h.cover(boss, a.ID, short.ID); err != nil {
			t.Fatal(err)
		}
		h.c.Advance(3*day - time.Microsecond)
		if !holds(h.actor(t, short.ID), access.Supervisor, home) {
			t.Error("does not cover while working there")
		}
		h.c.Advance(time.Microsecond)
		if x := h.actor(t, short.ID); holds(x, access.Supervisor, home) || !holds(x, access.Treasurer, other) {
			t.Errorf("works there no more, and still covers: %+v", x)
		}
		h.c.Set(now)
		if err := h.cover(boss, a.ID, old.ID); err != nil {
			t.Fatal(err)
		}
		h.c.Advance(2*day - time.Microsecond)
		if !holds(h.actor(t, old.ID), access.Supervisor, home) {
			t.Error("does not cover while the check holds")
		}
		h.c.Advance(time.Microsecond)
		if holds(h.actor(t, old.ID), access.Supervisor, home) {
			t.Error("covers without a check")
		}
	})
}

// Cover stands on what it stands on: the cover's own work there, their check, the appointment covered,
// the absence.
func TestCoverEndsWithWhatItStandsOn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		for _, x := range []struct {
			name string
			end  func(m team, ctx context.Context, a people.Absence) error
		}{
			{"the absence", func(m team, ctx context.Context, a people.Absence) error {
				return m.d.Write(ctx, func(tx *db.Tx) error { return m.s.EndAbsence(ctx, tx, a.ID) })
			}},
			{"the appointment covered", func(m team, _ context.Context, _ people.Absence) error { return m.end(t.Context(), m.post.ID, 0) }},
			{"something was found", func(m team, ctx context.Context, _ people.Absence) error {
				return m.d.Write(ctx, func(tx *db.Tx) error { return m.s.RecordFound(ctx, tx, m.worker.ID, "1", h.c.Now()) })
			}},
		} {
			m := newTeam(t, h)
			ctx := h.as(t, m.boss.ID)
			a, err := h.plan(ctx, people.Absence{Appointment: m.post.ID, Ends: h.c.Now().Add(5 * day), Cover: m.worker.ID})
			if err != nil {
				t.Fatal(x.name, err)
			}
			h.c.Advance(time.Hour)
			if !holds(h.actor(t, m.worker.ID), access.Supervisor, home) {
				t.Errorf("%s: does not cover", x.name)
			}
			if err := x.end(m, ctx, a); err != nil {
				t.Fatal(x.name, err)
			}
			if holds(h.actor(t, m.worker.ID), access.Supervisor, home) {
				t.Errorf("%s ended, and the cover did not", x.name)
			}
			h.wipe(t, m)
		}
	})
}

// wipe ends what a team of one step holds, so that the next can be made of the same people.
func (h house) wipe(t *testing.T, m team) {
	t.Helper()
	for _, p := range []people.Person{m.boss, m.sup, m.worker} {
		var all []people.Appointment
		if err := h.d.Read(t.Context(), func(q *db.Reader) (err error) {
			all, err = h.s.AppointmentsOf(t.Context(), q, p.ID, h.c.Now())
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for _, a := range all {
			if err := h.end(t.Context(), a.ID, 0); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestCoverRefuses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		m := newTeam(t, h)
		far := h.staff(t, "far@example.org", access.Coordinator, other)
		raw := h.staff(t, "raw@example.org", access.Worker, home)
		boss, farCtx := h.as(t, m.boss.ID), h.as(t, far.ID)
		ends := h.c.Now().Add(5 * day)
		for _, x := range []struct {
			name string
			ctx  context.Context
			a    people.Absence
			want string
		}{
			{"from another organisation", farCtx, people.Absence{Appointment: m.post.ID, Ends: ends}, "people.appointment_unknown"},
			{"by a colleague", h.as(t, m.worker.ID), people.Absence{Appointment: m.post.ID, Ends: ends}, "people.appointment_unknown"},
			{"an id that is none", boss, people.Absence{Appointment: 5, Ends: ends}, "people.appointment_unknown"},
			{"by themselves", boss, people.Absence{Appointment: m.post.ID, Ends: ends, Cover: m.sup.ID}, "people.cover_self"},
			{"by somebody from elsewhere", boss, people.Absence{Appointment: m.post.ID, Ends: ends, Cover: far.ID}, "people.cover_elsewhere"},
			{"by somebody unchecked", boss, people.Absence{Appointment: m.post.ID, Ends: ends, Cover: raw.ID}, "people.cover_unchecked"},
			{"backwards", boss, people.Absence{Appointment: m.post.ID, Starts: ends, Ends: h.c.Now().Add(day)}, "people.ends_before_start"},
			{"for ever", boss, people.Absence{Appointment: m.post.ID, Ends: h.c.Now().Add(400 * day)}, "people.absent_long"},
			{"well", boss, people.Absence{Appointment: m.post.ID, Ends: ends}, ""},
			{"twice", boss, people.Absence{Appointment: m.post.ID, Ends: ends.Add(day)}, "people.absent_already"},
		} {
			if _, err := h.plan(x.ctx, x.a); anyKey(err) != x.want || (x.want == "" && err != nil) {
				t.Errorf("%s: %v, want %q", x.name, err, x.want)
			}
		}
		var id int64
		if err := h.d.Read(t.Context(), func(q *db.Reader) error {
			all, err := h.s.Absences(t.Context(), q, h.c.Now(), 10)
			id = all[0].ID
			return err
		}); err != nil {
			t.Fatal(err)
		}
		wantFault(t, h.cover(farCtx, id, m.worker.ID), "people.absence_unknown")
		wantFault(t, h.d.Write(farCtx, func(tx *db.Tx) error { return h.s.EndAbsence(farCtx, tx, id) }), "people.absence_unknown")
		h.c.Advance(6 * day)
		wantFault(t, h.cover(boss, id, m.worker.ID), "people.absence_over")
	})
}

func anyKey(err error) string {
	if bad, ok := err.(fault.Fields); ok && len(bad) > 0 {
		return bad[0].Key
	}
	return key(err)
}

// Two tabs end one absence, and one appointment: one wins, the other is told.
func TestTwoTabsEndOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		m := newTeam(t, h)
		ctx := h.as(t, m.boss.ID)
		a, err := h.plan(ctx, people.Absence{Appointment: m.post.ID, Ends: h.c.Now().Add(5 * day)})
		if err != nil {
			t.Fatal(err)
		}
		h.c.Advance(time.Hour)
		ends := map[string]func() error{
			"people.absence_over":  func() error { return h.d.Write(ctx, func(tx *db.Tx) error { return h.s.EndAbsence(ctx, tx, a.ID) }) },
			"people.ended_already": func() error { return h.end(ctx, m.post.ID, m.boss.ID) },
		}
		for _, want := range []string{"people.absence_over", "people.ended_already"} {
			var wg sync.WaitGroup
			errs := make([]error, 2)
			for i := range errs {
				wg.Go(func() { errs[i] = ends[want]() })
			}
			wg.Wait()
			if (errs[0] == nil) == (errs[1] == nil) || key(errs[0])+key(errs[1]) != want {
				t.Errorf("%v and %v, want one %s", errs[0], errs[1], want)
			}
		}
	})
}

// What runs out is told 60, 30 and 7 days before and on its day, once each, to the person and to the
// coordinator; a gap in cover from three days before it.
func TestReminders(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		m := newTeam(t, h)
		began := h.c.Now()
		run := func(at time.Time) (to []string) {
			before := len(h.box.Mails())
			h.c.Set(at)
			if _, err := h.runner.RunOnce(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, x := range h.box.Mails()[before:] {
				to = append(to, x.To)
				if strings.Contains(x.Text+x.Subject, "[people.") {
					t.Errorf("a text is missing: %s", x.Subject)
				}
			}
			return to
		}
		run(began)
		for _, x := range []struct{ days, mails int }{{299, 0}, {305, 4}, {306, 0}, {335, 4}, {358, 4}, {359, 0}, {366, 4}, {367, 0}} {
			if got := run(began.Add(time.Duration(x.days) * day)); len(got) != x.mails {
				t.Errorf("%d days after: mails to %v, want %d", x.days, got, x.mails)
			}
		}
		h.clear(t, h.as(t, m.boss.ID), m.sup.ID, h.c.Now())
		start := h.c.Now().Add(4 * day)
		if _, err := h.plan(h.as(t, m.boss.ID), people.Absence{Appointment: m.post.ID, Starts: start, Ends: start.Add(day)}); err != nil {
			t.Fatal(err)
		}
		if got := run(start.Add(-3*day - 12*time.Hour)); len(got) != 0 {
			t.Errorf("too early: %v", got)
		}
		if got := run(start.Add(-2 * day)); len(got) != 1 || got[0] != "boss@example.org" {
			t.Errorf("of the gap: %v", got)
		}
	})
}
