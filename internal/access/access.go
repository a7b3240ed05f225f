// Package access decides who may do what.
//
// It is the one gate: handlers name a permission and services ask Check; nothing else in the house
// looks at roles. The decision is a table (see roles.go) today, and deciding must not read the
// database: whoever answers a request puts the actor into its context. What the package does keep are
// the keys under which programs act (key.go); persons and their appointments are package people's.
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

// Actor is who acts: a person who has signed in, or a program under a key. A giver without an
// appointment has no roles, and a program never has any.
type Actor struct {
	PersonID int64 // 0 for a program
	Name     string
	Roles    []Grant
	Key      *Key // nil for a person
}

// Actor returns the program that acts under k. It may do what k is for, and nothing else.
func (k Key) Actor() Actor { return Actor{Name: k.Name, Key: &k} }

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

// PersonID returns the id of who acts, 0 for a guest, a program and the system.
func PersonID(ctx context.Context) int64 {
	a, _ := From(ctx)
	return a.PersonID
}

// Check returns nil when who acts may do p for at least one organisation. Faults: Unauthenticated
// "access.sign_in" when nobody is signed in, Forbidden "access.denied", for a program "access.key_denied".
func Check(ctx context.Context, p Permission) error {
	return check(ctx, func(a Actor) bool { return a.may(p, func(int64) bool { return true }) })
}

// CheckFor returns nil when who acts may do p for the given organisation, by a role or a key there or
// for the whole network. Faults as Check.
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
	switch {
	case may(a):
		return nil
	case a.Key != nil:
		return fault.New(fault.Forbidden, "access.key_denied")
	}
	return fault.New(fault.Forbidden, "access.denied")
}

func (a Actor) may(p Permission, within func(organisation int64) bool) bool {
	if a.Key != nil && within(a.Key.Organisation) && slices.Contains(a.Key.Permissions, p) {
		return true
	}
	return slices.ContainsFunc(a.Roles, func(g Grant) bool {
		return within(g.Organisation) && slices.Contains(table[g.Role], p)
	})
}
