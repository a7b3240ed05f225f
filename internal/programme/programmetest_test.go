package programme_test

import (
	"context"
	"errors"
	"testing"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/programme"
	"manyhands/internal/programme/creditcode"
)

// world is a database with one verifier and the shortest ways to fill it.
type world struct {
	*testing.T
	db       *db.DB
	clock    *clock.Sim
	verifier int64
}

func newWorld(t *testing.T, d *db.DB, c *clock.Sim) *world {
	t.Helper()
	w := &world{T: t, db: d, clock: c}
	w.must(func(ctx context.Context, tx *db.Tx) error {
		w.verifier = tx.NewID()
		_, err := tx.ExecContext(ctx, "INSERT INTO person (id, name, made_at) VALUES ($1, $2, $3)", w.verifier, "Verifier", tx.NowMicros())
		return err
	})
	return w
}

func (w *world) write(body func(ctx context.Context, tx *db.Tx) error) error {
	return w.db.Write(w.Context(), func(tx *db.Tx) error { return body(w.Context(), tx) })
}

func (w *world) must(body func(ctx context.Context, tx *db.Tx) error) {
	w.Helper()
	if err := w.write(body); err != nil {
		w.Fatal(err)
	}
}

func (w *world) read(body func(ctx context.Context, r *db.Reader) error) {
	w.Helper()
	if err := w.db.Read(w.Context(), func(r *db.Reader) error { return body(w.Context(), r) }); err != nil {
		w.Fatal(err)
	}
}

// refused runs body and wants a fault with the key, or fields that have it.
func (w *world) refused(key string, body func(ctx context.Context, tx *db.Tx) error) {
	w.Helper()
	err := w.write(body)
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Key == key {
		return
	}
	fields, _ := errors.AsType[fault.Fields](err)
	for _, f := range fields {
		if f.Key == key {
			return
		}
	}
	w.Errorf("want %s, got %v", key, err)
}

func both(zh, en string) i18n.Text { return i18n.Text{ZH: zh, EN: en} }

func code(t *testing.T, org8 string) string {
	t.Helper()
	s, err := creditcode.Make("53310000", org8)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (w *world) organisation(name i18n.Text, org8 string, publish bool) (o programme.Organisation) {
	w.Helper()
	w.must(func(ctx context.Context, tx *db.Tx) (err error) {
		o, err = programme.CreateOrganisation(ctx, tx, programme.OrganisationInput{Kind: "charity", Name: name,
			CreditCode: code(w.T, org8), Place: both("上海", "Shanghai")}, 0)
		if err == nil && publish {
			err = programme.PublishOrganisation(ctx, tx, o.ID, 0)
		}
		return err
	})
	return o
}

func (w *world) programme(of int64, name i18n.Text, publish bool) (p programme.Programme) {
	w.Helper()
	w.must(func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = programme.CreateProgramme(ctx, tx, of, programme.ProgrammeInput{Theme: "learning", Name: name,
			Summary: both("每周三晚上的作业辅导", "Homework help every Wednesday evening"), Place: both("浦东", "Pudong")}, 0)
		if err != nil || !publish {
			return err
		}
		if err := verifyAll(ctx, tx, p.ID, w.verifier); err != nil {
			return err
		}
		return programme.PublishProgramme(ctx, tx, p.ID, 0)
	})
	return p
}

func verifyAll(ctx context.Context, tx *db.Tx, id, by int64) error {
	for _, step := range programme.Steps() {
		err := programme.Verify(ctx, tx, nobody, id, programme.VerifyInput{Step: step, Note: both("已核对", "Checked")}, by)
		if err != nil {
			return err
		}
	}
	return nil
}

func nobody(context.Context, db.Queryer, int64, int64) (bool, error) { return false, nil }

func evenings(of int64, title i18n.Text) programme.NeedInput {
	return programme.NeedInput{Programme: of, Kind: "time", Unit: money.Evening, Wanted: 12, Title: title,
		Body: both("请带上耐心。", "Bring patience.")}
}

func (w *world) need(in programme.NeedInput, publish bool) (n programme.Need) {
	w.Helper()
	w.must(func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = programme.CreateNeed(ctx, tx, in, 0)
		if err == nil && publish {
			err = programme.PublishNeed(ctx, tx, n.ID, 0)
		}
		return err
	})
	w.clock.Advance(1_000_003_000) // a second and 3 µs: the order of publishing is that of the calls
	return n
}

func (w *world) titles(f programme.NeedFilter) (out []string) {
	w.Helper()
	w.read(func(ctx context.Context, r *db.Reader) error {
		views, _, err := programme.Needs(ctx, r, w.clock.Now(), f)
		for _, v := range views {
			out = append(out, v.Title.EN)
		}
		return err
	})
	return out
}

func (w *world) check() error {
	return w.db.Read(w.Context(), func(r *db.Reader) error { return programme.Check(w.Context(), r) })
}
