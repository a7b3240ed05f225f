package safeguard_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/audit"
	"manyhands/internal/blob"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/safeguard"
	"manyhands/internal/vault"
	"manyhands/internal/vault/vaulttest"
)

const centre int64 = 4000

// The people of a small centre, by role; rows of the table person.
type house struct {
	t                                              *testing.T
	d                                              *db.DB
	c                                              *clock.Sim
	v                                              *vault.Vault
	s                                              *safeguard.Service
	children                                       *child.Service
	worker, colleague, lead, second, far, outsider int64
}

type persons struct{}

func (persons) Actor(_ context.Context, _ db.Queryer, id int64, _ time.Time) (access.Actor, error) {
	return access.Actor{PersonID: id}, nil
}

type names struct{}

func (names) Organisation(context.Context, db.Queryer, int64) (i18n.Text, error) {
	return i18n.Text{ZH: "中心", EN: "Centre"}, nil
}

func newHouse(t *testing.T, d *db.DB, c *clock.Sim) *house {
	t.Helper()
	h := &house{t: t, d: d, c: c, v: vaulttest.Open(t, d)}
	ids := []*int64{&h.worker, &h.colleague, &h.lead, &h.second, &h.far, &h.outsider}
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		for _, id := range ids {
			*id = tx.NewID()
			if _, err := tx.ExecContext(t.Context(), "INSERT INTO person (id, email, name, made_at) VALUES ($1, $2, '', $3)", *id, clock.FormatID(*id)+"@example.org", tx.NowMicros()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	consents, err := consent.New(child.Families{}, names{}, h.v, i18n.DefaultZone())
	if err != nil {
		t.Fatal(err)
	}
	h.s = safeguard.New(d, safeguard.Options{Vault: h.v, Texts: i18ntest.Bundle(t, safeguard.Texts), Leads: func(context.Context, db.Queryer) ([]safeguard.Lead, error) {
		return []safeguard.Lead{{Actor: h.actor(h.lead), Email: "lead@example.org", Lang: i18n.EN}}, nil
	}})
	h.children = child.New(d, child.Options{Vault: h.v, Blobs: blob.New(h.v), Consents: consents, People: persons{}, Names: names{},
		Emergencies: h.s, Zone: i18n.DefaultZone()})
	h.s.Use(h.children)
	return h
}

func (h *house) actor(person int64) access.Actor {
	a := access.Actor{PersonID: person}
	switch person {
	case h.worker, h.colleague:
		a.Roles = []access.Grant{{Role: access.Worker, Organisation: centre}}
	case h.lead, h.second:
		a.Roles = []access.Grant{{Role: access.SafeguardingLead, Organisation: centre}}
	case h.far:
		a.Roles = []access.Grant{{Role: access.SafeguardingLead, Organisation: centre + 1}}
	}
	return a
}

func (h *house) as(person int64) context.Context {
	return access.With(h.t.Context(), h.actor(person))
}

// try runs body as somebody and returns the key of what went wrong.
func (h *house) try(person int64, body func(context.Context, *db.Tx) error) string {
	h.t.Helper()
	ctx := h.as(person)
	err := h.d.Write(ctx, func(tx *db.Tx) error { return body(ctx, tx) })
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Key
	}
	if f, ok := errors.AsType[fault.Fields](err); ok {
		return f[0].Name + ":" + f[0].Key
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return ""
}

func (h *house) must(person int64, body func(context.Context, *db.Tx) error) {
	h.t.Helper()
	if got := h.try(person, body); got != "" {
		h.t.Fatal(got)
	}
}

func (h *house) enrol() child.Record {
	h.t.Helper()
	return h.enrolNamed("测试甲")
}

func (h *house) enrolNamed(name string) (r child.Record) {
	h.t.Helper()
	h.must(h.worker, func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = h.children.Enrol(ctx, tx, child.Enrolment{Organisation: centre, Name: child.Name{Name: name},
			Identity: child.Identity{Birth: "2016-03-09", Sex: child.Girl}, Alerts: child.Alerts{Allergies: child.Listed, Allergy: "花生"},
			Guardians: []child.NewGuardian{{Who: child.Relative{Name: "测试家长", Phone: "138 0000 0000", Relation: "grandmother"}, Authority: true, Proof: "household_register"}}})
		return err
	})
	return r
}

const reason = "The child was found alone at the bus station"

func (h *house) opens(person int64, record int64) bool {
	h.t.Helper()
	got, err := h.children.Open(h.as(person), record, access.Safeguarding, access.Guardians)
	return err == nil && len(got.Guardians) > 0
}

func TestAnEmergency(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		r := h.enrol()
		if h.opens(h.colleague, r.ID) {
			t.Fatal("a colleague opens without an emergency")
		}
		open := func(person int64, why string) (g safeguard.Glass, key string) {
			key = h.try(person, func(ctx context.Context, tx *db.Tx) (err error) {
				g, err = h.s.Break(ctx, tx, r.ID, why)
				return err
			})
			return g, key
		}
		for _, x := range []struct {
			who  int64
			why  string
			want string
		}{{h.colleague, "", "reason:form.required"}, {h.colleague, "short", "reason:safeguard.reason_short"}, {h.outsider, reason, "child.no_record"}, {h.far, reason, "child.no_record"}} {
			if _, got := open(x.who, x.why); got != x.want {
				t.Errorf("%q, want %q", got, x.want)
			}
		}
		first, key := open(h.colleague, reason)
		again, _ := open(h.colleague, reason)
		if key != "" || first.ID != again.ID {
			t.Errorf("a double click: %v, %v, %s", first.ID, again.ID, key)
		}
		if !h.opens(h.colleague, r.ID) || h.opens(h.outsider, r.ID) {
			t.Error("it opens for whoever broke the glass, and nobody else")
		}
		c.Advance(time.Hour + time.Second)
		if h.opens(h.colleague, r.ID) {
			t.Error("it is still open after an hour")
		}
		c.Advance(-30 * time.Minute)
		if !h.opens(h.colleague, r.ID) {
			t.Error("a clock that went back ends nothing early")
		}
		h.must(h.colleague, func(ctx context.Context, tx *db.Tx) error { return h.s.Shut(ctx, tx, first.ID) })
		if h.opens(h.colleague, r.ID) {
			t.Error("it is open after it was ended")
		}
	})
}

