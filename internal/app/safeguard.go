package app

import (
	"context"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/people/signin"
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
			for _, o := range list {
				out = append(out, safeguardweb.Organisation(o))
			}
			return out, err
		}}
}
