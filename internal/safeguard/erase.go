package safeguard

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/safeguard/internal/safeguarddb"
	"manyhands/internal/vault"
)

// Hold is a legal hold: while it lies on a record, nothing erases it.
type Hold struct {
	ID, Record    int64
	Reason        string
	PutBy         int64
	Put           time.Time
	AskedBy       int64 // who would lift it; 0 for nobody
	AskedToLiftAt time.Time
}

// PutHold keeps a record from being erased. Faults: NotFound "child.no_record", Conflict
// "safeguard.held", Fields naming "reason", those of package vault.
func (s *Service) PutHold(ctx context.Context, tx *db.Tx, record int64, reason string) error {
	if _, err := s.may(ctx, tx, record, access.RecordHold); err != nil {
		return err
	}
	if err := worded("reason", reason, ShortestReason); err != nil {
		return err
	}
	if _, err := q.HoldOf(ctx, tx, record); !errors.Is(err, sql.ErrNoRows) {
		return cmpErr(err, fault.New(fault.Conflict, "safeguard.held"))
	}
	id := tx.NewID()
	sealed, err := s.seal(ctx, tx, record, holdField(id), reason)
	if err != nil {
		return err
	}
	err = q.InsertHold(ctx, tx, safeguarddb.InsertHoldParams{ID: id, RecordID: record, Reason: sealed, PutBy: access.PersonID(ctx), PutAt: tx.NowMicros()})
	if err != nil {
		return fmt.Errorf("safeguard: hold: %w", err)
	}
	return s.children.Hold(ctx, tx, record, true)
}

func holdField(id int64) string { return "hold:" + clock.FormatID(id) }

func cmpErr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// LiftHold lifts a hold: the first lead asks, another agrees. lifted says whether this was the second.
// Faults: NotFound "safeguard.no_hold", "child.no_record", Conflict "safeguard.two_people" when the same
// lead would do both.
func (s *Service) LiftHold(ctx context.Context, tx *db.Tx, record int64) (lifted bool, err error) {
	if _, err := s.may(ctx, tx, record, access.RecordHold); err != nil {
		return false, err
	}
	h, err := q.HoldOf(ctx, tx, record)
	if err != nil {
		return false, fmt.Errorf("safeguard: hold: %w", db.NotFound(err, "safeguard.no_hold"))
	}
	me := access.PersonID(ctx)
	switch h.AskedBy {
	case me:
		return false, fault.New(fault.Conflict, "safeguard.two_people")
	case 0:
		return false, q.AskLift(ctx, tx, safeguarddb.AskLiftParams{ByID: me, At: tx.NowMicros(), ID: h.ID})
	}
	if err := q.Lift(ctx, tx, safeguarddb.LiftParams{ByID: me, At: tx.NowMicros(), ID: h.ID}); err != nil {
		return false, fmt.Errorf("safeguard: lift: %w", err)
	}
	return true, s.children.Hold(ctx, tx, record, false)
}

// Holds returns the holds on records for which who acts is a lead, oldest first.
func (s *Service) Holds(ctx context.Context, tx *db.Tx) ([]Hold, error) {
	rows, err := q.Holds(ctx, tx, MaxPage)
	if err != nil {
		return nil, fmt.Errorf("safeguard: holds: %w", err)
	}
	var out []Hold
	for _, x := range rows {
		if _, err := s.may(ctx, tx, x.RecordID, access.RecordHold); fault.KindOf(err) == fault.NotFound {
			continue
		} else if err != nil {
			return nil, err
		}
		reason, err := s.open(ctx, tx, x.RecordID, holdField(x.ID), x.Reason)
		if err != nil {
			return nil, err
		}
		out = append(out, Hold{ID: x.ID, Record: x.RecordID, Reason: reason, PutBy: x.PutBy, Put: moment(x.PutAt), AskedBy: x.AskedBy, AskedToLiftAt: moment(x.AskedAt)})
	}
	return out, nil
}

// Erasure is the proof that a record was destroyed. It says nothing about the child: the code, when, why,
// by whom, and the hash of the wrapped key that is gone.
type Erasure struct {
	Record, Organisation int64
	Code                 string
	Why                  string // "request", "clock" or "decision"
	By                   int64
	At                   time.Time
	Proof                string    // SHA-256 of the wrapped key, in hexadecimal digits
	Backups              time.Time // from when on no backup opens it either
	AskedBy              int64     // the guardian who asked for it; 0 for nobody
}

func erasureOf(x safeguarddb.Erasure) Erasure {
	return Erasure{Record: x.RecordID, Organisation: x.OrganisationID, Code: x.Code, Why: x.Why, By: x.ByID, At: moment(x.At),
		Proof: x.Proof, Backups: moment(x.BackupsAt), AskedBy: x.AskedBy}
}

