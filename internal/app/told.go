package app

import (
	"context"
	"slices"

	"manyhands/internal/access"
	"manyhands/internal/child/tell"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/people"
)

// told knows how those are reached who are told that something waits. It implements tell.People.
type told struct{ s *Services }

// Receiver implements tell.People.
func (t told) Receiver(ctx context.Context, r db.Queryer, person int64) (tell.Receiver, error) {
	p, err := t.s.People.PersonByID(ctx, r, person)
	if fault.KindOf(err) == fault.NotFound {
		return tell.Receiver{}, nil
	}
	if err != nil || !p.Left.IsZero() {
		return tell.Receiver{}, err
	}
	out := receiverOf(p)
	if p.Email == "" {
		out.Phone, err = t.s.Account.HasPhone(ctx, r, person)
	}
	return out, err
}

func receiverOf(p people.Person) tell.Receiver {
	return tell.Receiver{Person: p.ID, Email: p.Email, Lang: p.Lang}
}

// Deciders implements tell.People: the supervisors of a place who are in force, those who cover among them;
// where there is none, the safeguarding leads.
func (t told) Deciders(ctx context.Context, r db.Queryer, organisation int64) ([]tell.Receiver, error) {
	members, err := t.s.People.Staff(ctx, r, t.s.DB.Now(), mostStaff)
	if err != nil {
		return nil, err
	}
	found := map[access.Role][]tell.Receiver{}
	for _, m := range members {
		if !slices.ContainsFunc(m.Appointments, func(a people.Appointment) bool {
			return a.Organisation == organisation || a.Organisation == access.Network
		}) {
			continue
		}
		actor, err := t.s.People.Actor(ctx, r, m.Person.ID, t.s.DB.Now())
		if err != nil {
			return nil, err
		}
		for _, role := range []access.Role{access.Supervisor, access.SafeguardingLead} {
			if slices.ContainsFunc(actor.Roles, func(g access.Grant) bool {
				return g.Role == role && (g.Organisation == organisation || g.Organisation == access.Network)
			}) {
				found[role] = append(found[role], receiverOf(m.Person))
			}
		}
	}
	if list := found[access.Supervisor]; len(list) > 0 {
		return list, nil
	}
	return found[access.SafeguardingLead], nil
}
