package programmeapi

import (
	"context"
	"net/http"
	"slices"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/programme"
)

// organisations lists who runs something that is in the directory.
func (a *api) organisations(w http.ResponseWriter, r *http.Request) error {
	l, err := readList(r)
	if err != nil {
		return err
	}
	var f fault.Fields
	services := yes(&f, r.URL.Query().Get("full_service"), "full_service")
	if len(f) > 0 {
		return f
	}
	var out []*organisation
	var n int
	err = a.read(r, func(ctx context.Context, q *db.Reader, now time.Time) error {
		all, err := organisationsOf(ctx, q, l, now)
		if err != nil {
			return err
		}
		n = len(all)
		from, to := l.part(n)
		for _, o := range all[from:to] {
			x := a.basic(o)
			if l.full || services {
				if x, err = a.withServices(ctx, q, o, services, now); err != nil {
					return err
				}
			}
			out = append(out, x)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if l.lines {
		return inLines(w, out)
	}
	return answer(w, r, paged(l, n, out))
}

// organisationsOf are the organisations of the directory whose names the search finds, in order.
func organisationsOf(ctx context.Context, q db.Queryer, l list, now time.Time) ([]programme.Organisation, error) {
	listed, err := programme.Directory(ctx, q, now, programme.DirectoryFilter{})
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(listed))
	for i, e := range listed {
		ids[i] = e.Organisation
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	byID, err := programme.OrganisationsByIDs(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	var out []programme.Organisation
	for _, id := range ids {
		if o := byID[id]; l.names(o.Name.ZH, o.Name.EN) {
			out = append(out, o)
		}
	}
	return out, nil
}

// withServices is an organisation with all that it runs: full services, or their names.
func (a *api) withServices(ctx context.Context, q db.Queryer, o programme.Organisation, full bool, now time.Time) (*organisation, error) {
	listed, err := programme.Directory(ctx, q, now, programme.DirectoryFilter{Organisation: o.ID})
	if err != nil {
		return nil, err
	}
	if len(listed) == 0 {
		return nil, notFound
	}
	found, err := programme.Listings(ctx, q, idsOf(listed))
	if err != nil {
		return nil, err
	}
	x := a.whole(ctx, o)
	for _, l := range found {
		s := a.brief(l)
		if full {
			s = a.full(ctx, l, now)
			s.Organisation = nil // it stands around it
		}
		x.Services = append(x.Services, s)
	}
	return x, nil
}

func (a *api) organisation(w http.ResponseWriter, r *http.Request) error {
	id, ok := parseID(ofOrganisation, r.PathValue("id"))
	if !ok {
		return notFound
	}
	var f fault.Fields
	full := true
	if s := r.URL.Query().Get("full_service"); s != "" {
		full = yes(&f, s, "full_service")
	}
	if len(f) > 0 {
		return f
	}
	var out *organisation
	err := a.read(r, func(ctx context.Context, q *db.Reader, now time.Time) error {
		o, err := programme.OrganisationByID(ctx, q, id)
		if err != nil {
			return err
		}
		out, err = a.withServices(ctx, q, o, full, now)
		return err
	})
	if err != nil {
		return err
	}
	return answer(w, r, out)
}
