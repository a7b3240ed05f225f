package child

import (
	"context"
	"slices"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/fault"
)

// Doors is what who acts may do with a record: what a page offers them. Each act asks again.
type Doors struct {
	Record
	Purposes []access.Purpose    // for which they may open it at all
	May      []access.Permission // for the purpose that was asked about
	Write    []access.Group      // that they may change for it
	Glass    bool                // they may open it in an emergency, and not otherwise
	Assigns  int64               // the organisation whose workers they assign to it; 0 for none
}

// Can reports whether p is among what they may do.
func (d Doors) Can(p access.Permission) bool { return slices.Contains(d.May, p) }

// Doors returns what who acts may do with a record for a purpose. It shows nothing that is sealed.
// Faults: Unauthenticated "access.sign_in"; NotFound "child.no_record" also for a record that they may
// open for no purpose, not even in an emergency.
func (s *Service) Doors(ctx context.Context, tx *db.Tx, record int64, purpose access.Purpose) (Doors, error) {
	if _, ok := access.From(ctx); !ok {
		return Doors{}, fault.New(fault.Unauthenticated, "access.sign_in")
	}
	d, err := s.one(ctx, tx, record)
	if err != nil {
		return Doors{}, err
	}
	question := access.Question{At: tx.Now(), Reason: true}
	may := func(p access.Permission, purpose access.Purpose, group access.Group) bool {
		question.Purpose, question.Group = purpose, group
		return access.DecideRecord(ctx, p, d.res, question).Allowed
	}
	out := Doors{Record: d.Record}
	for _, x := range access.Purposes() {
		if may(access.RecordOpen, x, "") {
			out.Purposes = append(out.Purposes, x)
		}
	}
	out.Glass = len(out.Purposes) == 0 && may(access.RecordGlass, access.Safeguarding, "")
	if len(out.Purposes) == 0 && !out.Glass {
		return Doors{}, errNoRecord.By(access.NoPermit, d.ID)
	}
	for _, p := range access.RecordPermissions() {
		if may(p, purpose, "") {
			out.May = append(out.May, p)
		}
	}
	for _, g := range access.Groups() {
		if may(access.RecordWrite, purpose, g) && (purpose != access.Guardian || d.byGuardian(g)) {
			out.Write = append(out.Write, g)
		}
	}
	out.Assigns, _ = assigns(ctx, d, tx.Now()) // who assigns nobody gets no door
	return out, nil
}
