package programme_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"manyhands/internal/checklist"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/i18n"
	"manyhands/internal/programme"
)

func at(lat, lng float64) programme.Position {
	return programme.Position{Latitude: int64(math.Round(lat * programme.Micro)), Longitude: int64(math.Round(lng * programme.Micro))}
}

func TestParsePosition(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]programme.Position{
		"31.2304, 121.4737": at(31.2304, 121.4737), "３１．２３，１２１．４７": at(31.23, 121.47), "-90 180": at(-90, 180), "31.2304° 121.4737°": at(31.2304, 121.4737),
		"0,0": {}, "1.1234567,2": {Latitude: 1_123_456, Longitude: 2 * programme.Micro}, "31，121": at(31, 121),
	} {
		if got, err := programme.ParsePosition(in); err != nil || got != want {
			t.Errorf("%q: %v %v, want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "31", "91,0", "0,181", "90.000001,0", "1e1,2", "NaN,1", "+1,2", "1,2,3", "31.,2", ".5,2", "--1,2", "0x1,2", "1.1234567890,2", "<b>,1", strings.Repeat("1", 200)} {
		if got, err := programme.ParsePosition(in); err == nil {
			t.Errorf("%q was read as %v", in, got)
		}
	}
}

func FuzzParsePosition(f *testing.F) {
	f.Add("31.2304, 121.4737")
	f.Add("-0.000001;-179.999999")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := programme.ParsePosition(s)
		if err != nil {
			return
		}
		if again, err := programme.ParsePosition(p.String()); err != nil || again != p {
			t.Errorf("%q: %v, again %v %v", s, p, again, err)
		}
	})
}

func TestDistances(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		a, b   programme.Position
		metres int64
	}{
		{at(0, 0), at(0, 1), 111_195}, {at(0, 179.5), at(0, -179.5), 111_195}, {at(90, 0), at(90, 120), 0},
		{at(89.5, 0), at(89.5, 180), 111_195}, {at(31.23, 121.47), at(31.23, 121.47), 0}, {at(0, 0), at(0, 180), 20_015_115},
	} {
		if got := x.a.Metres(x.b); max(got-x.metres, x.metres-got) > 1 || got != x.b.Metres(x.a) {
			t.Errorf("%v to %v: %d m, want %d", x.a, x.b, got, x.metres)
		}
	}
	if got := at(31.2351, -121.4749).Rounded().String(); got != "31.24,-121.47" {
		t.Error(got)
	}
}

// sites are programmes with one place each, in order of their distance from a point.
func (w *world) sites(points ...programme.Position) (ids []int64) {
	w.Helper()
	o := w.organisation(both("晨星", "Morning Star"), "50002167", true)
	for i, p := range points {
		x := w.programme(o.ID, both(fmt.Sprint("项目", i), fmt.Sprint("Site ", i)), true)
		w.detail(x.ID, programme.Detail{Places: []programme.Place{{Kind: programme.Physical, Name: both("会所", "Hall"), Town: both("晨镇", "Dawn"), Placed: true, At: p}}})
		ids = append(ids, x.ID)
	}
	return ids
}

func (w *world) detail(id int64, d programme.Detail) {
	w.Helper()
	w.must(func(ctx context.Context, tx *db.Tx) error { return programme.SetDetail(ctx, tx, id, d, 0) })
}

// near lists all pages.
func (w *world) near(from programme.Position, f programme.ProgrammeFilter) (ids []int64) {
	w.Helper()
	w.read(func(ctx context.Context, r *db.Reader) error {
		for range 50 {
			lines, next, err := programme.Near(ctx, r, w.clock.Now(), f, from)
			if err != nil {
				return err
			}
			for _, l := range lines {
				ids = append(ids, l.ID)
				if l.Name.Empty() || l.OrganisationSlug == "" || l.Place == 0 {
					w.Errorf("%+v", l)
				}
			}
			if next == (programme.Cursor{}) {
				return nil
			}
			f.After = programme.ParseCursor(next.String())
		}
		w.Error("pages without end")
		return nil
	})
	return ids
}

func TestNearestFirst(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		for name, x := range map[string]struct {
			from   programme.Position
			points []programme.Position
		}{
			"city":       {at(31.23, 121.47), []programme.Position{at(31.23, 121.47), at(31.235, 121.47), at(31.24, 121.48), at(31.23, 121.60), at(31.0, 121.47), at(33, 121)}},
			"date line":  {at(-17, 179.99), []programme.Position{at(-17, -179.99), at(-17, 179.9), at(-17, -179.8), at(-16, -179.9)}},
			"other side": {at(-17, -179.99), []programme.Position{at(-17, 179.99), at(-17, -179.9), at(-17, 179.8)}},
			"pole":       {at(89.99, 10), []programme.Position{at(89.99, 20), at(90, 0), at(89.98, -170), at(89.9, -170), at(88, 100)}},
		} {
			t.Run(name, func(t *testing.T) {
				w := newWorld(t, d, c)
				t.Cleanup(func() { w.empty() })
				want := w.sites(x.points...)
				for _, limit := range []int{0, 2} {
					if diff := cmp.Diff(want, w.near(x.from, programme.ProgrammeFilter{Limit: limit})); diff != "" {
						t.Error(limit, diff)
					}
				}
			})
		}
	})
}

