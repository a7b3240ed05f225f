package journey_test

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"manyhands/internal/access"
	"manyhands/internal/app/apptest"
	"manyhands/internal/child"
	"manyhands/internal/db"
	"manyhands/internal/fault"
)

// as returns a context in which the holder of an address acts, with the roles that they have now.
func as(t *testing.T, r *apptest.Running, email string) context.Context {
	t.Helper()
	ctx := t.Context()
	var a access.Actor
	err := r.App.DB.Read(ctx, func(q *db.Reader) error {
		p, err := r.App.People.PersonByEmail(ctx, q, email)
		if err != nil {
			return err
		}
		a, err = r.App.People.Actor(ctx, q, p.ID, r.App.DB.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return access.With(ctx, a)
}

// allRecords are the ids of all records of children.
func allRecords(t *testing.T, r *apptest.Running) (ids []int64) {
	t.Helper()
	err := r.App.DB.Read(t.Context(), func(q *db.Reader) error { return list(t.Context(), q, &ids, "SELECT id FROM child_record ORDER BY id") })
	if err != nil || len(ids) == 0 {
		t.Fatalf("%d records: %v", len(ids), err)
	}
	return ids
}

func list(ctx context.Context, q *db.Reader, into *[]int64, sql string) error {
	rows, err := q.QueryContext(ctx, sql)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		*into = append(*into, id)
	}
	return rows.Err()
}

// maySee is what somebody may read of any child under any purpose: what the product hands out to them,
// reports of harm included.
func maySee(t *testing.T, r *apptest.Running, email string) map[string]bool {
	t.Helper()
	ctx, out := as(t, r, email), map[string]bool{}
	ids := allRecords(t, r)
	for _, purpose := range access.Purposes() {
		opened, err := r.App.Children.OpenAll(ctx, ids, purpose, access.Groups()...)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range opened {
			if o.Contact != nil {
				o.Contact.Area = "" // a district
			}
			if o.Education != nil {
				*o.Education = child.Education{} // a school has many children
			}
			if o.Plan != nil {
				o.Plan.Review = "" // a day like others
			}
			o.Code = ""
			words(out, reflect.ValueOf(o))
		}
	}
	spoken(t, r, ctx, out, ids)
	return out
}

// spoken adds what guardians asked for and what referrals say.
func spoken(t *testing.T, r *apptest.Running, ctx context.Context, out map[string]bool, ids []int64) {
	t.Helper()
	err := r.App.DB.Write(ctx, func(tx *db.Tx) error {
		for _, id := range ids {
			for _, purpose := range access.Purposes() {
				asked, err := r.App.Children.Requests(ctx, tx, id, purpose)
				if err != nil && !refused(err) {
					return err
				}
				for _, a := range asked {
					words(out, reflect.ValueOf([]string{a.Words, a.Answer}))
				}
			}
			referrals, err := r.App.Children.Referrals(ctx, tx, id)
			if err != nil && !refused(err) {
				return err
			}
			for _, a := range referrals {
				words(out, reflect.ValueOf([]string{a.Reason, a.Answer}))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func refused(err error) bool {
	return fault.KindOf(err) == fault.NotFound || fault.KindOf(err) == fault.Forbidden
}

// reported is what the reports of harm say that somebody may hear.
func reported(t *testing.T, r *apptest.Running, email string) map[string]bool {
	t.Helper()
	ctx, out := as(t, r, email), map[string]bool{}
	var ids []int64
	err := r.App.DB.Read(ctx, func(q *db.Reader) error { return list(ctx, q, &ids, "SELECT id FROM concern ORDER BY id") })
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		c, err := r.App.Concerns.Hear(ctx, id)
		if err != nil && !refused(err) {
			t.Fatal(err)
		}
		words(out, reflect.ValueOf([]string{c.What, c.Child, c.Where, c.Staff, c.Contact}))
	}
	return out
}

// short is how many bytes a text must have to be looked for: two Chinese characters.
const short = 6

// words adds every plain string of a value, at any depth, that is long enough to be told from others.
// Types of their own, such as child.Relation, are lists of fixed words and left out.
func words(out map[string]bool, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if s := strings.TrimSpace(v.String()); v.Type() == reflect.TypeFor[string]() && len(s) >= short {
			out[s] = true
		}
	case reflect.Pointer:
		if !v.IsNil() {
			words(out, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			words(out, v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && v.Field(i).Kind() != reflect.Map {
				words(out, v.Field(i))
			}
		}
	}
}
