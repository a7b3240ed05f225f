package child

import (
	"context"
	"fmt"
	"slices"

	"manyhands/internal/access"
	"manyhands/internal/child/internal/childdb"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/vault"
)

// Change writes one group of a record anew. version is what Opened.Versions said, 0 for a group that
// nobody has written: of two people who change the same group, the second is told. Guardians change an
// active record's contact and alerts alone, otherwise Forbidden "child.ask_correction". Faults: NotFound
// "child.no_record" and those of access.Decision; Fields naming what cannot be right; Conflict
// "child.changed_meanwhile", and "child.number_here", to workers alone, as for Enrol; those of package vault.
func (s *Service) Change(ctx context.Context, tx *db.Tx, record int64, purpose access.Purpose, version int64, c Content) error {
	d, err := s.may(ctx, tx, record, access.RecordWrite, access.Question{Purpose: purpose, Group: c.Group()})
	if err != nil {
		return err
	}
	if purpose == access.Guardian && !d.byGuardian(c.Group()) {
		return fault.New(fault.Forbidden, "child.ask_correction")
	}
	if c, err = c.checked(tx.Now()); err != nil {
		return err
	}
	box, err := s.o.Vault.Box(ctx, tx, record)
	if err != nil {
		return fmt.Errorf("child: box: %w", err)
	}
	if err := s.found(ctx, tx, d, purpose, box, c); err != nil {
		return err
	}
	sealed, err := sealJSON(box, groupField(c.Group()), c)
	if err != nil {
		return err
	}
	var n int64
	if version == 0 {
		n, err = q.InsertGroup(ctx, tx, childdb.InsertGroupParams{RecordID: record, Name: string(c.Group()), Sealed: sealed,
			ChangedBy: access.PersonID(ctx), ChangedAt: tx.NowMicros()})
	} else {
		n, err = q.UpdateGroup(ctx, tx, childdb.UpdateGroupParams{Sealed: sealed, ChangedBy: access.PersonID(ctx), ChangedAt: tx.NowMicros(),
			RecordID: record, Name: string(c.Group()), Version: version})
	}
	if err != nil {
		return fmt.Errorf("child: change a group: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "child.changed_meanwhile")
	}
	return act(ctx, tx, "record.changed", d, purpose, read{Groups: []access.Group{c.Group()}})
}

// byGuardian reports whether guardians change a group themselves: everything while the record is being
// filled in, later where they live, what to watch for, who collects, and how they are reached themselves.
// The rest a worker corrects when asked.
func (d *dossier) byGuardian(g access.Group) bool {
	return d.State == Enrolling ||
		slices.Contains([]access.Group{access.Contact, access.Alerts, access.Guardians, access.Collection}, g)
}

// found brings what a record is found by up to date with a change, and checks that number and birthday
// fit each other.
func (s *Service) found(ctx context.Context, tx *db.Tx, d *dossier, purpose access.Purpose, box *vault.Box, c Content) error {
	g := c.Group()
	if g != access.Name && g != access.Identity && g != access.Number {
		return nil
	}
	name, id, number, err := s.who(ctx, tx, box, d.ID)
	if err != nil {
		return err
	}
	switch c := c.(type) {
	case Name:
		name = c
	case Identity:
		id = c
	case Number:
		number = c
	}
	if err := fits(id, number, tx.Now()); err != nil {
		return err
	}
	if g == access.Number {
		return s.setNumberLookup(ctx, tx, d, purpose, number)
	}
	lookup, err := s.nameLookup(name.Name, id.Birth)
	if err != nil {
		return err
	}
	if err := q.SetNameLookup(ctx, tx, childdb.SetNameLookupParams{Lookup: lookup, ID: d.ID}); err != nil {
		return fmt.Errorf("child: change a look-up: %w", err)
	}
	return nil
}

func (s *Service) setNumberLookup(ctx context.Context, tx *db.Tx, d *dossier, purpose access.Purpose, number Number) error {
	lookup, err := s.numberLookup(number)
	if err != nil {
		return err
	}
	if purpose != access.Guardian { // who is not told who else is here
		err = notTwice(ctx, tx, childdb.InsertRecordParams{ID: d.ID, OrganisationID: d.Organisation, NumberLookup: lookup}, true)
	}
	if err != nil {
		return err
	}
	if err := q.SetNumberLookup(ctx, tx, childdb.SetNumberLookupParams{Lookup: lookup, ID: d.ID}); err != nil {
		return fmt.Errorf("child: change a look-up: %w", err)
	}
	return nil
}

func (s *Service) who(ctx context.Context, tx *db.Tx, box *vault.Box, record int64) (n Name, id Identity, number Number, err error) {
	rows, err := q.Groups(ctx, tx, []int64{record})
	if err != nil {
		return n, id, number, fmt.Errorf("child: groups: %w", err)
	}
	for _, x := range rows {
		switch g := access.Group(x.Name); g {
		case access.Name:
			err = openJSON(box, groupField(g), x.Sealed, &n)
		case access.Identity:
			err = openJSON(box, groupField(g), x.Sealed, &id)
		case access.Number:
			err = openJSON(box, groupField(g), x.Sealed, &number)
		}
		if err != nil {
			return n, id, number, err
		}
	}
	return n, id, number, nil
}
