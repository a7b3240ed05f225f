package child

import (
	"context"
	"fmt"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/blob"
	"manyhands/internal/child/internal/childdb"
	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/vault"
)

// sealedRows is what lies in the database of some records, by record.
type sealedRows struct {
	groups      map[int64][]childdb.ChildGroup
	collectors  map[int64][]childdb.ChildCollector
	pickups     map[int64][]childdb.ChildPickup
	notes       map[int64][]childdb.ChildNote
	attachments map[int64][]childdb.ChildAttachment
}

func (s *Service) readSealed(ctx context.Context, tx *db.Tx, ids []int64, may map[int64][]access.Group) (*sealedRows, error) {
	rows := &sealedRows{}
	groups, err := q.Groups(ctx, tx, ids)
	if err != nil {
		return nil, fmt.Errorf("child: groups: %w", err)
	}
	rows.groups = byRecord(groups, func(x childdb.ChildGroup) int64 { return x.RecordID })
	if asked(may, access.Collection) {
		list, err := q.CollectorsOf(ctx, tx, childdb.CollectorsOfParams{Ids: ids, Now: tx.NowMicros()})
		if err != nil {
			return nil, fmt.Errorf("child: collectors: %w", err)
		}
		rows.collectors = byRecord(list, func(x childdb.ChildCollector) int64 { return x.RecordID })
		once, err := q.Pickups(ctx, tx, childdb.PickupsParams{Ids: ids, Now: tx.NowMicros()})
		if err != nil {
			return nil, fmt.Errorf("child: pickups: %w", err)
		}
		rows.pickups = byRecord(once, func(x childdb.ChildPickup) int64 { return x.RecordID })
	}
	if asked(may, access.Notes) {
		list, err := q.NotesOf(ctx, tx, ids)
		if err != nil {
			return nil, fmt.Errorf("child: notes: %w", err)
		}
		rows.notes = byRecord(list, func(x childdb.ChildNote) int64 { return x.RecordID })
	}
	if asked(may, access.Attachments) {
		list, err := q.AttachmentsOf(ctx, tx, ids)
		if err != nil {
			return nil, fmt.Errorf("child: attachments: %w", err)
		}
		rows.attachments = byRecord(list, func(x childdb.ChildAttachment) int64 { return x.RecordID })
	}
	return rows, nil
}

func byRecord[T any](list []T, record func(T) int64) map[int64][]T {
	out := map[int64][]T{}
	for _, x := range list {
		out[record(x)] = append(out[record(x)], x)
	}
	return out
}

// filler opens the groups of one record.
type filler struct {
	s      *Service
	ctx    context.Context
	tx     *db.Tx
	box    *vault.Box
	d      *dossier
	sealed *sealedRows
	out    *Opened
}

func (f *filler) guardians() ([]Guardian, error) {
	proofs, err := q.ProofsOf(f.ctx, f.tx, f.d.ID)
	if err != nil {
		return nil, fmt.Errorf("child: proofs: %w", err)
	}
	files := map[int64][]int64{}
	for _, p := range proofs {
		files[p.GuardianID] = append(files[p.GuardianID], p.BlobID)
	}
	out := make([]Guardian, 0, len(f.d.guardians))
	for _, x := range f.d.guardians {
		g, err := guardianOf(f.box, x)
		if err != nil {
			return nil, err
		}
		g.Files = files[g.ID]
		if f.out.Purpose == access.Guardian && g.Person != access.PersonID(f.ctx) {
			g.Who.Phone, g.Who.Remark, g.Files = "", "", nil // guardians may have reasons to keep apart
		}
		out = append(out, g)
	}
	return out, nil
}

func guardianOf(box *vault.Box, x childdb.ChildGuardian) (Guardian, error) {
	g := Guardian{ID: x.ID, Record: x.RecordID, Person: x.PersonID, Authority: x.Authority, Reachable: x.Reachable, Proof: Proof(x.Proof),
		ProofBy: x.ProofBy, ProofAt: clock.Time(x.ProofAt), From: clock.Time(x.FromAt), Until: clock.Time(x.UntilAt)}
	return g, openJSON(box, rowField("guardian", x.ID), x.Sealed, &g.Who)
}

