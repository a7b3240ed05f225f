package people_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/checklist"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/job"
	"manyhands/internal/notify"
	"manyhands/internal/notify/notifytest"
	"manyhands/internal/people"
)

// house is everything that a test of the package needs.
type house struct {
	d      *db.DB
	c      *clock.Sim
	s      *people.Service
	runner *job.Runner
	box    *notifytest.Memory
}

func each(t *testing.T, test func(t *testing.T, h house)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		s, err := people.New(d, i18ntest.Bundle(t, people.Texts, checklist.Texts), people.Config{
			BaseURL: "https://give.example.org/", Network: i18n.Text{ZH: "众手", EN: "Manyhands"},
		})
		if err != nil {
			t.Fatal(err)
		}
		h := house{d: d, c: c, s: s, box: &notifytest.Memory{},
			runner: job.NewRunner(d, slog.New(slog.DiscardHandler), job.Config{})}
		notify.Register(h.runner, h.box)
		s.Register(h.runner)
		test(t, h)
	})
}

func (h house) write(t *testing.T, ctx context.Context, body func(tx *db.Tx) error) {
	t.Helper()
	if err := h.d.Write(ctx, body); err != nil {
		t.Fatal(err)
	}
}

func (h house) person(t *testing.T, email string) (p people.Person) {
	t.Helper()
	h.write(t, t.Context(), func(tx *db.Tx) (err error) {
		p, err = h.s.EnsurePerson(t.Context(), tx, email, "")
		return err
	})
	return p
}

func (h house) appoint(ctx context.Context, a people.Appointment) (people.Appointment, error) {
	err := h.d.Write(ctx, func(tx *db.Tx) (err error) {
		a, err = h.s.Appoint(ctx, tx, a)
		return err
	})
	return a, err
}

func (h house) end(ctx context.Context, id, by int64) error {
	return h.d.Write(ctx, func(tx *db.Tx) error { return h.s.EndAppointment(ctx, tx, id, by) })
}

// as returns a context in which the person acts with the roles that they hold.
func (h house) as(t *testing.T, id int64) context.Context {
	t.Helper()
	var a access.Actor
	err := h.d.Read(t.Context(), func(q *db.Reader) (err error) {
		a, err = h.s.Actor(t.Context(), q, id, h.c.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return access.With(t.Context(), a)
}

func key(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Key
	}
	return ""
}

func wantFault(t *testing.T, err error, want string) {
	t.Helper()
	if key(err) != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestCatalogues(t *testing.T) {
	t.Parallel()
	i18ntest.CheckCatalogues(t, people.Texts, "people.")
	i18ntest.CheckCatalogues(t, access.Texts, "access.")
	i18ntest.CheckCatalogues(t, job.Texts, "job.")
}

func TestNewRefusesABadBaseURL(t *testing.T) {
	t.Parallel()
	for _, u := range []string{"", "give.example.org", "ftp://give.example.org", "https://give.example.org/path", "https://a:b@c.example"} {
		if _, err := people.New(nil, nil, people.Config{BaseURL: u}); err == nil {
			t.Errorf("%q was taken", u)
		}
	}
}

func TestOneAddressIsOnePerson(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		ctx := t.Context()
		first := h.person(t, "Giver@Example.org")
		if again := h.person(t, "giver@example.ORG"); again.ID != first.ID {
			t.Errorf("two persons with one address: %d and %d", first.ID, again.ID)
		}
		h.write(t, ctx, func(tx *db.Tx) error { return h.s.SetProfile(ctx, tx, first.ID, " 王 芳 ", i18n.ZH) })
		err := h.d.Read(ctx, func(q *db.Reader) error {
			p, err := h.s.PersonByEmail(ctx, q, "GIVER@example.org")
			if p.Name != "王 芳" || p.Lang != i18n.ZH || !p.Made.Equal(h.c.Now()) {
				t.Errorf("person %+v", p)
			}
			_, unknown := h.s.PersonByEmail(ctx, q, "nobody@example.org")
			wantFault(t, unknown, "people.unknown")
			_, unknown = h.s.PersonByID(ctx, q, 1)
			wantFault(t, unknown, "people.unknown")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		err = h.d.Write(ctx, func(tx *db.Tx) error { return h.s.SetProfile(ctx, tx, first.ID, "", "tlh") })
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("unknown language: %v", err)
		}
	})
}

func TestAppointmentsHoldFromStartToEnd(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		p := h.person(t, "t@example.org")
		start := h.c.Now().Add(time.Hour)
		a, err := h.appoint(t.Context(), people.Appointment{PersonID: p.ID, Role: access.Treasurer, Organisation: 7,
			Starts: start, Ends: start.Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			after time.Duration
			holds bool
		}{{0, false}, {time.Hour, true}, {2*time.Hour - time.Microsecond, true}, {2 * time.Hour, false}} {
			at := dbtest.Start.Add(step.after)
			h.c.Set(at)
			if got := access.CheckFor(h.as(t, p.ID), access.PayoutPay, 7) == nil; got != step.holds || a.InForce(at) != step.holds {
				t.Errorf("after %v: holds %v and %v, want %v", step.after, got, a.InForce(at), step.holds)
			}
		}
		wantFault(t, h.end(t.Context(), a.ID, 0), "people.ended_already")
	})
}

func TestAppointRefuses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		admin, other := h.person(t, "admin@example.org"), h.person(t, "other@example.org")
		mustAppoint(t, h, people.Appointment{PersonID: admin.ID, Role: access.Administrator})
		local := h.person(t, "local@example.org")
		mustAppoint(t, h, people.Appointment{PersonID: local.ID, Role: access.Administrator, Organisation: 7})
		ctx, localCtx := h.as(t, admin.ID), h.as(t, local.ID)
		tests := []struct {
			name string
			ctx  context.Context
			a    people.Appointment
			want string
		}{
			{"oneself", ctx, people.Appointment{PersonID: admin.ID, Role: access.Approver, MadeBy: admin.ID}, "people.not_yourself"},
			{"somebody unknown", ctx, people.Appointment{PersonID: 5, Role: access.Auditor, MadeBy: admin.ID}, "people.unknown"},
			{"without the right", h.as(t, other.ID), people.Appointment{PersonID: local.ID, Role: access.Auditor, MadeBy: other.ID}, "access.denied"},
			{"beyond one's organisation", localCtx, people.Appointment{PersonID: other.ID, Role: access.Approver, MadeBy: local.ID}, "access.denied"},
			{"in another organisation", localCtx, people.Appointment{PersonID: other.ID, Role: access.Approver, Organisation: 8, MadeBy: local.ID}, "access.denied"},
			{"within one's organisation", localCtx, people.Appointment{PersonID: other.ID, Role: access.Approver, Organisation: 7, MadeBy: local.ID}, ""},
			{"twice", ctx, people.Appointment{PersonID: other.ID, Role: access.Approver, Organisation: 7, MadeBy: admin.ID}, "people.appointed_already"},
		}
		for _, x := range tests {
			if _, err := h.appoint(x.ctx, x.a); key(err) != x.want || (x.want == "" && err != nil) {
				t.Errorf("%s: %v, want %q", x.name, err, x.want)
			}
		}
		_, err := h.appoint(ctx, people.Appointment{PersonID: other.ID, Role: "king", Ends: h.c.Now(), MadeBy: admin.ID})
		if bad, ok := errors.AsType[fault.Fields](err); !ok || len(bad) != 2 {
			t.Errorf("unknown role that ends at once: %v", err)
		}
	})
}

