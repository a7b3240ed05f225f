package app

import (
	"context"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/checklist"
	"manyhands/internal/clock"
	"manyhands/internal/concern"
	"manyhands/internal/config"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/people/account"
	"manyhands/internal/people/signin"
	"manyhands/internal/programme"
	"manyhands/internal/programme/apply"
	"manyhands/internal/safeguard"
)

// keptDays is what was set to another time than the usual one.
func keptDays(k config.Keep) map[safeguard.Kind]int {
	return map[safeguard.Kind]int{safeguard.Records: k.RecordsDays, safeguard.Reports: k.ReportsDays, safeguard.Checks: k.ChecksDays,
		safeguard.Applications: k.ApplicationsDays, safeguard.Requests: k.RequestsDays, safeguard.Emergencies: k.EmergenciesDays}
}

// endsItself are the clocks that run in other packages and that no lead confirms.
func endsItself() []safeguard.Clock {
	days := func(d time.Duration) int { return int(d / (24 * time.Hour)) }
	return []safeguard.Clock{
		{Kind: safeguard.Session, Days: days(signin.Life)}, {Kind: safeguard.Device, Days: days(signin.DeviceLife)},
		{Kind: safeguard.Leaving, Days: days(account.LeaveAfter)}, {Kind: safeguard.Backup, Days: days(safeguard.DefaultForget)}}
}

// keepers wires what other packages keep to the clocks of leads.
func (s *Services) keepers() {
	s.Safeguard.Keep(safeguard.Reports, reportKeeper{s.Concerns})
	s.Safeguard.Keep(safeguard.Checks, checkKeeper{s})
	s.Safeguard.Keep(safeguard.Applications, applicationKeeper{s})
	s.Safeguard.Inherit(heirs{s.Concerns, s.DB})
}

// reportKeeper keeps reports that a child may be harmed, once they are closed.
type reportKeeper struct{ concerns *concern.Service }

// Due implements safeguard.Keeper.
func (k reportKeeper) Due(ctx context.Context, tx *db.Tx, before time.Time, most int32) ([]safeguard.Due, error) {
	list, err := k.concerns.ClosedBefore(ctx, tx, before, most)
	out := make([]safeguard.Due, len(list))
	for i, c := range list {
		out[i] = safeguard.Due{ID: c.ID, Organisation: c.Organisation, Name: clock.FormatID(c.ID), Ended: c.Closed}
	}
	return out, err
}

// Destroy implements safeguard.Keeper.
func (k reportKeeper) Destroy(ctx context.Context, tx *db.Tx, d safeguard.Due) (string, error) {
	proof, err := k.concerns.Destroy(ctx, tx, d.ID)
	return proof.Proof, err
}

// checkKeeper keeps what was found out about the staff, until all their appointments have ended. That an
// inquiry found something stands elsewhere and stays until two people lift it.
type checkKeeper struct{ s *Services }

// Due implements safeguard.Keeper.
func (k checkKeeper) Due(ctx context.Context, tx *db.Tx, before time.Time, most int32) ([]safeguard.Due, error) {
	kept, err := checklist.Keeping(ctx, tx, checklist.Person)
	if err != nil {
		return nil, err
	}
	var out []safeguard.Due
	for _, x := range kept {
		past, err := k.s.People.PastOf(ctx, tx, x.Subject)
		if err != nil {
			return nil, err
		}
		ended := past.Ended
		if x.Last.After(ended) {
			ended = x.Last
		}
		place, may := leadAt(ctx, past.Places)
		if past.Open || ended.After(before) || !may || x.Subject == access.PersonID(ctx) || len(out) >= int(most) {
			continue
		}
		p, err := k.s.People.PersonByID(ctx, tx, x.Subject)
		if err != nil {
			return nil, err
		}
		out = append(out, safeguard.Due{ID: x.Subject, Organisation: place, Name: p.Called(), Ended: ended})
	}
	return out, nil
}

// leadAt returns one of the places for which who acts is a lead; somebody who was appointed nowhere is the
// whole network's.
func leadAt(ctx context.Context, places []int64) (int64, bool) {
	for _, at := range append(places, access.Network) {
		if access.CheckFor(ctx, access.GlassReview, at) == nil {
			return at, true
		}
	}
	return 0, false
}

// Destroy implements safeguard.Keeper.
func (k checkKeeper) Destroy(ctx context.Context, tx *db.Tx, d safeguard.Due) (string, error) {
	documents, err := checklist.Empty(ctx, tx, checklist.Person, d.ID, access.PersonID(ctx))
	for _, id := range documents {
		if err := k.s.Blobs.Delete(ctx, tx, id); err != nil && fault.KindOf(err) != fault.NotFound {
			return "", err
		}
	}
	return "", err
}

// applicationKeeper keeps applications of organisations that were returned and left.
type applicationKeeper struct{ s *Services }

// Due implements safeguard.Keeper: they concern the whole network.
func (k applicationKeeper) Due(ctx context.Context, tx *db.Tx, before time.Time, most int32) ([]safeguard.Due, error) {
	if access.CheckFor(ctx, access.GlassReview, access.Network) != nil {
		return nil, nil
	}
	list, err := apply.ReturnedBefore(ctx, tx, before, most)
	if err != nil {
		return nil, err
	}
	out := make([]safeguard.Due, len(list))
	for i, x := range list {
		o, err := programme.OrganisationByID(ctx, tx, x.Organisation)
		if err != nil {
			return nil, err
		}
		out[i] = safeguard.Due{ID: o.ID, Organisation: o.ID, Name: o.Name.In(ctx), Ended: x.ChangedAt}
	}
	return out, nil
}

// Destroy implements safeguard.Keeper.
func (k applicationKeeper) Destroy(ctx context.Context, tx *db.Tx, d safeguard.Due) (string, error) {
	proof, err := k.s.Apply.Forget(ctx, tx, d.ID, access.PersonID(ctx))
	return proof.Proof, err
}

// heirs says who may inherit from whom what safeguarding leads answer for, and has reports go along. It
// implements safeguard.Heirs.
type heirs struct {
	concerns *concern.Service
	d        *db.DB
}

// Stopped implements safeguard.Heirs.
func (heirs) Stopped(ctx context.Context, r db.Queryer, organisation int64) error {
	o, err := programme.OrganisationByID(ctx, r, organisation)
	if err == nil && o.State != programme.Suspended {
		return fault.New(fault.Conflict, "safeguard.not_stopped")
	}
	return err
}

// Sound implements safeguard.Heirs.
func (h heirs) Sound(ctx context.Context, r db.Queryer, organisation int64) error {
	err := programme.MayAct(ctx, r, organisation, h.d.Now())
	if kind := fault.KindOf(err); kind == fault.Conflict || kind == fault.NotFound {
		return fault.New(fault.Conflict, "safeguard.no_heir")
	}
	return err
}

// Reports implements safeguard.Heirs.
func (h heirs) Reports(ctx context.Context, tx *db.Tx, from, to int64) (int64, error) {
	return h.concerns.HandOver(ctx, tx, from, to)
}

// ReportsAt implements safeguard.Heirs.
func (heirs) ReportsAt(ctx context.Context, r db.Queryer, organisation int64) (int64, error) {
	return concern.KeptAt(ctx, r, organisation)
}
