package programme

import (
	"context"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/programme/internal/programmedb"
)

// ProgrammeByID returns a programme in any state. Faults: NotFound "programme.no_programme".
func ProgrammeByID(ctx context.Context, r db.Queryer, id int64) (Programme, error) {
	row, err := q.GetProgramme(ctx, r, id)
	return programmeOf(row), db.NotFound(err, "programme.no_programme")
}

// ProgrammeViewByID returns a programme with its organisation and checks as they stand at now.
// Faults: NotFound "programme.no_programme".
func ProgrammeViewByID(ctx context.Context, r db.Queryer, id int64, now time.Time) (ProgrammeView, error) {
	p, err := ProgrammeByID(ctx, r, id)
	if err != nil {
		return ProgrammeView{}, err
	}
	return viewOf(ctx, r, p, now)
}

// ProgrammeBySlug returns a programme in any state, with its organisation and checks as they stand at
// now; pages for everybody show it only when Shown. Faults: NotFound "programme.no_programme".
func ProgrammeBySlug(ctx context.Context, r db.Queryer, slug string, now time.Time) (ProgrammeView, error) {
	row, err := q.GetProgrammeBySlug(ctx, r, slug)
	if err != nil {
		return ProgrammeView{}, db.NotFound(err, "programme.no_programme")
	}
	return viewOf(ctx, r, programmeOf(row), now)
}

func viewOf(ctx context.Context, r db.Queryer, p Programme, now time.Time) (ProgrammeView, error) {
	o, err := OrganisationByID(ctx, r, p.Organisation)
	if err != nil {
		return ProgrammeView{}, err
	}
	findings, err := Findings(ctx, r, p.ID, now)
	return ProgrammeView{Programme: p, Of: o, Checks: findings}, err
}

// ProgrammeFilter says which programmes to list. The zero filter lists what everybody sees.
type ProgrammeFilter struct {
	Theme        string
	Place        string // as Places gives it, in either language
	Words        string // all of them must occur, in either language
	Organisation int64
	HiddenToo    bool // drafts and suspended ones too: for the desk
	CheckedAlone bool // only those whose checks are all in force
	Kind         string
	ForAge       bool   // only what is for children of Age
	Age          int64  // years
	Language     string // a code of LanguageCodes
	Free         bool   // costs nothing
	Open         Moment // open then; zero: any time
	After        Cursor
	Limit        int // at most MaxPage; 0 is MaxPage
}

// Programmes returns a page of programmes, last published first and drafts at the end, and where the
// next page begins (zero: there is none).
func Programmes(ctx context.Context, r db.Queryer, now time.Time, f ProgrammeFilter) ([]ProgrammeLine, Cursor, error) {
	limit, after, w := page(f.Limit), f.After.newest(), patterns(f.Words)
	rows, err := q.ListProgrammes(ctx, r, programmedb.ListProgrammesParams{
		Now: clock.Micros(now), HiddenToo: f.HiddenToo, CheckedAlone: f.CheckedAlone, Needed: int64(len(Steps())), DetailKind: f.Kind,
		Age: f.age(), Language: f.language(), Free: f.Free, Day: int64(f.Open.day), Today: f.Open.today, Week: f.Open.week, Minute: f.Open.minute,
		Organisation: f.Organisation, Theme: f.Theme, Place: f.Place,
		Word1: w[0], Word2: w[1], Word3: w[2], Word4: w[3], Word5: w[4], Word6: w[5],
		BeforeAt: after.At, BeforeID: after.ID, Most: int32(limit + 1)})
	if err != nil {
		return nil, Cursor{}, err
	}
	next := Cursor{}
	if len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1].Programme
		next = Cursor{At: last.PublishedAt, ID: last.ID}
	}
	return mapped(rows, programmeLineOf), next, nil
}

// age is the age that is asked for, -1 for any.
func (f ProgrammeFilter) age() int64 {
	if !f.ForAge {
		return -1
	}
	return f.Age
}

// language is the pattern for the language that is asked for. Only a code is: nothing else finds
// anything.
func (f ProgrammeFilter) language() string {
	switch {
	case f.Language == "":
		return "%"
	case !languageCode.MatchString(f.Language):
		return "-"
	}
	return "% " + f.Language + " %"
}

// ProgrammePlaces lists the places of the programmes that everybody sees, at most 200.
func ProgrammePlaces(ctx context.Context, r db.Queryer) ([]i18n.Text, error) {
	rows, err := q.PlacesOfProgrammes(ctx, r)
	return mapped(rows, func(p programmedb.PlacesOfProgrammesRow) i18n.Text {
		return i18n.Text{ZH: p.PlaceZh, EN: p.PlaceEn}
	}), err
}

// ProgrammeNames returns the names of those of the programmes that exist, by id, in any state.
func ProgrammeNames(ctx context.Context, r db.Queryer, ids []int64) (map[int64]i18n.Text, error) {
	rows, err := q.ProgrammeNames(ctx, r, ids)
	out := make(map[int64]i18n.Text, len(rows))
	for _, row := range rows {
		out[row.ID] = i18n.Text{ZH: row.NameZh, EN: row.NameEn}
	}
	return out, err
}