// empty hides everything, so that the next case begins anew.
func (w *world) empty() {
	ctx := context.Background()
	_ = w.db.Write(ctx, func(tx *db.Tx) error {
		for _, s := range []string{"DELETE FROM place", "UPDATE organisation SET credit_code = '', state = 'draft'"} {
			if _, err := tx.ExecContext(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestDirectoryFilters(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := newWorld(t, d, c)
		o := w.organisation(both("晨星", "Morning Star"), "50002167", true)
		here := programme.Place{Kind: programme.Physical, Town: both("晨镇", "Dawn"), Placed: true, At: at(31, 121)}
		a, b := w.programme(o.ID, both("甲", "First"), true), w.programme(o.ID, both("乙", "Second"), true)
		w.programme(o.ID, both("丙", "Draft"), false)
		w.detail(a.ID, programme.Detail{Cost: programme.Free, Languages: []string{"zh", "ii"}, AgeFrom: 6, AgeTo: 9, Places: []programme.Place{here},
			Times: []programme.Schedule{{Days: 1 << 0, EveryWeeks: 2, FromOn: "2026-11-23", Opens: 16 * 60, Closes: 18 * 60}}})
		w.detail(b.ID, programme.Detail{Kind: programme.Scheme, Website: "https://example.org", Cost: programme.Varies, AgeFrom: 3, Places: []programme.Place{here},
			Times: []programme.Schedule{{Days: 1 << 5, EveryWeeks: 1, Opens: 22 * 60, Closes: 2 * 60, UntilOn: "2026-12-06"}}})
		monday := time.Date(2026, 11, 23, 17, 0, 0, 0, time.UTC)
		for name, x := range map[string]struct {
			f    programme.ProgrammeFilter
			want []int64
		}{
			"all":              {programme.ProgrammeFilter{}, []int64{a.ID, b.ID}},
			"age 6":            {programme.ProgrammeFilter{ForAge: true, Age: 6}, []int64{a.ID, b.ID}},
			"age 10":           {programme.ProgrammeFilter{ForAge: true, Age: 10}, []int64{b.ID}},
			"age 0":            {programme.ProgrammeFilter{ForAge: true}, nil},
			"Yi":               {programme.ProgrammeFilter{Language: "ii"}, []int64{a.ID}},
			"part of a code":   {programme.ProgrammeFilter{Language: "z"}, nil},
			"pattern":          {programme.ProgrammeFilter{Language: "%"}, nil},
			"free":             {programme.ProgrammeFilter{Free: true}, []int64{a.ID}},
			"scheme":           {programme.ProgrammeFilter{Kind: programme.Scheme}, []int64{b.ID}},
			"town":             {programme.ProgrammeFilter{Words: "dawn"}, []int64{a.ID, b.ID}},
			"now":              {programme.ProgrammeFilter{Open: programme.MomentOf(monday)}, []int64{a.ID}},
			"closing":          {programme.ProgrammeFilter{Open: programme.MomentOf(monday.Add(time.Hour))}, nil},
			"today":            {programme.ProgrammeFilter{Open: programme.DayOf(monday.Add(5 * time.Hour))}, []int64{a.ID}},
			"the other week":   {programme.ProgrammeFilter{Open: programme.DayOf(monday.AddDate(0, 0, 7))}, nil},
			"a fortnight on":   {programme.ProgrammeFilter{Open: programme.DayOf(monday.AddDate(0, 0, 14))}, []int64{a.ID}},
			"a fortnight back": {programme.ProgrammeFilter{Open: programme.DayOf(monday.AddDate(0, 0, -14))}, nil},
			"after midnight":   {programme.ProgrammeFilter{Open: programme.MomentOf(time.Date(2026, 11, 29, 1, 0, 0, 0, time.UTC))}, []int64{b.ID}},
			"last day":         {programme.ProgrammeFilter{Open: programme.DayOf(time.Date(2026, 12, 6, 0, 0, 0, 0, time.UTC))}, []int64{b.ID}},
			"over":             {programme.ProgrammeFilter{Open: programme.DayOf(time.Date(2026, 12, 12, 0, 0, 0, 0, time.UTC))}, nil},
		} {
			if diff := cmp.Diff(x.want, w.near(at(31, 121), x.f)); diff != "" {
				t.Errorf("near, %s: %s", name, diff)
			}
			w.read(func(ctx context.Context, r *db.Reader) error {
				x.f.CheckedAlone = true
				lines, _, err := programme.Programmes(ctx, r, c.Now(), x.f)
				var got []int64
				for _, l := range lines {
					got = append(got, l.ID)
				}
				slices.Sort(got)
				if diff := cmp.Diff(x.want, got); diff != "" {
					t.Errorf("list, %s: %s", name, diff)
				}
				return err
			})
		}
	})
}

func TestSealedPlacesKeepNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := newWorld(t, d, c)
		id := w.sites(at(31, 121))[0]
		w.read(func(ctx context.Context, r *db.Reader) error {
			x, err := programme.DetailOf(ctx, r, id)
			x.Places[0].Sealed, x.Places[0].Line, x.Places[0].Postcode = true, both("柳树街 7 号", "7 Willow Street"), "200000"
			w.detail(id, x)
			return err
		})
		w.read(func(ctx context.Context, r *db.Reader) error {
			x, err := programme.DetailOf(ctx, r, id)
			if p := x.Places[0]; !p.Sealed || p.Placed || p.At != (programme.Position{}) || !p.Line.Empty() || p.Postcode != "" || p.Town != both("晨镇", "Dawn") {
				t.Errorf("%+v", p)
			}
			if open, sealed := x.Public(); len(open.Places) != 0 || !sealed {
				t.Errorf("%+v", open)
			}
			if _, _, err := programme.ListingByPlace(ctx, r, x.Places[0].ID, c.Now()); err == nil {
				t.Error("a sealed place is in the directory")
			}
			return err
		})
		if got := w.near(at(31, 121), programme.ProgrammeFilter{}); len(got) != 0 {
			t.Errorf("a sealed place is near: %v", got)
		}
		if got := w.near(at(31, 121), programme.ProgrammeFilter{Words: "willow"}); len(got) != 0 {
			t.Errorf("a sealed street is found: %v", got)
		}
		w.read(func(ctx context.Context, r *db.Reader) error {
			lines, _, err := programme.Programmes(ctx, r, c.Now(), programme.ProgrammeFilter{Words: "Hall"})
			if len(lines) != 0 {
				t.Error("the name of a sealed place is found")
			}
			return err
		})
	})
}

