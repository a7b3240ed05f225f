package child

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"manyhands/internal/access"
	"manyhands/internal/audit"
	"manyhands/internal/child/internal/childdb"
	"manyhands/internal/db"
	"manyhands/internal/fault"
)

// Looker is who looked at a record, as its guardian sees them.
type Looker string

// The lookers.
const (
	Myself        Looker = "myself"
	OtherGuardian Looker = "guardian"
	Staff         Looker = "staff"
	System        Looker = "system" // nobody: a clock
)

// Look is one line of who looked at a record or changed it.
type Look struct {
	audit.Row
	Who       Looker
	Role      access.Role    // which Staff had at that moment and place; "" where it is not known any more
	Assigned  bool           // the child is or was assigned to them: their name is no secret to the guardian
	Emergency bool           // opened without being assigned, with a reason; a lead looks into it
	Groups    []access.Group // what was opened, for a look
	Purpose   access.Purpose
}

// WhoLooked returns a page of who looked at a record and who changed it, newest first, for a guardian:
// as Looked, with who each is to the child. The guardian's own looks are left out, not their changes.
// next is what before becomes for the page that follows, 0 at the end. Faults: NotFound
// "child.no_record" and those of access.Decision.
func (s *Service) WhoLooked(ctx context.Context, tx *db.Tx, record, before int64, limit int) (list []Look, next int64, err error) {
	d, err := s.may(ctx, tx, record, access.RecordHistory, access.Question{Purpose: access.Guardian})
	if err != nil {
		return nil, 0, err
	}
	for len(list) < limit {
		rows, err := audit.Of(ctx, tx, record, before, limit)
		if err != nil {
			return nil, 0, fmt.Errorf("child: who looked: %w", err)
		}
		for _, x := range rows {
			if keptFromGuardians(x) || strings.HasSuffix(x.Kind, ".read") && x.Person == access.PersonID(ctx) || d.keptApart(ctx, x) {
				continue
			}
			l, err := s.lookOf(ctx, tx, d, x)
			if err != nil {
				return nil, 0, err
			}
			list = append(list, l)
		}
		if len(rows) < limit {
			return list, 0, nil
		}
		before = rows[len(rows)-1].ID
	}
	return list, before, nil
}

// keptApart reports whether a row would tell one guardian what another said that only workers are to
// know: whom they forbid to collect the child, and what they asked for.
func (d *dossier) keptApart(ctx context.Context, x audit.Row) bool {
	if x.Person == access.PersonID(ctx) {
		return false
	}
	var entry struct{ Forbidden bool }
	if err := json.Unmarshal(x.Data, &entry); err == nil && entry.Forbidden {
		return true
	}
	return strings.HasPrefix(x.Kind, "request.") && d.isGuardian(x.Person)
}

func (d *dossier) isGuardian(person int64) bool {
	return slices.ContainsFunc(d.guardians, func(g childdb.ChildGuardian) bool { return g.PersonID == person && person != 0 })
}

func (s *Service) lookOf(ctx context.Context, tx *db.Tx, d *dossier, x audit.Row) (Look, error) {
	l := Look{Row: x, Who: Staff, Emergency: emergency(x), Purpose: access.Purpose(x.Purpose)}
	var r read
	if err := json.Unmarshal(x.Data, &r); err == nil {
		l.Groups = r.Groups
	}
	switch {
	case x.Person == 0:
		l.Who = System
	case x.Person == access.PersonID(ctx):
		l.Who = Myself
	case l.Purpose == access.Guardian, l.Purpose == "" && d.isGuardian(x.Person):
		l.Who = OtherGuardian
	}
	if l.Who != Staff {
		return l, nil
	}
	for _, a := range d.assignments {
		l.Assigned = l.Assigned || a.PersonID == x.Person
	}
	a, err := s.o.People.Actor(ctx, tx, x.Person, x.At)
	if fault.KindOf(err) == fault.NotFound {
		return l, nil // they have left, and what they were called with them
	}
	if err != nil {
		return Look{}, fmt.Errorf("child: who looked: %w", err)
	}
	for _, role := range []access.Role{access.Worker, access.Supervisor, access.SafeguardingLead} {
		if slices.ContainsFunc(a.Roles, func(g access.Grant) bool { return g.Role == role }) {
			l.Role = role
			break
		}
	}
	return l, nil
}
