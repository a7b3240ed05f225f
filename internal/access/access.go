// Package access decides who may do what.
//
// It is the one gate: handlers name a permission and services ask Check; nothing else in the house
// looks at roles. The decision is a table (see roles.go) today. The package must not read the
// database: whoever answers a request puts the actor into its context.
package access

import (
	"context"
	"slices"

	"manyhands/internal/fault"
)

// Role is what a person is appointed to.
type Role string

// The roles. What each may do stands in the table of roles.go.
const (
	Coordinator   Role = "coordinator"   // runs an organisation's needs, things and outcomes day by day
	Treasurer     Role = "treasurer"     // records invoices, asks for payouts and makes those approved
	Approver      Role = "approver"      // says yes or no to money leaving; never asks for it
	Verifier      Role = "verifier"      // checks organisations' programmes before they are shown
	Auditor       Role = "auditor"       // sees and exports everything, changes nothing
	Administrator Role = "administrator" // appoints people and keeps the installation; has no say over money
)

// Network is the organisation of a grant that covers the whole network.
const Network int64 = 0

// Grant is one role in force, for one organisation or for the whole Network.
type Grant struct {
	Role         Role
	Organisation int64
}

// Actor is who acts: a person who has signed in. A giver without an appointment has no roles.
type Actor struct {
	PersonID int64
	Name     string
	Roles    []Grant
}

type actorKey struct{}

// With returns a context in which a acts.
func With(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// From returns who acts; false for a guest and for the system.
func From(ctx context.Context) (Actor, bool) {
	a, ok := ctx.Value(actorKey{}).(Actor)
	return a, ok
}

// PersonID returns the id of who acts, 0 for a guest and for the system.
func PersonID(ctx context.Context) int64 {
	a, _ := From(ctx)
	return a.PersonID
}

// Check returns nil when who acts may do p for at least one organisation. Faults: Unauthenticated
// "access.sign_in" when nobody is signed in, Forbidden "access.denied".
func Check(ctx context.Context, p Permission) error {
	return check(ctx, func(a Actor) bool { return a.may(p, func(int64) bool { return true }) })
}

// CheckFor returns nil when who acts may do p for the given organisation, by a role there or in the
// whole network. Faults as Check.
func CheckFor(ctx context.Context, p Permission, organisation int64) error {
	return check(ctx, func(a Actor) bool {
		return a.may(p, func(of int64) bool { return of == Network || of == organisation })
	})
}

// Allowed reports whether Check would let p pass: what a page shows or leaves out.
func Allowed(ctx context.Context, p Permission) bool { return Check(ctx, p) == nil }

func check(ctx context.Context, may func(Actor) bool) error {
	a, ok := From(ctx)
	if !ok {
		return fault.New(fault.Unauthenticated, "access.sign_in")
	}
	if !may(a) {
		return fault.New(fault.Forbidden, "access.denied")
	}
	return nil
}

func (a Actor) may(p Permission, within func(organisation int64) bool) bool {
	return slices.ContainsFunc(a.Roles, func(g Grant) bool {
		return within(g.Organisation) && slices.Contains(table[g.Role], p)
	})
}
