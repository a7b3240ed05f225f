package child

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/audit"
	"manyhands/internal/child/idnumber"
	"manyhands/internal/child/internal/childdb"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
)

// Found is a record that was looked for.
type Found struct {
	Record
	Glass bool // who looks may open it in an emergency alone
}

// ByCode finds a record by its code, as typed or read aloud. Faults: NotFound "child.no_record", also
// for one that who acts may neither open for this purpose nor in an emergency.
func (s *Service) ByCode(ctx context.Context, tx *db.Tx, typed string, purpose access.Purpose) (Found, error) {
	code := ParseCode(typed)
	if code == "" {
		return Found{}, errNoRecord
	}
	id, err := q.RecordIDByCode(ctx, tx, code)
	if err != nil {
		return Found{}, fmt.Errorf("child: by code: %w", db.NotFound(err, errNoRecord.Key))
	}
	all, err := s.visible(ctx, tx, []int64{id}, purpose)
	if err != nil {
		return Found{}, err
	}
	if len(all) == 0 {
		return Found{}, errNoRecord.By(access.NoPermit, id)
	}
	return all[0], nil
}

// ByName finds records by exact name and birthday; there is no search by a part of a name, nor by a name
// alone. Each search is in the trail, without what was searched. Faults: Forbidden "access.denied" for
// who may not look for records anywhere; Fields naming "name" or "birth"; those of package vault.
func (s *Service) ByName(ctx context.Context, tx *db.Tx, name, birth string, purpose access.Purpose) ([]Found, error) {
	if err := access.Check(ctx, access.RecordFind); err != nil {
		return nil, err
	}
	var c checker
	name = c.name("name", name)
	c.required("name", name)
	birth, _ = c.day("birth", birth)
	c.required("birth", birth)
	if err := c.bad.Err(); err != nil {
		return nil, err
	}
	lookup, err := s.nameLookup(name, birth)
	if err != nil {
		return nil, err
	}
	ids, err := q.RecordIDsByName(ctx, tx, lookup)
	if err != nil {
		return nil, fmt.Errorf("child: by name: %w", err)
	}
	return s.searched(ctx, tx, ids, purpose)
}

// ByNumber finds records by the number of an identity document. Faults: as ByName, naming "number_kind" or
// "number".
func (s *Service) ByNumber(ctx context.Context, tx *db.Tx, n Number, purpose access.Purpose) ([]Found, error) {
	if err := access.Check(ctx, access.RecordFind); err != nil {
		return nil, err
	}
	if n.Kind == NoNumber {
		return nil, fault.Fields{{Name: "number_kind", Key: "form.choice"}}
	}
	kept, err := n.checked(tx.Now())
	if err != nil {
		return nil, err
	}
	n, _ = kept.(Number)
	lookup, err := s.numberLookup(n)
	if err != nil {
		return nil, err
	}
	ids, err := q.RecordIDsByNumber(ctx, tx, lookup)
	if err != nil {
		return nil, fmt.Errorf("child: by number: %w", err)
	}
	return s.searched(ctx, tx, ids, purpose)
}

// ByPhone finds the records of which a guardian has this telephone number: somebody rings, and says for
// whom. Faults: as ByName, naming "phone".
func (s *Service) ByPhone(ctx context.Context, tx *db.Tx, typed string, purpose access.Purpose) ([]Found, error) {
	if err := access.Check(ctx, access.RecordFind); err != nil {
		return nil, err
	}
	var c checker
	phone := c.phone("phone", typed)
	if len(c.bad) == 0 {
		c.required("phone", phone)
	}
	if err := c.bad.Err(); err != nil {
		return nil, err
	}
	lookup, err := s.phoneLookup(phone)
	if err != nil {
		return nil, err
	}
	ids, err := q.RecordIDsByPhone(ctx, tx, lookup)
	if err != nil {
		return nil, fmt.Errorf("child: by phone: %w", err)
	}
	return s.searched(ctx, tx, ids, purpose)
}

func (s *Service) searched(ctx context.Context, tx *db.Tx, ids []int64, purpose access.Purpose) ([]Found, error) {
	out, err := s.visible(ctx, tx, ids, purpose)
	if err != nil {
		return nil, err
	}
	err = audit.Add(ctx, tx, audit.Act{Kind: "record.searched", Person: access.PersonID(ctx), Purpose: string(purpose), Data: struct {
		Found int `json:"found"`
	}{len(out)}})
	if err != nil {
		return nil, fmt.Errorf("child: trail: %w", err)
	}
	return out, nil
}

// visible keeps those records that who acts may know of.
func (s *Service) visible(ctx context.Context, tx *db.Tx, ids []int64, purpose access.Purpose) ([]Found, error) {
	all, err := s.load(ctx, tx, ids, tx.Now())
	if err != nil {
		return nil, err
	}
	var out []Found
	for _, id := range ids {
		d := all[id]
		if d == nil {
			continue
		}
		question := access.Question{At: tx.Now(), Purpose: purpose, Reason: true}
		open := access.DecideRecord(ctx, access.RecordOpen, d.res, question).Allowed
		if open || access.DecideRecord(ctx, access.RecordGlass, d.res, question).Allowed {
			out = append(out, Found{Record: d.Record, Glass: !open})
		}
	}
	return out, nil
}

// List says which records to list.
type List struct {
	Organisation int64 // all of an organisation in State; 0: those assigned to Worker
	State        State
	Worker       int64
	After        int64 // the last record of the page before
	Limit        int   // at most MostOpened
}

