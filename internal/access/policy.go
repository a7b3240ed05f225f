package access

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strconv"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"
)

// policyFiles are the policies as people read them, in Cedar (docs.cedarpolicy.com).
//
//go:embed policy/*.cedar
var policyFiles embed.FS

// rules are the policies, read once, and what is asked of them so often that it is kept ready.
type rules struct {
	all    *cedar.PolicySet
	about  map[Permission]cedar.PolicyMap // those that speak of an action: the others need not be tried
	places map[Permission]types.Record    // the circumstances of a question about a place
}

// policies is the one set of rules; it never changes while the program runs.
var policies = mustRead()

func mustRead() rules {
	r := rules{all: cedar.NewPolicySet(), about: map[Permission]cedar.PolicyMap{}, places: map[Permission]types.Record{}}
	names, err := fs.Glob(policyFiles, "policy/*.cedar")
	if err == nil {
		err = r.read(names)
	}
	if err != nil {
		panic("access: " + err.Error()) // the files are embedded and tested
	}
	for _, p := range PlacePermissions() {
		r.places[p] = circumstance(p, Question{})
	}
	return r
}

// read adds the files' policies, each under the name that its @id gives it.
func (r rules) read(names []string) error {
	for _, name := range names {
		text, err := policyFiles.ReadFile(name)
		if err != nil {
			return err
		}
		list, err := cedar.NewPolicyListFromBytes(name, text)
		if err != nil {
			return err
		}
		for _, p := range list {
			id := p.Annotations()["id"]
			if id == "" || !r.all.Add(cedar.PolicyID(id), p) {
				return fmt.Errorf("%s: each policy needs an @id of its own, not %q", name, id)
			}
			if err := r.index(cedar.PolicyID(id), p); err != nil {
				return err
			}
		}
	}
	return nil
}

// index notes of which actions a policy speaks, by the form in which Cedar writes policies for programs.
func (r rules) index(id cedar.PolicyID, p *cedar.Policy) error {
	type action struct {
		ID string `json:"id"`
	}
	var scope struct {
		Action struct {
			Op       string   `json:"op"`
			Entity   action   `json:"entity"`
			Entities []action `json:"entities"`
		} `json:"action"`
	}
	text, err := p.MarshalJSON()
	if err == nil {
		err = json.Unmarshal(text, &scope)
	}
	if err != nil {
		return fmt.Errorf("policy %s: %w", id, err)
	}
	named := append(scope.Action.Entities, scope.Action.Entity)
	for _, may := range Permissions() {
		if scope.Action.Op != "All" && !slices.Contains(named, action{string(may)}) {
			continue
		}
		if r.about[may] == nil {
			r.about[may] = cedar.PolicyMap{}
		}
		r.about[may][id] = p
	}
	return nil
}

// Policies returns the names of all policies, sorted. Each has a text "access.policy." + name that says
// what it means.
func Policies() []string {
	var names []string
	for id := range policies.all.All() {
		names = append(names, string(id))
	}
	slices.Sort(names)
	return names
}

// Decision is the answer to one question.
type Decision struct {
	Allowed bool
	By      []string // the policies that decided: those that permit, or those that forbid; none: nothing permits it
}

// decide asks the policies. A policy that cannot be evaluated denies: Cedar skips it, and a forbid that
// is skipped would let somebody in.
func decide(who types.Entity, p Permission, about types.Entity, c types.Record) Decision {
	ok, diag := cedar.Authorize(policies.about[p], pair{who, about}, cedar.Request{
		Principal: who.UID, Action: types.NewEntityUID("Action", types.String(p)), Resource: about.UID, Context: c})
	d := Decision{Allowed: ok == cedar.Allow && len(diag.Errors) == 0}
	for _, r := range diag.Reasons {
		d.By = append(d.By, string(r.PolicyID))
	}
	slices.Sort(d.By)
	return d
}

// pair are the entities of one question. Organisations need no list: each stands in the network.
type pair struct{ who, about types.Entity }

// Get implements types.EntityGetter.
func (e pair) Get(uid types.EntityUID) (types.Entity, bool) {
	switch {
	case uid == e.about.UID:
		return e.about, true
	case uid == e.who.UID:
		return e.who, true
	case uid.Type == kindOrganisation && uid != network:
		return types.Entity{UID: uid, Parents: inNetwork}, true
	}
	return types.Entity{}, false
}

const (
	kindOrganisation types.EntityType = "Organisation"
	kindPerson       types.EntityType = "Person"
	kindProgram      types.EntityType = "Program"
	kindRecord       types.EntityType = "Record"
	kindConcern      types.EntityType = "Concern"
)

var (
	network   = uidOf(kindOrganisation, Network)
	inNetwork = types.NewEntityUIDSet(network)
)

func uidOf(kind types.EntityType, id int64) types.EntityUID {
	return types.NewEntityUID(kind, types.String(strconv.FormatInt(id, 10)))
}

func uids(kind types.EntityType, ids []int64) types.Set {
	values := make([]types.Value, len(ids))
	for i, id := range ids {
		values[i] = uidOf(kind, id)
	}
	return types.NewSet(values...)
}

func words[S ~string](list []S) types.Set {
	values := make([]types.Value, len(list))
	for i, s := range list {
		values[i] = types.String(s)
	}
	return types.NewSet(values...)
}

// placeEntity is an organisation, or the network.
func placeEntity(organisation int64) types.Entity {
	if organisation == Network {
		return types.Entity{UID: network}
	}
	return types.Entity{UID: uidOf(kindOrganisation, organisation), Parents: inNetwork}
}

// entity is the actor as the policies know them.
func (a Actor) entity(grants []Grant) types.Entity {
	if a.Key != nil {
		return types.Entity{UID: uidOf(kindProgram, a.Key.ID), Attributes: types.NewRecord(types.RecordMap{
			"place": uidOf(kindOrganisation, a.Key.Organisation), "may": words(a.Key.Permissions)})}
	}
	held := types.RecordMap{}
	for _, role := range Roles() {
		var at []int64
		for _, g := range grants {
			if g.Role == role {
				at = append(at, g.Organisation)
			}
		}
		held[types.String(role)] = uids(kindOrganisation, at)
	}
	return types.Entity{UID: uidOf(kindPerson, a.PersonID), Attributes: types.NewRecord(held)}
}
