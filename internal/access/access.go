// Package access decides who may do what.
//
// It is the one gate: handlers name a permission and services ask Check, or about one child's record
// DecideRecord; nothing else in the house looks at roles. The rules are text, in Cedar, in the folder
// policy: read them there. Deciding must not read the database: whoever answers a request puts the
// actor into its context, and whoever owns a record says what the rules need to know of it. What the
// package does keep are the keys under which programs act (key.go); persons and their appointments are
// package people's.
package access

import (
	"context"
	"slices"

	"github.com/cedar-policy/cedar-go/types"

	"manyhands/internal/fault"
)

// Role is what a person is appointed to.
type Role string

// The roles. What each may do stands in policy/roles.cedar.
const (
	Coordinator   Role = "coordinator"   // runs an organisation's needs, things and outcomes day by day
	Treasurer     Role = "treasurer"     // records invoices, asks for payouts and makes those approved
	Approver      Role = "approver"      // says yes or no to money leaving; never asks for it
	Verifier      Role = "verifier"      // checks organisations' programmes before they are shown
	Auditor       Role = "auditor"       // sees and exports everything, changes nothing
	Administrator Role = "administrator" // appoints people and keeps the installation; has no say over money

	Worker           Role = "worker"            // works with the children assigned to them
	Supervisor       Role = "supervisor"        // answers for an organisation's workers and assigns children to them
	SafeguardingLead Role = "safeguarding_lead" // hears concerns, reviews what was looked at, keeps and erases records
)

// Network is the organisation of a grant that covers the whole network.
const Network int64 = 0

// Grant is one role in force, for one organisation or for the whole Network.
type Grant struct {
	Role         Role
	Organisation int64
}

// Actor is who acts: a person who has signed in, or a program under a key. A giver without an
// appointment has no roles, and a program never has any.
type Actor struct {
	PersonID int64 // 0 for a program
	Name     string
	Roles    []Grant // in force
	Lapsed   []Grant // held, but resting until a check is valid again
	Key      *Key    // nil for a person
}

// Actor returns the program that acts under k. It may do what k is for, and nothing else.
func (k Key) Actor() Actor { return Actor{Name: k.Name, Key: &k} }

type actorKey struct{}

// known is an actor together with what the policies know of them, made once a request.
type known struct {
	Actor
	entity types.Entity
}

// With returns a context in which a acts.
func With(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, known{a, a.entity(a.Roles)})
}

// From returns who acts; false for a guest and for the system.
func From(ctx context.Context) (Actor, bool) {
	a, ok := ctx.Value(actorKey{}).(known)
	return a.Actor, ok
}

// PersonID returns the id of who acts, 0 for a guest, a program and the system.
func PersonID(ctx context.Context) int64 {
	a, _ := From(ctx)
	return a.PersonID
}

// Check returns nil when who acts may do p for at least one organisation. Faults: Unauthenticated
// "access.sign_in" when nobody is signed in, Forbidden "access.denied", "access.lapsed" when only a check
// that has run out is missing, for a program "access.key_denied".
func Check(ctx context.Context, p Permission) error {
	return check(ctx, p, func(a known) bool {
		return slices.ContainsFunc(a.places(), func(at int64) bool { return a.may(p, at) })
	})
}

// CheckFor returns nil when who acts may do p for the given organisation, by a role or a key there or
// for the whole network. Faults as Check.
func CheckFor(ctx context.Context, p Permission, organisation int64) error {
	return check(ctx, p, func(a known) bool { return a.may(p, organisation) })
}

// Allowed reports whether Check would let p pass: what a page shows or leaves out.
func Allowed(ctx context.Context, p Permission) bool { return Check(ctx, p) == nil }

func check(ctx context.Context, p Permission, may func(known) bool) error {
	a, ok := ctx.Value(actorKey{}).(known)
	if !ok {
		return fault.New(fault.Unauthenticated, "access.sign_in")
	}
	switch {
	case may(a):
		return nil
	case a.Key != nil:
		return fault.New(fault.Forbidden, "access.key_denied").By(string(p), 0)
	case len(a.Lapsed) > 0 && may(known{a.Actor, a.Actor.entity(slices.Concat(a.Roles, a.Lapsed))}):
		return fault.New(fault.Forbidden, "access.lapsed").By(string(p), 0)
	}
	return fault.New(fault.Forbidden, "access.denied").By(string(p), 0)
}

// places are where the actor holds anything.
func (a known) places() []int64 {
	if a.Key != nil {
		return []int64{a.Key.Organisation}
	}
	at := make([]int64, 0, len(a.Roles)+len(a.Lapsed))
	for _, g := range slices.Concat(a.Roles, a.Lapsed) {
		if !slices.Contains(at, g.Organisation) {
			at = append(at, g.Organisation)
		}
	}
	return at
}

func (a known) may(p Permission, organisation int64) bool {
	c, ok := policies.places[p]
	return ok && decide(a.entity, p, placeEntity(organisation), c).Allowed
}
