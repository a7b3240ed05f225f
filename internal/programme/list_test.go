package programme_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
	"manyhands/internal/money"
	"manyhands/internal/programme"
)

func fieldsOf(err error) (out []string) {
	fields, _ := errors.AsType[fault.Fields](err)
	for _, f := range fields {
		out = append(out, f.Name)
	}
	return out
}

func TestFindingNeeds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := newWorld(t, d, c)
		o := w.organisation(both("晨星基金会", "Morning Star"), "50002167", true)
		p := w.programme(o.ID, both("周三作业", "Wednesday homework"), true)
		w.need(evenings(p.ID, both("陪读志愿者", "Reading friends")), true)
		coats := evenings(p.ID, both("冬衣", "Winter coats"))
		coats.Kind, coats.Unit, coats.Place = "things", money.Coat, both("崇明", "Chongming")
		w.need(coats, true)
		w.need(evenings(p.ID, both("未公开", "Not yet shown")), false)
		tests := []struct {
			name string
			f    programme.NeedFilter
			want string // titles joined, last published first
		}{
			{"all", programme.NeedFilter{}, "Winter coats,Reading friends"},
			{"kind", programme.NeedFilter{Kind: "things"}, "Winter coats"},
			{"place in English", programme.NeedFilter{Place: "Pudong"}, "Reading friends"},
			{"place in Chinese", programme.NeedFilter{Place: "崇明"}, "Winter coats"},
			{"beginning of a word", programme.NeedFilter{Words: "COAT"}, "Winter coats"},
			{"inside a word", programme.NeedFilter{Words: "oats"}, ""},
			{"Chinese", programme.NeedFilter{Words: "志愿"}, "Reading friends"},
			{"one character", programme.NeedFilter{Words: "者"}, "Reading friends"},
			{"full width", programme.NeedFilter{Words: "ｒｅａｄｉｎｇ"}, "Reading friends"},
			{"programme's words", programme.NeedFilter{Words: "homework 周三"}, "Winter coats,Reading friends"},
			{"organisation's words", programme.NeedFilter{Words: "基金会 coats"}, "Winter coats"},
			{"one word of two", programme.NeedFilter{Words: "reading submarine"}, ""},
			{"wild cards are words", programme.NeedFilter{Words: "%"}, "Winter coats,Reading friends"},
			{"nothing but signs", programme.NeedFilter{Words: "_' OR 1=1 --"}, ""},
			{"programme", programme.NeedFilter{Programme: p.ID}, "Winter coats,Reading friends"},
			{"another programme", programme.NeedFilter{Programme: 1}, ""},
			{"desk", programme.NeedFilter{Desk: true}, "Not yet shown,Winter coats,Reading friends"},
			{"desk, drafts", programme.NeedFilter{Desk: true, State: programme.NeedDraft}, "Not yet shown"},
		}
		for _, x := range tests {
			if got := strings.Join(w.titles(x.f), ","); got != x.want {
				t.Errorf("%s: %q, want %q", x.name, got, x.want)
			}
		}
		w.must(func(ctx context.Context, tx *db.Tx) error {
			in := o.Input()
			in.Name, in.CreditCode = both("暮星基金会", "Evening Star"), code(t, "50002167")
			return programme.UpdateOrganisation(ctx, tx, o.ID, in, 0)
		})
		if got := w.titles(programme.NeedFilter{Words: "暮星"}); len(got) != 2 {
			t.Errorf("by the organisation's new name: %v", got)
		}
	})
}

func TestPagesOfNeeds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := newWorld(t, d, c)
		p := w.programme(w.organisation(both("晨星", "Morning Star"), "50002167", true).ID, both("周三", "Wednesday"), true)
		for i := range 5 {
			w.need(evenings(p.ID, both("需求", fmt.Sprint("n", i))), i != 2)
		}
		for _, desk := range []bool{false, true} {
			var all []string
			f := programme.NeedFilter{Desk: desk, Limit: 2}
			for range 10 {
				w.read(func(ctx context.Context, r *db.Reader) error {
					views, next, err := programme.Needs(ctx, r, c.Now(), f)
					for _, v := range views {
						all = append(all, v.Title.EN)
					}
					f.After = programme.ParseCursor(next.String())
					return err
				})
				if f.After == (programme.Cursor{}) {
					break
				}
			}
			want := []string{"n4", "n3", "n1", "n0"}
			if desk {
				want = []string{"n2", "n4", "n3", "n1", "n0"}
			}
			if !slices.Equal(all, want) {
				t.Errorf("desk %v: %v, want %v", desk, all, want)
			}
		}
	})
}

