package child

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/child/internal/childdb"
	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/vault"
)

// A guardian who cannot come today sends somebody else, once: with a code that they tell this person and
// that a worker checks at the door.

// Pickup lets somebody collect the child on one day, once.
type Pickup struct {
	ID       int64
	Record   int64
	Guardian int64 // the guardianship
	Who      Relative
	Code     string // six digits; "" for everybody but the guardian who made it
	From     time.Time
	Until    time.Time
	Used     time.Time // zero: not yet
	UsedBy   int64     // the worker at the door
}

// NewPickup is somebody who is sent.
type NewPickup struct {
	Who Relative
	Day time.Time // any moment of the day, in the network's zone
}

// Limits of codes.
const (
	pickupDigits  = 6
	PickupAhead   = 7 // days, today included, for which a code can be made
	pickupsOpened = 20
)

// pickupWords is what is sealed of a pickup.
type pickupWords struct {
	Code string   `json:"code"`
	Who  Relative `json:"who"`
}

// SendOnce has a guardian let somebody collect the child on one day, once. The code before of the same
// guardian for the same day, if it was not used, ends. Faults: NotFound "child.no_record" and those of
// access.Decision; Fields naming "guardian_name", "relation", "phone" or "day"; Conflict
// "child.pickup_early" while the record is being filled in; those of consent.Service.Needed when the
// guardians have not agreed that others than they collect the child; those of package vault.
func (s *Service) SendOnce(ctx context.Context, tx *db.Tx, record int64, in NewPickup) (Pickup, error) {
	d, err := s.mayCollection(ctx, tx, record, access.Guardian)
	if err != nil {
		return Pickup{}, err
	}
	own := d.guardianOf(access.PersonID(ctx), tx.Now())
	if own == 0 || d.State != Active {
		return Pickup{}, fault.New(fault.Conflict, "child.pickup_early")
	}
	if err := d.agreed.Needed(d.ID, consent.For(consent.Collection)); err != nil {
		return Pickup{}, err
	}
	var c checker
	in.Who = in.Who.checked(&c)
	from, until := s.day(in.Day)
	if !until.After(tx.Now()) || !in.Day.Before(tx.Now().AddDate(0, 0, PickupAhead)) {
		c.bad.Add("day", "child.pickup_day", "Days", PickupAhead)
	}
	if err := c.bad.Err(); err != nil {
		return Pickup{}, err
	}
	box, err := s.o.Vault.Box(ctx, tx, record)
	if err != nil {
		return Pickup{}, fmt.Errorf("child: box: %w", err)
	}
	taken, err := s.otherPickups(ctx, tx, box, d, own, from)
	if err != nil {
		return Pickup{}, err
	}
	p := Pickup{ID: tx.NewID(), Record: record, Guardian: own, Who: in.Who, From: from, Until: until}
	if p.Code, err = drawPickup(taken); err != nil {
		return Pickup{}, err
	}
	sealed, err := sealJSON(box, rowField("pickup", p.ID), pickupWords{Code: p.Code, Who: p.Who})
	if err != nil {
		return Pickup{}, err
	}
	err = q.InsertPickup(ctx, tx, childdb.InsertPickupParams{ID: p.ID, RecordID: record, GuardianID: own, Sealed: sealed, FromAt: clock.Micros(from),
		UntilAt: clock.Micros(until), MadeBy: access.PersonID(ctx), MadeAt: tx.NowMicros()})
	if err != nil {
		return Pickup{}, fmt.Errorf("child: send somebody: %w", err)
	}
	return p, actPickup(ctx, tx, "pickup.made", d, access.Guardian, p.ID)
}

// day is the day of a moment in the network's zone.
func (s *Service) day(t time.Time) (from, until time.Time) {
	y, m, d := t.In(s.o.Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, s.o.Zone), time.Date(y, m, d+1, 0, 0, 0, 0, s.o.Zone)
}

