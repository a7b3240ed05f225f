package concern_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/audit"
	"manyhands/internal/clock"
	"manyhands/internal/concern"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/vault"
	"manyhands/internal/vault/vaulttest"
)

const (
	here  int64 = 5
	there int64 = 6
)

// cast are the people of a small network. It implements concern.Staff.
type cast struct {
	leads []concern.Lead
	named map[string][]int64
}

func (c *cast) Named(_ context.Context, _ db.Queryer, name string) ([]int64, error) {
	return c.named[name], nil
}
func (c *cast) Leads(context.Context, db.Queryer) ([]concern.Lead, error) { return c.leads, nil }

type world struct {
	d                             *db.DB
	c                             *clock.Sim
	s                             *concern.Service
	staff                         *cast
	lead, local, whole, admin, tu int64
}

func lead(id int64, role access.Role, at int64) concern.Lead {
	return concern.Lead{Actor: access.Actor{PersonID: id, Roles: []access.Grant{{Role: role, Organisation: at}}},
		Email: clock.FormatID(id) + "@example.org", Lang: i18n.EN}
}

func build(t *testing.T, d *db.DB, c *clock.Sim) *world {
	t.Helper()
	w := &world{d: d, c: c}
	var ids []int64
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		ids = nil
		for range 5 {
			id := tx.NewID()
			ids = append(ids, id)
			if _, err := tx.ExecContext(t.Context(), "INSERT INTO person (id, email, name, made_at) VALUES ($1, $2, $3, $4)", id, clock.FormatID(id)+"@example.org", "", tx.NowMicros()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.local, w.whole, w.admin, w.tu, w.lead = ids[0], ids[1], ids[2], ids[3], ids[4]
	w.staff = &cast{named: map[string][]int64{"Somebody of the staff": {w.tu}, "The lead": {w.whole}},
		leads: []concern.Lead{lead(w.local, access.SafeguardingLead, here), lead(w.whole, access.SafeguardingLead, access.Network), lead(w.admin, access.Administrator, access.Network)}}
	w.s = concern.New(d, vaulttest.Open(t, d), w.staff, i18ntest.Bundle(t, concern.Texts), "https://x.example")
	return w
}

func (w *world) as(ctx context.Context, person int64) context.Context {
	for _, l := range w.staff.leads {
		if l.PersonID == person {
			return access.With(ctx, l.Actor)
		}
	}
	return access.With(ctx, access.Actor{PersonID: person, Roles: []access.Grant{{Role: access.Supervisor, Organisation: here}}})
}

func (w *world) report(t *testing.T, in concern.Report) int64 {
	t.Helper()
	if in.FormKey == "" {
		in.FormKey = t.Name() + in.What
	}
	if err := w.s.Report(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	var last int64
	for _, person := range []int64{w.local, w.whole, w.admin} {
		for _, c := range w.list(t, person) {
			last = max(last, c.ID)
		}
	}
	return last
}

func (w *world) list(t *testing.T, person int64) (out []concern.Concern) {
	t.Helper()
	ctx := w.as(t.Context(), person)
	err := w.d.Read(ctx, func(r *db.Reader) (err error) {
		out, _, err = w.s.List(ctx, r, false, 0)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func key(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Key
	}
	return ""
}

const story = "What was seen, in words that stand nowhere else"

func TestWhoHears(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := build(t, d, c)
		child := w.report(t, concern.Report{What: story, Organisation: here})
		staff := w.report(t, concern.Report{What: story + " 2", Organisation: here, Staff: "Somebody of the staff"})
		self := w.report(t, concern.Report{What: story + " 3", Organisation: here, Staff: "The lead"})
		elsewhere := w.report(t, concern.Report{What: story + " 4", Organisation: there})
		for _, x := range []struct {
			who   string
			id    int64
			hears []int64
		}{
			{"the lead there", w.local, []int64{child}},
			{"the network's lead", w.whole, []int64{elsewhere, staff, child}},
			{"an administrator, when nobody else may", w.admin, []int64{self}},
			{"the person whom it is about", w.tu, nil},
		} {
			got := w.list(t, x.id)
			if len(got) != len(x.hears) {
				t.Errorf("%s: %d reports, want %d", x.who, len(got), len(x.hears))
				continue
			}
			for i := range got {
				if got[i].ID != x.hears[i] {
					t.Errorf("%s: report %d is another one", x.who, i)
				}
			}
			for _, id := range []int64{child, staff, self, elsewhere} {
				_, err := w.s.Hear(w.as(t.Context(), x.id), id)
				may := false
				for _, h := range x.hears {
					may = may || h == id
				}
				if may != (err == nil) || (!may && key(err) != "concern.unknown") {
					t.Errorf("%s hears %v: %v", x.who, may, err)
				}
			}
		}
		if _, err := w.s.Hear(t.Context(), child); key(err) != "concern.unknown" {
			t.Errorf("a guest: %v", err)
		}
	})
}

func TestTwiceIsOnce(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	w := build(t, d, c)
	w.report(t, concern.Report{What: story, FormKey: "one"})
	w.report(t, concern.Report{What: story, FormKey: "one"})
	if n := len(w.list(t, w.whole)); n != 1 {
		t.Errorf("%d reports", n)
	}
}

// TestNothingIsInTheOpen searches everything that is kept for what was written.
func TestNothingIsInTheOpen(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	w := build(t, d, c)
	id := w.report(t, concern.Report{What: story, Child: "K-114, the smallest", Where: "behind the gym", Contact: "13800138000"})
	ctx := w.as(t.Context(), w.whole)
	if err := d.Write(ctx, func(tx *db.Tx) error { return w.s.Note(ctx, tx, id, "the gym is locked now") }); err != nil {
		t.Fatal(err)
	}
	var dump bytes.Buffer
	err := d.Read(t.Context(), func(r *db.Reader) error {
		for _, table := range []string{"concern", "concern_step", "event", "audit_row", "job"} {
			rows, err := r.QueryContext(t.Context(), "SELECT * FROM "+table)
			if err != nil {
				return err
			}
			names, err := rows.Columns()
			if err != nil {
				return err
			}
			for rows.Next() {
				cells := make([]any, len(names))
				for i := range cells {
					cells[i] = new([]byte)
				}
				if err := rows.Scan(cells...); err != nil {
					return err
				}
				for _, x := range cells {
					dump.Write(*x.(*[]byte))
				}
			}
			if err := rows.Err(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{story, "K-114", "gym", "13800138000"} {
		if strings.Contains(dump.String(), secret) {
			t.Errorf("%q lies open", secret)
		}
	}
	if got, err := w.s.Hear(ctx, id); err != nil || got.What != story || len(got.Steps) != 1 || got.Steps[0].Words != "the gym is locked now" || got.By != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestClosing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := build(t, d, c)
		w.staff.leads = append(w.staff.leads, lead(w.lead, access.SafeguardingLead, access.Network))
		do := func(person int64, f func(context.Context, *db.Tx) error) error {
			ctx := w.as(t.Context(), person)
			return d.Write(ctx, func(tx *db.Tx) error { return f(ctx, tx) })
		}
		closing := func(id int64) func(context.Context, *db.Tx) error {
			return func(ctx context.Context, tx *db.Tx) error { return w.s.Close(ctx, tx, id, "because") }
		}
		id := w.report(t, concern.Report{What: story})
		if err := do(w.whole, closing(id)); err != nil {
			t.Fatal(err)
		}
		if err := do(w.whole, closing(id)); key(err) != "concern.two_people" {
			t.Errorf("the same person twice: %v", err)
		}
		if err := do(w.lead, closing(id)); err != nil {
			t.Fatal(err)
		}
		if err := do(w.whole, closing(id)); key(err) != "concern.closed" {
			t.Errorf("closed again: %v", err)
		}
		got, err := w.s.Hear(w.as(t.Context(), w.whole), id)
		if err != nil || got.Outcome != "not_reported" || got.State != concern.Closed || len(got.Steps) != 2 {
			t.Errorf("%+v, %v", got.Concern, err)
		}

		told := w.report(t, concern.Report{What: story + " told"})
		tell := func(at time.Time, reference string) error {
			return do(w.whole, func(ctx context.Context, tx *db.Tx) error {
				return w.s.Tell(ctx, tx, told, concern.Step{Authority: "police", Told: at, Reference: reference})
			})
		}
		if err := tell(d.Now().Add(time.Hour), "110-7"); err == nil {
			t.Error("told in the future")
		}
		if err := tell(d.Now(), ""); err == nil {
			t.Error("told without a reference")
		}
		if err := tell(d.Now(), "110-7"); err != nil {
			t.Fatal(err)
		}
		if err := do(w.whole, closing(told)); err != nil {
			t.Errorf("one person closes what was reported: %v", err)
		}
		if err := do(w.whole, func(ctx context.Context, tx *db.Tx) error { return w.s.Reopen(ctx, tx, told, "more came to light") }); err != nil {
			t.Error(err)
		}
	})
}

// TestAccusing: once a lead is named, the report leaves their sight.
func TestAccusing(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	w := build(t, d, c)
	id := w.report(t, concern.Report{What: story, Organisation: here})
	ctx := w.as(t.Context(), w.local)
	if err := d.Write(ctx, func(tx *db.Tx) error { return w.s.Accuse(ctx, tx, id, w.tu) }); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.Hear(ctx, id); key(err) != "concern.unknown" {
		t.Errorf("the lead of the accused still hears it: %v", err)
	}
	if _, err := w.s.Hear(w.as(t.Context(), w.whole), id); err != nil {
		t.Error(err)
	}
}

func TestEveryReadIsNoted(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	w := build(t, d, c)
	id := w.report(t, concern.Report{What: story})
	if _, err := w.s.Hear(w.as(t.Context(), w.whole), id); err != nil {
		t.Fatal(err)
	}
	_ = d.Read(t.Context(), func(r *db.Reader) error {
		rows, err := audit.Of(t.Context(), r, id, 0, 10)
		if err != nil || len(rows) != 2 || rows[0].Kind != "concern.read" || rows[0].Person != w.whole {
			t.Errorf("%+v, %v", rows, err)
		}
		return nil
	})
}

func TestLockedVaultRefuses(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	w := build(t, d, c)
	v, err := vault.Open(t.Context(), d, vault.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := concern.New(d, v, w.staff, i18ntest.Bundle(t, concern.Texts), "")
	if err := s.Report(t.Context(), concern.Report{What: story, FormKey: "x"}); fault.KindOf(err) != fault.Busy {
		t.Errorf("%v", err)
	}
}

func TestCatalogues(t *testing.T) {
	t.Parallel()
	i18ntest.CheckCatalogues(t, concern.Texts, "concern.")
}
