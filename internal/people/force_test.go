package people_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/people"
)

const (
	home  = 7 // an organisation
	other = 8
)

// staff makes a person with a role that counts from the first moment on, without a check.
func (h house) staff(t *testing.T, email string, role access.Role, organisation int64) people.Person {
	t.Helper()
	p := h.person(t, email)
	mustAppoint(t, h, people.Appointment{PersonID: p.ID, Role: role, Organisation: organisation})
	return p
}

// clear notes, by somebody else, everything that a role with children needs, as of a day.
func (h house) clear(t *testing.T, by context.Context, person int64, on time.Time) {
	t.Helper()
	h.write(t, by, func(tx *db.Tx) error {
		if err := h.s.RecordCheck(by, tx, person, "identity_seen", "", on); err != nil {
			return err
		}
		return h.s.RecordCheck(by, tx, person, people.Inquiry, "2026-0417", on)
	})
}

func (h house) actor(t *testing.T, person int64) access.Actor {
	t.Helper()
	a, _ := access.From(h.as(t, person))
	return a
}

func holds(a access.Actor, role access.Role, organisation int64) bool {
	return slices.Contains(a.Roles, access.Grant{Role: role, Organisation: organisation})
}

func rests(a access.Actor, role access.Role, organisation int64) bool {
	return slices.Contains(a.Lapsed, access.Grant{Role: role, Organisation: organisation})
}

// A role with children rests without a check, counts with it, and rests again at the very moment at
// which the check runs out, although no job has run.
func TestRoleWithChildrenFollowsTheCheck(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		boss := h.staff(t, "boss@example.org", access.Coordinator, home)
		w := h.staff(t, "w@example.org", access.Worker, home)
		if a := h.actor(t, w.ID); holds(a, access.Worker, home) || !rests(a, access.Worker, home) {
			t.Errorf("without a check: %+v", a)
		}
		day := h.c.Now()
		h.clear(t, h.as(t, boss.ID), w.ID, day)
		for _, step := range []struct {
			at    time.Time
			holds bool
		}{{day, true}, {day.AddDate(0, 0, 365).Add(-time.Microsecond), true}, {day.AddDate(0, 0, 365), false}, {day.AddDate(0, 0, 1), true}} {
			h.c.Set(step.at) // forward and back: a clock that was set
			if a := h.actor(t, w.ID); holds(a, access.Worker, home) != step.holds || rests(a, access.Worker, home) == step.holds {
				t.Errorf("at %v: %+v", step.at, a)
			}
		}
	})
}

// 29 February and the turn of a year: 365 days are 365 days.
func TestCheckEndsAfter365Days(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		zone := time.FixedZone("CST", 8*3600)
		boss := h.staff(t, "boss@example.org", access.Coordinator, home)
		for _, x := range []struct{ on, last, first time.Time }{
			{time.Date(2028, 2, 29, 0, 0, 0, 0, zone), time.Date(2029, 2, 27, 23, 59, 0, 0, zone), time.Date(2029, 2, 28, 0, 0, 0, 0, zone)},
			{time.Date(2027, 12, 31, 0, 0, 0, 0, zone), time.Date(2028, 12, 29, 23, 59, 0, 0, zone), time.Date(2028, 12, 30, 0, 0, 0, 0, zone)},
		} {
			h.c.Set(x.on.Add(time.Hour))
			w := h.staff(t, x.on.Format("d20060102")+"@example.org", access.Worker, home)
			h.clear(t, h.as(t, boss.ID), w.ID, x.on)
			h.c.Set(x.last)
			if !holds(h.actor(t, w.ID), access.Worker, home) {
				t.Errorf("of %v: does not count at %v", x.on, x.last)
			}
			h.c.Set(x.first)
			if holds(h.actor(t, w.ID), access.Worker, home) {
				t.Errorf("of %v: still counts at %v", x.on, x.first)
			}
		}
	})
}