// otherPickups ends the unused code of the same guardian for the same day, and returns the codes that
// stand, so that no two are the same.
func (s *Service) otherPickups(ctx context.Context, tx *db.Tx, box *vault.Box, d *dossier, guardian int64, from time.Time) (taken []string, err error) {
	list, err := q.Pickups(ctx, tx, childdb.PickupsParams{Ids: []int64{d.ID}, Now: tx.NowMicros()})
	if err != nil {
		return nil, fmt.Errorf("child: pickups: %w", err)
	}
	for _, x := range list {
		var w pickupWords
		if err := openJSON(box, rowField("pickup", x.ID), x.Sealed, &w); err != nil {
			return nil, err
		}
		taken = append(taken, w.Code)
		if x.GuardianID == guardian && x.FromAt == clock.Micros(from) {
			_, err := q.EndPickup(ctx, tx, childdb.EndPickupParams{Now: tx.NowMicros(), ID: x.ID, RecordID: d.ID, GuardianID: guardian})
			if err != nil {
				return nil, fmt.Errorf("child: end a pickup: %w", err)
			}
		}
	}
	return taken, nil
}

// drawPickup draws a code that is not taken.
func drawPickup(taken []string) (string, error) {
	for {
		n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
		if err != nil {
			return "", fmt.Errorf("child: draw a code: %w", err)
		}
		if code := fmt.Sprintf("%0*d", pickupDigits, n); !slices.Contains(taken, code) {
			return code, nil
		}
	}
}

// EndPickup takes a code back that was not used. Faults: NotFound "child.no_record", "child.no_pickup" and
// those of access.Decision.
func (s *Service) EndPickup(ctx context.Context, tx *db.Tx, record, pickup int64) error {
	d, err := s.mayCollection(ctx, tx, record, access.Guardian)
	if err != nil {
		return err
	}
	own := d.guardianOf(access.PersonID(ctx), tx.Now())
	n, err := q.EndPickup(ctx, tx, childdb.EndPickupParams{Now: tx.NowMicros(), ID: pickup, RecordID: record, GuardianID: own})
	if err != nil {
		return fmt.Errorf("child: end a pickup: %w", err)
	}
	if n == 0 {
		return fault.New(fault.NotFound, "child.no_pickup")
	}
	return actPickup(ctx, tx, "pickup.ended", d, access.Guardian, pickup)
}

func openPickup(box *vault.Box, x childdb.ChildPickup) (Pickup, error) {
	var w pickupWords
	if err := openJSON(box, rowField("pickup", x.ID), x.Sealed, &w); err != nil {
		return Pickup{}, err
	}
	return Pickup{ID: x.ID, Record: x.RecordID, Guardian: x.GuardianID, Who: w.Who, Code: w.Code, From: clock.Time(x.FromAt), Until: clock.Time(x.UntilAt),
		Used: clock.Time(x.UsedAt), UsedBy: x.UsedBy}, nil
}

// pickups opens who is sent once: to a guardian whom they send themselves, with the code; to others who
// comes today, without it.
func (f *filler) pickups(c *Collection) error {
	own := int64(0)
	if f.out.Purpose == access.Guardian {
		own = f.d.guardianOf(access.PersonID(f.ctx), f.tx.Now())
	}
	for _, x := range f.sealed.pickups[f.d.ID] {
		mine := f.out.Purpose == access.Guardian && x.GuardianID == own
		today := f.out.Purpose != access.Guardian && clock.Time(x.FromAt).Compare(f.tx.Now()) <= 0 && f.d.stands(x, f.tx.Now())
		if !mine && !today || len(c.Pickups) >= pickupsOpened {
			continue
		}
		p, err := openPickup(f.box, x)
		if err != nil {
			return err
		}
		if !mine {
			p.Code = ""
		}
		c.Pickups = append(c.Pickups, p)
	}
	return nil
}

func actPickup(ctx context.Context, tx *db.Tx, kind string, d *dossier, purpose access.Purpose, id int64) error {
	return act(ctx, tx, kind, d, purpose, struct {
		Pickup string `json:"pickup"`
	}{clock.FormatID(id)})
}
