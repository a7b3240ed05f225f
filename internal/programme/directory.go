package programme

import (
	"context"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/programme/internal/programmedb"
)

// Listing is a programme in the directory as others may copy it: everything public of a programme.
type Listing struct {
	Programme
	Of     Organisation
	Detail Detail // without sealed places
	Sealed bool   // there is a place that is not shown
}

// DirectoryFilter says which listings are wanted; the zero filter wants all.
type DirectoryFilter struct {
	Words        string
	Theme        string
	Kind         string
	Organisation int64
	Since        time.Time // changed at that moment or after; zero: ever
}

// Listed is the least that can be said of a listing.
type Listed struct {
	ID           int64
	Organisation int64
	ChangedAt    time.Time
}

// Directory lists every programme that is published and checked at now, of a published organisation
// whose papers have not run out, oldest first.
func Directory(ctx context.Context, r db.Queryer, now time.Time, f DirectoryFilter) ([]Listed, error) {
	w := patterns(f.Words)
	rows, err := q.PublicProgrammes(ctx, r, programmedb.PublicProgrammesParams{Now: clock.Micros(now), Steps: int64(len(Steps())),
		Organisation: f.Organisation, Theme: f.Theme, Kind: f.Kind, Since: micros(f.Since),
		Word1: w[0], Word2: w[1], Word3: w[2], Word4: w[3], Word5: w[4], Word6: w[5]})
	return mapped(rows, func(e programmedb.PublicProgrammesRow) Listed {
		return Listed{ID: e.ID, Organisation: e.OrganisationID, ChangedAt: clock.Time(e.ChangedAt)}
	}), err
}

// Listings returns listings in the order of ids, which Directory gave in the same
// reading; others are left out.
func Listings(ctx context.Context, r db.Queryer, ids []int64) ([]Listing, error) {
	rows, err := q.ProgrammesByIDs(ctx, r, ids)
	if err != nil {
		return nil, err
	}
	byID := map[int64]Listing{}
	var organisations []int64
	for _, row := range rows {
		p := programmeOf(row)
		byID[p.ID] = Listing{Programme: p}
		organisations = append(organisations, p.Organisation)
	}
	of, err := OrganisationsByIDs(ctx, r, organisations)
	if err != nil {
		return nil, err
	}
	details, err := DetailsOf(ctx, r, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Listing, 0, len(ids))
	for _, id := range ids {
		l, ok := byID[id]
		l.Of = of[l.Organisation]
		if !ok || l.State != Published || l.Of.State != Published {
			continue
		}
		l.Detail, l.Sealed = details[id].Public()
		out = append(out, l)
	}
	return out, nil
}

// ListingByID returns one listing. Faults: NotFound "programme.no_programme", also for what Directory does
// not list at now.
func ListingByID(ctx context.Context, r db.Queryer, id int64, now time.Time) (Listing, error) {
	v, err := ProgrammeViewByID(ctx, r, id, now)
	if err != nil {
		return Listing{}, err
	}
	all, err := Listings(ctx, r, []int64{id})
	if err != nil {
		return Listing{}, err
	}
	if len(all) == 0 || !Verified(v.Checks) {
		return Listing{}, fault.New(fault.NotFound, "programme.no_programme")
	}
	if err := MayAct(ctx, r, v.Organisation, now); fault.KindOf(err) == fault.Conflict {
		return Listing{}, fault.New(fault.NotFound, "programme.no_programme")
	} else if err != nil {
		return Listing{}, err
	}
	return all[0], nil
}

// ListingByPlace returns the listing of a place that everybody may see. Faults: NotFound
// "programme.no_programme".
func ListingByPlace(ctx context.Context, r db.Queryer, place int64, now time.Time) (Listing, Place, error) {
	row, err := q.PlaceByID(ctx, r, place)
	if err != nil {
		return Listing{}, Place{}, db.NotFound(err, "programme.no_programme")
	}
	if row.Sealed {
		return Listing{}, Place{}, fault.New(fault.NotFound, "programme.no_programme")
	}
	l, err := ListingByID(ctx, r, row.ProgrammeID, now)
	return l, placeOf(row), err
}

// Spot is the least that can be said of a place that everybody may see.
type Spot struct {
	Place     int64
	Programme int64
	Postcode  string
	Placed    bool
	At        Position
}

// Spots lists the places of listings that are not sealed, by programme and place.
func Spots(ctx context.Context, r db.Queryer, listed []Listed) ([]Spot, error) {
	rows, err := q.OpenPlaces(ctx, r, mapped(listed, func(e Listed) int64 { return e.ID }))
	return mapped(rows, func(s programmedb.OpenPlacesRow) Spot {
		return Spot{Place: s.ID, Programme: s.ProgrammeID, Postcode: s.Postcode, Placed: s.Placed, At: Position{s.LatitudeE6, s.LongitudeE6}}
	}), err
}
