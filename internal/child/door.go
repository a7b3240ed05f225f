package child

import (
	"context"
	"crypto/subtle"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/width"

	"manyhands/internal/access"
	"manyhands/internal/child/internal/childdb"
	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/fault"
)

// mostWrong is how many wrong codes are taken for one child on one day.
const mostWrong = 5

// UsePickup checks a code at the door: it says who was sent, and the code is used up. It must not be
// called inside a write, since a wrong code is kept count of. A form that was sent before (Once) changes
// nothing and gives nothing. Faults: NotFound "child.no_record",
// "child.no_pickup" for a code that is wrong, of another child, another day or taken back; Conflict
// "child.pickup_used" (When); TooMany "child.pickup_tries" after five wrong ones on one day; those of
// access.Decision, consent.Service.Needed and package vault.
func (s *Service) UsePickup(ctx context.Context, record int64, form, typed string) (p Pickup, err error) {
	wrong := false
	err = s.d.Write(ctx, func(tx *db.Tx) (err error) {
		first, err := s.Once(ctx, tx, form)
		if err != nil || !first {
			return err
		}
		p, wrong, err = s.usePickup(ctx, tx, record, digits(typed))
		return err
	})
	if err == nil && wrong {
		err = fault.New(fault.NotFound, "child.no_pickup")
	}
	if err != nil {
		return Pickup{}, err
	}
	return p, nil
}

func (s *Service) usePickup(ctx context.Context, tx *db.Tx, record int64, typed string) (p Pickup, wrong bool, err error) {
	d, err := s.may(ctx, tx, record, access.RecordRead, access.Question{Purpose: access.Care, Group: access.Collection})
	if err != nil {
		return p, false, err
	}
	today, _ := s.day(tx.Now())
	n, err := q.CountWrongPickups(ctx, tx, childdb.CountWrongPickupsParams{RecordID: record, Since: clock.Micros(today)})
	if err != nil {
		return p, false, fmt.Errorf("child: count wrong codes: %w", err)
	}
	if n >= mostWrong {
		return p, false, fault.New(fault.TooMany, "child.pickup_tries")
	}
	if err := d.agreed.Needed(d.ID, consent.For(consent.Collection)); err != nil {
		return p, false, err
	}
	row, p, err := s.pickupByCode(ctx, tx, d, typed)
	if err != nil {
		return p, false, err
	}
	if row == nil {
		return p, true, s.wrongPickup(ctx, tx, record, today)
	}
	if row.UsedAt != 0 {
		return p, false, fault.New(fault.Conflict, "child.pickup_used", "When", clock.Time(row.UsedAt))
	}
	used, err := q.UsePickup(ctx, tx, childdb.UsePickupParams{UsedBy: access.PersonID(ctx), Now: tx.NowMicros(), ID: row.ID})
	if err != nil {
		return p, false, fmt.Errorf("child: use a pickup: %w", err)
	}
	if used == 0 {
		return p, false, fault.New(fault.NotFound, "child.no_pickup")
	}
	p.Used, p.UsedBy, p.Code = tx.Now(), access.PersonID(ctx), ""
	return p, false, actPickup(ctx, tx, "pickup.used", d, access.Care, p.ID)
}

// pickupByCode finds today's pickup with a code whose guardian's word counts; nil for none.
func (s *Service) pickupByCode(ctx context.Context, tx *db.Tx, d *dossier, typed string) (*childdb.ChildPickup, Pickup, error) {
	list, err := q.Pickups(ctx, tx, childdb.PickupsParams{Ids: []int64{d.ID}, Now: tx.NowMicros()})
	if err != nil {
		return nil, Pickup{}, fmt.Errorf("child: pickups: %w", err)
	}
	box, err := s.o.Vault.Box(ctx, tx, d.ID)
	if err != nil {
		return nil, Pickup{}, fmt.Errorf("child: box: %w", err)
	}
	for _, x := range list {
		if clock.Time(x.FromAt).After(tx.Now()) || !d.stands(x, tx.Now()) {
			continue
		}
		p, err := openPickup(box, x)
		if err != nil {
			return nil, Pickup{}, err
		}
		if subtle.ConstantTimeCompare([]byte(p.Code), []byte(typed)) == 1 {
			return &x, p, nil
		}
	}
	return nil, Pickup{}, nil
}

// stands reports whether the word of the guardian who made a pickup still counts.
func (d *dossier) stands(x childdb.ChildPickup, now time.Time) bool {
	return slices.ContainsFunc(d.guardians, func(g childdb.ChildGuardian) bool { return g.ID == x.GuardianID && d.counts(g, now) })
}

// wrongPickup keeps count of a wrong code and forgets those of other days.
func (s *Service) wrongPickup(ctx context.Context, tx *db.Tx, record int64, today time.Time) error {
	if err := q.ForgetWrongPickups(ctx, tx, clock.Micros(today)); err != nil {
		return fmt.Errorf("child: forget wrong codes: %w", err)
	}
	err := q.InsertWrongPickup(ctx, tx, childdb.InsertWrongPickupParams{ID: tx.NewID(), RecordID: record, At: tx.NowMicros()})
	if err != nil {
		return fmt.Errorf("child: count a wrong code: %w", err)
	}
	return nil
}

// digits keeps the digits of what was typed, full-width ones too.
func digits(typed string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, width.Narrow.String(typed))
}
