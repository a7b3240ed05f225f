package app

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/checklist"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/concern"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
	"manyhands/internal/programme"
	"manyhands/internal/programme/apply"
	"manyhands/internal/safeguard"
	"manyhands/internal/vault/vaulttest"
)

// keeping is the wired services with two safeguarding leads of the whole network.
type keeping struct {
	t           *testing.T
	c           *clock.Sim
	s           *Services
	lead, other people.Person
}

func newKeeping(t *testing.T, d *db.DB, c *clock.Sim) *keeping {
	t.Helper()
	texts, err := Texts()
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewServices(d, Setting{Secret: bytes.Repeat([]byte{7}, 32), Vault: vaulttest.Open(t, d), Zone: time.UTC,
		BaseURL: func() string { return "http://localhost" }, Texts: texts, KeepDays: map[safeguard.Kind]int{safeguard.Applications: 90}})
	if err != nil {
		t.Fatal(err)
	}
	k := &keeping{t: t, c: c, s: s}
	k.must(0, func(ctx context.Context, tx *db.Tx) error {
		for _, x := range []struct {
			p    *people.Person
			mail string
		}{{&k.lead, "lead@example.org"}, {&k.other, "other@example.org"}} {
			if *x.p, err = s.People.EnsurePerson(ctx, tx, x.mail, "A lead"); err != nil {
				return err
			}
			if _, err := s.People.Appoint(ctx, tx, people.Appointment{PersonID: x.p.ID, Role: access.SafeguardingLead}); err != nil {
				return err
			}
		}
		return nil
	})
	return k
}

// as returns a context in which a person acts as the lead of an organisation.
func (k *keeping) as(person, organisation int64) context.Context {
	if person == 0 {
		return k.t.Context()
	}
	return access.With(i18n.With(k.t.Context(), i18nBundle(k.t), i18n.EN, nil), access.Actor{PersonID: person, Roles: []access.Grant{{Role: access.SafeguardingLead, Organisation: organisation}}})
}

func i18nBundle(t *testing.T) *i18n.Bundle {
	t.Helper()
	b, err := Texts()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (k *keeping) try(ctx context.Context, body func(context.Context, *db.Tx) error) string {
	k.t.Helper()
	err := k.s.DB.Write(ctx, func(tx *db.Tx) error { return body(ctx, tx) })
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Key
	}
	if err != nil {
		k.t.Fatal(err)
	}
	return ""
}

func (k *keeping) must(person int64, body func(context.Context, *db.Tx) error) {
	k.t.Helper()
	if got := k.try(k.as(person, access.Network), body); got != "" {
		k.t.Fatal(got)
	}
}

func (k *keeping) due(ctx context.Context, kind safeguard.Kind) (list []safeguard.Due) {
	k.t.Helper()
	k.try(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		list, err = k.s.Safeguard.Due(ctx, tx, kind)
		return err
	})
	return list
}

func (k *keeping) dispose(ctx context.Context, kind safeguard.Kind, id int64) string {
	k.t.Helper()
	return k.try(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, _, err := k.s.Safeguard.Dispose(ctx, tx, kind, []int64{id})
		return err
	})
}

func (k *keeping) check() error {
	return k.s.DB.Read(k.t.Context(), func(r *db.Reader) error {
		if err := checklist.Check(k.t.Context(), r); err != nil {
			return err
		}
		return safeguard.Check(k.t.Context(), r, nil)
	})
}

const oneDay = 24 * time.Hour

