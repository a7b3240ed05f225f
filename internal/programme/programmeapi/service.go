package programmeapi

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/programme"
)

// batch is how many listed are read at a time.
const batch = 100

// wanted reads which services a list is about; none says that nothing can match.
func wanted(r *http.Request, l list) (f programme.DirectoryFilter, none bool) {
	q := r.URL.Query()
	f = programme.DirectoryFilter{Words: l.search, Since: l.since}
	if s := q.Get("organization_id"); s != "" {
		id, ok := parseID(ofOrganisation, s)
		f.Organisation, none = id, !ok || id == 0
	}
	if s := strings.ToLower(q.Get("taxonomy_id")); s != "" {
		// Every service has a theme and a kind.
		none = none || s != idOf(ofTaxonomy, 1) && s != idOf(ofTaxonomy, 2)
	}
	if s := q.Get("taxonomy_term_id"); s != "" {
		n, ok := parseID(ofTerm, s)
		i, themes := int(n%100), programme.Themes()
		switch {
		case ok && n/100 == 1 && i < len(themes):
			f.Theme = themes[i]
		case ok && n/100 == 2 && i < 2:
			f.Kind = []string{programme.Run, programme.Scheme}[i]
		default:
			none = true
		}
	}
	return f, none
}

func (a *api) services(w http.ResponseWriter, r *http.Request) error {
	l, err := readList(r)
	if err != nil {
		return err
	}
	f, none := wanted(r, l)
	if l.minimal && !l.lines {
		return a.least(w, r, l, f, none)
	}
	show := func(ctx context.Context, x programme.Listing, now time.Time) *service {
		if l.full {
			return a.full(ctx, x, now)
		}
		s := a.brief(x)
		s.Organisation = a.basic(x.Of)
		return s
	}
	var listed []programme.Listed
	return listedBy(a, w, r, l, func(ctx context.Context, q db.Queryer, now time.Time) ([]int64, error) {
		if none {
			return nil, nil
		}
		listed, err = programme.Directory(ctx, q, now, f)
		return idsOf(listed), err
	}, show)
}

func idsOf(listed []programme.Listed) []int64 {
	ids := make([]int64, len(listed))
	for i, e := range listed {
		ids[i] = e.ID
	}
	return ids
}

// listedBy answers with a page of listed, or streams all of them a batch at a time.
func listedBy[T any](a *api, w http.ResponseWriter, r *http.Request, l list,
	find func(ctx context.Context, q db.Queryer, now time.Time) ([]int64, error),
	show func(ctx context.Context, x programme.Listing, now time.Time) T) error {
	var ids []int64
	var out []T
	take := func(ctx context.Context, q db.Queryer, now time.Time, some []int64) error {
		found, err := programme.Listings(ctx, q, some)
		for _, x := range found {
			out = append(out, show(ctx, x, now))
		}
		return err
	}
	err := a.read(r, func(ctx context.Context, q *db.Reader, now time.Time) (err error) {
		if ids, err = find(ctx, q, now); err != nil || l.lines {
			return err
		}
		from, to := l.part(len(ids))
		return take(ctx, q, now, ids[from:to])
	})
	if err != nil {
		return err
	}
	if !l.lines {
		return answer(w, r, paged(l, len(ids), out))
	}
	beginLines(w)
	for some := range slices.Chunk(ids, batch) {
		out = nil
		err := a.read(r, func(ctx context.Context, q *db.Reader, now time.Time) error { return take(ctx, q, now, some) })
		if err != nil {
			return err
		}
		for _, x := range out {
			if err := line(w, x); err != nil {
				return err
			}
		}
	}
	return nil
}

// least answers with ids and times of change alone.
func (a *api) least(w http.ResponseWriter, r *http.Request, l list, f programme.DirectoryFilter, none bool) error {
	var all []least
	err := a.read(r, func(ctx context.Context, q *db.Reader, now time.Time) error {
		if none {
			return nil
		}
		listed, err := programme.Directory(ctx, q, now, f)
		for _, e := range listed {
			all = append(all, least{ID: idOf(ofService, e.ID), Modified: e.ChangedAt.UTC()})
		}
		return err
	})
	if err != nil {
		return err
	}
	return listed(w, r, l, all)
}

