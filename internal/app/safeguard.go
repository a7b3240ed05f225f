package app

import (
	"context"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/people/signin"
	"manyhands/internal/programme"
	"manyhands/internal/safeguard/safeguardweb"
)

func (a *App) safeguardPages(zone *time.Location) safeguardweb.Config {
	if zone == nil {
		zone = i18n.DefaultZone()
	}
	return safeguardweb.Config{DB: a.DB, Safeguard: a.Safeguard, Children: a.Children, Zone: zone, Prove: signin.CheckRecent, Names: a.namesOf,
		PersonByEmail: func(ctx context.Context, r db.Queryer, email string) (int64, error) {
			p, err := a.People.PersonByEmail(ctx, r, email)
			return p.ID, err
		},
		Organisations: func(ctx context.Context) (out []safeguardweb.Organisation, err error) {
			list, err := a.organisations(ctx)
			if err != nil {
				return nil, err
			}
			ids := make([]int64, len(list))
			for i, o := range list {
				ids[i] = o.ID
			}
			err = a.DB.Read(ctx, func(r *db.Reader) error {
				found, err := programme.OrganisationsByIDs(ctx, r, ids)
				out = nil
				for _, o := range list {
					out = append(out, safeguardweb.Organisation{ID: o.ID, Name: o.Name, Stopped: found[o.ID].State == programme.Suspended})
				}
				return err
			})
			return out, err
		}}
}
