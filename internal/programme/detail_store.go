package programme

import (
	"context"
	"slices"
	"strings"

	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/i18n"
	"manyhands/internal/programme/internal/programmedb"
)

// SetDetail replaces what a family needs to know of a programme. A place keeps its identity when its
// ID is given again; places that are not given are taken away. A sealed place loses its street,
// position and link. Faults: Invalid fields, NotFound "programme.no_programme".
func SetDetail(ctx context.Context, tx *db.Tx, programme int64, d Detail, by int64) error {
	p, err := ProgrammeByID(ctx, tx, programme)
	if err != nil {
		return err
	}
	if err := d.clean(); err != nil {
		return err
	}
	if err := writeDetail(ctx, tx, programme, d); err != nil {
		return err
	}
	if err := q.TouchProgramme(ctx, tx, programmedb.TouchProgrammeParams{ID: programme, ChangedAt: tx.NowMicros()}); err != nil {
		return err
	}
	if err := findable(ctx, tx, p); err != nil {
		return err
	}
	return event.Add(ctx, tx, "programme.detailed", programme, by, nil)
}

func writeDetail(ctx context.Context, tx *db.Tx, programme int64, d Detail) error {
	err := q.UpsertDetail(ctx, tx, programmedb.UpsertDetailParams{ProgrammeID: programme, Kind: d.Kind, Cost: d.Cost, CostMinor: d.CostMinor,
		CostZh: d.CostNote.ZH, CostEn: d.CostNote.EN, Languages: spaced(d.Languages), AgeFrom: d.AgeFrom, AgeTo: d.AgeTo,
		EligibilityZh: d.Eligibility.ZH, EligibilityEn: d.Eligibility.EN, ComingZh: d.Coming.ZH, ComingEn: d.Coming.EN,
		CapacityZh: d.Capacity.ZH, CapacityEn: d.Capacity.EN, Phone: d.Phone, Website: d.Website})
	if err != nil {
		return err
	}
	if err := writePlaces(ctx, tx, programme, d.Places); err != nil {
		return err
	}
	if err := q.DeleteSchedules(ctx, tx, programme); err != nil {
		return err
	}
	for _, s := range d.Times {
		err := q.InsertSchedule(ctx, tx, programmedb.InsertScheduleParams{ID: tx.NewID(), ProgrammeID: programme, Days: int64(s.Days),
			EveryWeeks: s.EveryWeeks, FromWeek: s.fromWeek(), OpensMinute: s.Opens, ClosesMinute: s.Closes, FromOn: s.FromOn, UntilOn: s.UntilOn})
		if err != nil {
			return err
		}
	}
	return nil
}

