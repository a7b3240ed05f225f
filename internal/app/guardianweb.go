package app

import (
	"cmp"
	"context"
	"slices"

	"manyhands/internal/access"
	"manyhands/internal/child/guardianweb"
	"manyhands/internal/db"
	"manyhands/internal/people"
	"manyhands/internal/people/peopleweb"
	"manyhands/internal/people/signin"
	"manyhands/internal/programme"
)

func (a *App) guardianPages() guardianweb.Config {
	return guardianweb.Config{Prove: signin.CheckFamily, ProveAgain: signin.CheckFamilyRecent, ProvePath: peopleweb.FamilyPath, DB: a.DB, Children: a.Children, Consents: a.Consents, Places: a.takesChildren, Organisations: organisationNames{},
		Names: a.namesOf,
		Erased: func(ctx context.Context, r db.Queryer) (out []guardianweb.Erased, err error) {
			list, err := a.Safeguard.ErasedFor(ctx, r)
			for _, e := range list {
				out = append(out, guardianweb.Erased{Code: e.Code, At: e.At, Backups: e.Backups})
			}
			return out, err
		}}
}

// takesChildren are the organisations at which a guardian can enrol a child: those that are shown and
// where somebody who works with children is there to take the enrolment up.
func (a *App) takesChildren(ctx context.Context, r db.Queryer) ([]guardianweb.Place, error) {
	at := a.DB.Now()
	members, err := a.People.Staff(ctx, r, at, mostStaff)
	if err != nil {
		return nil, err
	}
	staffed := map[int64]bool{}
	for _, m := range members {
		for _, x := range m.Appointments {
			if x.Organisation != access.Network && x.InForce(at) && people.WithChildren(x.Role) {
				staffed[x.Organisation] = true
			}
		}
	}
	var ids []int64
	for id := range staffed {
		ids = append(ids, id)
	}
	found, err := programme.OrganisationsByIDs(ctx, r, ids)
	if err != nil {
		return nil, err
	}
	var out []guardianweb.Place
	for _, o := range found {
		if o.State == programme.Published {
			out = append(out, guardianweb.Place{ID: o.ID, Name: o.Name, Town: o.Place})
		}
	}
	slices.SortFunc(out, func(x, y guardianweb.Place) int { return cmp.Compare(x.ID, y.ID) })
	return out, nil
}