func TestWhoMayRecordChecks(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		boss, far := h.staff(t, "boss@example.org", access.Coordinator, home), h.staff(t, "far@example.org", access.Coordinator, other)
		w := h.staff(t, "w@example.org", access.Worker, home)
		mustAppoint(t, h, people.Appointment{PersonID: boss.ID, Role: access.Worker, Organisation: home})
		for _, x := range []struct {
			name        string
			by, subject int64
			want        string
		}{{"oneself", boss.ID, boss.ID, "checklist.own_check"}, {"of another organisation", far.ID, w.ID, "people.unknown"},
			{"without the right", w.ID, boss.ID, "access.denied"}, {"a stranger", boss.ID, 5, "people.unknown"}} {
			ctx := h.as(t, x.by)
			err := h.d.Write(ctx, func(tx *db.Tx) error {
				return h.s.RecordCheck(ctx, tx, x.subject, people.Inquiry, "1", h.c.Now())
			})
			if key(err) != x.want {
				t.Errorf("%s: %v, want %s", x.name, err, x.want)
			}
			err = h.d.Write(ctx, func(tx *db.Tx) error { return h.s.RecordFound(ctx, tx, x.subject, "1", h.c.Now()) })
			if key(err) != x.want {
				t.Errorf("found, %s: %v, want %s", x.name, err, x.want)
			}
		}
		ctx := h.as(t, boss.ID)
		err := h.d.Write(ctx, func(tx *db.Tx) error { return h.s.RecordCheck(ctx, tx, w.ID, people.Inquiry, "", h.c.Now()) })
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("without a reference: %v", err)
		}
		err = h.d.Write(ctx, func(tx *db.Tx) error {
			return h.s.RecordCheck(ctx, tx, w.ID, people.Inquiry, "1", h.c.Now().Add(time.Hour))
		})
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("of tomorrow: %v", err)
		}
	})
}

// Something was found: every role with children ends in that moment, wherever it is; others stay; the
// lead is told without a name; no such role can be given again until a second person takes it back.
func TestFoundEndsEverythingWithChildren(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		admin, boss := h.staff(t, "admin@example.org", access.Administrator, 0), h.staff(t, "boss@example.org", access.Coordinator, home)
		h.staff(t, "lead@example.org", access.SafeguardingLead, 0)
		w := h.staff(t, "w@example.org", access.Worker, home)
		mustAppoint(t, h, people.Appointment{PersonID: w.ID, Role: access.Supervisor, Organisation: other, Starts: h.c.Now().Add(time.Hour)})
		mustAppoint(t, h, people.Appointment{PersonID: w.ID, Role: access.Treasurer, Organisation: home})
		ctx := h.as(t, boss.ID)
		h.clear(t, ctx, w.ID, h.c.Now())
		h.write(t, ctx, func(tx *db.Tx) error { return h.s.RecordFound(ctx, tx, w.ID, "2026-9", h.c.Now()) })
		h.c.Advance(2 * time.Hour)
		if a := h.actor(t, w.ID); len(a.Lapsed) != 0 || len(a.Roles) != 1 || !holds(a, access.Treasurer, home) {
			t.Errorf("afterwards %+v", a)
		}
		if _, err := h.runner.RunOnce(ctx); err != nil {
			t.Fatal(err)
		}
		if mails := h.box.Mails(); len(mails) != 1 || mails[0].To != "lead@example.org" {
			t.Errorf("mails %+v", mails)
		} else if contains(mails[0].Text+mails[0].Subject, "w@example.org", "2026-9") {
			t.Errorf("the mail tells who or what: %s", mails[0].Text)
		}
		again := func(ctx context.Context, by int64) error {
			_, err := h.appoint(ctx, people.Appointment{PersonID: w.ID, Role: access.Worker, Organisation: home, MadeBy: by})
			return err
		}
		wantFault(t, again(h.as(t, boss.ID), boss.ID), "people.barred")
		wantFault(t, h.d.Write(ctx, func(tx *db.Tx) error { return h.s.RecordCheck(ctx, tx, w.ID, people.Inquiry, "1", h.c.Now()) }), "people.barred")
		wantFault(t, h.d.Write(ctx, func(tx *db.Tx) error { return h.s.LiftBar(ctx, tx, w.ID) }), "access.denied")
		adm := h.as(t, admin.ID)
		h.write(t, adm, func(tx *db.Tx) error { return h.s.LiftBar(adm, tx, w.ID) })
		if err := again(h.as(t, boss.ID), boss.ID); err != nil {
			t.Errorf("after it was taken back: %v", err)
		}
		wantFault(t, h.d.Write(adm, func(tx *db.Tx) error { return h.s.LiftBar(adm, tx, w.ID) }), "people.bar_second")
		h.write(t, adm, func(tx *db.Tx) error { return h.s.RecordFound(adm, tx, w.ID, "2026-10", h.c.Now()) })
		wantFault(t, h.d.Write(adm, func(tx *db.Tx) error { return h.s.LiftBar(adm, tx, w.ID) }), "people.bar_second")
	})
}

