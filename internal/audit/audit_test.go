package audit_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"strings"
	"testing"
	"time"

	"manyhands/internal/audit"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
)

func add(t *testing.T, d *db.DB, acts ...audit.Act) {
	t.Helper()
	if err := d.Write(t.Context(), func(tx *db.Tx) error { return audit.Add(t.Context(), tx, acts...) }); err != nil {
		t.Fatal(err)
	}
}

func read[T any](t *testing.T, d *db.DB, f func(*db.Reader) (T, error)) (T, error) {
	t.Helper()
	var out T
	err := d.Read(t.Context(), func(r *db.Reader) (err error) {
		out, err = f(r)
		return err
	})
	return out, err
}

func verify(t *testing.T, d *db.DB) (audit.Head, error) {
	t.Helper()
	return read(t, d, func(r *db.Reader) (audit.Head, error) { return audit.Verify(t.Context(), r, nil) })
}

func act(subject int64) audit.Act {
	return audit.Act{Kind: "record.read", Subject: subject, Organisation: 2, Person: 3, Purpose: "care", Data: map[string]any{"groups": []string{"name"}}}
}

func TestTheChainHolds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		if h, err := verify(t, d); err != nil || h.Rows != 0 {
			t.Fatalf("an empty trail: %+v, %v", h, err)
		}
		add(t, d, act(1), act(1), act(2))
		errFail := errors.New("fails")
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			if err := audit.Add(t.Context(), tx, act(9)); err != nil {
				return err
			}
			return errFail
		})
		if !errors.Is(err, errFail) {
			t.Fatal(err)
		}
		var many []audit.Act
		for range 1100 { // more than a page of Verify
			many = append(many, act(4))
		}
		add(t, d, many...)
		h, err := verify(t, d)
		if err != nil || h.Rows != 1103 {
			t.Errorf("%+v, %v", h, err)
		}
		of, err := read(t, d, func(r *db.Reader) ([]audit.Row, error) { return audit.Of(t.Context(), r, 1, 0, 10) })
		if err != nil || len(of) != 2 || of[0].ID < of[1].ID || of[0].Purpose != "care" || string(of[0].Data) != `{"groups":["name"]}` {
			t.Errorf("of one subject: %+v, %v", of, err)
		}
	})
}

// TestTampering changes the trail behind the package's back, in each way that is possible.
func TestTampering(t *testing.T) {
	t.Parallel()
	for name, statement := range map[string]string{
		"a purpose changed":  "UPDATE audit_row SET purpose = 'meals' WHERE id = (SELECT MIN(id) FROM audit_row)",
		"a person changed":   "UPDATE audit_row SET person_id = 4 WHERE subject_id = 2",
		"a row taken out":    "DELETE FROM audit_row WHERE subject_id = 2",
		"the first row gone": "DELETE FROM audit_row WHERE id = (SELECT MIN(id) FROM audit_row)",
		"two rows swapped":   "UPDATE audit_row SET subject_id = 3 - subject_id WHERE subject_id IN (1, 2)",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, _ := dbtest.SQLite(t)
			add(t, d, act(1), act(2), act(3))
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				_, err := tx.ExecContext(t.Context(), statement)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			var broken audit.Broken
			if _, err := verify(t, d); !errors.As(err, &broken) {
				t.Errorf("not found: %v", err)
			}
		})
	}
}

// TestAnEndCutOffShowsInTheHead: the chain alone cannot know how long it was.
func TestAnEndCutOffShowsInTheHead(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	add(t, d, act(1), act(2))
	before, err := verify(t, d)
	if err != nil {
		t.Fatal(err)
	}
	err = d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.ExecContext(t.Context(), "DELETE FROM audit_row WHERE subject_id = 2")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if after, err := verify(t, d); err != nil || after == before {
		t.Errorf("%+v after %+v, %v", after, before, err)
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		add(t, d, act(1), audit.Act{Kind: "glass.opened", Subject: 1, Organisation: 5, Person: 6}, act(2))
		for name, x := range map[string]struct {
			f    audit.Filter
			want int
		}{
			"all": {audit.Filter{}, 3}, "one": {audit.Filter{Limit: 1}, 1}, "subject": {audit.Filter{Subject: 1}, 2},
			"organisation": {audit.Filter{Organisation: 5}, 1}, "person": {audit.Filter{Person: 3}, 2}, "kind": {audit.Filter{Kind: "glass.opened"}, 1},
			"later": {audit.Filter{Since: d.Now().Add(time.Hour)}, 0}, "earlier": {audit.Filter{Until: d.Now().Add(-time.Hour)}, 0},
		} {
			rows, err := read(t, d, func(r *db.Reader) ([]audit.Row, error) { return audit.Search(t.Context(), r, x.f) })
			if err != nil || len(rows) != x.want {
				t.Errorf("%s: %d rows, want %d, %v", name, len(rows), x.want, err)
			}
		}
		counts, err := read(t, d, func(r *db.Reader) ([]audit.Count, error) {
			return audit.Counts(t.Context(), r, 2, d.Now().Add(-time.Hour), d.Now().Add(time.Hour))
		})
		if err != nil || len(counts) != 1 || counts[0] != (audit.Count{Kind: "record.read", Purpose: "care", N: 2}) {
			t.Errorf("counts: %+v, %v", counts, err)
		}
	})
}

func TestExport(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	add(t, d, act(1), act(2))
	var b bytes.Buffer
	err := d.Read(t.Context(), func(r *db.Reader) error { return audit.Export(t.Context(), r, &b) })
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
	if err != nil || len(lines) != 3 || len(lines[1]) != 9 || len(lines[1][8]) != 64 {
		t.Errorf("%v, %v", lines, err)
	}
}

// TestAtOnce: writers side by side make one chain.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		errs := make(chan error)
		for i := range 20 {
			go func() {
				errs <- d.Write(context.WithoutCancel(t.Context()), func(tx *db.Tx) error { return audit.Add(t.Context(), tx, act(int64(i)), act(int64(i))) })
			}()
		}
		for range 20 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		if h, err := verify(t, d); err != nil || h.Rows != 40 {
			t.Errorf("%+v, %v", h, err)
		}
	})
}