func TestPlacesKeepTheirIdentity(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	w := newWorld(t, d, c)
	ids := w.sites(at(31, 121), at(32, 121))
	read := func(id int64) (x programme.Detail) {
		w.read(func(ctx context.Context, r *db.Reader) (err error) {
			x, err = programme.DetailOf(ctx, r, id)
			return err
		})
		return x
	}
	first, other := read(ids[0]), read(ids[1])
	was := first.Places[0].ID
	stranger := first.Places[0]
	stranger.ID = other.Places[0].ID // somebody else's place
	first.Places[0].Town = both("暮镇", "Dusk")
	first.Places = append(first.Places, first.Places[0], stranger, programme.Place{Kind: programme.Physical})
	w.detail(ids[0], first)
	now := read(ids[0])
	if len(now.Places) != 3 || now.Places[0].ID != was || now.Places[0].Town.EN != "Dusk" || now.Places[2].ID == other.Places[0].ID {
		t.Errorf("%+v", now.Places)
	}
	if diff := cmp.Diff(other, read(ids[1])); diff != "" {
		t.Error("another programme's place was touched", diff)
	}
	w.detail(ids[0], programme.Detail{})
	if x := read(ids[0]); len(x.Places) != 0 {
		t.Errorf("%+v", x.Places)
	}
}

