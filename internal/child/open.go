package child

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"manyhands/internal/access"
	"manyhands/internal/audit"
	"manyhands/internal/db"
	"manyhands/internal/fault"
)

// MostOpened is how many records OpenAll opens at once: a page.
const MostOpened = 100

// read is what the trail keeps of one look at a record.
type read struct {
	Groups []access.Group `json:"groups,omitempty"`
	Closed []access.Group `json:"closed,omitempty"`
	By     []string       `json:"by,omitempty"` // the policies that allowed to open it
}

// Open shows groups of a record to who acts, for a purpose. The trail has the look before anything is
// shown. A group that this purpose or this person may not have is among Closed, with the fault that says
// why. Faults: Unauthenticated "access.sign_in"; NotFound "child.no_record" also for a record that they
// may not know of; those of package vault.
func (s *Service) Open(ctx context.Context, record int64, purpose access.Purpose, groups ...access.Group) (Opened, error) {
	all, err := s.OpenAll(ctx, []int64{record}, purpose, groups...)
	if err != nil {
		return Opened{}, err
	}
	if len(all) == 0 {
		return Opened{}, errNoRecord.By(access.NoPermit, record)
	}
	return all[0], nil
}

// OpenAll is Open for a page of records, at most MostOpened, in their order. Those that who acts may not
// know of are left out.
func (s *Service) OpenAll(ctx context.Context, records []int64, purpose access.Purpose, groups ...access.Group) ([]Opened, error) {
	if len(records) > MostOpened {
		return nil, fmt.Errorf("child: %d records at once, at most %d", len(records), MostOpened)
	}
	if _, ok := access.From(ctx); !ok {
		return nil, fault.New(fault.Unauthenticated, "access.sign_in")
	}
	var out []Opened
	err := s.d.Write(ctx, func(tx *db.Tx) (err error) {
		out, err = s.open(ctx, tx, records, purpose, groups)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// open decides, writes the trail, then reads: in this order, so that nothing is read that is not in the
// trail. All of it stands or falls with the transaction.
func (s *Service) open(ctx context.Context, tx *db.Tx, ids []int64, purpose access.Purpose, groups []access.Group) ([]Opened, error) {
	all, err := s.load(ctx, tx, ids, tx.Now())
	if err != nil {
		return nil, err
	}
	var out []Opened
	var looks []audit.Act
	may := map[int64][]access.Group{}
	for _, id := range ids {
		d := all[id]
		if d == nil {
			continue
		}
		decision := access.DecideRecord(ctx, access.RecordOpen, d.res, access.Question{At: tx.Now(), Purpose: purpose})
		if !decision.Allowed {
			continue
		}
		o := Opened{Record: d.Record, Purpose: purpose, Versions: map[access.Group]int64{}, Closed: map[access.Group]error{}}
		look := read{By: decision.By}
		for _, g := range groups {
			x := access.DecideRecord(ctx, access.RecordRead, d.res, access.Question{At: tx.Now(), Purpose: purpose, Group: g})
			if x.Allowed {
				look.Groups = append(look.Groups, g)
			} else {
				o.Closed[g], look.Closed = x.Err(ctx), append(look.Closed, g)
			}
		}
		may[id], out = look.Groups, append(out, o)
		looks = append(looks, audit.Act{Kind: "record.read", Subject: id, Organisation: d.Organisation, Person: access.PersonID(ctx),
			Purpose: string(purpose), Data: look})
	}
	if err := audit.Add(ctx, tx, looks...); err != nil {
		return nil, fmt.Errorf("child: trail: %w", err)
	}
	return out, s.fill(ctx, tx, out, all, may)
}

// fill reads and opens what may be shown.
func (s *Service) fill(ctx context.Context, tx *db.Tx, out []Opened, all map[int64]*dossier, may map[int64][]access.Group) error {
	ids := make([]int64, 0, len(out))
	for _, o := range out {
		if len(may[o.ID]) > 0 {
			ids = append(ids, o.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	boxes, err := s.o.Vault.Boxes(ctx, tx, ids)
	if err != nil {
		return fmt.Errorf("child: boxes: %w", err)
	}
	sealed, err := s.readSealed(ctx, tx, ids, may)
	if err != nil {
		return err
	}
	for i := range out {
		f := filler{s: s, ctx: ctx, tx: tx, box: boxes[out[i].ID], d: all[out[i].ID], sealed: sealed, out: &out[i]}
		for _, g := range may[out[i].ID] {
			if err := f.group(g); err != nil {
				return err
			}
		}
	}
	return nil
}

// Briefs returns some records without opening them, in their order: code, state and dates, for those
// that who acts may know of.
func (s *Service) Briefs(ctx context.Context, tx *db.Tx, ids []int64, purpose access.Purpose) ([]Record, error) {
	all, err := s.load(ctx, tx, ids, tx.Now())
	if err != nil {
		return nil, err
	}
	var out []Record
	for _, id := range ids {
		d := all[id]
		if d != nil && access.DecideRecord(ctx, access.RecordOpen, d.res, access.Question{At: tx.Now(), Purpose: purpose}).Allowed {
			out = append(out, d.Record)
		}
	}
	return out, nil
}

// sealedGroup returns a group as it lies in the database and its version, 0 before anything was written.
func (f *filler) sealedGroup(g access.Group) ([]byte, int64) {
	for _, x := range f.sealed.groups[f.d.ID] {
		if x.Name == string(g) {
			return x.Sealed, x.Version
		}
	}
	return nil, 0
}

func (f *filler) group(g access.Group) error {
	var err error
	switch g {
	case access.Name:
		f.out.Name, err = opened[Name](f, g)
	case access.Identity:
		f.out.Identity, err = opened[Identity](f, g)
	case access.Number:
		f.out.Number, err = opened[Number](f, g)
	case access.Contact:
		f.out.Contact, err = opened[Contact](f, g)
	case access.Alerts:
		f.out.Alerts, err = opened[Alerts](f, g)
	case access.HealthNotes:
		f.out.Health, err = opened[Health](f, g)
	case access.Education:
		f.out.Education, err = opened[Education](f, g)
	case access.Situation:
		f.out.Situation, err = opened[Situation](f, g)
	case access.Plan:
		f.out.Plan, err = opened[Plan](f, g)
	case access.Guardians:
		f.out.Guardians, err = f.guardians()
	case access.Collection:
		f.out.Collection, err = f.collection()
	case access.Notes:
		err = f.notes()
	case access.Attachments:
		f.out.Attachments, err = f.attachments()
	default:
		err = errors.New("child: an unknown group of fields")
	}
	return err
}

func opened[T any](f *filler, g access.Group) (*T, error) {
	x := new(T)
	sealed, version := f.sealedGroup(g)
	f.out.Versions[g] = version
	return x, openJSON(f.box, groupField(g), sealed, x)
}

// asked reports whether any record may show one of some groups.
func asked(may map[int64][]access.Group, groups ...access.Group) bool {
	for _, list := range may {
		if slices.ContainsFunc(groups, func(g access.Group) bool { return slices.Contains(list, g) }) {
			return true
		}
	}
	return false
}