func mustAppoint(t *testing.T, h house, a people.Appointment) people.Appointment {
	t.Helper()
	a, err := h.appoint(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestLastAdministratorStays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		a, b := h.person(t, "a@example.org"), h.person(t, "b@example.org")
		first := mustAppoint(t, h, people.Appointment{PersonID: a.ID, Role: access.Administrator})
		local := mustAppoint(t, h, people.Appointment{PersonID: b.ID, Role: access.Administrator, Organisation: 7})
		wantFault(t, h.end(h.as(t, a.ID), first.ID, a.ID), "people.last_administrator")
		wantFault(t, h.end(h.as(t, b.ID), first.ID, b.ID), "people.appointment_unknown")
		second := mustAppoint(t, h, people.Appointment{PersonID: b.ID, Role: access.Administrator})
		if err := h.end(h.as(t, a.ID), first.ID, a.ID); err != nil {
			t.Errorf("one of two: %v", err)
		}
		wantFault(t, h.end(h.as(t, b.ID), second.ID, b.ID), "people.last_administrator")
		if err := h.end(t.Context(), second.ID, 0); err != nil {
			t.Errorf("from the command line: %v", err)
		}
		if err := h.end(h.as(t, b.ID), local.ID, b.ID); err != nil {
			t.Errorf("an organisation's own administrator: %v", err)
		}
		wantFault(t, h.end(t.Context(), 9, 0), "people.appointment_unknown")
	})
}

func TestStaffAndDiary(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		ctx := t.Context()
		p, gone := h.person(t, "a@example.org"), h.person(t, "b@example.org")
		h.person(t, "giver@example.org")
		mustAppoint(t, h, people.Appointment{PersonID: p.ID, Role: access.Treasurer})
		mustAppoint(t, h, people.Appointment{PersonID: p.ID, Role: access.Coordinator, Starts: h.c.Now().Add(time.Hour)})
		ended := mustAppoint(t, h, people.Appointment{PersonID: gone.ID, Role: access.Auditor})
		if err := h.end(ctx, ended.ID, 0); err != nil {
			t.Fatal(err)
		}
		err := h.d.Read(ctx, func(q *db.Reader) error {
			staff, err := h.s.Staff(ctx, q, h.c.Now(), 100)
			if err != nil {
				return err
			}
			if len(staff) != 1 || staff[0].Person.Email != "a@example.org" || len(staff[0].Appointments) != 2 {
				t.Errorf("staff %+v", staff)
			}
			about, err := event.About(ctx, q, gone.ID, 10)
			if err != nil {
				return err
			}
			if len(about) != 2 || about[0].Kind != "appointment.ended" || about[1].Kind != "appointment.made" {
				t.Errorf("events %+v", about)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