// TestTheClockOfChecks: six years after the last appointment, wherever it was, the words go.
func TestTheClockOfChecks(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		k := newKeeping(t, d, c)
		lead := k.as(k.lead.ID, access.Network)
		const here, there = 71, 72
		var who people.Person
		appoint := func(at int64, days int) {
			k.must(0, func(ctx context.Context, tx *db.Tx) error {
				_, err := k.s.People.Appoint(ctx, tx, people.Appointment{PersonID: who.ID, Role: access.Worker, Organisation: at, Ends: tx.Now().AddDate(0, 0, days)})
				return err
			})
		}
		k.must(k.lead.ID, func(ctx context.Context, tx *db.Tx) (err error) {
			if who, err = k.s.People.EnsurePerson(ctx, tx, "worker@example.org", "Worker Wang"); err != nil {
				return err
			}
			_, err = checklist.Record(ctx, tx, checklist.Subject{Kind: checklist.Person, ID: who.ID}, people.Inquiry,
				checklist.Evidence{Reference: "2020-118", From: tx.Now()}, k.lead.ID)
			return err
		})
		appoint(here, 30)
		appoint(there, 60)
		c.Advance(31*oneDay + 2192*oneDay)
		if list := k.due(lead, safeguard.Checks); len(list) != 0 {
			t.Errorf("due while the second appointment's time runs: %+v", list)
		}
		c.Advance(30 * oneDay)
		if list := k.due(lead, safeguard.Checks); len(list) != 1 || list[0].ID != who.ID || list[0].Name != "Worker Wang" {
			t.Fatalf("%+v", list)
		}
		if len(k.due(k.as(k.other.ID, here), safeguard.Checks)) != 1 || len(k.due(k.as(k.other.ID, 73), safeguard.Checks)) != 0 {
			t.Error("a lead of a place where they never worked sees it, or one of theirs does not")
		}
		appoint(here, 1)
		if got := k.dispose(lead, safeguard.Checks, who.ID); got != "safeguard.not_due" {
			t.Errorf("somebody who came back: %q", got)
		}
		c.Advance(2194 * oneDay)
		if got := k.dispose(lead, safeguard.Checks, who.ID); got != "" {
			t.Fatal(got)
		}
		k.must(0, func(ctx context.Context, tx *db.Tx) error {
			checks, err := k.s.People.ChecksOf(ctx, tx, []int64{who.ID}, tx.Now())
			for _, i := range checks[who.ID].Items {
				if i.Holds.Reference != "" || (i.Code == people.Inquiry) != (i.Holds.ID != 0) {
					t.Errorf("%+v", i)
				}
			}
			return err
		})
		if err := k.check(); err != nil {
			t.Error(err)
		}
		k.must(0, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, "UPDATE evidence SET reference = '2020-118' WHERE subject_id = $1", who.ID)
			return err
		})
		if k.check() == nil {
			t.Error("a reference that is back is not found")
		}
	})
}

func TestTheClockOfApplications(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		k := newKeeping(t, d, c)
		lead := k.as(k.lead.ID, access.Network)
		var o programme.Organisation
		in := programme.OrganisationInput{Kind: "charity", Name: i18n.Text{ZH: "山泉", EN: "Spring"}, About: i18n.Text{ZH: "简介", EN: "About"}, CreditCode: "53100000500021676K"}
		begin := func() string {
			return k.try(k.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
				o, err = k.s.Apply.Begin(ctx, tx, in, k.other.ID)
				return err
			})
		}
		if got := begin(); got != "" {
			t.Fatal(got)
		}
		first := o.ID
		k.must(0, func(ctx context.Context, tx *db.Tx) error {
			if err := k.s.Vault.Make(ctx, tx, first); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, "UPDATE application SET state = 'returned', changed_at = $1, appeal = 'words' WHERE organisation_id = $2", tx.NowMicros(), first)
			return err
		})
		c.Advance(89 * oneDay)
		if list := k.due(lead, safeguard.Applications); len(list) != 0 {
			t.Errorf("early: %+v", list)
		}
		c.Advance(2 * oneDay)
		if len(k.due(k.as(k.lead.ID, first), safeguard.Applications)) != 0 {
			t.Error("a lead of one place sees it")
		}
		if list := k.due(lead, safeguard.Applications); len(list) != 1 || list[0].Name != "Spring" {
			t.Fatalf("%+v", list)
		}
		for i, want := range []string{"", "safeguard.not_due"} { // the second is a double click
			if got := k.dispose(lead, safeguard.Applications, first); got != want {
				t.Errorf("%d: %q", i, got)
			}
		}
		if err := k.check(); err != nil {
			t.Error(err)
		}
		k.must(0, func(ctx context.Context, tx *db.Tx) error {
			if _, err := apply.ApplicationOf(ctx, tx, first); fault.KindOf(err) != fault.NotFound {
				t.Errorf("the application is there: %v", err)
			}
			mine, err := apply.Mine(ctx, tx, k.other.ID)
			if len(mine) != 0 {
				t.Errorf("%+v", mine)
			}
			return err
		})
		if got := begin(); got != "" || o.ID == first {
			t.Errorf("it cannot apply anew: %s", got)
		}
	})
}