func writePlaces(ctx context.Context, tx *db.Tx, programme int64, places []Place) error {
	old, err := q.PlacesOf(ctx, tx, []int64{programme})
	if err != nil {
		return err
	}
	known := map[int64]bool{}
	for _, row := range old {
		known[row.ID] = slices.ContainsFunc(places, func(p Place) bool { return p.ID == row.ID })
		if !known[row.ID] {
			if err := q.DeletePlace(ctx, tx, programmedb.DeletePlaceParams{ID: row.ID, ProgrammeID: programme}); err != nil {
				return err
			}
		}
	}
	for _, p := range places {
		if known[p.ID] {
			known[p.ID] = false // a second place of the same number is a new one
			err = q.UpdatePlace(ctx, tx, programmedb.UpdatePlaceParams(placeRow(p, p.ID, programme)))
		} else {
			err = q.InsertPlace(ctx, tx, programmedb.InsertPlaceParams(placeRow(p, tx.NewID(), programme)))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func placeRow(p Place, id, programme int64) programmedb.Place {
	return programmedb.Place{ID: id, ProgrammeID: programme, Kind: p.Kind, Sealed: p.Sealed, NameZh: p.Name.ZH, NameEn: p.Name.EN,
		LineZh: p.Line.ZH, LineEn: p.Line.EN, TownZh: p.Town.ZH, TownEn: p.Town.EN, Postcode: p.Postcode, Link: p.Link,
		Placed: p.Placed, LatitudeE6: p.At.Latitude, LongitudeE6: p.At.Longitude}
}

func placeOf(r programmedb.Place) Place {
	return Place{ID: r.ID, Kind: r.Kind, Sealed: r.Sealed, Name: i18n.Text{ZH: r.NameZh, EN: r.NameEn}, Line: i18n.Text{ZH: r.LineZh, EN: r.LineEn},
		Town: i18n.Text{ZH: r.TownZh, EN: r.TownEn}, Postcode: r.Postcode, Link: r.Link,
		Placed: r.Placed, At: Position{r.LatitudeE6, r.LongitudeE6}}
}

// spaced writes codes so that '% zh %' finds one of them.
func spaced(codes []string) string {
	if len(codes) == 0 {
		return ""
	}
	return " " + strings.Join(codes, " ") + " "
}

// codes reads what spaced wrote; nil for none.
func codes(spaced string) []string {
	if spaced == "" {
		return nil
	}
	return strings.Fields(spaced)
}

// findable brings a programme's search text up to date, with its places that are not sealed.
func findable(ctx context.Context, tx *db.Tx, p Programme) error {
	o, err := OrganisationByID(ctx, tx, p.Organisation)
	if err != nil {
		return err
	}
	text, err := textOf(ctx, tx, p, o.Name)
	if err != nil {
		return err
	}
	return q.SetProgrammeSearch(ctx, tx, programmedb.SetProgrammeSearchParams{ID: p.ID, SearchText: text})
}

// textOf is the search text of a programme that is kept already.
func textOf(ctx context.Context, r db.Queryer, p Programme, organisation i18n.Text) (string, error) {
	all, err := DetailsOf(ctx, r, []int64{p.ID})
	if err != nil {
		return "", err
	}
	open, _ := all[p.ID].Public()
	texts := []i18n.Text{p.Name, p.Summary, p.Place, organisation, open.Eligibility}
	for _, place := range open.Places {
		texts = append(texts, place.Name, place.Line, place.Town)
	}
	return searchText(texts...), nil
}

// DetailsOf returns the details of programmes by their ids, sealed places included: pages for
// everybody show Public alone.
func DetailsOf(ctx context.Context, r db.Queryer, ids []int64) (map[int64]Detail, error) {
	rows, err := q.DetailsOf(ctx, r, ids)
	if err != nil {
		return nil, err
	}
	places, err := q.PlacesOf(ctx, r, ids)
	if err != nil {
		return nil, err
	}
	times, err := q.SchedulesOf(ctx, r, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]Detail, len(rows))
	for _, x := range rows {
		out[x.ProgrammeID] = Detail{Kind: x.Kind, Cost: x.Cost, CostMinor: x.CostMinor, CostNote: i18n.Text{ZH: x.CostZh, EN: x.CostEn},
			Languages: codes(x.Languages), AgeFrom: x.AgeFrom, AgeTo: x.AgeTo,
			Eligibility: i18n.Text{ZH: x.EligibilityZh, EN: x.EligibilityEn}, Coming: i18n.Text{ZH: x.ComingZh, EN: x.ComingEn},
			Capacity: i18n.Text{ZH: x.CapacityZh, EN: x.CapacityEn}, Phone: x.Phone, Website: x.Website}
	}
	for _, row := range places {
		d := out[row.ProgrammeID]
		d.Places = append(d.Places, placeOf(row))
		out[row.ProgrammeID] = d
	}
	for _, t := range times {
		d := out[t.ProgrammeID]
		d.Times = append(d.Times, Schedule{Days: Weekdays(t.Days), EveryWeeks: t.EveryWeeks, Opens: t.OpensMinute, Closes: t.ClosesMinute,
			FromOn: t.FromOn, UntilOn: t.UntilOn})
		out[t.ProgrammeID] = d
	}
	return out, nil
}

// DetailOf returns the detail of one programme; the zero Detail when there is none.
func DetailOf(ctx context.Context, r db.Queryer, programme int64) (Detail, error) {
	all, err := DetailsOf(ctx, r, []int64{programme})
	return all[programme], err
}