func (a *api) service(w http.ResponseWriter, r *http.Request) error {
	id, ok := parseID(ofService, r.PathValue("id"))
	if !ok {
		return notFound
	}
	var out *service
	err := a.read(r, func(ctx context.Context, q *db.Reader, now time.Time) error {
		l, err := programme.ListingByID(ctx, q, id, now)
		out = a.full(ctx, l, now)
		return err
	})
	if err != nil {
		return err
	}
	return answer(w, r, out)
}

// sites lists service_at_locations: every public place of every listing.
func (a *api) sites(w http.ResponseWriter, r *http.Request) error {
	l, err := readList(r)
	if err != nil {
		return err
	}
	f, none := wanted(r, l)
	near, err := nearby(r)
	if err != nil {
		return err
	}
	var n int
	var out []site
	err = a.read(r, func(ctx context.Context, q *db.Reader, now time.Time) error {
		if none {
			return nil
		}
		listed, err := programme.Directory(ctx, q, now, f)
		if err != nil {
			return err
		}
		all, err := programme.Spots(ctx, q, listed)
		if err != nil {
			return err
		}
		all = near.of(all)
		n = len(all)
		from, to := l.part(n)
		out, err = a.sitesOf(ctx, q, all[from:to], l.full, now)
		return err
	})
	if err != nil {
		return err
	}
	if l.lines {
		return inLines(w, out)
	}
	return answer(w, r, paged(l, n, out))
}

// sitesOf fills in what a list shows of places.
func (a *api) sitesOf(ctx context.Context, q db.Queryer, spots []programme.Spot, full bool, now time.Time) (out []site, err error) {
	listings := map[int64]programme.Listing{}
	for some := range slices.Chunk(spots, batch) {
		var ids []int64
		for _, s := range some {
			if _, known := listings[s.Programme]; !known && !slices.Contains(ids, s.Programme) {
				ids = append(ids, s.Programme)
			}
		}
		found, err := programme.Listings(ctx, q, ids)
		if err != nil {
			return nil, err
		}
		for _, l := range found {
			listings[l.ID] = l
		}
	}
	for _, s := range spots {
		l := listings[s.Programme]
		for _, p := range l.Detail.Places {
			if p.ID == s.Place {
				out = append(out, a.siteOf(ctx, l, p, full, now))
			}
		}
	}
	return out, nil
}

func (a *api) siteOf(ctx context.Context, l programme.Listing, p programme.Place, full bool, now time.Time) site {
	x := a.placeOf(l, p, full)
	if full {
		x.Service = a.full(ctx, l, now)
		x.Service.Sites = nil // this is one of them
	} else {
		x.Service = a.brief(l)
		x.Service.Organisation = a.basic(l.Of)
	}
	return x
}

func (a *api) site(w http.ResponseWriter, r *http.Request) error {
	id, ok := parseID(ofSite, r.PathValue("id"))
	if !ok {
		return notFound
	}
	var out site
	err := a.read(r, func(ctx context.Context, q *db.Reader, now time.Time) error {
		l, p, err := programme.ListingByPlace(ctx, q, id, now)
		if err == nil {
			out = a.siteOf(ctx, l, p, true, now)
		}
		return err
	})
	if err != nil {
		return err
	}
	return answer(w, r, out)
}

// proximity narrows sites to a postcode, or to a distance from the middle of its places.
type proximity struct {
	postcode string
	metres   int64 // 0: the postcode itself
}

func nearby(r *http.Request) (p proximity, err error) {
	p.postcode = strings.ToUpper(strings.TrimSpace(r.URL.Query().Get("postcode")))
	if s := r.URL.Query().Get("proximity"); s != "" {
		p.metres, err = strconv.ParseInt(s, 10, 64)
		if err != nil || p.metres < 0 {
			var f fault.Fields
			f.Add("proximity", "form.number")
			return p, f
		}
	}
	return p, nil
}

func (p proximity) of(all []programme.Spot) []programme.Spot {
	if p.postcode == "" {
		return all
	}
	var there []programme.Spot
	var lat, lng, n int64
	for _, s := range all {
		if s.Postcode == p.postcode {
			there = append(there, s)
			if s.Placed {
				lat, lng, n = lat+s.At.Latitude, lng+s.At.Longitude, n+1
			}
		}
	}
	if p.metres == 0 || n == 0 {
		return there
	}
	middle := programme.Position{Latitude: lat / n, Longitude: lng / n}
	return slices.DeleteFunc(all, func(s programme.Spot) bool { return !s.Placed || middle.Metres(s.At) > p.metres })
}
