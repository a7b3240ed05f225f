package app

import (
	"context"
	"slices"
	"strings"

	"manyhands/internal/access"
	"manyhands/internal/concern"
	"manyhands/internal/concern/concernweb"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
	"manyhands/internal/programme"
)

// mostStaff bounds how many appointments are looked at to find out who hears a report.
const mostStaff = 2000

// hearers finds those of the staff who may have to hear reports. It implements concern.Staff.
type hearers struct {
	d      *db.DB
	people *people.Service
	lang   i18n.Lang // of mails to people who chose none
}

// Named returns whoever of the staff goes by a name.
func (h hearers) Named(ctx context.Context, r db.Queryer, name string) (ids []int64, err error) {
	members, err := h.people.Staff(ctx, r, h.d.Now(), mostStaff)
	for _, m := range members {
		if sameName(m.Person.Name, name) {
			ids = append(ids, m.Person.ID)
		}
	}
	return ids, err
}

// sameName compares as people do: without case and without the spaces between.
func sameName(a, b string) bool {
	plain := func(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), "")) }
	return a != "" && plain(a) == plain(b)
}

// Leads returns the safeguarding leads, and those who administer the network, who are in force now.
func (h hearers) Leads(ctx context.Context, r db.Queryer) (leads []concern.Lead, err error) {
	members, err := h.people.Staff(ctx, r, h.d.Now(), mostStaff)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		if !slices.ContainsFunc(m.Appointments, func(a people.Appointment) bool {
			return a.Role == access.SafeguardingLead || a.Role == access.Administrator
		}) {
			continue
		}
		actor, err := h.people.Actor(ctx, r, m.Person.ID, h.d.Now())
		if err != nil {
			return nil, err
		}
		lang := m.Person.Lang
		if lang == "" {
			lang = h.lang
		}
		leads = append(leads, concern.Lead{Actor: actor, Email: m.Person.Email, Lang: lang})
	}
	return leads, nil
}

func (a *App) concernPages() concernweb.Config {
	return concernweb.Config{DB: a.DB, Concerns: a.Concerns, Organisations: a.shownOrganisations, Names: a.namesOf,
		PersonByEmail: func(ctx context.Context, r db.Queryer, email string) (int64, error) {
			p, err := a.People.PersonByEmail(ctx, r, email)
			return p.ID, err
		}}
}

// shownOrganisations are those that everybody may know of.
func (a *App) shownOrganisations(ctx context.Context) (out []concernweb.Organisation, err error) {
	err = a.DB.Read(ctx, func(r *db.Reader) error {
		lines, _, err := programme.Organisations(ctx, r, programme.OrganisationFilter{State: programme.Published})
		for _, o := range lines {
			out = append(out, concernweb.Organisation{ID: o.ID, Name: o.Name})
		}
		return err
	})
	return out, err
}

// namesOf returns what persons are called; whoever is not known any more is left out.
func (a *App) namesOf(ctx context.Context, r db.Queryer, ids []int64) (map[int64]string, error) {
	out := map[int64]string{}
	for _, id := range ids {
		if id == 0 || out[id] != "" {
			continue
		}
		p, err := a.People.PersonByID(ctx, r, id)
		if err != nil {
			return nil, err
		}
		out[id] = p.Called()
	}
	return out, nil
}
