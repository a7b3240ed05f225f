package programme

import (
	"context"
	"slices"
	"time"

	"manyhands/internal/checklist"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/programme/internal/programmedb"
)

// Act is something that an organisation does, or that is done for it, while it is in good standing. The
// words are those that requirements switch off (package checklist).
type Act string

// The acts.
const (
	ActPaid      Act = "payouts"     // be paid
	ActPublish   Act = "publish"     // show something new
	ActFundraise Act = "fundraising" // raise funds in public
)

// MayAct is the one place that says whether an organisation may do something now (without acts: anything at all): nil when it is
// published, not suspended, and nothing that it was accepted for has run out or was taken back. Faults:
// Conflict "programme.organisation_hidden" for a draft, "programme.organisation_suspended",
// "programme.lapsed" when something has run out; NotFound
// "programme.no_organisation".
func MayAct(ctx context.Context, r db.Queryer, organisation int64, now time.Time, acts ...Act) error {
	o, err := OrganisationByID(ctx, r, organisation)
	if err != nil {
		return err
	}
	switch o.State {
	case Draft:
		return fault.New(fault.Conflict, "programme.organisation_hidden")
	case Suspended:
		return fault.New(fault.Conflict, "programme.organisation_suspended")
	}
	items, err := checklist.Items(ctx, r, Papers(o), now)
	if err != nil {
		return err
	}
	for _, off := range checklist.Lapsed(items) {
		if off == checklist.Everything || slices.Contains(acts, Act(off)) {
			return fault.New(fault.Conflict, "programme.lapsed")
		}
	}
	return nil
}

// Papers is an organisation as package checklist knows it.
func Papers(o Organisation) checklist.Subject {
	return checklist.Subject{Kind: checklist.Organisation, Of: o.Kind, ID: o.ID}
}

// Resting returns those of the organisations that may do nothing at a moment, so that their programs are
// refused: they are suspended, or their registration has run out or was taken back.
func Resting(ctx context.Context, r db.Queryer, organisations []int64, now time.Time) ([]int64, error) {
	if len(organisations) == 0 {
		return nil, nil
	}
	return q.Resting(ctx, r, programmedb.RestingParams{Ids: organisations, Now: clock.Micros(now)})
}

// Lapsed reports whether the registration of an organisation that is shown has run out or was taken back.
// It stays to be read, and nothing new is given to it until it has renewed.
func Lapsed(ctx context.Context, r db.Queryer, organisation int64, now time.Time) (bool, error) {
	resting, err := Resting(ctx, r, []int64{organisation}, now)
	return len(resting) > 0, err
}