// Erase destroys a record for good, and says in the proof why: because its time has run out, because a
// guardian asked for it here, or else by the lead's decision. Faults: NotFound "child.no_record", Conflict
// "child.held", those of package vault.
func (s *Service) Erase(ctx context.Context, tx *db.Tx, record int64) (Erasure, error) {
	r, err := s.Erasable(ctx, tx, record)
	if err != nil {
		return Erasure{}, err
	}
	why := r.Why
	done, err := s.children.Erase(ctx, tx, record)
	if err != nil {
		return Erasure{}, err
	}
	e := Erasure{Record: record, Organisation: r.Organisation, Code: r.Code, Why: why, By: access.PersonID(ctx), At: tx.Now(),
		Proof: done.Proof, Backups: tx.Now().Add(s.o.Forget), AskedBy: r.AskedBy}
	err = q.InsertErasure(ctx, tx, safeguarddb.InsertErasureParams{RecordID: record, OrganisationID: e.Organisation, Code: e.Code, Why: why,
		ByID: e.By, At: clock.Micros(e.At), Proof: e.Proof, BackupsAt: clock.Micros(e.Backups), AskedBy: e.AskedBy})
	if err != nil {
		return Erasure{}, fmt.Errorf("safeguard: erasure: %w", err)
	}
	return e, event.Add(ctx, tx, "record.erased", record, e.By, nil)
}

// ErasureOf returns the proof of a record's erasure. Faults: NotFound "safeguard.no_erasure", also for one
// at an organisation for which who acts may not read the trail.
func (s *Service) ErasureOf(ctx context.Context, r db.Queryer, record int64) (Erasure, error) {
	x, err := q.Erasure(ctx, r, record)
	if err != nil {
		return Erasure{}, fmt.Errorf("safeguard: %w", db.NotFound(err, "safeguard.no_erasure"))
	}
	if access.CheckFor(ctx, access.AuditSearch, x.OrganisationID) != nil {
		return Erasure{}, fault.New(fault.NotFound, "safeguard.no_erasure")
	}
	return erasureOf(x), nil
}

// Erasures returns the latest erasures at organisations for which who acts may read the trail.
func (s *Service) Erasures(ctx context.Context, r db.Queryer) ([]Erasure, error) {
	rows, err := q.Erasures(ctx, r, safeguarddb.ErasuresParams{Before: math.MaxInt64, Most: MaxPage})
	if err != nil {
		return nil, fmt.Errorf("safeguard: erasures: %w", err)
	}
	var out []Erasure
	for _, x := range rows {
		if access.CheckFor(ctx, access.AuditSearch, x.OrganisationID) == nil {
			out = append(out, erasureOf(x))
		}
	}
	return out, nil
}

// ErasedFor returns what was destroyed because a guardian, who acts, asked for it, the latest first: all that
// they can still be told.
func (s *Service) ErasedFor(ctx context.Context, r db.Queryer) ([]Erasure, error) {
	rows, err := q.ErasuresAskedBy(ctx, r, access.PersonID(ctx))
	if err != nil {
		return nil, fmt.Errorf("safeguard: erased for: %w", err)
	}
	out := make([]Erasure, len(rows))
	for i, x := range rows {
		out[i] = erasureOf(x)
	}
	return out, nil
}

// Erasable is a record that may be destroyed.
type Erasable struct {
	child.Record
	Why     string // as the proof will say
	AskedBy int64  // the guardian who asked for it; 0 for nobody
}

// Erasable returns a record that who acts may destroy, as it stands. Faults: NotFound "child.no_record".
func (s *Service) Erasable(ctx context.Context, tx *db.Tx, record int64) (Erasable, error) {
	r, err := s.may(ctx, tx, record, access.RecordErase)
	if err != nil {
		return Erasable{}, err
	}
	c, err := s.clockOf(Records)
	if err != nil {
		return Erasable{}, err
	}
	if !r.Ended.IsZero() && !r.Ended.After(c.cut(tx.Now())) {
		return Erasable{r, "clock", 0}, nil
	}
	asked, err := s.children.Requests(ctx, tx, record, access.Safeguarding)
	if err != nil {
		return Erasable{}, err
	}
	for _, x := range asked {
		if x.Kind == child.Erasure && x.State != child.RequestRefused {
			return Erasable{r, "request", x.MadeBy}, nil
		}
	}
	return Erasable{r, "decision", 0}, nil
}

// Check proves of every erasure that the key is destroyed and that its proof is the one that was given, and of
// everything else that was destroyed or emptied that it is.
// progress may be nil.
func Check(ctx context.Context, r db.Queryer, progress func(done, total int64)) error {
	after, done := int64(0), int64(0)
	for {
		rows, err := q.ErasuresAfter(ctx, r, safeguarddb.ErasuresAfterParams{After: after, Most: MaxPage})
		if err != nil {
			return fmt.Errorf("safeguard: check: %w", err)
		}
		for _, x := range rows {
			key, err := vault.DestroyedKey(ctx, r, x.RecordID)
			if err != nil {
				return fmt.Errorf("safeguard: record %s was erased: %w", x.Code, err)
			}
			if key.Proof != x.Proof {
				return fmt.Errorf("safeguard: record %s: the proof of its erasure is another one", x.Code)
			}
			after = x.RecordID
		}
		done += int64(len(rows))
		if progress != nil {
			progress(done, 0)
		}
		if len(rows) < MaxPage {
			break
		}
	}
	return checkDisposals(ctx, r, func(n int64) {
		if done += n; progress != nil {
			progress(done, 0)
		}
	})
}
