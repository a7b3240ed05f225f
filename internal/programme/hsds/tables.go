package hsds

import "manyhands/internal/programme/creditcode"

// tables is the tabular form: each table an array of flat rows that name each other by id.
type tables struct {
	organisations, services, identifiers, locations, addresses []*item
	sites, schedules, languages, costs, phones                 []*item
}

// tableNames are the tables that are read.
func tableNames(t *tables) map[string]*[]*item {
	return map[string]*[]*item{"organizations.csv": &t.organisations, "services.csv": &t.services, "organization_identifiers.csv": &t.identifiers,
		"locations.csv": &t.locations, "addresses.csv": &t.addresses, "service_at_locations.csv": &t.sites, "service_at_location.csv": &t.sites,
		"schedules.csv": &t.schedules, "languages.csv": &t.languages, "cost_options.csv": &t.costs, "phones.csv": &t.phones}
}

func (t *tables) read(d *document, name string) error {
	to := tableNames(t)[name]
	return d.array(func() error {
		if err := d.counts(); err != nil {
			return err
		}
		it, err := d.itemObject()
		*to = append(*to, it)
		return err
	})
}

func (t *tables) addTo(g *gather) {
	town := map[string]string{} // of a location, then of an organisation
	for _, a := range t.addresses {
		town[a.locationID] = first(town[a.locationID], a.somewhere())
	}
	for _, l := range t.locations {
		town[l.organisationID] = first(town[l.organisationID], town[l.id])
	}
	code := map[string]string{}
	for _, x := range t.identifiers {
		if creditcode.Valid(x.identifier) {
			code[x.organisationID] = x.identifier
		}
	}
	for _, o := range t.organisations {
		o.place, o.identifier = town[o.id], code[o.id]
		if o.id == "" {
			g.file.problem(o.where, "hsds.no_id")
			continue
		}
		g.organisation(o.where, o.asOrganisation())
	}
	t.parts()
	for _, s := range t.services {
		g.programme(s.organisationID, s.asProgramme())
	}
}

// parts gives each service the rows of other tables that name it, and each location its addresses.
func (t *tables) parts() {
	services, locations := map[string]*item{}, map[string]*item{}
	for _, s := range t.services {
		services[s.id] = s
	}
	for _, l := range t.locations {
		locations[l.id] = l
	}
	for _, a := range t.addresses {
		if l := locations[a.locationID]; l != nil {
			l.addresses = append(l.addresses, a)
		}
	}
	for _, x := range t.sites {
		if s, l := services[x.serviceID], locations[x.locationID]; s != nil && l != nil {
			s.places = append(s.places, l)
		}
	}
	give := func(rows []*item, to func(*item) *[]*item) {
		for _, x := range rows {
			if s := services[x.serviceID]; s != nil {
				*to(s) = append(*to(s), x)
			}
		}
	}
	give(t.schedules, func(s *item) *[]*item { return &s.schedules })
	give(t.languages, func(s *item) *[]*item { return &s.languages })
	give(t.costs, func(s *item) *[]*item { return &s.costs })
	give(t.phones, func(s *item) *[]*item { return &s.phones })
}
