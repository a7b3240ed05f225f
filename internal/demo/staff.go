package demo

import (
	"context"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/people"
	"manyhands/internal/people/reach"
)

// colleague is one of those who work with children, in one of the states in which their checks can be.
type colleague struct {
	email   string
	role    access.Role
	orgs    []string      // none: the whole network
	begins  time.Duration // from now; in the past for most
	inquiry time.Duration // how long before now the inquiry was answered; 0: never
}

// careStaff are the sample's supervisors and workers. Nobody of them exists.
var careStaff = []colleague{
	{"worker@example.org", access.Worker, []string{"linjia", "nightlight"}, -400 * day, 140 * day},
	{"supervisor@example.org", access.Supervisor, []string{"linjia"}, -500 * day, 341 * day},
	{"safeguarding-lead@example.org", access.SafeguardingLead, nil, -500 * day, 200 * day},
	{"zhou.ning@example.org", access.Worker, []string{"nightlight"}, -380 * day, 368 * day}, // ran out three days ago
	{"chen.li@example.org", access.Worker, []string{"linjia"}, -6 * day, 0},                 // not checked yet
	{"chen.li+station@example.org", access.Worker, []string{"linjia"}, -6 * day, 0},         // the same person once more
	{"he.an@example.org", access.Supervisor, []string{"nightlight"}, -300 * day, 120 * day},
	{"sun.ping@example.org", access.Supervisor, []string{"nightlight"}, 10 * day, 15 * day}, // begins in ten days
}

// careTeam appoints those who work with children, has them checked and lets two of them be away: one is
// covered for, one is not.
func (b *builder) careTeam() error {
	b.Clock.Set(b.now.Add(-4 * day))
	posts := map[string]int64{}
	for _, c := range careStaff {
		id, err := b.hire(c, posts)
		if err != nil {
			return err
		}
		if _, known := b.staff[string(c.role)]; !known {
			b.staff[string(c.role)] = id
		}
	}
	ctx := b.as(access.Coordinator)
	return b.write(func(tx *db.Tx) error {
		from := b.now.Truncate(day)
		for _, a := range []people.Absence{
			{Appointment: posts["supervisor@example.org"], Starts: from.Add(5 * day), Ends: from.Add(12 * day), Cover: b.staff[string(access.Worker)]},
			{Appointment: posts["he.an@example.org"], Starts: from.Add(-day), Ends: from.Add(9 * day)},
		} {
			if _, err := b.People.PlanAbsence(ctx, tx, a); err != nil {
				return err
			}
		}
		return b.reachWorker(tx)
	})
}

// hire appoints one and notes what was checked. posts collects the appointments by address.
func (b *builder) hire(c colleague, posts map[string]int64) (id int64, err error) {
	ctx := b.as(access.Coordinator)
	err = b.write(func(tx *db.Tx) error {
		p, err := b.People.EnsurePerson(b.ctx, tx, c.email, b.called(c.email))
		if err != nil {
			return err
		}
		id = p.ID
		orgs := []int64{access.Network}
		if len(c.orgs) > 0 {
			orgs = nil
			for _, key := range c.orgs {
				orgs = append(orgs, b.orgs[key])
			}
		}
		for _, org := range orgs {
			a, err := b.People.Appoint(b.ctx, tx, people.Appointment{PersonID: p.ID, Role: c.role, Organisation: org, Starts: b.now.Add(c.begins)})
			if err != nil {
				return err
			}
			posts[c.email] = a.ID
		}
		if c.inquiry == 0 {
			return nil
		}
		on := b.now.Add(-c.inquiry)
		if err := b.People.RecordCheck(ctx, tx, p.ID, "identity_seen", "", on); err != nil {
			return err
		}
		return b.People.RecordCheck(ctx, tx, p.ID, people.Inquiry, on.Format("2006")+"-沪未保-0"+on.Format("0102"), on)
	})
	return id, err
}

// reachWorker notes how and when the worker can be reached.
func (b *builder) reachWorker(tx *db.Tx) error {
	worker := b.staff[string(access.Worker)]
	ctx := access.With(b.ctx, access.Actor{PersonID: worker})
	_, err := b.Reach.Add(ctx, tx, reach.Point{Person: worker, Kind: reach.Phone, Value: "138 0013 8000", SafeFrom: 18*60 + 30, SafeUntil: 21 * 60, NoName: true})
	if err != nil {
		return err
	}
	for _, h := range []reach.Hours{{Weekday: 2, From: 17 * 60, Until: 20 * 60}, {Weekday: 4, From: 17 * 60, Until: 20 * 60}, {Weekday: 6, From: 9 * 60, Until: 12 * 60}} {
		if err := b.Reach.AddHours(ctx, tx, worker, h); err != nil {
			return err
		}
	}
	return nil
}

// as returns a context in which the sample's holder of a role for the whole network acts.
func (b *builder) as(role access.Role) context.Context {
	return access.With(b.ctx, access.Actor{PersonID: b.staff[string(role)], Roles: []access.Grant{{Role: role}}})
}
