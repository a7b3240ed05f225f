package app

import (
	"context"
	"slices"

	"manyhands/internal/access"
	"manyhands/internal/child/childdesk"
	"manyhands/internal/db"
	"manyhands/internal/people"
	"manyhands/internal/programme"
)

func (a *App) childDeskPages() childdesk.Config {
	return childdesk.Config{DB: a.DB, Children: a.Children, Consents: a.Consents, Organisations: receivers, Places: organisationNames{},
		Names: a.namesOf, Workers: a.workersAt, Leads: a.leadsAt, Glass: true}
}

// receivers are the organisations to which children can be referred: those that are shown.
func receivers(ctx context.Context, r db.Queryer) (out []childdesk.Organisation, err error) {
	f := programme.OrganisationFilter{State: programme.Published}
	for len(out) < myChoices {
		lines, next, err := programme.Organisations(ctx, r, f)
		if err != nil {
			return nil, err
		}
		for _, o := range lines {
			out = append(out, childdesk.Organisation{ID: o.ID, Name: o.Name})
		}
		if next == (programme.Cursor{}) {
			break
		}
		f.After = next
	}
	return out, nil
}

// workersAt are those who are appointed to work with children at an organisation. Whether their checks
// hold is asked when a child is assigned.
func (a *App) workersAt(ctx context.Context, r db.Queryer, organisation int64) ([]childdesk.Person, error) {
	return a.appointedAt(ctx, r, access.Worker, organisation)
}

// leadsAt are the safeguarding leads of an organisation and of the network.
func (a *App) leadsAt(ctx context.Context, r db.Queryer, organisation int64) ([]childdesk.Person, error) {
	return a.appointedAt(ctx, r, access.SafeguardingLead, organisation)
}

// appointedAt are those who have a role at an organisation or in the whole network now.
func (a *App) appointedAt(ctx context.Context, r db.Queryer, role access.Role, organisation int64) (out []childdesk.Person, err error) {
	members, err := a.People.Staff(ctx, r, a.DB.Now(), mostStaff)
	for _, m := range members {
		if slices.ContainsFunc(m.Appointments, func(x people.Appointment) bool {
			return x.Role == role && x.InForce(a.DB.Now()) && (x.Organisation == organisation || x.Organisation == access.Network)
		}) {
			out = append(out, childdesk.Person{ID: m.Person.ID, Name: m.Person.Called()})
		}
	}
	return out, err
}