// Records lists records without opening them, oldest first: those that who acts may know of for the
// purpose. next is what After becomes for the page that follows, 0 at the end. Open names with OpenAll.
func (s *Service) Records(ctx context.Context, tx *db.Tx, purpose access.Purpose, in List) (list []Record, next int64, err error) {
	ids, next, err := in.ids(ctx, tx)
	if err != nil {
		return nil, 0, err
	}
	list, err = s.Briefs(ctx, tx, ids, purpose)
	return list, next, err
}

// OpenList is Records and OpenAll in one: a page of a list, opened. Faults: as OpenAll.
func (s *Service) OpenList(ctx context.Context, purpose access.Purpose, in List, groups ...access.Group) (list []Opened, next int64, err error) {
	if _, ok := access.From(ctx); !ok {
		return nil, 0, fault.New(fault.Unauthenticated, "access.sign_in")
	}
	err = s.d.Write(ctx, func(tx *db.Tx) (err error) {
		var ids []int64
		if ids, next, err = in.ids(ctx, tx); err != nil {
			return err
		}
		list, err = s.open(ctx, tx, ids, purpose, groups)
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	return list, next, nil
}

// ids returns what is listed, before it is asked who may know of it.
func (in List) ids(ctx context.Context, tx *db.Tx) (ids []int64, next int64, err error) {
	most := int32(min(max(in.Limit, 1), MostOpened))
	if in.Organisation != 0 {
		ids, err = q.RecordIDsOfOrganisation(ctx, tx, childdb.RecordIDsOfOrganisationParams{OrganisationID: in.Organisation,
			State: string(in.State), After: in.After, Most: most})
	} else {
		ids, err = q.RecordIDsOfWorker(ctx, tx, childdb.RecordIDsOfWorkerParams{PersonID: in.Worker, Now: tx.NowMicros(),
			After: in.After, Most: most})
	}
	if err != nil {
		return nil, 0, fmt.Errorf("child: list: %w", err)
	}
	if len(ids) == int(most) {
		next = ids[len(ids)-1]
	}
	return ids, next, nil
}

// Children lists the records of which who acts is a guardian, without opening them.
func (s *Service) Children(ctx context.Context, tx *db.Tx) ([]Record, error) {
	ids, err := q.RecordIDsOfGuardian(ctx, tx, childdb.RecordIDsOfGuardianParams{PersonID: access.PersonID(ctx), Now: tx.NowMicros()})
	if err != nil {
		return nil, fmt.Errorf("child: children: %w", err)
	}
	return s.Briefs(ctx, tx, ids, access.Guardian)
}

// EndedBefore lists records of children who left at or before a moment and that nobody holds, from after
// on: what a retention clock looks at. It shows numbers alone and asks nobody's leave: jobs call it.
func (s *Service) EndedBefore(ctx context.Context, r db.Queryer, before time.Time, after int64, limit int) ([]int64, error) {
	ids, err := q.RecordIDsEnded(ctx, r, childdb.RecordIDsEndedParams{Before: clock.Micros(before), After: after,
		Most: int32(min(max(limit, 0), math.MaxInt32))})
	if err != nil {
		return nil, fmt.Errorf("child: ended: %w", err)
	}
	return ids, nil
}

// Masked returns what a page shows of an identity number where the whole is not needed.
func (n Number) Masked() string { return idnumber.Masked(n.Number) }

// notForGuardians are acts that a guardian's view of the trail leaves out: what the child said about
// telling the parents, and what was done without them.
var notForGuardians = []string{"consent.remarked", "remark.read", "remark.ended", "consent.overridden", "consent.reason_read"}

// Looked returns who looked at or changed a record, newest first, at most limit rows before the given
// one (0: the newest). A guardian is not shown what a lead did for safeguarding: where the harm is at
// home, that would be a warning. Emergencies are shown. Faults: NotFound "child.no_record" and those of access.Decision.
func (s *Service) Looked(ctx context.Context, tx *db.Tx, record int64, purpose access.Purpose, before int64, limit int) ([]audit.Row, error) {
	if _, err := s.may(ctx, tx, record, access.RecordHistory, access.Question{Purpose: purpose}); err != nil {
		return nil, err
	}
	rows, err := audit.Of(ctx, tx, record, before, limit)
	if err != nil {
		return nil, fmt.Errorf("child: who looked: %w", err)
	}
	switch purpose {
	case access.Safeguarding:
	case access.Guardian:
		rows = slices.DeleteFunc(rows, keptFromGuardians)
	default:
		rows = slices.DeleteFunc(rows, leadsWork) // which may be about the staff
	}
	return rows, nil
}

// keptFromGuardians reports whether a row is left out of a guardian's view.
func keptFromGuardians(x audit.Row) bool {
	return leadsWork(x) || slices.Contains(notForGuardians, x.Kind) || withoutThem(x)
}

// withoutThem reports whether a row is of a referral that was made without the guardians' consent.
func withoutThem(x audit.Row) bool {
	var mark referralMark
	return strings.HasPrefix(x.Kind, "referral.") && json.Unmarshal(x.Data, &mark) == nil && mark.Override != ""
}

// leadsWork reports whether a row is of what safeguarding leads do, or is for them alone: it tells that
// they look into something, or that somebody was refused.
func leadsWork(x audit.Row) bool {
	return x.Kind == refusedAct || x.Purpose == string(access.Safeguarding) && !emergency(x)
}

// emergency reports whether an act was, or was allowed by, opening a record in an emergency.
func emergency(x audit.Row) bool {
	var look read
	if err := json.Unmarshal(x.Data, &look); err != nil {
		return false
	}
	return strings.HasPrefix(x.Kind, "glass.") || slices.Contains(look.By, "glass_read")
}
