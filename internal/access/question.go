package access

import (
	"context"
	"time"

	"github.com/cedar-policy/cedar-go/types"

	"manyhands/internal/fault"
)

// Purpose is what somebody wants to do when they open a child's record. It decides which groups of
// fields they get, and is written into the audit trail.
type Purpose string

// The purposes.
const (
	Care         Purpose = "care"         // an evening at the centre: who comes, who collects, what to watch for
	Meals        Purpose = "meals"        // what may be eaten
	Health       Purpose = "health"       // a visit to a doctor
	School       Purpose = "school"       // homework and talks with a teacher
	Casework     Purpose = "casework"     // the plan for this child
	Referral     Purpose = "referral"     // handing over to another programme
	Guardian     Purpose = "guardian"     // a guardian looks at their own child's record
	Safeguarding Purpose = "safeguarding" // a lead's work, or an emergency
)

// Purposes returns all purposes in the order in which pages list them.
func Purposes() []Purpose {
	return []Purpose{Care, Meals, Health, School, Casework, Referral, Guardian, Safeguarding}
}

// Group names fields of a record that are allowed or refused together.
type Group string

// The groups.
const (
	Name        Group = "name"        // what the child is called
	Identity    Group = "identity"    // full name, birth date, sex
	Number      Group = "number"      // number of an identity document
	Contact     Group = "contact"     // address
	Guardians   Group = "guardians"   // who they are and how to reach them
	Collection  Group = "collection"  // who may collect the child, and who must not
	Alerts      Group = "alerts"      // allergies and what saves a life
	HealthNotes Group = "health"      // what doctors know
	Education   Group = "education"   // school, class
	Situation   Group = "situation"   // the family's situation
	Plan        Group = "plan"        // what was agreed to do
	Notes       Group = "notes"       // what workers wrote
	Attachments Group = "attachments" // files
)

// Groups returns all groups in the order in which pages show them.
func Groups() []Group {
	return []Group{Name, Identity, Number, Contact, Guardians, Collection, Alerts, HealthNotes, Education, Situation, Plan, Notes, Attachments}
}

// Record is what the policies need to know of one child's record. Package child fills it in; everything
// is as of the moment of the question. Make a new one when something changed.
type Record struct {
	ID           int64
	Organisation int64
	Enrolling    bool      // being filled in: nobody has agreed yet
	Ended        time.Time // when the child left; zero while they are here
	Workers      []int64   // persons to whom the child is assigned now
	Guardians    []int64   // persons who hold authority now
	Glass        []int64   // persons who have opened it in an emergency, until that ends
	Receivers    []int64   // organisations that took a referral and may be told
	Consents     []string  // purposes of consent that are in force now

	known *types.Entity
}

// entity returns the record as the policies know it, made once.
func (r *Record) entity() types.Entity {
	if r.known != nil {
		return *r.known
	}
	m := types.RecordMap{
		"enrolling": types.Boolean(r.Enrolling), "workers": uids(kindPerson, r.Workers), "guardians": uids(kindPerson, r.Guardians),
		"glass": uids(kindPerson, r.Glass), "receivers": uids(kindOrganisation, r.Receivers), "consents": words(r.Consents),
	}
	if !r.Ended.IsZero() {
		m["ended"] = types.NewDatetime(r.Ended)
	}
	r.known = &types.Entity{UID: uidOf(kindRecord, r.ID), Parents: types.NewEntityUIDSet(uidOf(kindOrganisation, r.Organisation)),
		Attributes: types.NewRecord(m)}
	return *r.known
}

// Concern is what the policies need to know of one report that a child may be harmed.
type Concern struct {
	ID           int64
	Organisation int64
	Allegation   bool    // against somebody of the staff
	About        []int64 // those persons, where they are known
	Unheard      bool    // no safeguarding lead may hear it
}

func (c Concern) entity() types.Entity {
	return types.Entity{UID: uidOf(kindConcern, c.ID), Parents: types.NewEntityUIDSet(uidOf(kindOrganisation, c.Organisation)),
		Attributes: types.NewRecord(types.RecordMap{"allegation": types.Boolean(c.Allegation), "about": uids(kindPerson, c.About), "unheard": types.Boolean(c.Unheard)})}
}

// Question is what is asked about a record, beside who asks.
type Question struct {
	At      time.Time // now, by the house's clock
	Purpose Purpose
	Group   Group     // for RecordRead and RecordWrite
	Reason  bool      // whether a reason was given, where one is asked for
	NoteAt  time.Time // of the note at hand, for Notes and RecordAmend; zero for none
	Author  int64     // and who wrote it; 0 for nobody
}

func circumstance(p Permission, q Question) types.Record {
	m := types.RecordMap{"permission": types.String(p), "now": types.NewDatetime(q.At), "purpose": types.String(q.Purpose),
		"group": types.String(q.Group), "reason": types.Boolean(q.Reason)}
	if !q.NoteAt.IsZero() {
		m["note_at"] = types.NewDatetime(q.NoteAt)
	}
	if q.Author != 0 {
		m["author"] = uidOf(kindPerson, q.Author)
	}
	return types.NewRecord(m)
}

// DecidePlace answers what CheckFor answers, and by which policies.
func DecidePlace(ctx context.Context, p Permission, organisation int64) Decision {
	a, ok := ctx.Value(actorKey{}).(known)
	c, asked := policies.places[p]
	if !ok || !asked {
		return Decision{}
	}
	return decide(a.entity, p, placeEntity(organisation), c)
}

// DecideRecord answers whether who acts may do p with r. Without anybody acting the answer is no.
func DecideRecord(ctx context.Context, p Permission, r *Record, q Question) Decision {
	a, ok := ctx.Value(actorKey{}).(known)
	if !ok {
		return Decision{}
	}
	return decide(a.entity, p, r.entity(), circumstance(p, q))
}

// DecideConcern answers whether who acts may do p with c.
func DecideConcern(ctx context.Context, p Permission, c Concern) Decision {
	a, ok := ctx.Value(actorKey{}).(known)
	if !ok {
		return Decision{}
	}
	return decide(a.entity, p, c.entity(), circumstance(p, Question{}))
}

// Err returns nil for an allowed decision, else the fault that says why: Unauthenticated
// "access.sign_in" for a guest, Forbidden "access.policy.<name>" where a policy forbids it, Forbidden
// "access.lapsed" where only a check that has run out is missing, Forbidden "access.denied".
func (d Decision) Err(ctx context.Context) error {
	a, ok := From(ctx)
	switch {
	case d.Allowed:
		return nil
	case !ok:
		return fault.New(fault.Unauthenticated, "access.sign_in")
	case len(d.By) > 0:
		return fault.New(fault.Forbidden, PolicyText+d.By[0]).By(d.By[0], 0)
	case len(a.Lapsed) > 0:
		return fault.New(fault.Forbidden, "access.lapsed").By("lapsed", 0)
	}
	return fault.New(fault.Forbidden, "access.denied").By(NoPermit, 0)
}

// NoPermit is the rule of a refusal where no policy permits what was asked for.
const NoPermit = "no_permit"

// PolicyText begins the key of the text that says what a policy means; its name follows.
const PolicyText = "access.policy."