// A coordinator appoints workers and supervisors at their own organisation and nothing else.
func TestWhatACoordinatorAppoints(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		boss := h.staff(t, "boss@example.org", access.Coordinator, home)
		p := h.person(t, "p@example.org")
		for _, role := range access.Roles() {
			for _, place := range []int64{home, other, access.Network} {
				ctx := h.as(t, boss.ID)
				a, err := h.appoint(ctx, people.Appointment{PersonID: p.ID, Role: role, Organisation: place, MadeBy: boss.ID})
				want := place == home && (role == access.Worker || role == access.Supervisor)
				if (err == nil) != want {
					t.Errorf("%s at %d: %v", role, place, err)
				}
				if err == nil {
					if err := h.end(ctx, a.ID, boss.ID); err != nil {
						t.Errorf("end %s: %v", role, err)
					}
				}
			}
		}
		_, err := h.appoint(h.as(t, boss.ID), people.Appointment{PersonID: boss.ID, Role: access.Supervisor, Organisation: home, MadeBy: boss.ID})
		wantFault(t, err, "people.not_yourself")
		money := mustAppoint(t, h, people.Appointment{PersonID: p.ID, Role: access.Treasurer, Organisation: home})
		far := mustAppoint(t, h, people.Appointment{PersonID: p.ID, Role: access.Worker, Organisation: other})
		wantFault(t, h.end(h.as(t, boss.ID), money.ID, boss.ID), "access.denied")
		wantFault(t, h.end(h.as(t, boss.ID), far.ID, boss.ID), "people.appointment_unknown")
	})
}

// What one coordinator sees of people who work at two places.
func TestRosterEndsAtOnesOwnPlaces(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		boss := h.staff(t, "boss@example.org", access.Coordinator, home)
		both := h.staff(t, "both@example.org", access.Worker, home)
		mustAppoint(t, h, people.Appointment{PersonID: both.ID, Role: access.Treasurer, Organisation: other})
		far := h.staff(t, "far@example.org", access.Worker, other)
		ctx := h.as(t, boss.ID)
		err := h.d.Read(ctx, func(q *db.Reader) error {
			all, err := h.s.Roster(ctx, q, h.c.Now())
			if len(all) != 2 || slices.ContainsFunc(all, func(e people.Colleague) bool {
				return slices.ContainsFunc(e.Held, func(x people.Standing) bool { return x.Organisation != home })
			}) {
				t.Errorf("roster %+v", all)
			}
			one, err2 := h.s.Glance(ctx, q, both.ID, h.c.Now())
			if err2 != nil || len(one.Held) != 1 {
				t.Errorf("glance %+v, %v", one, err2)
			}
			_, unknown := h.s.Glance(ctx, q, far.ID, h.c.Now())
			wantFault(t, unknown, "people.unknown")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func contains(s string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(s, p) })
}