// TestTheClockOfReports: two leads, and never while it is open.
func TestTheClockOfReports(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	k := newKeeping(t, d, c)
	lead, other := k.as(k.lead.ID, access.Network), k.as(k.other.ID, access.Network)
	for _, words := range []string{"one that is closed", "one that stays open"} {
		if err := k.s.Concerns.Report(t.Context(), concern.Report{What: words, FormKey: words}); err != nil {
			t.Fatal(err)
		}
	}
	var closed int64
	k.must(k.lead.ID, func(ctx context.Context, tx *db.Tx) error {
		list, _, err := k.s.Concerns.List(ctx, tx, false, 0)
		if err != nil || len(list) != 2 {
			t.Fatalf("%+v, %v", list, err)
		}
		closed = list[1].ID
		return k.s.Concerns.Close(ctx, tx, closed, "nothing to it")
	})
	k.must(k.other.ID, func(ctx context.Context, tx *db.Tx) error {
		return k.s.Concerns.Close(ctx, tx, closed, "nothing to it")
	})
	c.Advance(9131*oneDay + time.Hour)
	if list := k.due(lead, safeguard.Reports); len(list) != 1 || list[0].ID != closed {
		t.Fatalf("%+v", list)
	}
	if got := k.dispose(lead, safeguard.Reports, closed); got != "" {
		t.Fatal(got)
	}
	k.must(k.other.ID, func(ctx context.Context, tx *db.Tx) error { return k.s.Concerns.Hold(ctx, tx, closed, "a court asks") })
	if got := k.dispose(other, safeguard.Reports, closed); got != "safeguard.not_due" {
		t.Errorf("a hold between the first and the second: %q", got)
	}
	k.must(k.other.ID, func(ctx context.Context, tx *db.Tx) error {
		return k.s.Concerns.Lift(ctx, tx, closed, "it has decided")
	})
	k.must(k.lead.ID, func(ctx context.Context, tx *db.Tx) error {
		return k.s.Concerns.Lift(ctx, tx, closed, "it has decided")
	})
	if got := k.dispose(lead, safeguard.Reports, closed); got != "safeguard.two_people_destroy" {
		t.Errorf("the same lead twice: %q", got)
	}
	if got := k.dispose(other, safeguard.Reports, closed); got != "" {
		t.Fatal(got)
	}
	if err := k.check(); err != nil {
		t.Error(err)
	}
}