func TestDetailRefusals(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	w := newWorld(t, d, c)
	id := w.sites(at(31, 121))[0]
	place := func(change func(p *programme.Place)) programme.Detail {
		p := programme.Place{Kind: programme.Physical, Name: both("会所", "Hall")}
		change(&p)
		return programme.Detail{Places: []programme.Place{p}}
	}
	week := func(change func(s *programme.Schedule)) programme.Detail {
		s := programme.Schedule{Days: 1, EveryWeeks: 1, Opens: 60, Closes: 120}
		change(&s)
		return programme.Detail{Times: []programme.Schedule{s}}
	}
	for key, d := range map[string]programme.Detail{
		"programme.position":        place(func(p *programme.Place) { p.Placed, p.At.Latitude = true, 91*programme.Micro }),
		"programme.place_name":      place(func(p *programme.Place) { p.Name, p.Postcode = i18n.Text{}, "1" }),
		"programme.postcode":        place(func(p *programme.Place) { p.Postcode = "<b>" }),
		"programme.website":         place(func(p *programme.Place) { p.Kind, p.Link = programme.Virtual, "javascript:alert(1)" }),
		"programme.days":            week(func(s *programme.Schedule) { s.Days = 0 }),
		"programme.hours":           week(func(s *programme.Schedule) { s.Closes = 1441 }),
		"programme.from_needed":     week(func(s *programme.Schedule) { s.EveryWeeks = 2 }),
		"programme.until_before":    week(func(s *programme.Schedule) { s.FromOn, s.UntilOn = "2026-11-23", "2026-11-22" }),
		"form.date":                 week(func(s *programme.Schedule) { s.FromOn = "2026-02-30" }),
		"form.too_big":              week(func(s *programme.Schedule) { s.EveryWeeks = 9 }),
		"programme.cost":            {Cost: programme.Priced},
		"programme.ages":            {AgeFrom: 9, AgeTo: 6},
		"programme.phone":           {Phone: "<script>"},
		"programme.scheme_website":  {Kind: programme.Scheme},
		"form.choice":               {Languages: []string{"zh' OR"}},
		"programme.too_many_places": {Places: slices.Repeat([]programme.Place{{Kind: programme.Physical, Name: both("会所", "Hall")}}, 13)},
		"programme.too_many_times":  {Times: slices.Repeat([]programme.Schedule{{Days: 1, EveryWeeks: 1, Opens: 1, Closes: 2}}, 15)},
	} {
		w.refused(key, func(ctx context.Context, tx *db.Tx) error { return programme.SetDetail(ctx, tx, id, d, 0) })
	}
	w.refused("programme.no_programme", func(ctx context.Context, tx *db.Tx) error {
		return programme.SetDetail(ctx, tx, 7, programme.Detail{}, 0)
	})
}

func TestDirectoryShowsTheCheckedAlone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := newWorld(t, d, c)
		ids := w.sites(at(31, 121), at(31, 121), at(31, 121))
		w.must(func(ctx context.Context, tx *db.Tx) error {
			if err := programme.SuspendProgramme(ctx, tx, ids[1], 0); err != nil {
				return err
			}
			return programme.Verify(ctx, tx, nobody, ids[2], programme.VerifyInput{Step: "visit", Note: both("看过", "Seen"), EndsAt: tx.Now().Add(time.Hour)}, w.verifier)
		})
		for _, want := range [][]int64{{ids[0], ids[2]}, {ids[0]}} {
			w.read(func(ctx context.Context, r *db.Reader) error {
				listed, err := programme.Directory(ctx, r, c.Now(), programme.DirectoryFilter{})
				var got []int64
				for _, e := range listed {
					got = append(got, e.ID)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
				for _, id := range ids {
					if _, err := programme.ListingByID(ctx, r, id, c.Now()); (err == nil) != slices.Contains(want, id) {
						t.Errorf("%d: %v", id, err)
					}
				}
				return err
			})
			if diff := cmp.Diff(want, w.near(at(31, 121), programme.ProgrammeFilter{})); diff != "" {
				t.Error(diff)
			}
			c.Advance(2 * time.Hour)
		}
	})
}

// When an organisation's registration has run out, nothing of it is in the directory.
func TestDirectoryEndsWithTheRegistration(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := newWorld(t, d, c)
		id := w.sites(at(31, 121))[0]
		ends := c.Now().AddDate(0, 0, 30)
		w.must(func(ctx context.Context, tx *db.Tx) error {
			p, err := programme.ProgrammeByID(ctx, tx, id)
			if err != nil {
				return err
			}
			o, err := programme.OrganisationByID(ctx, tx, p.Organisation)
			if err != nil {
				return err
			}
			e, err := checklist.HandIn(ctx, tx, programme.Papers(o), "registration", checklist.Evidence{Blob: 1, Reference: "1", Until: ends}, 500)
			if err == nil {
				_, err = checklist.Decide(ctx, tx, e, checklist.Decision{Verdict: checklist.Accept}, 501)
			}
			return err
		})
		for want, moment := range []time.Time{ends, ends.Add(-time.Microsecond)} {
			c.Set(moment)
			w.read(func(ctx context.Context, r *db.Reader) error {
				all, err := programme.Directory(ctx, r, c.Now(), programme.DirectoryFilter{})
				lines, _, err2 := programme.Programmes(ctx, r, c.Now(), programme.ProgrammeFilter{CheckedAlone: true})
				_, err3 := programme.ListingByID(ctx, r, id, c.Now())
				if len(all) != want || len(lines) != want || (err3 == nil) != (want == 1) || len(w.near(at(31, 121), programme.ProgrammeFilter{})) != want {
					t.Errorf("%d listed, %d lines, %v, want %d", len(all), len(lines), err3, want)
				}
				return errors.Join(err, err2)
			})
		}
	})
}
