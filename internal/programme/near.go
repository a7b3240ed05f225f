package programme

import (
	"cmp"
	"context"
	"slices"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/programme/internal/programmedb"
)

// NearLine is a programme in a list that is sorted by distance.
type NearLine struct {
	ProgrammeLine
	Place  int64 // the nearest of its places
	Metres int64
}

// rings are the distances, in metres, that Near looks within, one after another, until a page is full.
// Beyond the last nothing is near.
func rings() []int64 { return []int64{2_000, 12_000, 400_000} }

// Near lists what everybody sees, checked and within 400 km of a point, nearest first, with the
// filter's conditions, and where the next page begins (zero: there is none). Places that are sealed or
// have no position are not near anything. HiddenToo and Organisation of the filter do not count.
func Near(ctx context.Context, r db.Queryer, now time.Time, f ProgrammeFilter, from Position) ([]NearLine, Cursor, error) {
	limit := page(f.Limit)
	var found []NearLine
	for i, ring := range rings() {
		if ring < f.After.At {
			continue
		}
		var err error
		if found, err = within(ctx, r, now, f, from, ring); err != nil {
			return nil, Cursor{}, err
		}
		if len(found) > limit || i == len(rings())-1 {
			break
		}
	}
	next := Cursor{}
	if len(found) > limit {
		found = found[:limit]
		next = Cursor{At: found[limit-1].Metres, ID: found[limit-1].ID}
	}
	return found, next, lines(ctx, r, now, found)
}

// within finds the programmes of a ring, with nothing but id, place and distance, after the cursor.
func within(ctx context.Context, r db.Queryer, now time.Time, f ProgrammeFilter, from Position, ring int64) ([]NearLine, error) {
	b, w := from.around(ring), patterns(f.Words)
	rows, err := q.NearPlaces(ctx, r, programmedb.NearPlacesParams{South: b.south, North: b.north, West: b.west, East: b.east,
		WestBeyond: b.westBeyond, EastBeyond: b.eastBeyond, Now: clock.Micros(now), Steps: int64(len(Steps())),
		Theme: f.Theme, Kind: f.Kind, Place: f.Place, Word1: w[0], Word2: w[1], Word3: w[2], Word4: w[3], Word5: w[4], Word6: w[5],
		Age: f.age(), Language: f.language(), Free: f.Free, Day: int64(f.Open.day), Today: f.Open.today, Week: f.Open.week, Minute: f.Open.minute})
	if err != nil {
		return nil, err
	}
	nearest := make(map[int64]NearLine, len(rows))
	for _, row := range rows {
		l := NearLine{Place: row.ID, Metres: from.Metres(Position{row.LatitudeE6, row.LongitudeE6})}
		l.ID = row.ProgrammeID
		if old, ok := nearest[l.ID]; l.Metres <= ring && (!ok || l.Metres < old.Metres) {
			nearest[l.ID] = l
		}
	}
	out := make([]NearLine, 0, len(nearest))
	for _, l := range nearest {
		if f.After == (Cursor{}) || l.Metres > f.After.At || l.Metres == f.After.At && l.ID > f.After.ID {
			out = append(out, l)
		}
	}
	slices.SortFunc(out, func(a, b NearLine) int { return cmp.Or(cmp.Compare(a.Metres, b.Metres), cmp.Compare(a.ID, b.ID)) })
	return out, nil
}

// lines fills in what a list shows.
func lines(ctx context.Context, r db.Queryer, now time.Time, found []NearLine) error {
	rows, err := q.ProgrammeLinesByIDs(ctx, r, programmedb.ProgrammeLinesByIDsParams{Now: clock.Micros(now),
		Ids: mapped(found, func(l NearLine) int64 { return l.ID })})
	if err != nil {
		return err
	}
	for _, row := range rows {
		line := programmeLineOf(programmedb.ListProgrammesRow(row))
		i := slices.IndexFunc(found, func(l NearLine) bool { return l.ID == line.ID })
		found[i].ProgrammeLine = line
	}
	return nil
}

// Town is a place that the network works in, and about where it is.
type Town struct {
	Name i18n.Text
	At   Position
}

// Towns lists the towns of the places that everybody sees, at most 200.
func Towns(ctx context.Context, r db.Queryer) ([]Town, error) {
	rows, err := q.Towns(ctx, r)
	return mapped(rows, func(t programmedb.TownsRow) Town {
		return Town{Name: i18n.Text{ZH: t.TownZh, EN: t.TownEn}, At: Position{(t.South + t.North) / 2, (t.West + t.East) / 2}}
	}), err
}