// TestAnOrganisationEnds: it cannot be closed before its records have an heir, who then keeps them with
// their holds; and it never comes back.
func TestAnOrganisationEnds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		k := newKeeping(t, d, c)
		lead := k.as(k.lead.ID, access.Network)
		ends, heir := k.organisation("Ends"), k.organisation("Heir")
		worker := access.With(k.t.Context(), access.Actor{PersonID: k.other.ID, Roles: []access.Grant{{Role: access.Worker, Organisation: ends}}})
		var r child.Record
		if got := k.try(worker, func(ctx context.Context, tx *db.Tx) (err error) {
			r, err = k.s.Children.Enrol(ctx, tx, child.Enrolment{Organisation: ends, Name: child.Name{Name: "测试甲"},
				Identity: child.Identity{Birth: "2016-03-09", Sex: child.Girl}, Alerts: child.Alerts{Allergies: child.Listed, Allergy: "花生"},
				Guardians: []child.NewGuardian{{Who: child.Relative{Name: "测试家长", Phone: "138 0000 0000", Relation: "grandmother"}, Authority: true, Proof: "household_register"}}})
			return err
		}); got != "" {
			t.Fatal(got)
		}
		if err := k.s.Concerns.Report(t.Context(), concern.Report{What: "words", FormKey: "a", Organisation: ends}); err != nil {
			t.Fatal(err)
		}
		k.must(k.lead.ID, func(ctx context.Context, tx *db.Tx) error {
			return k.s.Safeguard.PutHold(ctx, tx, r.ID, "A court has asked for it")
		})
		hand := func(ctx context.Context, from, to int64) string {
			return k.try(ctx, func(ctx context.Context, tx *db.Tx) error {
				_, err := k.s.Safeguard.HandOver(ctx, tx, from, to)
				return err
			})
		}
		closing := func(by int64) string {
			return k.try(t.Context(), func(ctx context.Context, tx *db.Tx) error { return k.s.Apply.CloseForGood(ctx, tx, ends, by) })
		}
		want := func(what, got, want string) {
			t.Helper()
			if got != want {
				t.Errorf("%s: %q, want %q", what, got, want)
			}
		}
		want("before it is suspended", hand(lead, ends, heir), "safeguard.not_stopped")
		k.must(0, func(ctx context.Context, tx *db.Tx) error { return k.s.Apply.Suspend(ctx, tx, ends, "other", "", 41) })
		want("without an heir", closing(42), "apply.needs_heir")
		want("by a lead of the place", hand(k.as(k.lead.ID, ends), ends, heir), "access.denied")
		want("to itself", hand(lead, ends, ends), "safeguard.no_heir")
		want("to one that is not there", hand(lead, ends, 99), "safeguard.no_heir")
		want("to an heir", hand(lead, ends, heir), "")
		want("a double click", hand(lead, ends, heir), "safeguard.nothing_kept")
		k.inherited(lead, r, heir)
		want("by who suspended it", closing(41), "programme.second_person")
		want("closed", closing(42), "")
		want("closed again", closing(43), "")
		want("lifted", k.try(t.Context(), func(ctx context.Context, tx *db.Tx) error { return k.s.Apply.Lift(ctx, tx, ends, 43) }), "programme.closed")

		k.must(0, func(ctx context.Context, tx *db.Tx) error { return k.s.Apply.Suspend(ctx, tx, heir, "other", "", 41) })
		want("to the leads of the network", hand(lead, heir, access.Network), "")
		k.must(0, func(ctx context.Context, tx *db.Tx) error { return k.s.Apply.CloseForGood(ctx, tx, heir, 42) })
	})
}

// organisation publishes one.
func (k *keeping) organisation(name string) (id int64) {
	k.t.Helper()
	k.must(0, func(ctx context.Context, tx *db.Tx) error {
		o, err := programme.CreateOrganisation(ctx, tx, programme.OrganisationInput{Kind: "centre", Name: i18n.Text{ZH: "机构 " + name, EN: name}}, 1)
		if err != nil {
			return err
		}
		id = o.ID
		return programme.PublishOrganisation(ctx, tx, id, 1)
	})
	return id
}

// inherited looks that a record went to its heir with its hold, and the report with it.
func (k *keeping) inherited(lead context.Context, r child.Record, heir int64) {
	k.t.Helper()
	if got := k.try(lead, func(ctx context.Context, tx *db.Tx) error {
		list, err := k.s.Children.Briefs(ctx, tx, []int64{r.ID}, access.Safeguarding)
		if err != nil || len(list) != 1 || list[0].Organisation != heir || !list[0].Held {
			k.t.Errorf("%+v, %v", list, err)
		}
		reports, _, err := k.s.Concerns.List(ctx, tx, false, 0)
		if err != nil || len(reports) != 1 || reports[0].Organisation != heir {
			k.t.Errorf("%+v, %v", reports, err)
		}
		return err
	}); got != "" {
		k.t.Error(got)
	}
	here := k.as(k.other.ID, heir)
	if got := k.try(here, func(ctx context.Context, tx *db.Tx) error {
		_, err := k.s.Safeguard.Erasable(ctx, tx, r.ID)
		return err
	}); got != "" {
		k.t.Errorf("a lead of the heir: %q", got)
	}
}