func TestReviewing(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	h := newHouse(t, d, c)
	r := h.enrol()
	var g safeguard.Glass
	h.must(h.colleague, func(ctx context.Context, tx *db.Tx) (err error) {
		g, err = h.s.Break(ctx, tx, r.ID, reason)
		return err
	})
	waiting := func(person int64) (list []safeguard.Glass) {
		h.must(person, func(ctx context.Context, tx *db.Tx) (err error) {
			list, err = h.s.ToReview(ctx, tx)
			return err
		})
		return list
	}
	if len(waiting(h.far)) != 0 || len(waiting(h.colleague)) != 0 {
		t.Error("it waits for the wrong people")
	}
	if list := waiting(h.lead); len(list) != 1 || list[0].Reason != reason {
		t.Fatalf("%+v", list)
	}
	review := func(person int64, words string) string {
		return h.try(person, func(ctx context.Context, tx *db.Tx) error { return h.s.Review(ctx, tx, g.ID, true, words) })
	}
	for _, x := range []struct {
		who   int64
		words string
		want  string
	}{{h.colleague, reason, "safeguard.no_glass"}, {h.far, reason, "safeguard.no_glass"}, {h.lead, "", "finding:form.required"}, {h.lead, "It was needed", ""}, {h.second, "It was needed", "safeguard.reviewed"}} {
		if got := review(x.who, x.words); got != x.want {
			t.Errorf("%q, want %q", got, x.want)
		}
	}
	if len(waiting(h.lead)) != 0 {
		t.Error("it still waits")
	}
}

