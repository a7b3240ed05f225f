package child

import (
	"context"
	"fmt"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/child/internal/childdb"
	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/db"
)

// dossier is a record with what a decision about it needs, all in clear.
type dossier struct {
	Record
	row         childdb.ChildRecord
	guardians   []childdb.ChildGuardian
	assignments []childdb.ChildAssignment
	referrals   []childdb.ChildReferral
	agreed      *consent.Snapshot
	res         *access.Record
}

func recordOf(r childdb.ChildRecord) Record {
	return Record{ID: r.ID, Code: r.Code, Organisation: r.OrganisationID, Household: r.HouseholdID, State: State(r.State),
		Made: clock.Time(r.MadeAt), MadeBy: r.MadeBy, Ended: clock.Time(r.EndedAt), Held: r.Held, Erased: clock.Time(r.ErasedAt)}
}

// load reads some records in a fixed number of queries. Those that are erased or unknown are left out.
func (s *Service) load(ctx context.Context, r db.Queryer, ids []int64, now time.Time) (map[int64]*dossier, error) {
	out, err := rows(ctx, r, ids)
	if err != nil || len(out) == 0 {
		return out, err
	}
	agreed, err := s.o.Consents.Look(ctx, r, ids, now)
	if err != nil {
		return nil, fmt.Errorf("child: consents: %w", err)
	}
	var glass map[int64][]int64
	if s.o.Emergencies != nil {
		if glass, err = s.o.Emergencies.Glass(ctx, r, ids, now); err != nil {
			return nil, fmt.Errorf("child: emergencies: %w", err)
		}
	}
	for id, d := range out {
		d.agreed = agreed
		d.res = &access.Record{ID: id, Organisation: d.Organisation, Enrolling: d.State == Enrolling, Ended: d.Ended,
			Workers: d.workers(now), Guardians: d.persons(now), Glass: glass[id], Receivers: d.receivers()}
		for _, p := range agreed.Allowed(id) {
			d.res.Consents = append(d.res.Consents, string(p))
		}
	}
	return out, nil
}

func rows(ctx context.Context, r db.Queryer, ids []int64) (map[int64]*dossier, error) {
	out := make(map[int64]*dossier, len(ids))
	records, err := q.Records(ctx, r, ids)
	if err != nil {
		return nil, fmt.Errorf("child: records: %w", err)
	}
	for _, x := range records {
		if State(x.State) != Erased {
			out[x.ID] = &dossier{Record: recordOf(x), row: x}
		}
	}
	guardians, err := q.GuardiansOf(ctx, r, ids)
	if err != nil {
		return nil, fmt.Errorf("child: guardians: %w", err)
	}
	for _, x := range guardians {
		if d := out[x.RecordID]; d != nil {
			d.guardians = append(d.guardians, x)
		}
	}
	assignments, err := q.AssignmentsOf(ctx, r, ids)
	if err != nil {
		return nil, fmt.Errorf("child: assignments: %w", err)
	}
	for _, x := range assignments {
		if d := out[x.RecordID]; d != nil {
			d.assignments = append(d.assignments, x)
		}
	}
	referrals, err := q.ReferralsOf(ctx, r, ids)
	if err != nil {
		return nil, fmt.Errorf("child: referrals: %w", err)
	}
	for _, x := range referrals {
		if d := out[x.RecordID]; d != nil {
			d.referrals = append(d.referrals, x)
		}
	}
	return out, nil
}

// workers returns to whom the child is assigned now.
func (d *dossier) workers(now time.Time) (out []int64) {
	for _, x := range d.assignments {
		if inForce(clock.Time(x.FromAt), clock.Time(x.UntilAt), now) && !slices.Contains(out, x.PersonID) {
			out = append(out, x.PersonID)
		}
	}
	return out
}

// counts reports whether a guardian's word counts now: they have authority, and a worker has seen what
// shows it, or the record is being filled in and nobody's guardianship was ever shown yet.
func (d *dossier) counts(g childdb.ChildGuardian, now time.Time) bool {
	proven := func(x childdb.ChildGuardian) bool { return x.Proof != "" }
	begins := d.State == Enrolling && !slices.ContainsFunc(d.guardians, proven)
	return g.Authority && (proven(g) || begins) && inForce(clock.Time(g.FromAt), clock.Time(g.UntilAt), now)
}

// persons returns the accounts of guardians who may look at the record. Before the guardianship was
// shown that is only whoever began the record themselves.
func (d *dossier) persons(now time.Time) (out []int64) {
	for _, g := range d.guardians {
		if d.counts(g, now) && g.PersonID != 0 && (g.Proof != "" || g.PersonID == d.MadeBy) {
			out = append(out, g.PersonID)
		}
	}
	return out
}

// receivers returns which organisations took a referral and may still be told: a consent that was taken
// back, or an override that has ended, closes the record to them at once.
func (d *dossier) receivers() (out []int64) {
	for _, x := range d.referrals {
		if x.State != string(Accepted) || x.FromID != d.Organisation || slices.Contains(out, x.ToID) {
			continue
		}
		if d.agreed.Standing(d.ID, consent.Matter{Purpose: consent.SharePartner, About: x.ToID}).Allows() {
			out = append(out, x.ToID)
		}
	}
	return out
}

// Families tells package consent of records.
type Families struct{}

// Families returns which organisation keeps each record and whose word counts at a moment: guardians
// with parental authority whose guardianship a worker has seen shown; while a record is being filled in and
// nobody's was, those who say so. Erased records are left out.
func (Families) Families(ctx context.Context, r db.Queryer, records []int64, at time.Time) (map[int64]consent.Family, error) {
	all, err := q.Records(ctx, r, records)
	if err != nil {
		return nil, fmt.Errorf("child: records: %w", err)
	}
	guardians, err := q.GuardiansOf(ctx, r, records)
	if err != nil {
		return nil, fmt.Errorf("child: guardians: %w", err)
	}
	out := make(map[int64]consent.Family, len(all))
	for _, x := range all {
		d := &dossier{Record: recordOf(x)}
		if d.State == Erased {
			continue
		}
		for _, g := range guardians {
			if g.RecordID == d.ID {
				d.guardians = append(d.guardians, g)
			}
		}
		f := consent.Family{Organisation: d.Organisation}
		for _, g := range d.guardians {
			if d.counts(g, at) {
				f.Guardians = append(f.Guardians, g.ID)
			}
		}
		out[d.ID] = f
	}
	return out, nil
}