// rowField binds what is sealed to its row.
func rowField(table string, id int64) string { return table + "." + clock.FormatID(id) }

func (f *filler) collection() (*Collection, error) {
	c := &Collection{Others: f.d.agreed.Needed(f.d.ID, consent.For(consent.Collection))}
	for _, x := range f.sealed.collectors[f.d.ID] {
		if x.Forbidden && f.out.Purpose == access.Guardian && x.MadeBy != access.PersonID(f.ctx) {
			continue // another guardian may have asked for it, for their safety
		}
		y := Collector{ID: x.ID, Record: x.RecordID, Picture: x.BlobID, Forbidden: x.Forbidden, From: clock.Time(x.FromAt),
			Until: clock.Time(x.UntilAt)}
		if err := openJSON(f.box, rowField("collector", x.ID), x.Sealed, &y.Who); err != nil {
			return nil, err
		}
		if y.Forbidden && f.out.Purpose == access.Care {
			y.Who.Phone, y.Who.Remark = "", "" // whoever stands at the door refers to a lead, and needs no reason
		}
		c.Collectors = append(c.Collectors, y)
	}
	if err := f.pickups(c); err != nil {
		return nil, err
	}
	var err error
	c.Alone, err = f.alone()
	return c, err
}

// alone says whether the child may go home alone now. Age comes from the sealed birth date, of which the
// answer tells no more than it has to.
func (f *filler) alone() (Alone, error) {
	a := Alone{Age: f.s.o.AloneAge}
	var id Identity
	sealed, _ := f.sealedGroup(access.Identity)
	if err := openJSON(f.box, groupField(access.Identity), sealed, &id); err != nil {
		return a, err
	}
	years, known := id.Age(f.tx.Now(), f.s.o.Zone)
	if !known || years < a.Age {
		a.Why = fault.New(fault.Forbidden, "child.alone_age", "Age", a.Age)
		return a, nil
	}
	a.Why = f.d.agreed.Needed(f.d.ID, consent.For(consent.WalkingHome))
	a.May = a.Why == nil
	return a, nil
}

// notes opens the notes that who acts may see: each is asked about on its own, since rights decay with
// its age.
func (f *filler) notes() error {
	for _, x := range f.sealed.notes[f.d.ID] {
		question := access.Question{At: f.tx.Now(), Purpose: f.out.Purpose, Group: access.Notes, NoteAt: clock.Time(x.MadeAt), Author: x.AuthorID}
		if !access.DecideRecord(f.ctx, access.RecordRead, f.d.res, question).Allowed {
			f.out.NotesHidden++
			continue
		}
		n := Note{ID: x.ID, Record: x.RecordID, Kind: NoteKind(x.Kind), Author: x.AuthorID, Made: clock.Time(x.MadeAt),
			Changed: clock.Time(x.ChangedAt), Mine: access.DecideRecord(f.ctx, access.RecordAmend, f.d.res, question).Allowed}
		var err error
		if n.Text, err = f.box.OpenText(rowField("note", x.ID), x.Sealed); err != nil {
			return fmt.Errorf("child: open a note: %w", err)
		}
		f.out.Notes = append(f.out.Notes, n)
	}
	return nil
}

// attachments lists the files; the bytes are had one by one, by File.
func (f *filler) attachments() ([]Attachment, error) {
	files, err := f.s.o.Blobs.Of(f.ctx, f.tx, f.d.ID, mostFiles)
	if err != nil {
		return nil, fmt.Errorf("child: files: %w", err)
	}
	var out []Attachment
	for _, x := range f.sealed.attachments[f.d.ID] {
		a := Attachment{ID: x.ID, Record: x.RecordID, MadeBy: x.MadeBy, Made: clock.Time(x.MadeAt)}
		if a.Title, err = f.box.OpenText(rowField("attachment", x.ID), x.Sealed); err != nil {
			return nil, fmt.Errorf("child: open a title: %w", err)
		}
		if i := slices.IndexFunc(files, func(b blob.Blob) bool { return b.ID == x.BlobID }); i >= 0 {
			a.File = files[i]
		}
		out = append(out, a)
	}
	return out, nil
}

func endOf(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return clock.Micros(t)
}
