package safeguard

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/audit"
	"manyhands/internal/checklist"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/safeguard/internal/safeguarddb"
	"manyhands/internal/vault"
)

// Disposal is the proof that something whose time had run out was destroyed or emptied.
type Disposal struct {
	Kind         Kind
	Subject      int64
	Organisation int64
	Ended        time.Time // from when on it was only kept
	Days         int       // for how long that was, as set at the time
	AskedBy, By  int64     // AskedBy: 0 where one was enough
	At           time.Time
	Proof        string    // SHA-256 of the wrapped key, in hexadecimal digits; "": emptied
	Backups      time.Time // from when on it is in no backup either
}

// Dispose destroys things of one kind whose time has run out: all of them or, if one is not due any more,
// none. Where it takes two, the first lead asks and another destroys: asked counts what now waits for
// somebody else. Faults: NotFound "safeguard.no_kind"; Conflict "safeguard.not_due" for what is not due,
// destroyed already, on hold, or not who acts'; Conflict "safeguard.two_people_destroy" for who asked; those
// of package vault.
func (s *Service) Dispose(ctx context.Context, tx *db.Tx, kind Kind, ids []int64) (destroyed, asked int, err error) {
	c, err := s.clockOf(kind)
	if err != nil {
		return 0, 0, err
	}
	due, err := s.Due(ctx, tx, kind)
	if err != nil {
		return 0, 0, err
	}
	if len(ids) == 0 {
		return 0, 0, fault.New(fault.Conflict, "safeguard.not_due")
	}
	for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
		i := slices.IndexFunc(due, func(d Due) bool { return d.ID == id })
		switch {
		case i < 0:
			return 0, 0, fault.New(fault.Conflict, "safeguard.not_due")
		case c.Two && due[i].AskedBy == access.PersonID(ctx):
			return 0, 0, fault.New(fault.Conflict, "safeguard.two_people_destroy")
		case c.Two && due[i].AskedBy == 0:
			asked++
			err = s.askDisposal(ctx, tx, kind, due[i])
		default:
			destroyed++
			err = s.dispose(ctx, tx, c, due[i])
		}
		if err != nil {
			return 0, 0, err
		}
	}
	return destroyed, asked, nil
}

func (s *Service) askDisposal(ctx context.Context, tx *db.Tx, kind Kind, d Due) error {
	err := q.InsertAsk(ctx, tx, safeguarddb.InsertAskParams{Kind: string(kind), SubjectID: d.ID, ByID: access.PersonID(ctx), At: tx.NowMicros()})
	if err != nil {
		return fmt.Errorf("safeguard: ask: %w", err)
	}
	// The kind begins as those of all rows about reports do, which the trail's page leaves out.
	return audit.Add(ctx, tx, audit.Act{Kind: "concern.destroy_asked", Subject: d.ID, Organisation: d.Organisation, Person: access.PersonID(ctx),
		Purpose: string(access.Safeguarding)})
}

func (s *Service) dispose(ctx context.Context, tx *db.Tx, c Clock, d Due) error {
	proof, err := s.keepers[c.Kind].Destroy(ctx, tx, d)
	if err != nil || c.Kind == Records { // whose proof is an Erasure
		return err
	}
	err = q.InsertDisposal(ctx, tx, safeguarddb.InsertDisposalParams{Kind: string(c.Kind), SubjectID: d.ID, EndedAt: clock.Micros(d.Ended),
		OrganisationID: d.Organisation, KeptDays: int64(c.Days), AskedBy: d.AskedBy, ByID: access.PersonID(ctx), At: tx.NowMicros(),
		Proof: proof, BackupsAt: clock.Micros(tx.Now().Add(s.o.Forget))})
	if err != nil {
		return fmt.Errorf("safeguard: disposal: %w", err)
	}
	if err := q.DeleteAsk(ctx, tx, safeguarddb.DeleteAskParams{Kind: string(c.Kind), SubjectID: d.ID}); err != nil {
		return fmt.Errorf("safeguard: ask: %w", err)
	}
	if c.Kind == Reports || c.Kind == Requests { // their packages note it
		return nil
	}
	subject := d.ID
	if d.Record != 0 {
		subject = d.Record
	}
	return act(ctx, tx, string(c.Kind)+".emptied", subject, d.Organisation, map[string]string{"proof": proof})
}

// Disposals returns the latest things that were destroyed where who acts is a lead. Of a report, which may
// have gone round the leads of its place, those of the whole network know, and who took part.
func (s *Service) Disposals(ctx context.Context, r db.Queryer) ([]Disposal, error) {
	rows, err := q.Disposals(ctx, r, MaxPage)
	if err != nil {
		return nil, fmt.Errorf("safeguard: disposals: %w", err)
	}
	me := access.PersonID(ctx)
	var out []Disposal
	for _, x := range rows {
		place := x.OrganisationID
		if Kind(x.Kind) == Reports {
			place = access.Network
		}
		if lead(ctx, place) || x.ByID == me || x.AskedBy == me {
			out = append(out, disposalOf(x))
		}
	}
	return out, nil
}

func disposalOf(x safeguarddb.Disposal) Disposal {
	return Disposal{Kind: Kind(x.Kind), Subject: x.SubjectID, Organisation: x.OrganisationID, Ended: moment(x.EndedAt), Days: int(x.KeptDays),
		AskedBy: x.AskedBy, By: x.ByID, At: moment(x.At), Proof: x.Proof, Backups: moment(x.BackupsAt)}
}

// checkDisposals proves of everything that was destroyed or emptied that it still is, and that where it
// takes two, two different people said so.
func checkDisposals(ctx context.Context, r db.Queryer, progress func(n int64)) error {
	after := safeguarddb.DisposalsAfterParams{Most: MaxPage, EndedAt: math.MinInt64}
	for {
		rows, err := q.DisposalsAfter(ctx, r, after)
		if err != nil {
			return fmt.Errorf("safeguard: check: %w", err)
		}
		for _, x := range rows {
			if err := checkDisposal(ctx, r, disposalOf(x)); err != nil {
				return err
			}
			after.Kind, after.SubjectID, after.EndedAt = x.Kind, x.SubjectID, x.EndedAt
		}
		progress(int64(len(rows)))
		if len(rows) < MaxPage {
			return nil
		}
	}
}

func checkDisposal(ctx context.Context, r db.Queryer, d Disposal) error {
	gone, err := true, error(nil)
	switch d.Kind {
	case Reports, Applications:
		key, err := vault.DestroyedKey(ctx, r, d.Subject)
		if err != nil {
			return fmt.Errorf("safeguard: %s %s was destroyed: %w", d.Kind, clock.FormatID(d.Subject), err)
		}
		gone = key.Proof == d.Proof && (d.Kind != Reports || d.AskedBy != 0 && d.AskedBy != d.By)
	case Checks:
		gone, err = checklist.Emptied(ctx, r, checklist.Person, d.Subject, d.At)
	case Requests:
		gone, err = child.RequestEmptied(ctx, r, d.Subject)
	case Emergencies:
		var n int64
		n, err = q.CountWordedGlass(ctx, r, d.Subject)
		gone = n == 0
	}
	if err != nil {
		return err
	}
	if !gone {
		return fmt.Errorf("safeguard: %s %s: it is not as its proof says", d.Kind, clock.FormatID(d.Subject))
	}
	return nil
}
