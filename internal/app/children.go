package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/child/tell"
	"manyhands/internal/concern"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/programme"
	"manyhands/internal/safeguard"
)

// organisationNames tells what organisations are called.
type organisationNames struct{}

func (organisationNames) Organisation(ctx context.Context, r db.Queryer, id int64) (i18n.Text, error) {
	o, err := programme.OrganisationByID(ctx, r, id)
	return o.Name, err
}

// children wires consents and children's records.
func (s *Services) children(set Setting) error {
	zone := set.Zone
	if zone == nil {
		zone = i18n.DefaultZone()
	}
	var err error
	if s.Consents, err = consent.New(child.Families{}, organisationNames{}, s.Vault, zone); err != nil {
		return fmt.Errorf("app: %w", err)
	}
	s.Safeguard = safeguard.New(s.DB, safeguard.Options{Vault: s.Vault, Texts: set.Texts, BaseURL: set.BaseURL(), Leads: s.safeguardingLeads, Concerns: reports,
		KeepDays: set.KeepDays, Itself: endsItself()})
	s.Children = child.New(s.DB, child.Options{Vault: s.Vault, Blobs: s.Blobs, Consents: s.Consents, People: s.People,
		Names: organisationNames{}, Emergencies: s.Safeguard, Papers: s.SignIn, Zone: zone, AloneAge: set.AloneAge})
	s.Safeguard.Use(s.Children)
	s.Tell = tell.New(s.DB, tell.Config{People: told{s}, Texts: set.Texts, BaseURL: set.BaseURL(), Network: set.Network, Zone: zone})
	s.Children.Use(s.Tell)
	return nil
}

// reports counts reports that a child may be harmed.
func reports(ctx context.Context, r db.Queryer, since, until time.Time) (came, told int64, err error) {
	n, err := concern.Count(ctx, r, since, until)
	return n.Came, n.Reported, err
}

// safeguardingLeads are those in force now.
func (s *Services) safeguardingLeads(ctx context.Context, r db.Queryer) ([]safeguard.Lead, error) {
	all, err := hearers{s.DB, s.People, i18n.ZH}.Leads(ctx, r)
	var leads []safeguard.Lead
	for _, l := range all {
		if slices.ContainsFunc(l.Roles, func(g access.Grant) bool { return g.Role == access.SafeguardingLead }) {
			leads = append(leads, safeguard.Lead(l))
		}
	}
	return leads, err
}