func TestNeedsOfWeek(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := newWorld(t, d, c)
		p := w.programme(w.organisation(both("晨星", "Morning Star"), "50002167", true).ID, both("周三", "Wednesday"), true)
		ends := map[string]time.Duration{"open end": 0, "in 3 days": 72 * time.Hour, "tomorrow": 24 * time.Hour, "soon over": time.Minute, "covered": 48 * time.Hour}
		for _, title := range []string{"open end", "in 3 days", "tomorrow", "soon over", "covered"} {
			in := evenings(p.ID, both("需求", title))
			if ends[title] > 0 {
				in.UntilAt = c.Now().Add(ends[title])
			}
			n := w.need(in, true)
			if title == "covered" {
				w.must(func(ctx context.Context, tx *db.Tx) error { return arrive(ctx, tx, n.Account, 10, 2) })
			}
		}
		c.Advance(time.Hour)
		var got []string
		w.read(func(ctx context.Context, r *db.Reader) error {
			views, err := programme.NeedsOfWeek(ctx, r, c.Now())
			for _, v := range views {
				got = append(got, v.Title.EN)
			}
			return err
		})
		if want := []string{"tomorrow", "in 3 days", "open end"}; !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	})
}

func TestListsForTheDesk(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := newWorld(t, d, c)
		a := w.organisation(both("晨星", "Morning Star"), "50002167", true)
		w.organisation(both("暮星", "Evening Star"), "50002175", false)
		p := w.programme(a.ID, both("周三", "Wednesday"), true)
		w.programme(a.ID, both("周四", "Thursday"), false)
		w.need(evenings(p.ID, both("陪读", "Reading")), true)
		w.need(evenings(p.ID, both("草稿", "Draft")), false)
		w.read(func(ctx context.Context, r *db.Reader) error {
			lines, next, err := programme.Organisations(ctx, r, programme.OrganisationFilter{})
			if len(lines) != 2 || lines[1].Programmes != 2 || lines[1].Needs != 1 || next != (programme.Cursor{}) {
				t.Errorf("%+v %v", lines, next)
			}
			one, next, err2 := programme.Organisations(ctx, r, programme.OrganisationFilter{Limit: 1})
			two, _, err3 := programme.Organisations(ctx, r, programme.OrganisationFilter{Limit: 1, After: next})
			if len(one) != 1 || len(two) != 1 || one[0].ID == two[0].ID || one[0].ID != lines[0].ID {
				t.Errorf("%+v %+v", one, two)
			}
			published, _, err4 := programme.Organisations(ctx, r, programme.OrganisationFilter{State: programme.Published})
			if len(published) != 1 || published[0].ID != a.ID {
				t.Errorf("%+v", published)
			}
			all, _, err5 := programme.Programmes(ctx, r, c.Now(), programme.ProgrammeFilter{Organisation: a.ID, HiddenToo: true})
			if len(all) != 2 || all[0].ID != p.ID || all[0].Needs != 1 {
				t.Errorf("%+v", all)
			}
			counts, err6 := programme.CountNeeds(ctx, r)
			if counts != (programme.Counts{Needs: 2, Drafts: 1, Published: 1}) {
				t.Errorf("%+v", counts)
			}
			places, err7 := programme.ProgrammePlaces(ctx, r)
			if len(places) != 1 || places[0] != both("浦东", "Pudong") {
				t.Errorf("%v", places)
			}
			return errors.Join(err, err2, err3, err4, err5, err6, err7)
		})
	})
}

func TestCheckFindsBreaches(t *testing.T) {
	t.Parallel()
	breaches := []string{
		"UPDATE need SET unit = 'loaf', kind = 'food'",
		"UPDATE need SET kind = 'books'",
		"UPDATE need SET account_id = 7",
		"UPDATE programme SET published_at = 0",
		"DELETE FROM checklist_standing WHERE requirement = 'visit'",
	}
	for _, breach := range breaches {
		d, c := dbtest.SQLite(t)
		w := newWorld(t, d, c)
		p := w.programme(w.organisation(both("晨星", "Morning Star"), "50002167", true).ID, both("周三", "Wednesday"), true)
		w.need(evenings(p.ID, both("陪读", "Reading")), true)
		if err := w.check(); err != nil {
			t.Fatal(err)
		}
		w.must(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, breach)
			return err
		})
		if w.check() == nil {
			t.Errorf("not found: %s", breach)
		}
	}
}

func FuzzParseCursor(f *testing.F) {
	f.Add("")
	f.Add(programme.Cursor{At: 1, ID: 2}.String())
	f.Add("--")
	f.Fuzz(func(t *testing.T, s string) {
		c := programme.ParseCursor(s)
		if programme.ParseCursor(c.String()) != c {
			t.Fatalf("%q gives %+v, written %q", s, c, c.String())
		}
	})
}