// TestNobodyReviewsTheirOwn: a lead who is also a worker of the centre.
func TestNobodyReviewsTheirOwn(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	h := newHouse(t, d, c)
	r := h.enrol()
	both := access.With(t.Context(), access.Actor{PersonID: h.second, Roles: []access.Grant{
		{Role: access.Worker, Organisation: centre}, {Role: access.SafeguardingLead, Organisation: centre}}})
	err := d.Write(both, func(tx *db.Tx) error {
		g, err := h.s.Break(both, tx, r.ID, reason)
		if err != nil {
			return err
		}
		return h.s.Review(both, tx, g.ID, true, reason)
	})
	if fault.KindOf(err) != fault.NotFound {
		t.Errorf("%v", err)
	}
}

func TestHoldsAndErasure(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		r := h.enrol()
		put := func(person int64) string {
			return h.try(person, func(ctx context.Context, tx *db.Tx) error { return h.s.PutHold(ctx, tx, r.ID, reason) })
		}
		lift := func(person int64) string {
			return h.try(person, func(ctx context.Context, tx *db.Tx) error {
				_, err := h.s.LiftHold(ctx, tx, r.ID)
				return err
			})
		}
		erase := func(person int64) string {
			return h.try(person, func(ctx context.Context, tx *db.Tx) error {
				_, err := h.s.Erase(ctx, tx, r.ID)
				return err
			})
		}
		for i, x := range []struct{ got, want string }{
			{put(h.worker), "child.no_record"}, {put(h.far), "child.no_record"}, {put(h.lead), ""}, {put(h.second), "safeguard.held"},
			{erase(h.lead), "child.held"}, {lift(h.lead), ""}, {lift(h.lead), "safeguard.two_people"},
			{erase(h.lead), "child.held"}, {lift(h.second), ""}, {lift(h.second), "safeguard.no_hold"},
			{erase(h.worker), "child.no_record"}, {erase(h.far), "child.no_record"},
		} {
			if x.got != x.want {
				t.Errorf("step %d: %q, want %q", i, x.got, x.want)
			}
		}
		if got := erase(h.lead); got != "" {
			t.Fatal(got)
		}
		if got := erase(h.lead); got != "child.no_record" {
			t.Errorf("a second time: %q", got)
		}
		ctx := h.as(h.lead)
		err := d.Read(ctx, func(q *db.Reader) error {
			e, err := h.s.ErasureOf(ctx, q, r.ID)
			if err != nil || e.Code != r.Code || e.Why != "decision" || len(e.Proof) != 64 || !e.Backups.After(e.At) {
				t.Errorf("%+v, %v", e, err)
			}
			if _, err := h.s.ErasureOf(h.as(h.far), q, r.ID); fault.KindOf(err) != fault.NotFound {
				t.Errorf("a lead elsewhere reads the proof: %v", err)
			}
			if err := safeguard.Check(ctx, q, nil); err != nil {
				t.Error(err)
			}
			_, err = audit.Verify(ctx, q, nil)
			return err
		})
		if err != nil {
			t.Error(err)
		}
		if h.opens(h.lead, r.ID) {
			t.Error("an erased record opens")
		}
	})
}

// TestCheckFindsAForgedProof changes the proof behind the package's back.
func TestCheckFindsAForgedProof(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	h := newHouse(t, d, c)
	r := h.enrol()
	h.must(h.lead, func(ctx context.Context, tx *db.Tx) error {
		if _, err := h.s.Erase(ctx, tx, r.ID); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE erasure SET proof = 'x'")
		return err
	})
	if err := d.Read(t.Context(), func(q *db.Reader) error { return safeguard.Check(t.Context(), q, nil) }); err == nil {
		t.Error("not found")
	}
}

func TestCatalogues(t *testing.T) {
	t.Parallel()
	i18ntest.CheckCatalogues(t, safeguard.Texts, "safeguard.")
}
