package programme_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/i18n"
	"manyhands/internal/programme"
	"manyhands/internal/programme/hsds"
)

func file(records ...hsds.Record) hsds.File { return hsds.File{Records: records} }

func star() hsds.Record {
	return hsds.Record{Where: hsds.Where{Row: 2}, Organisation: hsds.Organisation{ID: "o1", Kind: "centre", Name: both("晨星", "Morning Star")},
		Programmes: []hsds.Programme{
			{Where: hsds.Where{Row: 2}, ID: "p1", Theme: "books", Name: both("书车", "Book van"), Summary: i18n.Text{EN: strings.Repeat("x", 700)}},
			{Where: hsds.Where{Row: 3}, ID: "p2", Name: both("作业", "Homework")},
		}}
}

func (w *world) imports(f hsds.File, dry bool) programme.ImportReport {
	w.Helper()
	r, err := programme.Import(w.Context(), w.db, f, dry, 0)
	if err != nil {
		w.Fatal(err)
	}
	return r
}

func TestImportIsIdempotent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := newWorld(t, d, c)
		changed := star()
		changed.Organisation.Website = "https://star.example.org"
		changed.Programmes = changed.Programmes[:1]
		changed.Programmes[0].Name.EN = "Library van"
		steps := []struct {
			name       string
			record     hsds.Record
			dry        bool
			orgs, prog programme.Tally
		}{
			{"dry run", star(), true, programme.Tally{Created: 1}, programme.Tally{Created: 2}},
			{"first", star(), false, programme.Tally{Created: 1}, programme.Tally{Created: 2}},
			{"again", star(), false, programme.Tally{Unchanged: 1}, programme.Tally{Unchanged: 2}},
			{"changed, dry", changed, true, programme.Tally{Updated: 1}, programme.Tally{Updated: 1}},
			{"changed", changed, false, programme.Tally{Updated: 1}, programme.Tally{Updated: 1}},
			{"changed again", changed, false, programme.Tally{Unchanged: 1}, programme.Tally{Unchanged: 1}},
		}
		for _, s := range steps {
			if r := w.imports(file(s.record), s.dry); r.Organisations != s.orgs || r.Programmes != s.prog || len(r.Problems) != 0 || r.DryRun != s.dry {
				t.Errorf("%s: %+v", s.name, r)
			}
		}
		w.read(func(ctx context.Context, r *db.Reader) error {
			lines, _, err := programme.Programmes(ctx, r, c.Now(), programme.ProgrammeFilter{HiddenToo: true, Words: "library"})
			if len(lines) != 1 || lines[0].State != programme.Draft || lines[0].SourceRef != "o1/p1" || len(lines[0].Summary.EN) > programme.MaxShort+3 {
				t.Errorf("%+v", lines)
			}
			return err
		})
	})
}

func TestImportKeepsWhatWasPublished(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	w := newWorld(t, d, c)
	w.imports(file(star()), false)
	w.must(func(ctx context.Context, tx *db.Tx) error {
		lines, _, err := programme.Organisations(ctx, tx, programme.OrganisationFilter{})
		if err != nil {
			return err
		}
		return programme.PublishOrganisation(ctx, tx, lines[0].ID, 0)
	})
	changed := star()
	changed.Organisation.Name = both("别的名字", "Another name")
	r := w.imports(file(changed), false)
	if r.Organisations != (programme.Tally{Kept: 1}) || r.Programmes != (programme.Tally{Unchanged: 2}) {
		t.Errorf("%+v", r)
	}
	w.read(func(ctx context.Context, r *db.Reader) error {
		lines, _, err := programme.Organisations(ctx, r, programme.OrganisationFilter{})
		if lines[0].Name != both("晨星", "Morning Star") {
			t.Errorf("%+v", lines[0])
		}
		return err
	})
}

func TestImportReportsProblems(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	w := newWorld(t, d, c)
	w.organisation(both("暮星", "Evening Star"), "50002167", false)
	var records []hsds.Record
	for i := range 250 { // three batches
		r := hsds.Record{Where: hsds.Where{Pointer: fmt.Sprint("/", i)}, Organisation: hsds.Organisation{ID: fmt.Sprint("o", i), Name: both("机构", fmt.Sprint("No. ", i))}}
		switch i {
		case 7:
			r.Organisation.CreditCode = code(t, "50002167") // Evening Star's
		case 120:
			r.Organisation.Website = "ftp://example.org"
		case 249:
			r.Programmes = []hsds.Programme{{Where: hsds.Where{Pointer: "/249/services/0"}, ID: strings.Repeat("x", 201), Name: both("项目", "Programme")}}
		}
		records = append(records, r)
	}
	f := file(records...)
	f.Problems = []hsds.Problem{{Where: hsds.Where{Pointer: "/250"}}}
	r := w.imports(f, false)
	var at []string
	for _, p := range r.Problems {
		at = append(at, p.Where.Pointer+" "+p.Key)
	}
	want := "/250 ,/7 programme.credit_code_taken,/120 programme.website,/249/services/0 hsds.bad_id"
	if got := strings.Join(at, ","); got != want || r.Organisations.Created != 248 || r.Programmes.Created != 0 {
		t.Errorf("%s\n%+v", got, r.Organisations)
	}
}

func TestImportTakesPlacesAndTimes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := newWorld(t, d, c)
		r := star()
		r.Programmes[0].Detail = hsds.Detail{Cost: "free", AgeFrom: 6, AgeTo: 99, Languages: []string{"zh"},
			Times:  []hsds.Time{{Days: 64, EveryWeeks: 1, Opens: 1320, Closes: 120}},
			Places: []hsds.Place{{Kind: "physical", Town: both("晨镇", "Dawn"), Line: both("柳街", "Will Street"), Placed: true, Latitude: 31_000_000, Longitude: 121_000_000}}}
		r.Programmes[1].Theme, r.Programmes[1].Detail = "family", r.Programmes[0].Detail
		for _, want := range []programme.Tally{{Created: 2}, {Unchanged: 2}} {
			if got := w.imports(file(r), false); got.Programmes != want || len(got.Problems) != 0 {
				t.Errorf("%+v", got)
			}
		}
		w.read(func(ctx context.Context, q *db.Reader) error {
			lines, _, err := programme.Programmes(ctx, q, c.Now(), programme.ProgrammeFilter{HiddenToo: true})
			for _, l := range lines {
				x, err := programme.DetailOf(ctx, q, l.ID)
				if err != nil {
					return err
				}
				family := l.Theme == "family"
				if p := x.Places[0]; p.Sealed != family || p.Placed == family || p.Line.Empty() != family || p.Town.EN != "Dawn" {
					t.Errorf("%s: %+v", l.Theme, p)
				}
				if len(x.Times) != 2 || x.Times[0].Closes != 1440 || x.Times[1].Days != 1 || x.AgeTo != programme.MaxAge {
					t.Errorf("%s: %+v", l.Theme, x)
				}
			}
			return err
		})
		r.Programmes[0].Detail.Places[0].Latitude = 99_000_000
		r.Programmes[1].Detail.Website = "javascript:alert(1)"
		got := w.imports(file(r), false)
		if len(got.Problems) != 2 || got.Problems[0].Key != "programme.position" || got.Problems[1].Key != "programme.website" {
			t.Errorf("%+v", got.Problems)
		}
	})
}
